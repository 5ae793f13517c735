"""Lays what rings on after a piece's end over its start, as loops are made whose last note must not be cut off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.onsets import find_onsets
from musemate.audio.clip import MIN_RATE_HZ, AudioClip, Samples
from musemate.export.edges import FADE_S, raised_cosine

LONGEST_S = 4.0
"""More is not laid over a start."""
GONE_DB = -60.0
"""What is so far below the loudest moment before the end has rung out."""
RISE_DB = 6.0
"""A rise by so much over the quietest moment so far is a new note, not the end of an old one."""
CLEAR = 0.5
"""Height of a clear onset in the onset curve, whose level is about 1."""
NEAR_S = 0.02
"""A note that sets in so near to the end is the next bar's."""
CONTEXT_S = 3.0
"""So much before the end tells how strong onsets are in this music."""
WINDOW_S = 0.02

Levels = npt.NDArray[np.float64]


def ringing_frames(clip: AudioClip, end: int) -> int:
    """Return for how many frames a sound rings on after a place, until it has died away or a new note sets in.

    A note is new where the spectrum rises (`analysis.onsets`), or the level does: the end of an old one does neither.

    Parameters
    ----------
    clip : AudioClip
    end : int
        The place, in frames.
    """
    rate_hz, n = clip.rate_hz, max(1, round(WINDOW_S * clip.rate_hz))
    n_left = min(clip.n_frames - end, round(LONGEST_S * rate_hz))
    before = _levels_db(clip.samples[:, max(0, end - 10 * n) : end], n)
    after = _levels_db(clip.samples[:, end : end + n_left], n)
    if not len(after):
        return 0
    so_far = np.minimum.accumulate(np.concatenate([before[-1:], after]))[: len(after)]
    is_over = (after > so_far + RISE_DB) | (after < before.max(initial=after[0]) + GONE_DB)
    n_ringing = int(is_over.argmax()) * n if is_over.any() else n_left
    return min(n_left, n_ringing, _next_note(clip, end, n_ringing))


def _next_note(clip: AudioClip, end: int, n_frames: int) -> int:
    """Return after how many frames the first note sets in, `n_frames` where none does before."""
    if clip.rate_hz < MIN_RATE_HZ:  # a coarse scale: its few bands tell no notes
        return n_frames
    first = max(0, end - round(CONTEXT_S * clip.rate_hz))
    onsets = find_onsets(AudioClip(clip.samples[:, first : end + n_frames], clip.rate_hz))
    curve = onsets.full
    peaks = 1 + np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:]) & (curve[1:-1] > CLEAR))
    times_s = peaks / onsets.frame_rate + (first - end) / clip.rate_hz
    new = times_s[times_s > -NEAR_S] - NEAR_S  # it begins before its peak
    return max(0, min(n_frames, round(float(new.min()) * clip.rate_hz))) if len(new) else n_frames


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
