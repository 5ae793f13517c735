"""Follows level and noisiness through a take: does it fade away, swell up or dissolve into noise?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import HIGHEST_HZ, power_blocks, window_frames
from musemate.audio.clip import AudioClip

EDGE_S = 20.0
"""Length of start and end that are compared; half of a shorter take."""
WINDOW_S = 10.0
STEP_S = 1.0
LOWEST_HZ = 40.0
FAINT_DB = -60.0
"""Columns so far under the clip's own level are pauses: they have no colour."""

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Course:
    """Level and noisiness of a clip over time, a value each 23 ms or so.

    Parameters
    ----------
    rate : float
        Values a second.
    power : ndarray, shape (columns,)
        Mean square, 40 Hz to 16 kHz.
    flatness_db : ndarray, shape (columns,)
        Spectral flatness: geometric over arithmetic mean of the power spectrum, dB; about -2.5 for white noise, -40 and
        less for a tone; NaN in pauses.
    """

    rate: float
    power: Curve
    flatness_db: Curve

    def looks(self, start_s: float, length_s: float) -> tuple[float, float]:
        """Return level and median flatness of a stretch in dB; the flatness is NaN where all is silent."""
        first, end = round(start_s * self.rate), round((start_s + length_s) * self.rate)
        power, flatness = self.power[first:end], self.flatness_db[first:end]
        coloured = flatness[np.isfinite(flatness)]
        level_db = 10 * np.log10(max(float(power.mean()), 1e-12))
        return float(level_db), float(np.median(coloured)) if coloured.size else float("nan")

    def windows(self, length_s: float) -> Curve:
        """Level and flatness of all windows of a length, a second apart, shape (windows, 2)."""
        last = max(0.0, len(self.power) / self.rate - length_s)
        return np.array([self.looks(start, length_s) for start in np.arange(0.0, last + 1e-6, STEP_S)])


@dataclass(frozen=True)
class Fading:
    """How a take's level and noisiness move.

    Parameters
    ----------
    level_change_db, flatness_change_db : float
        Last 20 s less first 20 s; a fade to noise is a fall of the first and a rise of the second.
    level_outside_db, flatness_outside_db : float
        How far the worst 10 s lie outside of what the fragment's own 10 s windows cover, with sign; 0 is inside.
    """

    level_change_db: float
    flatness_change_db: float
    level_outside_db: float
    flatness_outside_db: float


def course(clip: AudioClip) -> Course:
    """Measure level and noisiness over time in windows of 46 ms, 23 ms apart."""
    n_fft = window_frames(clip.rate_hz)
    hop = n_fft // 2
    bins_hz = np.arange(n_fft // 2 + 1) * clip.rate_hz / n_fft
    inside = (bins_hz >= LOWEST_HZ) & (bins_hz <= min(HIGHEST_HZ, 0.45 * clip.rate_hz))
    mean, log_mean = [], []
    for power in power_blocks(clip, n_fft, hop):
        mean.append(power[:, inside].mean(axis=1, dtype=np.float64))
        log_mean.append(np.log(np.maximum(power[:, inside], 1e-20)).mean(axis=1, dtype=np.float64))
    means, logs = np.concatenate(mean), np.concatenate(log_mean)
    flatness_db = 10 * np.log10(np.exp(1.0)) * (logs - np.log(np.maximum(means, 1e-20)))
    is_pause = means <= max(float(means.mean()) * 10 ** (FAINT_DB / 10), 1e-18)
    # scaled so that a sine of full scale has the mean square 1/2: under a Hann window its bins sum up to 3/2
    total = means * np.count_nonzero(inside) / 3.0
    return Course(clip.rate_hz / hop, total, np.where(is_pause, np.nan, flatness_db))


def fading(take: AudioClip, fragment: AudioClip) -> Fading:
    """Compare a take's end with its start, and its worst ten seconds with the fragment.

    Parameters
    ----------
    take, fragment : AudioClip
        A second at least; a fade shows in takes of a minute and more. Sample rates may differ.
    """
    mine, own = course(take), course(fragment)
    edge_s = min(EDGE_S, take.duration_s / 2)
    start, end = mine.looks(0.0, edge_s), mine.looks(take.duration_s - edge_s, edge_s)
    window_s = min(WINDOW_S, take.duration_s, fragment.duration_s)
    windows, usual = mine.windows(window_s), own.windows(window_s)
    outside = [_outside(windows[:, i], usual[:, i]) for i in range(2)]
    return Fading(end[0] - start[0], end[1] - start[1], outside[0], outside[1])


def _outside(values: Curve, usual: Curve) -> float:
    """Largest distance of any value from the range of the usual ones, with sign; NaN where nothing is known."""
    values, usual = values[np.isfinite(values)], usual[np.isfinite(usual)]
    if not values.size or not usual.size:
        return float("nan")
    above = float(values.max() - usual.max())
    below = float(usual.min() - values.min())
    return max(above, 0.0) if above >= below else -max(below, 0.0)
