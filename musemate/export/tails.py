"""Lays what rings on after a piece's end over its start, as loops are made whose last note must not be cut off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import Samples
from musemate.export.edges import FADE_S, raised_cosine

LONGEST_S = 4.0
"""More is not laid over a start."""
GONE_DB = -60.0
"""What is so far below the loudest moment before the end has rung out."""
ONSET_DB = 6.0
"""A rise by so much over the quietest moment so far is a new note, not the end of an old one."""
WINDOW_S = 0.02

Levels = npt.NDArray[np.float64]


def ringing_frames(samples: Samples, end: int, rate_hz: int) -> int:
    """Return for how many frames a sound rings on after a place, until it has died away or a new note sets in.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    end : int
        The place.
    rate_hz : int
    """
    n = max(1, round(WINDOW_S * rate_hz))
    before = _levels_db(samples[:, max(0, end - 10 * n) : end], n)
    after = _levels_db(samples[:, end : end + round(LONGEST_S * rate_hz)], n)
    if not len(after):
        return 0
    so_far = np.minimum.accumulate(np.concatenate([before[-1:], after]))[: len(after)]
    is_over = (after > so_far + ONSET_DB) | (after < before.max(initial=after[0]) + GONE_DB)
    n_left: int = min(samples.shape[1] - end, round(LONGEST_S * rate_hz))
    return min(n_left, int(is_over.argmax()) * n) if is_over.any() else n_left


def folded(piece: Samples, tail: Samples, rate_hz: int) -> Samples:
    """Lay a tail over the start of a piece; nothing is turned down.

    The tail starts at full level, where the piece's end leaves off, and dies away over its second half.

    Parameters
    ----------
    piece : ndarray, shape (channels, frames), float32
    tail : ndarray, shape (channels, at most frames), float32
    rate_hz : int
    """
    n = min(tail.shape[1], piece.shape[1])
    fall = raised_cosine(max(n // 2, min(n, round(FADE_S * rate_hz))))[::-1]
    out = piece.copy()
    laid = tail[:, :n].copy()
    laid[:, n - len(fall) :] *= fall
    out[:, :n] += laid
    return out


def _levels_db(samples: Samples, n: int) -> Levels:
    """Level of each whole window of `n` frames, dB, shape (windows,); the last one may be shorter."""
    power = np.square(samples.astype(np.float64)).mean(axis=0)
    starts = np.arange(0, len(power), n)
    if not len(starts):
        return np.zeros(0)
    lengths = np.diff(np.append(starts, len(power)))
    return np.asarray(10.0 * np.log10(np.add.reduceat(power, starts) / lengths + 1e-12))
