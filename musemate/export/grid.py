"""The grid of a take: where its bar lines must lie by how it was made, believed only where they are heard there.

Variations and reconstructions keep the course of the region that was learnt from, so their lines are the region's own.
New material of engines that keep the metre begins with a bar and goes on in the song's tempo. Whether a take really
does so is heard: the onset curve of every two bars is laid over the fragment's pattern of a bar, and all have to fit
within 30 ms. Players' beats are not even, and new material adds up their unevenness in another order, so a long take
may leave the grid; then the part that is cut out of it may still have one. Which beat opens a bar is the tracker's
guess.

Measured on 54 takes of 24 to 180 s of three songs with a sure tempo: a band made to a click (the demo), "Vibe Ace" and
"Let's Go Fishin'" (played). Distances are those of the beats that the beat tracker hears in the take by itself:

| takes | with a grid | median | 90 % |
|---|---|---|---|
| demo, variations | 4 of 4 | 2-3 ms | 5 ms |
| demo, new material, 24 s | 12 of 12 | 2-10 ms | 4-13 ms |
| played, variations | 8 of 8 | 7-9 ms | 11-18 ms |
| played, new material, 25 s | 9 of 24 | 5-21 ms | 13-29 ms |
| played, any four bars of new material | 120 of 128 | 10-12 ms | 17-23 ms |
| new material, 180 s | 0 of 6 | | |

The same takes, shifted by 70 to 300 ms or played 0.5 to 10 % too fast or slow (351 trials), and those of other songs
(180): none was given a grid. Listening takes 20 ms of a processor for a take of 24 s.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from musemate.analysis.metre import Beats
from musemate.analysis.onsets import Onsets, find_onsets
from musemate.audio.clip import AudioClip
from musemate.export.piece import Grid
from musemate.export.steadiness import Found, at_start, known_grid
from musemate.export.wishes import Cut
from musemate.language import _
from musemate.project.records import Take

NEAR_S = 0.03
"""Every stretch of a take with a grid lies this near to it."""
MOST_MOVED_S = 0.05
"""A whole take whose beats are farther from where they must be is not the take that was expected."""
STRETCH_BARS = 2
STEP_S = 0.005
"""Steps of the pattern of a bar."""
LIKE = 0.3
"""A stretch whose strokes correlate less with the fragment's pattern says nothing about where its beats are."""
ENOUGH_HZ = 22_000
"""Strokes are listened for at a part of the take's rate that is no lower than this."""
KEEPS_METRE = ("frames", "instant")
"""Engines whose new material begins with a bar and goes on in metre."""

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """How the strokes of a take's stretches lie to a grid.

    Parameters
    ----------
    times_s : ndarray, shape (stretches,)
        Their middles.
    offsets_s : ndarray, shape (stretches,)
        How late they are.
    likeness : ndarray, shape (stretches,)
        Correlation with the fragment's pattern there, -1 to 1.
    """

    times_s: Curve
    offsets_s: Curve
    likeness: Curve


class TakeGrids:
    """Finds the grids of the takes of one run; what is known of their fragment is found once.

    Parameters
    ----------
    beats : Beats or None
        Of the fragment's whole file.
    start_s, length_s : float
        The region that the run learnt from.
    read_region : callable
        Returns that region's sound; asked only where the tempo is sure.
    """

    def __init__(
        self, beats: Beats | None, start_s: float, length_s: float, read_region: Callable[[], AudioClip]
    ) -> None:
        self.fragment = known_grid(beats, start_s, length_s)
        self._read_region = read_region

    def of(self, take: Take, clip: AudioClip, cut: Cut | None = None) -> Found:
        """Find a take's grid.

        Where the whole take does not keep to one, but what is cut out of it does, that is its grid.

        Parameters
        ----------
        take : Take
        clip : AudioClip
            All of its sound.
        cut : Cut, optional
            What of it is wanted.
        """
        expected = self._expected(take)
        if expected.grid is None:
            return expected
        heard = listen(_strokes(clip), expected.grid, self._pattern, clip.duration_s)
        earliest_s = -expected.grid.first_bar_s  # a bar that begins with the take cannot begin before it
        found = _believed(expected.grid, heard, earliest_s, MOST_MOVED_S)
        if found.grid is None and cut is not None and (cut.start_s or cut.length_s):
            holds_start = (cut.start_s or 0.0) < expected.grid.bar_s / 2
            found = _believed(expected.grid, _within(heard, cut), earliest_s if holds_start else -math.inf)
        return found

    def _expected(self, take: Take) -> Found:
        """Return where a take's bar lines must lie by how it was made."""
        grid = self.fragment.grid
        if grid is None or take.mode != "new":  # it keeps the region's course
            return self.fragment
        if take.engine in KEEPS_METRE and take.request.get("metre", True) is True:
            return replace(self.fragment, grid=replace(grid, first_bar_s=0.0))
        return Found(None, _("This take was made without keeping to bars, so it has no bar lines."))

    @cached_property
    def _pattern(self) -> Curve:
        """How strong the fragment's strokes are over a bar; over each beat alike where it holds no whole bar."""
        grid, region = self.fragment.grid, self._read_region()
        assert grid is not None
        if region.duration_s >= grid.first_bar_s + grid.bar_s:
            return bar_pattern(_strokes(region), grid, region.duration_s)
        beat = Grid(grid.bpm, 1, grid.first_bar_s % (60.0 / grid.bpm))
        return np.tile(bar_pattern(_strokes(region), beat, region.duration_s), grid.beats_per_bar)


def bar_pattern(strokes: Onsets, grid: Grid, duration_s: float) -> Curve:
    """Return the mean of a sound's onset curve over its bars, less its mean, shape (steps,); zeros without a whole bar.

    Parameters
    ----------
    strokes : Onsets
    grid : Grid
        The sound's.
    duration_s : float
    """
    n_steps = max(1, round(grid.bar_s / STEP_S))
    n_bars = math.floor((duration_s - grid.first_bar_s) / grid.bar_s)
    if n_bars < 1:
        return np.zeros(n_steps)
    bars = _sampled(strokes, grid, 0, n_bars * n_steps, n_steps).reshape(n_bars, n_steps)
    pattern = bars.mean(axis=0)
    return np.asarray(pattern - pattern.mean())


def listen(strokes: Onsets, grid: Grid, pattern: Curve, duration_s: float) -> Heard:
    """Find how late a take's strokes are in each stretch of two bars: where they are most like the fragment's pattern.

    Looked for within half a beat to both sides.

    Parameters
    ----------
    strokes : Onsets
        The take's.
    grid : Grid
        Where its bar lines are expected.
    pattern : ndarray, shape (steps,)
        See `bar_pattern`.
    duration_s : float
        Of the take.
    """
    n_steps = len(pattern)
    step_s = grid.bar_s / n_steps
    reach = max(1, round(n_steps / grid.beats_per_bar / 2))
    n_bars = math.floor((duration_s - grid.first_bar_s) / grid.bar_s + 0.05)
    wanted = np.tile(pattern, min(STRETCH_BARS, max(1, n_bars)))
    curve = _sampled(strokes, grid, -reach, n_bars * n_steps + reach, n_steps)
    starts = range(0, (n_bars - len(wanted) // n_steps + 1) * n_steps, n_steps) if n_bars > 0 else range(0)
    found = [_best(curve[start : start + len(wanted) + 2 * reach], wanted, reach) for start in starts]
    times = [grid.first_bar_s + (start + len(wanted) / 2) * step_s for start in starts]
    offsets, likeness = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return Heard(np.array(times, dtype=np.float64), offsets * step_s, likeness)


def _best(curve: Curve, wanted: Curve, reach: int) -> tuple[float, float]:
    """Return by how many steps a stretch is late, to a part of one, and how like it is there."""
    products = np.correlate(curve, wanted, "valid")
    inside = curve[reach : reach + len(wanted)]
    norm = float(np.linalg.norm(wanted) * np.linalg.norm(inside - inside.mean()))
    at = int(products.argmax())
    late = float(at - reach)
    if 0 < at < len(products) - 1:  # the summit of the parabola through three points
        before, here, after = products[at - 1 : at + 2]
        bend = before - 2 * here + after
        late += float(0.5 * (before - after) / bend) if bend < 0 else 0.0
    return late, float(products[at]) / norm if norm > 0 else 0.0


def _sampled(strokes: Onsets, grid: Grid, first: int, last: int, n_steps: int) -> Curve:
    """Return the onset curve at steps `first` to `last` from the first bar line on, `n_steps` a bar."""
    times = grid.first_bar_s + np.arange(first, last) * (grid.bar_s / n_steps)
    frames = np.arange(len(strokes.full)) / strokes.frame_rate
    return np.asarray(np.interp(times, frames, strokes.full, left=0.0, right=0.0))


def _strokes(clip: AudioClip) -> Onsets:
    """Return a clip's onset curve; heard in mono and at a lower rate, which is fast and as exact."""
    mono, rate_hz = clip.mono(), clip.rate_hz
    fold = max(1, rate_hz // ENOUGH_HZ)
    if rate_hz % fold:
        fold = 1
    thinned = mono[: len(mono) // fold * fold].reshape(-1, fold).mean(axis=1)
    return find_onsets(AudioClip(thinned[None], rate_hz // fold))


def _within(heard: Heard, cut: Cut) -> Heard:
    """Return the stretches that lie mostly in what is cut out."""
    start_s = cut.start_s or 0.0
    inside = (heard.times_s >= start_s) & (heard.times_s <= start_s + (cut.length_s or math.inf))
    return Heard(heard.times_s[inside], heard.offsets_s[inside], heard.likeness[inside])


def _believed(grid: Grid, heard: Heard, earliest_s: float = -math.inf, most_s: float = math.inf) -> Found:
    """Return a grid that every stretch that tells anything lies near to, moved as little as that takes.

    Parameters
    ----------
    grid : Grid
        Where it is expected.
    heard : Heard
    earliest_s : float
        It is moved no farther to earlier than that (negative).
    most_s : float
        Farther to either side it is not believed.
    """
    told = heard.offsets_s[heard.likeness >= LIKE]
    if not len(told) or len(told) < len(heard.offsets_s) / 2:
        return Found(None, _("The take's beat is not clear enough to be sure of its bar lines."))
    low, high = float(told.min()), float(told.max())
    middle = (low + high) / 2
    if abs(middle) > most_s:
        why = _("The take's beats do not lie where its bars should, so its bar lines are not sure.")
        return Found(None, why, max(-low, high))
    move = 0.0 if max(-low, high) <= NEAR_S else max(middle, earliest_s)
    stray_s = max(move - low, high - move)
    if stray_s > NEAR_S:
        return Found(None, _("The take does not keep to an even tempo, so its bar lines are not sure."), stray_s)
    return Found(replace(grid, first_bar_s=at_start(grid.first_bar_s + move, grid.bar_s)), "", stray_s)
