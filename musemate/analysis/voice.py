"""A guess at where someone sings or speaks, for the hint that training goes better without voice.

A voice glides: its pitch is hardly ever still, and all its partials move together. Frets, keys and bars stand
still, and the vibrato of strings and winds covers less in the same time. So spectral peaks are followed for 30 ms,
and a moment counts as voice-like when at least three of them move by a like interval of 18 cents or more and
outweigh those that move the other way, for 30 ms on end. The likelihood of a second is how much of the three seconds
around it is voice-like.

The limits are set by hand on few recordings: over 0.5 in three quarters of the seconds of a song with voice and
guitar, in two thirds of read speech, in none of 24 instrumental pieces of rock, jazz and orchestra, and in an eighth of
a saxophone's. So this is a hint and no more. A voice far behind a loud band, growling, whispering and straight tones
are missed; a slide guitar may be taken for a voice.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import power_blocks
from musemate.audio.clip import AudioClip

RATE_HZ = 16_000
N_FFT, HOP = 1_024, 160
LOWEST_BIN, HIGHEST_BIN = 8, 256
"""125 Hz to 4 kHz."""
FAINT = 0.02
"""Peaks below this share of the loudest one of the moment, or of the clip, do not count."""
QUIET = 0.1
"""Moments below this share of the clip's loud moments do not count."""
LAG = 3
"""Frames of 10 ms over which a peak is followed."""
REACH_BINS, REACH_CENTS = 2, 60.0
"""The farthest that a peak may move in one frame."""
BIN_CENTS, N_SIDE_BINS = 6.0, 11
"""Movements are counted in bins of 6 cents, 11 to each side; three neighbours together make a group."""
STILL_CENTS, GLIDE_CENTS = 12.0, 18.0
"""The weightiest group beyond the first limit must lie beyond the second to be a glide."""
ENOUGH_PARTIALS = 3
LEAD = 0.12
"""Share of the weight of all peaks by which a glide must outweigh the opposite movement."""
SHORTEST_GLIDE = 3
"""Frames that a glide lasts at least."""
PIECE_S = 60.0
"""Long clips are heard in pieces, so that memory stays small."""
SHARES, LIKELIHOODS = (0.02, 0.07, 0.14), (0.0, 0.5, 1.0)
"""Likelihood at these shares of voice-like time, straight lines between."""

Table = npt.NDArray[np.float64]


def voice_likelihood(clip: AudioClip) -> tuple[float, ...]:
    """Guess for every second whether there is voice in it.

    Parameters
    ----------
    clip : AudioClip
        A region or a whole file.

    Returns
    -------
    tuple of float
        0-1 for each second of the clip, the last one shorter; from 0.5 on it may contain voice.
    """
    pieces = [clip.region(start_s, PIECE_S) for start_s in np.arange(0.0, clip.duration_s - 0.01, PIECE_S)]
    share = np.pad(np.concatenate([_gliding(piece) for piece in pieces]), 1, mode="edge")
    around = (share[:-2] + share[1:-1] + share[2:]) / 3
    return tuple(round(float(value), 3) for value in np.interp(around, SHARES, LIKELIHOODS))


def _gliding(clip: AudioClip) -> Table:
    """Share of each second in which partials glide together, shape (seconds,)."""
    n_seconds, per_second = int(np.ceil(clip.duration_s)), RATE_HZ // HOP
    if clip.is_silent:
        return np.zeros(n_seconds)
    lasting = _lasting(_directions(_amplitudes(clip)))[: n_seconds * per_second]
    padded = np.pad(lasting, (0, n_seconds * per_second - len(lasting)))
    return np.asarray(padded.reshape(n_seconds, per_second).mean(axis=1))


def _amplitudes(clip: AudioClip) -> Table:
    """Magnitudes of the bins from one below the lowest to one above the highest, shape (frames, bins)."""
    mono = AudioClip(clip.mono(), clip.rate_hz).resampled(RATE_HZ)
    bins = slice(LOWEST_BIN - 1, HIGHEST_BIN + 1)
    return np.concatenate([np.sqrt(block[:, bins]) for block in power_blocks(mono, N_FFT, HOP)])


def _directions(amplitude: Table) -> npt.NDArray[np.int8]:
    """Direction in which the partials of each moment glide together: -1, 1, or 0 for none, shape (frames,)."""
    frame, movement, weight, total = _followed(amplitude)
    n_bins = 2 * N_SIDE_BINS
    column = np.floor(movement / BIN_CENTS).astype(np.int64) + N_SIDE_BINS
    inside = (column >= 0) & (column < n_bins)
    place = (frame[inside], column[inside])
    weights, counts = np.zeros((2, len(amplitude), n_bins))
    np.add.at(weights, place, weight[inside])
    np.add.at(counts, place, 1.0)
    weights, counts = (table[:, :-2] + table[:, 1:-1] + table[:, 2:] for table in (weights, counts))
    centre = (np.arange(n_bins - 2) - N_SIDE_BINS + 1.5) * BIN_CENTS
    moments = np.arange(len(amplitude))
    best = np.where(np.abs(centre) >= STILL_CENTS, weights, 0.0).argmax(axis=1)
    lead = weights[moments, best] - weights[moments, n_bins - 3 - best]
    level = np.sqrt(np.sum(amplitude**2, axis=1))
    glides = (
        (lead > LEAD * total)
        & (counts[moments, best] >= ENOUGH_PARTIALS)
        & (np.abs(centre[best]) >= GLIDE_CENTS)
        & (level > QUIET * np.quantile(level, 0.95))
    )
    return np.where(glides, np.sign(centre[best]), 0).astype(np.int8)


def _followed(amplitude: Table) -> tuple[npt.NDArray[np.signedinteger], Table, Table, Table]:
    """Follow every peak for `LAG` frames.

    Returns
    -------
    frame, movement, weight : ndarray, shape (peaks that could be followed,)
        Where each starts, how far it moves in cents, and the root of its amplitude.
    total : ndarray, shape (frames,)
        Weight of all peaks of a frame, followed or not.
    """
    cents = _peak_cents(amplitude)
    frame, column = np.nonzero(np.isfinite(cents))
    weight = np.sqrt(amplitude[frame, column + 1], dtype=np.float64)
    total = np.asarray(np.bincount(frame, weight, minlength=len(amplitude)), dtype=np.float64)
    start, offsets = cents[frame, column], np.arange(-REACH_BINS, REACH_BINS + 1)
    position, alive = start.copy(), np.ones(len(frame), dtype=bool)
    for step in range(1, LAG + 1):
        later = np.minimum(frame + step, len(amplitude) - 1)
        nearby = np.clip(column[:, None] + offsets, 0, cents.shape[1] - 1)
        distance = np.nan_to_num(np.abs(cents[later[:, None], nearby] - position[:, None]), nan=np.inf)
        nearest = nearby[np.arange(len(frame)), distance.argmin(axis=1)]
        found = distance.min(axis=1) < REACH_CENTS
        alive &= found
        column = np.where(found, nearest, column)
        position = np.where(found, cents[later, column], position)
    return frame[alive], (position - start)[alive], weight[alive], total


def _peak_cents(amplitude: Table) -> Table:
    """Pitch of the peak at each bin in cents, NaN where there is none, shape (frames, bins - 2)."""
    left, middle, right = amplitude[:, :-2], amplitude[:, 1:-1], amplitude[:, 2:]
    loudest = middle.max(axis=1, keepdims=True)
    enough = FAINT * np.maximum(loudest, np.quantile(loudest, 0.9))
    below, at, above = (np.log(part + 1e-9) for part in (left, middle, right))
    shift = np.clip(0.5 * (below - above) / np.minimum(below - 2 * at + above, -1e-6), -0.5, 0.5)
    cents = 1200.0 * np.log2(np.arange(LOWEST_BIN, HIGHEST_BIN) + shift)
    return np.where((middle > left) & (middle >= right) & (middle > enough), cents, np.nan)


def _lasting(direction: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Keep only glides that go on in one direction for `SHORTEST_GLIDE` frames."""
    edges = np.flatnonzero(np.diff(direction, prepend=9, append=9))
    lengths = np.diff(edges)
    return np.asarray(np.repeat(lengths >= SHORTEST_GLIDE, lengths) & (direction != 0))
