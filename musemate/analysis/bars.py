"""Where bars begin: the place in the bar at which chords change and the bass drum comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.chroma import Chroma
from musemate.analysis.onsets import Onsets

METRES = (4, 3)
"""Beats in a bar that are tried, the usual one first."""
REACH = 2
"""Beats before and after a beat whose harmony is compared."""
WEIGHTS = (1.0, 0.6, 0.4)
"""Of a change of harmony, a change of bass and a stroke of the bass drum."""
TRIPLE_LEAD = 1.5
"""Three beats must explain the changes so many times as clearly as four before they are believed."""

Row = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bars:
    """The bar lines among given beats.

    Parameters
    ----------
    downbeat : int
        Index of the first beat that starts a bar.
    beats_per_bar : int
        4 or 3.
    confidence : float
        0-1; at 0.5 and over the place of the bar lines counts as sure.
    """

    downbeat: int
    beats_per_bar: int
    confidence: float


def find_bars(beat_times_s: Row, onsets: Onsets, chroma: Chroma) -> Bars:
    """Choose metre and phase for beats that are already known.

    Parameters
    ----------
    beat_times_s : ndarray, shape (beats,)
        Rising times in seconds.
    onsets : Onsets
        Onset curves of the same clip.
    chroma : Chroma
        Chroma of the same clip.
    """
    if len(beat_times_s) < 2 * METRES[0]:
        return Bars(0, METRES[0], 0.0)
    rows = (
        _change(_beat_means(chroma.full, chroma.frame_rate, beat_times_s)),
        _change(_beat_means(chroma.bass, chroma.frame_rate, beat_times_s)),
        _strokes(onsets, beat_times_s),
    )
    accent = np.sum([weight * _standard(row) for weight, row in zip(WEIGHTS, rows, strict=True)], axis=0)
    phases = {metre: _phases(accent, metre) for metre in METRES}
    four, three = (_lead(phases[metre]) for metre in METRES)
    metre = METRES[1] if three > TRIPLE_LEAD * max(four, 2.0) else METRES[0]
    return Bars(
        int(phases[metre].argmax()), metre, float(np.interp(_lead(phases[metre]), [0.0, 1.5, 4.0], [0, 0.5, 1]))
    )


def _beat_means(table: Row, frame_rate: float, beat_times_s: Row) -> Row:
    """Mean of the columns between one beat and the next, shape (rows, beats)."""
    edges = np.append(beat_times_s, 2 * beat_times_s[-1] - beat_times_s[-2])
    first = np.clip(np.ceil(edges * frame_rate).astype(np.int64), 0, table.shape[1] - 1)
    sums = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    last = np.maximum(first[1:], first[:-1] + 1)
    return np.asarray((sums[:, last] - sums[:, first[:-1]]) / (last - first[:-1]))


def _change(means: Row) -> Row:
    """How much the beats after each beat differ from those before it, shape (beats,)."""
    sums = np.concatenate([np.zeros((len(means), 1)), np.cumsum(means, axis=1)], axis=1)
    n_beats = means.shape[1]
    here = np.arange(n_beats)
    after = sums[:, np.minimum(here + REACH, n_beats)] - sums[:, here]
    before = sums[:, here] - sums[:, np.maximum(here - REACH, 0)]
    norms = np.linalg.norm(after, axis=0) * np.linalg.norm(before, axis=0)
    change = 1.0 - np.sum(after * before, axis=0) / (norms + 1e-9)
    change[:1] = np.median(change)  # nothing comes before the first beat
    return np.asarray(change)


def _strokes(onsets: Onsets, beat_times_s: Row) -> Row:
    """Strength of the bass onset at each beat (largest within 50 ms)."""
    reach = round(0.05 * onsets.frame_rate)
    centre = np.round(beat_times_s * onsets.frame_rate).astype(np.int64)
    around = np.clip(centre[:, None] + np.arange(-reach, reach + 1), 0, len(onsets.bass) - 1)
    return np.asarray(onsets.bass[around].max(axis=1))


def _standard(row: Row) -> Row:
    return np.asarray((row - row.mean()) / (row.std() + 1e-9))


def _phases(accent: Row, metre: int) -> Row:
    """Mean accent of each place in the bar in units of its standard error, shape (metre,)."""
    places = [accent[phase::metre] for phase in range(metre)]
    scores = np.array([place.mean() * np.sqrt(len(place)) for place in places])
    return np.asarray(scores / (accent.std() + 1e-9))


def _lead(phases: Row) -> float:
    """By how much the best place leads the second best."""
    second, best = np.sort(phases)[-2:]
    return float(best - second)
