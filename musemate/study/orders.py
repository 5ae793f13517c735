"""Which rater hears what when: seeded orders in which every sample is at every place, and after every other one, as
often as the rest (Williams, "Experimental designs balanced for the estimation of residual effects", 1949)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from musemate.study.records import Trial

LEAST_ORDERS = 60
"""So many raters hear different orders; the rows of the design are repeated, relabelled, until there are enough."""


def williams(n: int) -> list[list[int]]:
    """Return rows of 0..n-1, each number once a row.

    Over all n rows (2 n for an odd n) each number stands at each place equally often, and each follows each other one
    equally often.
    """
    first = [0]
    for step in range(1, n):
        first.append((first[-1] + (step if step % 2 else -step)) % n)
    rows = [[(number + shift) % n for number in first] for shift in range(n)]
    return rows + [row[::-1] for row in rows] if n % 2 else rows


def orders(
    sets: Sequence[tuple[str, Mapping[tuple[str, ...], str]]], seed: int, *, heard: int = 0, fixed: bool = False
) -> tuple[tuple[Trial, ...], ...]:
    """Return the trials of each session, the sets one after the other.

    Parameters
    ----------
    sets : sequence of (str, dict of tuple of str to str)
        Name of a set, and what its trials play (one token or two) with the kind of each, such as "real": who hears
        only some of them hears every kind in its share.
    seed : int
        The same seed gives the same orders.
    heard : int
        So many trials of each set a session, each trial equally often over all sessions; 0 for all.
    fixed : bool
        As they stand, the same for all.
    """
    dice = random.Random(seed)
    if fixed:
        return (_numbered([(name, played) for name, trials in sets for played in trials]),)
    n_orders = max([LEAST_ORDERS, *(2 * len(trials) for _, trials in sets)])
    shuffled = [(name, _orders_of(trials, n_orders, heard, dice)) for name, trials in sets]
    return tuple(
        _numbered([(name, played) for name, rows in shuffled for played in rows[at]]) for at in range(n_orders)
    )


def _orders_of(
    kinds: Mapping[tuple[str, ...], str], n_orders: int, heard: int, dice: random.Random
) -> list[list[tuple[str, ...]]]:
    """Return as many orders of one set; a pair's sides change from one order to the next."""
    trials = list(kinds)
    rows: list[list[tuple[str, ...]]] = []
    while len(rows) < n_orders:
        dice.shuffle(trials)
        design = williams(len(trials))
        dice.shuffle(design)
        rows += [[trials[number] for number in row] for row in design]
    rows = rows[:n_orders]
    if 0 < heard < len(trials):
        rows = _parts(rows, kinds, heard, dice)
    turned = {played: dice.randrange(2) for played in trials}
    return [[_sided(played, (at + turned[played]) % 2) for played in row] for at, row in enumerate(rows)]


def _parts(
    rows: list[list[tuple[str, ...]]], kinds: Mapping[tuple[str, ...], str], heard: int, dice: random.Random
) -> list[list[tuple[str, ...]]]:
    """Keep `heard` trials of each row: of every kind its share, those that were heard least so far."""
    shares = shares_of(Counter(kinds.values()), heard)
    n_heard = dict.fromkeys(kinds, 0)
    kept = []
    for row in rows:
        ranked = sorted(kinds, key=lambda played: (n_heard[played], dice.random()))
        chosen = [
            played
            for kind, share in shares.items()
            for played in [played for played in ranked if kinds[played] == kind][:share]
        ]
        for played in chosen:
            n_heard[played] += 1
        kept.append([played for played in row if played in chosen])
    return kept


def shares_of(counts: Mapping[str, int], heard: int) -> dict[str, int]:
    """Return how many of each kind are heard: in proportion, and one of each where there is room for that."""
    shares = {kind: min(1, heard) for kind in counts} if heard >= len(counts) else dict.fromkeys(counts, 0)
    total = sum(counts.values())
    while sum(shares.values()) < heard:
        wanting = max(
            (kind for kind in counts if shares[kind] < counts[kind]),
            key=lambda kind: counts[kind] * heard / total - shares[kind],
        )
        shares[wanting] += 1
    return shares


def _sided(played: tuple[str, ...], turn: int) -> tuple[str, ...]:
    return played[::-1] if turn else played


def _numbered(played: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Trial, ...]:
    trials = [Trial(0, name, tokens) for name, tokens in played]
    return tuple(replace(trial, number=number) for number, trial in enumerate(trials, 1))
