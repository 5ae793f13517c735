"""What a file says about itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import musemate
from musemate.audio.clip import AudioClip
from musemate.export.noting import bar_lines, notes_of, root_of
from musemate.export.piece import Grid, Piece
from musemate.project.records import Fragment, Run, Take

CREATED = "2026-01-02T03:04:05+00:00"
FRAGMENT = Fragment("f1", "Song", "", "", 8000, 2, 60.0, 99.0, 9.0, CREATED, key="Bb minor")
RUN = Run("r2", "f1", 12.5, 8.0, "frames", "fine", "cpu", 0, "finished", (), 0, 0.0, 0.0, CREATED)
TAKE = Take("t3", "r2", "", 4.0, "variation", 0.25, 77, CREATED, "Riff")


def piece(n_frames: int, grid: Grid | None = None, start_s: float = 0.0) -> Piece:
    return Piece(AudioClip(np.zeros((1, n_frames), np.float32), 8000), start_s, grid)


def test_a_piece_stands_in_the_song_behind_its_takes_start():
    notes = notes_of(piece(8000, start_s=1.5), "Riff", TAKE, RUN, FRAGMENT, 12.5)
    assert notes.song_start_s == 14.0
    assert (notes.title, notes.song, notes.created, notes.root, notes.marks) == ("Riff", "Song", CREATED, 10, ())
    made = "engine frames, preset fine, run r2, take t3, variation, closeness 0.25, seed 77"
    assert notes.description == f"MuseMate {musemate.__version__}: {made}"
    new = notes_of(piece(8000), "Riff", replace(TAKE, mode="new"), replace(RUN, preset=""), FRAGMENT, 12.5)
    assert new.song_start_s == 12.5
    assert ": engine frames, run r2, take t3, new," in new.description


@pytest.mark.parametrize(("key", "root"), [("C major", 0), ("B minor", 11), ("F# major", 6), ("", None), ("H", None)])
def test_the_root_is_that_of_the_key_where_it_is_known(key: str, root: int | None):
    assert root_of(key) == root


def test_bar_lines_are_numbered_from_the_piece_s_start():
    grid = Grid(120.0, 4, 0.5)
    assert bar_lines(piece(8000 * 5, grid)) == ((0.5, "bar 1"), (2.5, "bar 2"), (4.5, "bar 3"))
    assert bar_lines(piece(8000 * 5)) == ()
    assert bar_lines(piece(3999, grid)) == ()


@pytest.mark.parametrize("bpm", [61.3, 97.0, 173.7])
@pytest.mark.parametrize("n_bars", [1, 3, 8])
def test_the_line_at_the_end_of_whole_bars_is_not_theirs(bpm: float, n_bars: int):
    grid = Grid(bpm, 4, 0.0)
    marks = bar_lines(piece(grid.bar_frames(n_bars, 8000), grid))
    assert [label for _, label in marks] == [f"bar {n}" for n in range(1, n_bars + 1)]
