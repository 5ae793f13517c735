"""What guides the pyramid besides the coarser scale: where in the bar a frame stands, and how strong an attack is due.

Generators and critics see both as extra channels, as conditional GANs do (Mirza and Osindero 2014, arXiv 1411.1784).
Time in the bar is given as sines and cosines of several speeds, so that a small network can tell any two moments of a
bar apart; positions encoded this way stem from Vaswani et al. 2017 (arXiv 1706.03762).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

N_ACCENT = 1
"""Channels of the attacks, before those of the bar."""
N_TICKS = 2
"""So many of the fastest speeds run through a beat more than once."""


def speeds(beats_per_bar: int) -> tuple[int, ...]:
    """Cycles a bar of the bar's channels: the bar, its half, the beat, and its half and quarter."""
    return tuple(sorted({1, 2, beats_per_bar, 2 * beats_per_bar, 4 * beats_per_bar}))


def make_guide(
    accents: npt.NDArray[np.float32],
    borders: npt.NDArray[np.float64],
    places: npt.NDArray[np.int64],
    beats_per_bar: int,
) -> torch.Tensor:
    """Return the guide of a fragment, shape (channels, frames).

    Parameters
    ----------
    accents : ndarray, shape (frames,)
        How much the spectrum rises at each frame.
    borders, places, beats_per_bar
        Its beats as in `BeatGrid`; without any, the guide has no channels of the bar.
    """
    steady = (accents - accents.mean()) / max(float(accents.std()), 1e-6)
    channels = [np.clip(steady, -3.0, 6.0)]
    if len(borders):
        bars = _bars(borders, places, beats_per_bar, len(accents))
        for speed in speeds(beats_per_bar):
            channels += [np.sin(2 * np.pi * speed * bars), np.cos(2 * np.pi * speed * bars)]
    return torch.from_numpy(np.stack(channels).astype(np.float32))


def ticks(guide: torch.Tensor) -> torch.Tensor:
    """Return those channels of a guide (channels, frames) that tell halves and quarters of a beat apart."""
    return guide[N_ACCENT:][-2 * N_TICKS :]


def _bars(
    borders: npt.NDArray[np.float64], places: npt.NDArray[np.int64], beats_per_bar: int, n: int
) -> npt.NDArray[np.float64]:
    """Time in bars at each frame; before the first beat and after the last it runs on at the usual speed."""
    beats = borders[1:-1]
    usual = float(np.median(np.diff(beats)))
    counts = np.arange(len(beats) + 2) + places[1] - 1.0
    known = np.array([beats[0] - usual, *beats, beats[-1] + usual])
    frames = np.arange(n)
    inside = np.interp(frames, known, counts)
    before = np.minimum(frames - known[0], 0.0) / usual
    after = np.maximum(frames - known[-1], 0.0) / usual
    return np.asarray((inside + before + after) / beats_per_bar)


def without(guide: torch.Tensor, *, accents: bool = False, bars: bool = False) -> torch.Tensor:
    """Return a guide (..., channels, frames) that says nothing of attacks or bars: those channels are 0."""
    out = guide.clone()
    if accents:
        out[..., :N_ACCENT, :] = 0.0
    if bars:
        out[..., N_ACCENT:, :] = 0.0
    return out
