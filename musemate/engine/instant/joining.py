"""One join of two sounds: where a stroke begins, how far to move what comes in, and the curves of the cross-fade."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Samples = npt.NDArray[np.float32]

STEP_S = 0.001
"""Time steps in which a stroke is looked for."""
STROKE_RISE = 4.0
"""A stroke raises the power by this factor (6 dB)."""
LOOK = 3
"""Steps over which the power is averaged: a stroke takes some milliseconds to its loudest."""
QUIET = 1e-7
"""Power (-70 dB) that counts as silence, so that no noise floor has strokes."""


def find_attack(samples: Samples, first: int, rate_hz: int) -> int | None:
    """Find where the strongest stroke begins.

    Parameters
    ----------
    samples : ndarray, shape (channels, n), float32
        Some tens of milliseconds.
    first : int
        From which sample on a stroke is looked for; it has to rise over as much as this before it.
    rate_hz : int

    Returns
    -------
    int or None
        First sample of the millisecond in which the stroke begins, None when the power nowhere rises by 6 dB over the
        loudest that came just before.
    """
    step = max(1, round(STEP_S * rate_hz))
    n, calm = samples.shape[1] // step - LOOK + 1, max(LOOK, first // step)
    if n <= calm:
        return None
    power = (samples[:, : samples.shape[1] // step * step].astype(np.float64) ** 2).mean(axis=0)
    power = sliding_window_view(power.reshape(-1, step).mean(axis=1), LOOK).mean(axis=1) + QUIET
    before = sliding_window_view(power, calm - LOOK + 1).max(axis=1)[: n - calm]
    rise = power[calm:] / before
    strongest = int(np.argmax(rise))
    return (calm + strongest) * step if rise[strongest] >= STROKE_RISE else None


def find_shift(going: Samples, around: Samples) -> int:
    """Find where in `around` the waveform runs most like `going`.

    The measure of WSOLA (Verhelst and Roelands, "An overlap-add technique based on waveform similarity", ICASSP 1993):
    normalised cross-correlation, here summed over the channels, so that both move together.

    Parameters
    ----------
    going : ndarray, shape (channels, n), float32
        What goes out.
    around : ndarray, shape (channels, n + range), float32
        What may come in.

    Returns
    -------
    int
        First sample of the stretch in `around`; the middle when nothing can be compared.
    """
    n_places: int = around.shape[1] - going.shape[1] + 1
    if going.shape[1] == 0:
        return n_places // 2
    here, there = going.astype(np.float64), around.astype(np.float64)
    products = np.zeros(n_places)
    for one, other in zip(there, here, strict=True):
        products += np.correlate(one, other, "valid")
    power = np.cumsum(np.pad((there**2).sum(axis=0), (1, 0)))
    scores = products / np.sqrt(power[going.shape[1] :] - power[:n_places] + QUIET)
    return int(np.argmax(scores)) if scores.max() > 0.0 else n_places // 2


def join(going: Samples, coming: Samples, peak: float) -> Samples:
    """Fade from one sound to another, shape (channels, n) both, no louder than `peak`.

    The curves keep the power for the measured correlation r of the two: sin and cos divided by
    sqrt(1 + 2 r sin cos), after Fink, Holters and Zoelzer, "Signal-matched power-complementary cross-fading and
    dry-wet mixing" (DAFx 2016). Where that would be louder than `peak`, the curves add up to one in amplitude.
    """
    n = going.shape[1]
    angle = (np.arange(n) + 0.5) / max(n, 1) * (np.pi / 2)
    rising, falling = np.sin(angle), np.cos(angle)
    gain = 1.0 / np.sqrt(1.0 + 2.0 * likeness(going, coming) * rising * falling)
    mixed = (falling * gain) * going + (rising * gain) * coming
    if n and float(np.abs(mixed).max()) > peak:
        mixed = (falling * going + rising * coming) / (falling + rising)
    return np.asarray(mixed, dtype=np.float32)


def likeness(a: Samples, b: Samples) -> float:
    """Return the correlation of two sounds at one place, 0-1; opposites count as strangers."""
    power = float((a.astype(np.float64) ** 2).sum() * (b.astype(np.float64) ** 2).sum())
    return max(0.0, float((a.astype(np.float64) * b).sum()) / power**0.5) if power > 0 else 0.0
