"""The bar lines of a song, and where takes stand among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.export.piece import Grid
from musemate.export.songgrid import MOST_LINES, bar_marks, in_song, standing, stands_at
from musemate.project.records import Take

SONG = Grid(120.0, 4, 0.5)
"""Bar lines at 0.5 s, 2.5 s, 4.5 s, ..."""


def test_a_stretchs_bar_lines_are_the_songs() -> None:
    grid = in_song(Grid(120.0, 4, 1.3), 21.2)
    assert (grid.bpm, grid.beats_per_bar, grid.first_bar_s) == (120.0, 4, pytest.approx(0.5))


@pytest.mark.parametrize(
    ("first_bar_s", "start_s", "place_s"),
    [
        (0.0, 2.9, 2.5),  # new material begins with a bar: the nearest one
        (0.0, 3.9, 4.5),
        (1.6, 2.9, 2.9),  # a variation has the region's own lines
        (1.6, 2.92, 2.9),
        (0.0, 0.2, 0.5),
        (1.9, 0.2, 0.6),  # the nearest bar line would need a start before the song's
    ],
)
def test_a_take_stands_where_its_fragment_does_with_its_bar_lines_on_the_songs(
    first_bar_s: float, start_s: float, place_s: float
) -> None:
    assert standing(SONG, first_bar_s, start_s) == pytest.approx(place_s)


def test_without_bar_lines_a_take_stands_where_its_fragment_does() -> None:
    assert standing(None, 0.0, 2.9) == 2.9
    assert standing(SONG, None, 2.9) == 2.9


@given(st.floats(40.0, 240.0), st.integers(2, 7), st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(0.0, 300.0))
def test_a_take_moves_by_half_a_bar_at_most(
    bpm: float, beats_per_bar: int, song_bar_s: float, first_bar_s: float, start_s: float
) -> None:
    song = Grid(bpm, beats_per_bar, song_bar_s)
    place_s = standing(song, first_bar_s, start_s)
    assert place_s >= 0.0
    off = (place_s + first_bar_s - song_bar_s) % song.bar_s
    assert min(off, song.bar_s - off) < 1e-6
    if start_s > song.bar_s:
        assert abs(place_s - start_s) <= song.bar_s / 2 + 1e-9


def a_take(mode: str, engine: str = "frames", *, metre: bool = True) -> Take:
    request = {"metre": metre}
    return Take("t1", "r1", "a.wav", 4.0, mode, 0.5, 1, "", "take 1", request=request, engine=engine)


@pytest.mark.parametrize(
    ("take", "own", "place_s"),
    [
        (a_take("variation"), Grid(120.0, 4, 1.62), 2.9),  # its bars are the region's, however late its strokes are
        (a_take("new"), Grid(120.0, 4, 0.02), 2.48),
        (a_take("new"), None, 2.5),  # it begins with a bar, and then leaves the grid
        (a_take("new", metre=False), None, 2.9),
        (a_take("new", "classic"), None, 2.9),
    ],
)
def test_new_material_is_put_on_a_bar_and_a_variation_where_its_region_is(
    take: Take, own: Grid | None, place_s: float
) -> None:
    assert stands_at(take, own, SONG, 2.9) == pytest.approx(place_s)


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
