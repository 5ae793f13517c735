"""Loops as the deck plays them: prepared once, so that the sound card's callback only copies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musemate.audio.clip import Samples

SEAM_S = 0.01
"""Length of the cross-fade at the end of a loop whose wrap would click."""

_AROUND_S = 0.005
"""What is sharper than the wrap this near to it hides the wrap."""
_AUDIBLE = 2e-3
"""A bend smaller than this (-54 dBFS) is not heard as a click."""


@dataclass(frozen=True, eq=False)
class Loop:
    """A stretch that is repeated.

    Parameters
    ----------
    start, end : int
        Frames; `end` is the first one after the loop.
    seam : ndarray, shape (channels, frames), float32, or None
        Played instead of the loop's last frames; None where the wrap does not click, so that every sample of the loop
        is the clip's own.
    """

    start: int
    end: int
    seam: Samples | None = None

    @property
    def n_frames(self) -> int:
        """Length of one turn."""
        return self.end - self.start

    @property
    def seam_start(self) -> int:
        """The first frame that is not the clip's own; `end` where all are."""
        return self.end if self.seam is None else self.end - int(self.seam.shape[1])


def prepare_loop(samples: Samples, start: int, end: int, rate_hz: int) -> Loop | None:
    """Limit a loop to a clip and make its seam, where it needs one.

    The cross-fade lies inside of the loop's last 10 ms, so every turn has exactly `end - start` frames and an attack at
    the start stays whole. What is faded in is what leads to the start; where the clip begins there, its first sample is
    held, which ends at the same value without sounding like an echo ahead of the attack.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    start, end : int
        Frames.
    rate_hz : int

    Returns
    -------
    Loop or None
        None where less than two frames of the loop lie inside of the clip.
    """
    start, end = max(0, start), min(end, samples.shape[1])
    if end - start < 2:
        return None
    if not clicks(samples, start, end, rate_hz):
        return Loop(start, end)
    n = max(1, min(round(SEAM_S * rate_hz), (end - start) // 2))
    up = ((np.arange(n, dtype=np.float32) + 1) / n)[None, :]
    before = samples[:, max(0, start - n) : start]
    held = np.repeat(samples[:, :1], n - before.shape[1], axis=1)
    lead_in = np.concatenate([held, before], axis=1)
    seam = samples[:, end - n : end] * (1 - up) + lead_in * up
    return Loop(start, end, np.ascontiguousarray(seam, dtype=np.float32))


def clicks(samples: Samples, start: int, end: int, rate_hz: int) -> bool:
    """Return whether going from a loop's last frame to its first bends the wave more sharply than it bends nearby.

    The bend is the second difference: how far a sample lies from the straight line through the two before it. A click
    is a bend that its surroundings do not have; next to noise or a stroke an equally sharp one is not heard.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    start, end : int
        Frames inside of the clip, two of them at least.
    rate_hz : int
    """
    n = max(4, round(_AROUND_S * rate_hz))
    tail, head = samples[:, max(start, end - n) : end], samples[:, start : min(end, start + n)]
    across = np.concatenate([tail[:, -2:], head[:, :2]], axis=1)
    wrap = np.abs(np.diff(across, 2, axis=1)).max(axis=1, initial=0.0)
    nearby = [np.abs(np.diff(part, 2, axis=1)).max(axis=1, initial=0.0) for part in (tail, head)]
    return bool(np.any(wrap > np.maximum(_AUDIBLE, np.maximum(*nearby))))
