"""Snaps a region to bar lines, exactly to the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

from musemate.errors import TooShortError
from musemate.export.piece import Grid
from musemate.language import _, number

SLACK_S = 0.03
"""So much may be missing of the first or last bar at a take's very ends, where it fades: silence stands there."""


@dataclass(frozen=True)
class Bars:
    """Bars of a take.

    Parameters
    ----------
    start : int
        Frame of the first bar line; down to `SLACK_S` before the take.
    n_frames : int
        round(bars x beats x 60 / bpm x rate), whatever bar they start with: all pieces of four bars are equally long.
    n_bars : int
    """

    start: int
    n_frames: int
    n_bars: int


def snapped(grid: Grid, first: float, last: float, n_frames: int, rate_hz: int) -> Bars:
    """Choose the bars whose lines are nearest to a region's edges, one at least.

    A bar starts at the frame nearest to its line, so that bars cut one by one never drift: where a bar is no whole
    number of frames, the next one begins at most one frame too early or too late.

    Parameters
    ----------
    grid : Grid
        The take's.
    first, last : float
        The region, in frames.
    n_frames : int
        Length of the take.
    rate_hz : int

    Raises
    ------
    TooShortError
        The region is shorter than half a bar, or no bar of it lies whole in the take.
    """
    bar, origin, slack = grid.bar_s * rate_hz, grid.first_bar_s * rate_hz, SLACK_S * rate_hz
    if last - first < bar / 2:
        raise _shorter_than_a_bar(grid)
    start, end = (math.floor((edge - origin) / bar + 0.5) for edge in (first, last))
    if end <= start:  # both edges lie near to one line: the bar that holds most of the region
        start = math.floor(((first + last) / 2 - origin) / bar)
        end = start + 1
    start = max(start, math.ceil((-slack - origin) / bar))
    end = min(end, math.floor((n_frames + slack - origin) / bar))
    if end <= start:
        raise _no_whole_bar(grid)
    n_bars = end - start
    return Bars(round(origin + start * bar), grid.bar_frames(n_bars, rate_hz), n_bars)


def seen_from(grid: Grid, start: int, rate_hz: int) -> Grid:
    """Return a take's grid with times that count from one of its frames; a line within a frame of it is at 0."""
    phase = (grid.first_bar_s - start / rate_hz) % grid.bar_s
    if min(phase, grid.bar_s - phase) * rate_hz < 1.5:  # lines are rounded to frames
        phase = 0.0
    return Grid(grid.bpm, grid.beats_per_bar, phase)


def whole_bars(grid: Grid, n_frames: int, rate_hz: int) -> int:
    """Return how many bars a piece is long to the frame, from a bar line on; 0 where it is not.

    Parameters
    ----------
    grid : Grid
        The piece's own.
    n_frames, rate_hz : int
        Of the piece.
    """
    n_bars = round(n_frames / rate_hz / grid.bar_s)
    return n_bars if grid.first_bar_s == 0.0 and grid.bar_frames(n_bars, rate_hz) == n_frames else 0


def _shorter_than_a_bar(grid: Grid) -> TooShortError:
    return TooShortError(
        _("The region is shorter than half a bar."),
        hint=_("Choose at least one bar ({seconds} s), or leave the bar lines aside.").format(
            seconds=number(grid.bar_s, ".2f")
        ),
    )


def _no_whole_bar(grid: Grid) -> TooShortError:
    return TooShortError(
        _("No whole bar of {seconds} s lies in the region.").format(seconds=number(grid.bar_s, ".2f")),
        hint=_("Choose more of the take, or leave the bar lines aside."),
    )
