"""Orders are seeded, and balanced to the last sample."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.study.orders import LEAST_ORDERS, orders, shares_of, williams

TEN = {(f"t{number}",): "real" if number < 2 else "take" for number in range(10)}


@pytest.mark.parametrize("n", range(1, 13))
def test_every_sample_is_at_every_place_and_after_every_other_equally_often(n: int) -> None:
    rows = williams(n)
    assert len(rows) == (2 * n if n % 2 else n)
    assert all(sorted(row) == list(range(n)) for row in rows)
    at = Counter((place, number) for row in rows for place, number in enumerate(row))
    after = Counter(pair for row in rows for pair in pairwise(row))
    assert len(at) == n * n and len(set(at.values())) == 1
    assert len(after) == n * (n - 1) and len(set(after.values())) <= 1


def test_the_same_seed_gives_the_same_orders_and_another_seed_others() -> None:
    assert orders([("a", TEN)], 1) == orders([("a", TEN)], 1) != orders([("a", TEN)], 2)


def test_sets_are_heard_whole_one_after_the_other() -> None:
    other = {(f"u{number}",): "take" for number in range(4)}
    made = orders([("a", TEN), ("b", other)], 1)
    assert len(made) == LEAST_ORDERS
    for trials in made:
        assert [trial.number for trial in trials] == list(range(1, 15))
        assert [trial.set for trial in trials] == ["a"] * 10 + ["b"] * 4
        assert {trial.tokens for trial in trials} == {*TEN, *other}
    places = Counter((trial.number, trial.tokens) for trials in made for trial in trials if trial.set == "a")
    assert set(places.values()) == {LEAST_ORDERS // 10}


def test_who_hears_some_hears_every_kind_in_its_share_and_all_are_heard_equally_often() -> None:
    made = orders([("a", TEN)], 3, heard=5)
    for trials in made:
        assert Counter(TEN[trial.tokens] for trial in trials) == {"take": 4, "real": 1}
    counts = Counter(trial.tokens for trials in made for trial in trials)
    for kind in ("take", "real"):
        heard = [counts[played] for played in TEN if TEN[played] == kind]
        assert max(heard) - min(heard) <= 1


def test_the_take_of_a_pair_is_first_as_often_as_second() -> None:
    pairs = {(f"take{number}", f"real{number}"): "pair" for number in range(5)}
    sides = Counter((trial.tokens[0][:4], trial.tokens) for trials in orders([("a", pairs)], 1) for trial in trials)
    assert len(sides) == 10 and set(sides.values()) == {LEAST_ORDERS // 2}


def test_a_fixed_order_is_the_one_that_stands() -> None:
    made = orders([("a", TEN)], 1, fixed=True)
    assert len(made) == 1
    assert [trial.tokens for trial in made[0]] == list(TEN)


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 20), min_size=1, max_size=5), st.data())
def test_shares_add_up_and_never_ask_for_more_than_there_is(counts: dict[str, int], data: st.DataObject) -> None:
    heard = data.draw(st.integers(0, sum(counts.values())))
    shares = shares_of(counts, heard)
    assert sum(shares.values()) == heard
    assert all(0 <= share <= counts[kind] for kind, share in shares.items())
    if heard >= len(counts):
        assert min(shares.values()) >= 1
