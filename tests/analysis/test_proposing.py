"""The proposed orders: which take is heard first."""

from __future__ import annotations

import numpy as np
import pytest

from musemate.analysis.figures import Figures
from musemate.analysis.proposing import N_DIFFERENT, balanced, closest, propose, strangest
from musemate.errors import SettingsError


def figure(similarity, novelty, *traits):
    return Figures(similarity, novelty, None, -14.0, traits)


COPY = figure(0.95, 0.05, 0.0, 0.0)
GOOD = figure(0.85, 0.45, 1.0, 0.0)
TWIN = figure(0.85, 0.44, 1.0, 0.01)
OTHER = figure(0.75, 0.40, 0.0, 1.5)
STRANGE = figure(0.20, 0.80, 3.0, 3.0)


def test_closest_and_strangest_are_each_others_reverse():
    figures = [STRANGE, GOOD, COPY, OTHER]
    assert closest(figures) == [2, 1, 3, 0]
    assert strangest(figures) == [0, 3, 1, 2]


def test_balanced_begins_with_the_best_and_goes_on_with_something_else():
    order = balanced([COPY, TWIN, GOOD, OTHER, STRANGE])
    assert order[0] == 2
    assert order[1] == 3, "the twin of the first is nearly as good, but has been heard"
    assert sorted(order) == [0, 1, 2, 3, 4]


def test_equals_keep_their_order():
    assert closest([GOOD] * 4) == strangest([GOOD] * 4) == balanced([GOOD] * 4) == [0, 1, 2, 3]
    assert (closest([]), balanced([]), balanced([COPY])) == ([], [], [0])


def test_after_the_first_hundred_relevance_alone_counts():
    rng = np.random.default_rng(0)
    figures = [figure(*rng.uniform(0.2, 0.9, 2), *rng.normal(size=4)) for _ in range(N_DIFFERENT + 50)]
    order = balanced(figures)
    assert sorted(order) == list(range(len(figures)))
    harmonic = [
        2 * figures[place].similarity * figures[place].novelty / (figures[place].similarity + figures[place].novelty)
        for place in order
    ]
    assert harmonic[N_DIFFERENT:] == sorted(harmonic[N_DIFFERENT:], reverse=True)
    assert harmonic[:N_DIFFERENT] != sorted(harmonic[:N_DIFFERENT], reverse=True)


def test_the_first_ten_differ_more_than_ten_at_random():
    rng = np.random.default_rng(1)
    figures = []
    for _ in range(20):  # twenty ideas, five takes each
        idea = rng.normal(size=8)
        figures += [figure(0.8, rng.uniform(0.4, 0.5), *(idea + 0.05 * rng.normal(size=8))) for _ in range(5)]
    ideas = {place // 5 for place in balanced(figures)[:10]}
    assert len(ideas) >= 9


def test_takes_that_are_not_compared_yet_come_last():
    assert propose("closest", [None, STRANGE, None, COPY]) == [3, 1, 0, 2]
    assert propose("balanced", [None, None]) == [0, 1]
    with pytest.raises(SettingsError, match='no order "best"'):
        propose("best", [COPY])
