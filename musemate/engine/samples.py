"""Samples on their way in and out of an engine: mid and side, and peaks that would clip."""

from __future__ import annotations

import numpy as np

from musemate.audio.clip import AudioClip

MAX_PEAK = 0.99
KNEE = 0.8
"""From here on peaks are rounded off, where a take has any that would clip."""
MAX_OVER = 1.4
"""Peaks higher than this (3 dB over) make the whole take quieter."""


def to_mid_side(samples: np.ndarray) -> np.ndarray:
    """Turn left/right (2, n) into mid/side, mono (1, n) into itself."""
    if samples.shape[0] == 1:
        return samples
    left, right = samples
    return np.stack([(left + right) / 2, (left - right) / 2])


def from_mid_side(samples: np.ndarray) -> np.ndarray:
    """Undo `to_mid_side`, in place."""
    if samples.shape[0] == 2:
        samples[0] += samples[1]
        samples[1] *= -2
        samples[1] += samples[0]
    return samples


def to_clip(signals: np.ndarray, gain: float, rate_hz: int) -> AudioClip:
    """Make a clip of signals as an engine has them: mid and side, times a gain; they are changed in place.

    Parameters
    ----------
    signals : ndarray, shape (1 or 2, n), float32
    gain : float
        Factor from the clip's samples to those of the signals.
    rate_hz : int
    """
    samples = from_mid_side(signals)
    samples /= gain
    limit_peaks(samples)
    return AudioClip(samples, rate_hz)


def limit_peaks(samples: np.ndarray) -> None:
    """Bring samples of any shape under `MAX_PEAK`, in place; those that do not clip anywhere stay as they are.

    A take as loud as a fragment that was mastered to full scale has single peaks above it. Rounding these off keeps its
    loudness; turning it all down would not.
    """
    peak = float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    if peak <= MAX_PEAK:
        return
    samples *= min(1.0, MAX_OVER / peak)
    high = np.abs(samples) > KNEE
    room = MAX_PEAK - KNEE
    samples[high] = np.sign(samples[high]) * (KNEE + room * np.tanh((np.abs(samples[high]) - KNEE) / room))
