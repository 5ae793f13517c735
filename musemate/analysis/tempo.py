"""Tempo and beats of an onset curve: windowed autocorrelation, then dynamic programming."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.onsets import Curve

SLOWEST_BPM, FASTEST_BPM = 50.0, 215.0
LIKELY_BPM = 112.0
SPREAD_OCTAVES = 0.8
"""Prior of the tempo: a bell on the logarithmic axis."""
MULTIPLES = ((1, 1.0), (2, 1.0), (3, 0.4), (4, 0.8))
"""Periods at which a curve should repeat, and how much each counts."""
WINDOW_S = 10.0
DRIFT = 0.07
"""How far the tempo may wander from the clip's own."""
TIGHTNESS = 800.0
"""How strongly beats keep the tempo, in onsets of usual strength per squared log ratio."""
STEP = 0.004
"""Ratio between neighbouring tempos that are tried, less 1."""

Grid = npt.NDArray[np.float64]
TEMPOS: Grid = np.exp(np.arange(np.log(SLOWEST_BPM), np.log(FASTEST_BPM), STEP))
"""Tempos that are tried, bpm, shape (tempos,)."""
PRIOR: Grid = np.exp(-0.5 * (np.log2(TEMPOS / LIKELY_BPM) / SPREAD_OCTAVES) ** 2)


def repetition(curve: Curve, frame_rate: float) -> Grid:
    """How well the curve repeats at each tempo in each stretch of it.

    Parameters
    ----------
    curve : ndarray, shape (frames,)
        Onset curve.
    frame_rate : float
        Frames a second.

    Returns
    -------
    ndarray, shape (windows, tempos)
        Weighted autocorrelation at one to four periods in windows of 10 s (or the whole): 1 for a perfect repetition,
        about 0 for chance.
    """
    length = min(len(curve), round(WINDOW_S * frame_rate))
    n_windows = max(1, round((len(curve) - length) / (length / 2)) + 1)
    starts = np.linspace(0, len(curve) - length, n_windows).round().astype(np.int64)
    return np.stack([_repetition(curve[start : start + length], frame_rate) for start in starts])


def _repetition(curve: Curve, frame_rate: float) -> Grid:
    centred = curve - curve.mean()
    n_frames = len(centred)
    spectrum = np.abs(np.fft.rfft(centred, 2 * n_frames)) ** 2
    correlation = np.fft.irfft(spectrum)[:n_frames] / np.arange(n_frames, 0, -1)
    correlation /= correlation[0] + 1e-9
    total, weights = np.zeros(len(TEMPOS)), np.full(len(TEMPOS), 1e-9)
    for multiple, weight in MULTIPLES:
        lag = multiple * 60.0 / TEMPOS * frame_rate
        inside = lag < 0.75 * n_frames
        total += np.where(inside, weight * np.interp(lag, np.arange(n_frames), correlation), 0.0)
        weights += weight * inside
    return np.asarray(total / weights)


def choose_tempo(repetitions: Grid) -> tuple[Grid, float]:
    """Pick the tempo of a clip, follow its drift and say how steadily it is kept.

    Parameters
    ----------
    repetitions : ndarray, shape (windows, tempos)
        From `repetition`.

    Returns
    -------
    bpm : ndarray, shape (windows,)
        The tempo around each window, within `DRIFT` of the clip's.
    steadiness : float
        Mean over the windows of the repetition at these tempos, below 0.15 for sound without beats.
    """
    best = int((repetitions.mean(axis=0) * PRIOR).argmax())
    reach = round(DRIFT / STEP)
    first = max(0, best - reach)
    near = repetitions[:, first : best + reach + 1]
    return np.asarray(TEMPOS[first + near.argmax(axis=1)]), float(near.max(axis=1).mean())


def track(curve: Curve, frame_rate: float, bpm: Grid) -> Grid:
    """Place beats by dynamic programming (Ellis, "Beat tracking by dynamic programming", JNMR 2007).

    Parameters
    ----------
    curve : ndarray, shape (frames,)
        Onset curve of a level around 1.
    frame_rate : float
        Frames a second.
    bpm : ndarray, shape (windows,)
        Tempo that the tracker keeps near to, at equal distances from the curve's start to its end.

    Returns
    -------
    ndarray, shape (beats,)
        Rising frame numbers, at least one.
    """
    period = 60.0 * frame_rate / np.interp(np.linspace(0, len(bpm) - 1, len(curve)), np.arange(len(bpm)), bpm)
    nearest, farthest = round(period.min() / 2), round(2 * period.max())
    steps = np.arange(farthest, nearest - 1, -1)
    score = np.concatenate([np.zeros(farthest), curve])
    origin = np.full(len(curve), -1)
    for start in range(0, len(curve), nearest):  # a block reaches back to finished scores only
        frames = np.arange(start, min(start + nearest, len(curve)))
        before = score[frames[:, None] + farthest - steps] - TIGHTNESS * np.log(steps / period[start]) ** 2
        best = before.argmax(axis=1)
        gain = before[np.arange(len(frames)), best]
        origin[frames] = np.where(gain > 0, frames - steps[best], -1)
        score[farthest + frames] += np.maximum(gain, 0.0)
    last = min(farthest, len(curve))
    beats = [len(curve) - last + int(score[-last:].argmax())]
    while origin[beats[-1]] >= 0:
        beats.append(int(origin[beats[-1]]))
    return np.array(beats[::-1], dtype=np.float64)
