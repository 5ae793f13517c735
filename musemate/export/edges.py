"""Edges of a piece: at a zero crossing near by where that does not click, else with a short fade."""

from __future__ import annotations

import numpy as np

from musemate.audio.clip import Samples
from musemate.audio.seam import clicks

FADE_S = 0.005
"""Length of the raised cosine at an edge that would click."""
REACH_S = 0.003
"""How far from the wanted edge a zero crossing is looked for."""

STROKE_FADE_S = 0.001
"""Length of the fade-in where a stroke begins at the edge: a longer one would soften it."""

_STROKE = 4.0
"""A stroke makes the wave so many times as steep (in power) as it was just before it."""
_AROUND_S = 0.01
"""How much of the sound behind an edge tells whether the edge is heard."""


def quiet_edge(samples: Samples, at: int, rate_hz: int, *, is_start: bool, reach: int | None = None) -> int | None:
    """Find the frame nearest to a wanted edge at which sound may begin or end without a fade.

    All channels cross zero there, and the bend where they meet silence is no sharper than the sound itself bends within
    5 ms of it, or too small to be heard (`musemate.audio.seam.clicks`): a crossing of a loud low note is steep enough
    to be heard.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    at : int
        The wanted edge: the first frame that is heard, or the first that is not.
    rate_hz : int
    is_start : bool
        Whether sound begins there, else it ends.
    reach : int, optional
        Frames to both sides that are looked at; as many as 3 ms have where it is not given.

    Returns
    -------
    int or None
        None where there is no such frame.
    """
    reach = round(REACH_S * rate_hz) if reach is None else reach
    first, last = max(1, at - reach), min(samples.shape[1] - 1, at + reach)
    if last < first:
        return None
    near = samples[:, first - 1 : last + 1]
    crossings = first + np.flatnonzero(np.all(near[:, 1:] * near[:, :-1] <= 0.0, axis=0))
    for frame in sorted(crossings.tolist(), key=lambda frame: abs(frame - at)):
        if not edge_clicks(samples, frame, rate_hz, is_start=is_start):
            return int(frame)
    return None


def edge_clicks(samples: Samples, at: int, rate_hz: int, *, is_start: bool) -> bool:
    """Return whether a sound that begins or ends at a frame, with silence beyond, is heard to click there.

    Parameters as for `quiet_edge`.
    """
    n = max(4, round(_AROUND_S * rate_hz))
    sound = samples[:, at : at + n] if is_start else samples[:, max(0, at - n) : at]
    if sound.shape[1] < 2:
        return bool(np.any(sound))
    silence = np.zeros_like(sound)
    # a loop of sound and silence wraps where the edge is
    parts = [sound, silence] if is_start else [silence, sound]
    return clicks(np.concatenate(parts, axis=1), 0, 2 * sound.shape[1], rate_hz)


def starts_with_stroke(samples: Samples, at: int, rate_hz: int) -> bool:
    """Return whether a stroke begins within the first 5 ms after a frame.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    at, rate_hz : int
    """
    before = np.diff(samples[:, max(0, at - round(_AROUND_S * rate_hz)) : at])
    after = np.diff(samples[:, at : at + round(FADE_S * rate_hz)])
    if not before.size or not after.size:
        return True  # the take itself begins there
    return bool(np.square(after).mean() > _STROKE * np.square(before).mean())


def fade_in(samples: Samples, seconds: float, rate_hz: int) -> Samples:
    """Return samples that rise from silence as a raised cosine, over half of them at most.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    seconds : float
    rate_hz : int
    """
    ramp = raised_cosine(min(round(seconds * rate_hz), samples.shape[1] // 2))
    out = samples.copy()
    out[:, : len(ramp)] *= ramp
    return out


def fade_out(samples: Samples, rate_hz: int) -> Samples:
    """Return samples that fall to silence over 5 ms; else as `fade_in`."""
    return fade_in(samples[:, ::-1], FADE_S, rate_hz)[:, ::-1]


def raised_cosine(n: int) -> Samples:
    """Return a ramp that rises from 0 towards 1, shape (n,), float32."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(n) / max(1, n))).astype(np.float32)
