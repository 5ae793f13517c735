"""Means with their intervals, tests of groups, agreement: against values that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from musemate.study.agreement import alpha_of, kappa_of
from musemate.study.comparisons import compare
from musemate.study.heard import places
from musemate.study.intervals import Answers, bootstrap, difference_interval, mean_intervals, spread_of


def rated(table: np.ndarray, groups: list[int] | None = None) -> Answers:
    """Return the answers of a table of listeners (rows) and samples (columns); NaN is not heard."""
    raters, samples = (codes.ravel() for codes in np.indices(table.shape))
    kept = ~np.isnan(table.ravel())
    of = np.array(groups or [0] * table.shape[1])
    names = tuple("abcdefgh"[: int(of.max()) + 1])
    return Answers(table.ravel()[kept], raters[kept], samples[kept], of[samples[kept]], names)


def test_one_listeners_mean_has_students_interval() -> None:
    values = np.random.default_rng(1).normal(5, 2, (1, 30))
    found = mean_intervals(rated(values), 0.0)[0]
    half = stats.t.ppf(0.975, 29) * values.std(ddof=1) / math.sqrt(30)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * half, rel=0.03)


def test_where_only_listeners_differ_they_are_what_counts() -> None:
    levels = np.random.default_rng(2).normal(5, 2, 12)
    answers = rated(np.repeat(levels[:, None], 8, axis=1))
    spread = spread_of((answers.values - answers.values.mean()) / len(answers.values), answers)
    assert math.sqrt(spread.variance) == pytest.approx(levels.std(ddof=1) / math.sqrt(12))
    assert spread.df == pytest.approx(11)


def test_listeners_and_samples_add_up() -> None:
    """Crossed and without noise: the variance is that of the listeners' and that of the samples' mean."""
    dice = np.random.default_rng(3)
    levels, merits = dice.normal(0, 1, 10), dice.normal(0, 1, 6)
    answers = rated(levels[:, None] + merits)
    spread = spread_of((answers.values - answers.values.mean()) / 60, answers)
    assert spread.variance == pytest.approx(levels.var(ddof=1) / 10 + merits.var(ddof=1) / 6)


def test_answers_that_are_all_the_same_are_not_known_for_certain() -> None:
    found = mean_intervals(rated(np.full((1, 6), 4.0)))[0]
    assert found.value == 4.0 and 0.2 < found.high - found.low < 1.0


def test_one_answer_tells_nothing_but_itself() -> None:
    found = mean_intervals(rated(np.array([[7.0]])), ends=(0.0, 10.0))[0]
    assert (found.value, found.low, found.high) == (7.0, 0.0, 10.0)


def test_the_same_answers_give_the_same_interval() -> None:
    answers = rated(np.random.default_rng(4).normal(5, 2, (4, 6)))
    assert np.array_equal(bootstrap(answers), bootstrap(answers))
    assert mean_intervals(answers) == mean_intervals(answers)


def test_a_difference_leaves_out_what_the_listeners_share() -> None:
    dice = np.random.default_rng(5)
    table = dice.normal(0, 5, (10, 1)) + np.array([0.0] * 6 + [2.0] * 6) + dice.normal(0, 0.5, (10, 12))
    answers = rated(table, [0] * 6 + [1] * 6)
    found = difference_interval(answers, 1, 0, 0.0)
    assert found.holds(2.0) and found.high - found.low < 2.0
    assert mean_intervals(answers)[0].high - mean_intervals(answers)[0].low > 4.0


def test_groups_that_differ_are_ranked_and_the_tests_named() -> None:
    dice = np.random.default_rng(6)
    table = (
        dice.normal(0, 1, (12, 1))
        + np.repeat([2.0, 5.0, 5.0], 6)
        + dice.normal(0, 0.4, 18)
        + dice.normal(0, 0.7, (12, 18))
    )
    found = compare(rated(table, [0] * 6 + [1] * 6 + [2] * 6))
    assert found.order[-1] == 0 and found.places_of(0) == (3, 3)
    assert {(1, 0), (2, 0)} == found.differs
    assert found.places_of(found.order[0]) == (1, 2)
    assert [test.name for test in found.tests] == ["mixed", "friedman"] and not found.has_failed_model
    assert all(test.p < 1e-4 for test in found.tests)


def test_the_rank_tests_are_scipys() -> None:
    dice = np.random.default_rng(7)
    two = dice.normal(0, 1, (1, 12))
    found = compare(rated(two, [0] * 6 + [1] * 6)).tests
    assert [(test.name, test.p) for test in found] == [
        ("mann-whitney", stats.mannwhitneyu(two[0, :6], two[0, 6:]).pvalue)
    ]
    three = compare(rated(dice.normal(0, 1, (1, 15)), [0] * 5 + [1] * 5 + [2] * 5)).tests
    assert [test.name for test in three] == ["kruskal"]


def test_a_model_without_a_solution_is_said_and_the_ranks_stay() -> None:
    table = np.tile(np.repeat([2.0, 4.0, 3.0], 4), (5, 1))  # nobody differs from anybody
    found = compare(rated(table, [0] * 4 + [1] * 4 + [2] * 4))
    assert found.has_failed_model and [test.name for test in found.tests] == ["friedman"]


def test_three_samples_against_three_are_too_few_even_if_they_look_different() -> None:
    found = compare(rated(np.array([[1.0, 1.0, 1.0, 9.0, 9.0, 9.0]]), [0, 0, 0, 1, 1, 1]))
    assert found.order == () and found.left_out == (0, 1) and not found.differs


def test_shares_are_compared_exactly() -> None:
    same = compare(rated(np.array([[0.0] * 5 + [1.0] * 2 + [0.0] * 3]), [0] * 5 + [1] * 5), is_share=True)
    assert not same.differs
    apart = compare(rated(np.array([[0.0] * 8 + [1.0] * 8]), [0] * 8 + [1] * 8), is_share=True)
    assert apart.differs == {(1, 0)}


def test_a_place_is_the_listeners_own() -> None:
    placed = places(rated(np.array([[1.0, 2.0, 3.0], [8.0, 8.0, 10.0]])))
    assert placed.values.tolist() == [0.0, 0.5, 1.0, 0.25, 0.25, 1.0]


def test_alpha_as_published() -> None:
    """Krippendorff, "Computing Krippendorff's alpha-reliability", 2011: four observers, interval data: 0.849."""
    nan = np.nan
    table = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    found = alpha_of(rated(table))
    assert found is not None and found.value == pytest.approx(0.849, abs=5e-4)
    assert found.low < found.value < found.high <= 1.0


def test_kappa_and_alpha_of_full_agreement_and_of_none() -> None:
    same = rated(np.tile([1.0, 0.0, 1.0, 0.0, 0.0], (3, 1)))
    assert kappa_of(same) == pytest.approx(1.0)
    alpha = alpha_of(same)
    assert alpha is not None and alpha.value == pytest.approx(1.0)
    dice = np.random.default_rng(8)
    chance = rated(dice.integers(0, 2, (6, 300)).astype(float))
    assert kappa_of(chance) == pytest.approx(0.0, abs=0.06)
    alpha = alpha_of(chance)
    assert (alpha is not None and alpha.low < 0 < alpha.high) or abs(alpha.value) < 0.06


def test_agreement_needs_samples_that_two_heard_and_answers_that_differ() -> None:
    assert alpha_of(rated(np.array([[1.0, 2.0, 3.0, 4.0]]))) is None
    assert alpha_of(rated(np.ones((3, 5)))) is None
    assert kappa_of(rated(np.ones((3, 5)))) is None
