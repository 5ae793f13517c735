"""The bar lines of a song from the beats that were heard in it."""

from __future__ import annotations

import pytest

from musemate.analysis.metre import Beats
from musemate.export.piece import Grid
from musemate.export.songgrid import MOST_LINES, bar_marks, song_grid

TIMES_S = tuple(0.3 + 0.5 * beat for beat in range(40))


def test_bar_lines_are_those_of_the_downbeats() -> None:
    grid = song_grid(Beats(120.0, 0.9, TIMES_S, downbeat=3, beats_per_bar=4))
    assert grid is not None
    assert (grid.bpm, grid.beats_per_bar, grid.first_bar_s) == (120.0, 4, pytest.approx(1.8))


def test_a_beat_that_was_heard_late_moves_no_bar_line() -> None:
    times = (TIMES_S[0] + 0.08, *TIMES_S[1:-1], TIMES_S[-1] + 0.08)
    grid = song_grid(Beats(120.0, 0.9, times, downbeat=0, beats_per_bar=4))
    assert grid is not None and grid.first_bar_s == pytest.approx(0.3)


def test_where_the_tempo_drifts_the_lines_are_right_in_the_stretch() -> None:
    times = tuple(0.3 + 0.501 * beat for beat in range(200))
    grid = song_grid(Beats(120.0, 0.9, times, downbeat=0, beats_per_bar=4), 60.0, 10.0)
    assert grid is not None
    downbeats = [time for time in times[::4] if 60.0 <= time < 70.0]
    off = [(time - grid.first_bar_s + 1.0) % 2.0 - 1.0 for time in downbeats]
    assert max(map(abs, off)) < 0.015


@pytest.mark.parametrize("beats", [None, Beats(120.0, 0.3, TIMES_S), Beats(120.0, 0.9)])
def test_there_is_no_grid_where_the_tempo_is_not_sure(beats: Beats | None) -> None:
    assert song_grid(beats) is None


def test_bar_lines_are_marked_once_with_the_rulers_numbers() -> None:
    marks = list(bar_marks(Grid(120.0, 4, 0.0), [(3.0, 9.0), (7.0, 11.0)]))
    assert [(mark.time_s, mark.label) for mark in marks] == [
        (4.0, "Bar 3"),
        (6.0, "Bar 4"),
        (8.0, "Bar 5"),
        (10.0, "Bar 6"),
    ]


def test_a_long_stretch_has_a_mark_at_every_few_bars() -> None:
    marks = list(bar_marks(Grid(120.0, 4, 0.0), [(0.0, 160.0)]))
    assert len(marks) <= MOST_LINES
    assert [mark.label for mark in marks[:3]] == ["Bar 1", "Bar 5", "Bar 9"]
