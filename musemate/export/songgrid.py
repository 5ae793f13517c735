"""The bar lines of a song, where takes stand among them, and the marks that a set has of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musemate.export.grid import KEEPS_METRE
from musemate.export.piece import Grid
from musemate.export.setplan import Mark
from musemate.export.tempomap import TempoMap
from musemate.language import _
from musemate.project.records import Take

MOST_LINES = 32
"""Bar lines that are marked in a stretch; in a longer one it is each second, fourth, ... of them."""


def in_song(grid: Grid, start_s: float) -> Grid:
    """Return the grid of a stretch in the song's time.

    Parameters
    ----------
    grid : Grid
        Its times count from the stretch's start.
    start_s : float
        Where in the song the stretch starts.
    """
    return Grid(grid.bpm, grid.beats_per_bar, (grid.first_bar_s + start_s) % grid.bar_s)


def standing(song: Grid | None, first_bar_s: float | None, start_s: float) -> float:
    """Return where in the song a take stands: where its fragment does, moved so that bar lines meet.

    New material begins with a bar, and the region that it was learnt from may begin anywhere in one. It moves by half a
    bar at most, and never before the song's start.

    Parameters
    ----------
    song : Grid, optional
        In the song's time.
    first_bar_s : float, optional
        The take's own first bar line; None where it has none.
    start_s : float
        Where the fragment stands.
    """
    if song is None or first_bar_s is None:
        return start_s
    bar_s = song.bar_s
    off_s = (start_s + first_bar_s - song.first_bar_s + bar_s / 2) % bar_s - bar_s / 2
    moved_s = start_s - off_s
    return moved_s if moved_s >= 0.0 else moved_s + bar_s


def stands_at(take: Take, grid: Grid | None, song: Grid | None, start_s: float) -> float:
    """Return where in the song a take stands.

    A variation keeps its region's course, so it stands where the region does. New material begins with a bar, whether
    or not it keeps an even tempo.

    Parameters
    ----------
    take : Take
    grid : Grid, optional
        Its own, where it is sure.
    song : Grid, optional
        In the song's time.
    start_s : float
        Where its region starts.
    """
    if take.mode != "new":
        return start_s
    is_in_metre = take.engine in KEEPS_METRE and take.request.get("metre", True) is True
    return standing(song, grid.first_bar_s if grid else 0.0 if is_in_metre else None, start_s)


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
