"""Whether beats that were tracked are even enough for a grid, and which grid fits them best."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.metre import Beats
from musemate.export.piece import Grid
from musemate.language import _

ENOUGH_BEATS = 8
EVEN_S = 0.025
"""Nine of ten beats lie this near to an even grid where a tempo counts as steady. Players stray by 10 to 20 ms."""
ROUND_S = 0.005
"""A tempo is taken for a whole number of bpm where that moves no line of the region by more than this."""
AT_START_S = 0.005
"""A bar line so near to a start lies on it: trackers hear no nearer."""
_DIGITS = 2

Times = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """A grid, or why there is none.

    Parameters
    ----------
    grid : Grid or None
    why : str
        A sentence for the songwriter, "" where there is a grid.
    stray_s : float
        How far the beats that are heard lie from the grid: 90 % of the fragment's beats, or the take's worst stretch;
        NaN where that is not known.
    """

    grid: Grid | None
    why: str = ""
    stray_s: float = math.nan


def known_grid(beats: Beats | None, start_s: float = 0.0, length_s: float | None = None) -> Found:
    """Fit an even grid to the beats that were tracked in a stretch of a song.

    The tempo comes from all of the beats (least squares), as the median of their distances is only as fine as the
    tracker's frames: 10 ms, half a beat in a minute. Which beat opens a bar is the tracker's guess.

    Parameters
    ----------
    beats : Beats or None
        Of the whole file; None where it was not analysed.
    start_s, length_s : float
        The stretch; to the end of the beats where no length is given.

    Returns
    -------
    Found
        Times count from the stretch's start.
    """
    if beats is None:
        return Found(None, _("The song's tempo is not known yet, so nothing can be cut on its bar lines."))
    if not beats.is_sure or beats.beats_per_bar < 1:
        return Found(None, _("The song's tempo is not sure, so nothing can be cut on its bar lines."))
    times = np.asarray(beats.beat_times_s, dtype=np.float64) - start_s
    if len(times) < ENOUGH_BEATS:
        return Found(None, _("There are too few beats here to be sure of the bar lines."))
    number = _counting(times, math.inf if length_s is None else length_s)
    period, first, strays = _fitted(times, number)
    stray_s = float(np.quantile(strays, 0.9))
    if stray_s > EVEN_S or not period > 0.0:
        return Found(None, _("The song's tempo moves, so its bars are not equally long."), stray_s)
    return Found(_grid(beats, period, first, number), "", stray_s)


def _counting(times: Times, length_s: float) -> npt.NDArray[np.int64]:
    """Return the numbers of the beats in a stretch that starts at 0 s; of the nearest ones where it holds too few."""
    inside = np.flatnonzero((times >= 0.0) & (times <= length_s))
    if len(inside) >= ENOUGH_BEATS:
        return inside
    middle = 0.5 * length_s if math.isfinite(length_s) else 0.0
    return np.sort(np.abs(times - middle).argsort(kind="stable")[:ENOUGH_BEATS])


def _fitted(times: Times, number: npt.NDArray[np.int64]) -> tuple[float, float, Times]:
    """Return the period of the beats, the time of beat 0, and how far each beat strays from that.

    Beats that were heard far too early or late count for nothing in a second fit.
    """
    period, first = np.polyfit(number, times[number], 1)
    strays = np.abs(times[number] - first - period * number)
    kept = number[strays <= EVEN_S]
    if ENOUGH_BEATS <= len(kept) < len(number):
        period, first = np.polyfit(kept, times[kept], 1)
    return float(period), float(first), np.abs(times[number] - first - period * number)


def _grid(beats: Beats, period: float, first: float, number: npt.NDArray[np.int64]) -> Grid:
    """Return the grid of a fitted line: beat n is at first + n * period seconds."""
    middle = float(number.mean())
    bpm = _rounded(60.0 / period, len(number))
    at_middle = first + middle * period
    bar_s = beats.beats_per_bar * 60.0 / bpm
    line = at_middle + (beats.downbeat - middle) * 60.0 / bpm
    return Grid(bpm, beats.beats_per_bar, at_start(line, bar_s))


def at_start(line_s: float, bar_s: float) -> float:
    """Return the first of the bar lines that one of them is known of, at or after 0 s; one that is near 0 is at 0."""
    phase = line_s % bar_s
    return 0.0 if min(phase, bar_s - phase) <= AT_START_S else phase


def _rounded(bpm: float, n_beats: int) -> float:
    """Round a tempo as far as no beat of so many, seen from their middle, is moved by more than `ROUND_S`."""
    whole = float(round(bpm))
    moved_s = abs(60.0 / whole - 60.0 / bpm) * n_beats / 2 if whole else math.inf
    return whole if moved_s <= ROUND_S else round(bpm, _DIGITS)
