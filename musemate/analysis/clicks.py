"""Finds clicks: samples that break out of a sound as nothing in the fragment does.

Music can be foretold from one sample to the next, a click cannot. What a short linear prediction leaves over, fitted
anew every 12 ms, is therefore small where music sounds and large at a click (Godsill and Rayner, "Digital Audio
Restoration", Springer 1998, chapter 5). So it is at the stroke of a drum, but that goes on sounding, while a click is
over within a few samples: the surroundings are the median of 4 ms blocks, which a few samples cannot move, and the
loudest of the block and both its neighbours, which a drum fills. How far the fragment's own samples stand out says
what is no click.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import AudioClip

ORDER = 24
"""Samples from which the next one is foretold."""
WINDOW_S = 0.023
"""Window of a prediction, rounded to a power of two; half of it from one to the next."""
CHUNK = 1_024
"""Windows predicted at once, so that memory does not grow with the take."""
BLOCK_S = 0.004
"""Length of the surroundings that are compared with each other."""
JOIN_S = 0.002
"""Outbreaks nearer to each other than this are one click."""
MARGIN = 1.5
"""A click stands out this much more than the fragment's own sharpest sample ..."""
MIN_PROMINENCE = 12.0
"""... and this much at least: the largest of a million samples of noise stands out 8 times."""
FAINT = 0.02
"""Surroundings count as no quieter than this share of the RMS of what the fragment leaves over."""

Wave = npt.NDArray[np.float64]
Times = npt.NDArray[np.float64]


def find_clicks(take: AudioClip, fragment: AudioClip) -> Times:
    """Find the clicks of a take that its fragment would not have.

    Parameters
    ----------
    take, fragment : AudioClip
        Of the same sample rate.

    Returns
    -------
    ndarray, shape (clicks,)
        Seconds from the take's start, rising; empty where there are none. Its first and last few milliseconds are left
        out: a hard start is no click.
    """
    usual = unforetold(fragment)
    floor = FAINT * float(np.sqrt(np.mean(usual**2))) + 1e-9
    limit = MARGIN * float(prominence(usual, fragment.rate_hz, floor).max(initial=0.0))
    sharp = np.flatnonzero(prominence(unforetold(take), take.rate_hz, floor) > max(MIN_PROMINENCE, limit))
    is_first = np.diff(sharp, prepend=-take.rate_hz) > JOIN_S * take.rate_hz
    return np.asarray(sharp[is_first] / take.rate_hz, dtype=np.float64)


def unforetold(clip: AudioClip) -> Wave:
    """What linear prediction leaves over, shape (channels, frames); 0 for half a window at both ends."""
    size = int(2 ** round(np.log2(WINDOW_S * clip.rate_hz)))
    rest = np.stack([_unforetold(channel.astype(np.float64), size) for channel in clip.samples])
    rest[:, : size // 2] = 0.0
    rest[:, max(0, clip.n_frames - size // 2) :] = 0.0
    return rest


def prominence(rest: Wave, rate_hz: int, floor: float) -> Wave:
    """How far each sample stands out of its surroundings.

    Parameters
    ----------
    rest : ndarray, shape (channels, frames)
        From `unforetold`.
    rate_hz : int
    floor : float
        Surroundings count as this loud at least.

    Returns
    -------
    ndarray, shape (frames,)
        Ratio to the surroundings' median, of the channel where it is larger.
    """
    size = max(8, round(BLOCK_S * rate_hz))
    n_channels, n = rest.shape
    n_blocks = -(-n // size)
    # the last, incomplete block is filled up with its mirror image
    padded = np.pad(np.abs(rest), ((0, 0), (0, n_blocks * size - n)), mode="symmetric")
    blocks = padded.reshape(n_channels, n_blocks, size)
    medians = np.median(blocks, axis=2)
    beside = np.pad(medians, ((0, 0), (1, 1)))
    around = np.maximum(np.maximum(beside[:, :-2], beside[:, 2:]), np.maximum(medians, floor))
    return np.asarray((blocks / around[..., None]).reshape(n_channels, -1)[:, :n].max(axis=0))


def _unforetold(wave: Wave, size: int) -> Wave:
    """Predict block after block of half a window, each with the coefficients of the window around it."""
    hop = size // 2
    n_blocks = -(-len(wave) // hop)
    before = max(hop // 2, ORDER)
    padded = np.pad(wave, (before, n_blocks * hop - len(wave) + size))
    windows = np.lib.stride_tricks.sliding_window_view(padded[before - hop // 2 :], size)[::hop][:n_blocks]
    rest = padded[before : before + n_blocks * hop].reshape(n_blocks, hop).copy()
    for start in range(0, n_blocks, CHUNK):
        weights = _coefficients(windows[start : start + CHUNK])
        chunk = rest[start : start + CHUNK]
        for lag in range(1, ORDER + 1):
            first = before + start * hop - lag
            chunk -= weights[:, lag - 1, None] * padded[first : first + chunk.size].reshape(chunk.shape)
    return np.asarray(rest.ravel()[: len(wave)])


def _coefficients(windows: Wave) -> Wave:
    """Predictor of each window by the autocorrelation method, shape (windows, order), nearest sample first."""
    size = windows.shape[1]
    spectrum = np.fft.rfft(windows * np.hanning(size), 2 * size)
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)[:, : ORDER + 1]
    distance = np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))
    # a little white noise keeps silence and pure tones solvable
    noise = (1e-9 * likeness[:, :1, None] + 1e-12) * np.eye(ORDER)
    return np.asarray(np.linalg.solve(likeness[:, distance] + noise, likeness[:, 1:, None])[..., 0])
