"""The arranger: walks in metre."""

import numpy as np
import pytest

from musemate.analysis.metre import Beats
from musemate.engine.frames.arranger import course, cut_units, new_walk
from musemate.errors import TooShortError

RATE = 62.5
N_BEATS = 48


@pytest.fixture
def frames() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((4, round(N_BEATS * 0.5 * RATE))).astype(np.float32)


@pytest.fixture
def beats() -> Beats:
    return Beats(120.0, 0.9, tuple(np.arange(0.25, N_BEATS * 0.5, 0.5)), downbeat=1)


def test_units_are_beats_with_their_place_in_the_bar(frames: np.ndarray, beats: Beats) -> None:
    units = cut_units(frames, RATE, beats)
    assert units.has_bars
    assert units.places[:6].tolist() == [2, 3, 0, 1, 2, 3]
    assert np.diff(units.times)[1:-1] == pytest.approx(0.5 * RATE)


def test_unsure_beats_give_units_of_half_a_second(frames: np.ndarray) -> None:
    units = cut_units(frames, RATE, Beats(120.0, 0.2, tuple(np.arange(0.1, 20, 0.37))))
    assert not units.has_bars
    assert np.diff(units.times) == pytest.approx(0.5 * RATE)


def test_new_walk_keeps_the_bar_and_reorders(frames: np.ndarray, beats: Beats) -> None:
    units = cut_units(frames, RATE, beats)
    walk = new_walk(units, 1500, 0.7, np.random.default_rng(1))
    at_beat = walk[np.round(np.arange(40) * 0.5 * RATE).astype(int)]
    unit = np.searchsorted(units.times, at_beat + 1) - 1
    assert units.places[unit].tolist() == [i % 4 for i in range(40)]
    assert np.mean(np.diff(unit) == 1) < 0.6


def test_new_walk_never_quotes_long_without_beats(frames: np.ndarray) -> None:
    units = cut_units(frames, RATE, None)
    walk = new_walk(units, 3000, 0.0, np.random.default_rng(1))
    breaks = np.flatnonzero(np.diff(walk) != 1)
    assert np.diff(breaks).max() <= 2.3 * RATE


def test_new_walk_visits_most_of_the_fragment(frames: np.ndarray, beats: Beats) -> None:
    walk = new_walk(cut_units(frames, RATE, beats), frames.shape[1] * 2, 0.7, np.random.default_rng(5))
    assert len(np.unique(walk)) > 0.6 * frames.shape[1]


def test_course_without_straying_is_the_fragment_then_an_extra_section(frames: np.ndarray, beats: Beats) -> None:
    n = frames.shape[1]
    walk = course(cut_units(frames, RATE, beats), n + 400, 0.0, np.random.default_rng(0), lead=20)
    assert len(walk) == 20 + n + 400
    assert np.abs(walk[20 : 20 + n] - np.arange(n)).max() <= 1
    assert walk[20 + n :].min() >= 0
    assert walk.max() < n


def test_same_seed_same_walk_other_seed_other_walk(frames: np.ndarray, beats: Beats) -> None:
    units = cut_units(frames, RATE, beats)
    one, two, three = (new_walk(units, 900, 0.7, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


def test_too_short_to_arrange() -> None:
    with pytest.raises(TooShortError, match="too short"):
        cut_units(np.zeros((2, 60), dtype=np.float32), RATE, None)
