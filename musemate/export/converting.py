"""Brings a piece to the rate and the channels of an export."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from musemate.audio.clip import AudioClip, Samples
from musemate.export.piece import Piece
from musemate.export.wishes import MID_SIDE, MONO, STEREO, SoundFormat

MID, SIDE = "mid", "side"

_CONTEXT_S = 0.05
"""Sound on either side of a loop that is resampled with it: more than soxr's filter reaches at 8 kHz."""
_CANDIDATES = 4096


def converted(piece: Piece, wanted: SoundFormat) -> list[Piece]:
    """Return a piece as it is wanted: one piece, or two where that is mid and side.

    Parameters
    ----------
    piece : Piece
    wanted : SoundFormat
        Its rate and its channels are looked at. Mono is the mean of both channels; a mono take is doubled for stereo.
        Mid is (left + right) / 2 and side (left - right) / 2, so left is mid + side and right is mid - side; a mono
        take has no side and stays one piece.

    Returns
    -------
    list of Piece
        Where nothing changes, the piece itself. `part` tells mid from side.
    """
    rate_hz = wanted.rate_hz or piece.clip.rate_hz
    if wanted.channels == MID_SIDE and piece.clip.n_channels == 2:
        left, right = piece.clip.samples
        parts = {MID: (left + right) / 2, SIDE: (left - right) / 2}
        return [_at_rate(_with(piece, samples[None]), rate_hz, part) for part, samples in parts.items()]
    if wanted.channels == MONO and piece.clip.n_channels == 2:
        piece = _with(piece, piece.clip.mono()[None])
    piece = _at_rate(piece, rate_hz)
    if wanted.channels == STEREO and piece.clip.n_channels == 1:
        piece = _with(piece, np.repeat(piece.clip.samples, 2, axis=0))
    return [piece]


def resampled_loop(clip: AudioClip, rate_hz: int, n_frames: int) -> AudioClip:
    """Change the rate of a loop (soxr, very high quality) so that its end goes on with its start as before.

    What is resampled is the endless repetition: before the loop stands its end, after it its start. Frames are whole,
    so a loop hardly ever is exactly as long at both rates; here it is, for the ratio is that of the frames. That is out
    of tune by half a frame in all of the loop, 0.01 cents in two seconds.

    Parameters
    ----------
    clip : AudioClip
    rate_hz : int
        The new rate.
    n_frames : int
        Length at the new rate, `clip.duration_s * rate_hz` to within a frame.
    """
    import soxr

    n = clip.n_frames
    n_before, n_after = _lead_in(n, n_frames, clip.rate_hz), _least(clip.rate_hz)
    turns = clip.samples[:, np.arange(-n_before, n + n_after) % n]
    samples = np.asarray(soxr.resample(turns.T, n, n_frames, quality="VHQ")).T
    first = round(n_before * n_frames / n)
    return AudioClip(samples[:, first : first + n_frames], rate_hz)


def _lead_in(n: int, n_new: int, rate_hz: int) -> int:
    """Return how many frames to put before a loop of n: as many as are whole frames, or nearly, among n_new too.

    What is left of a frame moves the loop as a whole: 1/5000 of a frame as a rule and, over 4,000 pairs of common rates
    with random tempos, never more than an eighth, a microsecond.
    """
    candidates = _least(rate_hz) + np.arange(_CANDIDATES, dtype=np.int64)
    left = candidates * n_new % n
    return int(candidates[np.minimum(left, n - left).argmin()])


def _least(rate_hz: int) -> int:
    return round(_CONTEXT_S * rate_hz)


def _at_rate(piece: Piece, rate_hz: int, part: str = "") -> Piece:
    clip = piece.clip
    if rate_hz == clip.rate_hz:
        return replace(piece, part=part) if part else piece
    if piece.n_bars and piece.grid is not None:
        n_frames = piece.grid.bar_frames(piece.n_bars, rate_hz)
    else:
        n_frames = max(1, round(clip.n_frames * rate_hz / clip.rate_hz))
    changed = resampled_loop(clip, rate_hz, n_frames) if piece.is_loop else _exactly(clip.resampled(rate_hz), n_frames)
    return replace(piece, clip=changed, part=part)


def _exactly(clip: AudioClip, n_frames: int) -> AudioClip:
    """Give a clip the length it should have, from which rounding keeps it away by a frame."""
    missing = n_frames - clip.n_frames
    if missing <= 0:
        return AudioClip(clip.samples[:, :n_frames], clip.rate_hz)
    return AudioClip(np.pad(clip.samples, ((0, 0), (0, missing))), clip.rate_hz)


def _with(piece: Piece, samples: Samples) -> Piece:
    return replace(piece, clip=AudioClip(samples, piece.clip.rate_hz))
