"""The bar lines of a song, and the marks that a set has of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from musemate.analysis.metre import Beats
from musemate.export.piece import Grid
from musemate.export.setplan import Mark
from musemate.export.tempomap import TempoMap
from musemate.language import _

MOST_LINES = 32
"""Bar lines that are marked in a stretch; in a longer one it is each second, fourth, ... of them."""


def song_grid(beats: Beats | None, start_s: float = 0.0, length_s: float = float("inf")) -> Grid | None:
    """Return tempo and bar lines in the song's time, None where they are not sure.

    One phase is fitted to the beats of a stretch (the median of what each says), so that a beat which was heard early
    or late moves no bar line.

    Parameters
    ----------
    beats : Beats, optional
        Of the song.
    start_s, length_s : float
        The stretch in which the lines must be right, in seconds.
    """
    if beats is None or not beats.is_sure or not beats.beat_times_s:
        return None
    times = np.asarray(beats.beat_times_s)
    counts = np.arange(len(times)) - beats.downbeat
    is_near = (times >= start_s) & (times < start_s + length_s)
    if not is_near.any():
        is_near[:] = True
    phase_s = float(np.median((times - counts * 60.0 / beats.bpm)[is_near]))
    grid = Grid(beats.bpm, beats.beats_per_bar, 0.0)
    return Grid(beats.bpm, beats.beats_per_bar, phase_s % grid.bar_s)


def bar_marks(grid: Grid, stretches: Sequence[tuple[float, float]]) -> Iterator[Mark]:
    """Yield a mark for the bar lines in each stretch (start and end in seconds), numbered as the DAW's ruler counts."""
    tempo = TempoMap(grid)
    marked: set[int] = set()
    for start_s, end_s in stretches:
        lines = tempo.bar_lines(start_s, end_s)
        every = 1
        while len(lines) > MOST_LINES * every:
            every *= 2
        for number, time_s in lines[::every]:
            if number not in marked:
                yield Mark(time_s, _("Bar {n}").format(n=number))
            marked.add(number)
