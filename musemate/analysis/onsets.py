"""Onset curves: how much new sound sets in at each moment.

The spectral flux of a log-mel spectrum with a maximum filter along frequency, so that vibrato does not count as onsets
(Böck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013), with fewer bands and a running
correction of the level, so that quiet passages count too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import mel_edges_hz, mel_filters, power_blocks
from musemate.audio.clip import AudioClip

FRAME_RATE = 100.0
"""Frames a second, nearly: the hop is a whole number of samples."""
HALF_WINDOW_S = 0.0232
"""Half a window: an attack shows in the curve as much too early as the comparison over `LAG` makes it late."""
N_BANDS = 40
FAINT = 0.1
"""RMS of a curve that is no more than the beating of a held tone; noise has 0.2, music 0.5 to 6."""
N_BASS = 3
"""Lowest bands, up to about 170 Hz."""
LAG = 2
"""Frames between the two spectra that are compared."""

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Onsets:
    """Onset curves of a clip on one time axis; frame i stands for the time i / frame_rate.

    Parameters
    ----------
    frame_rate : float
        Frames a second.
    full : ndarray, shape (frames,)
        All bands together, smoothed, less its running mean, divided by its running level.
    bass : ndarray, shape (frames,)
        The lowest bands alone, as they are.
    """

    frame_rate: float
    full: Curve
    bass: Curve


def find_onsets(clip: AudioClip) -> Onsets:
    """Listen for onsets in a clip of any length."""
    from scipy.ndimage import maximum_filter1d

    bands, frame_rate = _log_bands(clip)
    flux = np.zeros_like(bands)
    flux[LAG:] = np.maximum(bands[LAG:] - maximum_filter1d(bands[:-LAG], 3, axis=1), 0.0)
    edge = round(0.03 * frame_rate)  # neither the start nor the end of a clip is an onset
    flux[:edge] = flux[-edge:] = 0.0
    return Onsets(frame_rate, _levelled(flux.sum(axis=1), frame_rate), flux[:, :N_BASS].sum(axis=1))


def _log_bands(clip: AudioClip) -> tuple[Curve, float]:
    """Compressed band amplitudes relative to the clip's own level, shape (frames, bands), and the frame rate."""
    from scipy.fft import next_fast_len

    hop = round(clip.rate_hz / FRAME_RATE)
    n_fft = 2 * next_fast_len(round(HALF_WINDOW_S * clip.rate_hz))
    edges = mel_edges_hz(N_BANDS, 40.0, min(14_000.0, clip.rate_hz / 2))
    filters = mel_filters(clip.rate_hz, n_fft, edges).T
    power = np.concatenate([block @ filters for block in power_blocks(clip, n_fft, hop)])
    amplitude = np.sqrt(power.astype(np.float64))
    return np.log1p(100.0 * amplitude / (np.quantile(amplitude, 0.98) + 1e-9)), clip.rate_hz / hop


def _levelled(curve: Curve, frame_rate: float) -> Curve:
    from scipy.ndimage import gaussian_filter1d, uniform_filter1d

    smooth = gaussian_filter1d(curve, 0.012 * frame_rate)
    smooth = np.maximum(smooth - uniform_filter1d(smooth, round(0.8 * frame_rate)), 0.0)
    # the running mean of squares may end a rounding error below zero
    level = np.sqrt(np.maximum(uniform_filter1d(smooth**2, round(6.0 * frame_rate)), 0.0))
    overall = np.sqrt(np.mean(smooth**2))
    if overall < FAINT:
        return np.zeros_like(smooth)
    return np.asarray(smooth / (level + 0.2 * overall + 1e-9))
