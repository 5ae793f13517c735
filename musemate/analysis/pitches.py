"""How many pitches a sound has, how far apart and how evenly used: three figures of the engine-comparison study.

The study counts the values that `librosa.piptrack` gives with its defaults: spectral peaks between 150 and 4,000 Hz
that exceed a tenth of their moment's loudest, each placed between its bins by a parabola. Every peak of every moment is
such a value, overtones and noise too, and hardly two are the same to the last digit: the count says how many peaks
there are, and it grows with the length. A pitch tracker (pYIN and its like) would answer another question, and only for
one voice at a time. The study does not say what counts as the same; here values are the same when they are the same
32-bit float, as in its array. Its entropy is here that of all values, so that a note counts as long as it sounds; in
music that differs from the distinct ones in the fourth digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.mfcc import N_FFT, RATE_HZ, Frames

LOWEST_HZ, HIGHEST_HZ = 150.0, 4_000.0
THRESHOLD = 0.1
"""Share of its moment's loudest bin that a peak must exceed."""
A4_HZ, A4_MIDI, N_MIDI = 440.0, 69, 128

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Pitches:
    """The pitch figures of a sound.

    Parameters
    ----------
    n_distinct : int
        Distinct pitch values.
    range_hz : float
        The highest less the lowest; NaN where there is none.
    entropy_bits : float
        Entropy of the MIDI pitches they round to: 0 for one pitch, at most log2 58 = 5.86 for all between 150 and
        4,000 Hz alike; NaN where there is none.
    """

    n_distinct: int
    range_hz: float
    entropy_bits: float


def pitch_figures(magnitudes: Frames) -> Pitches:
    """Measure number, range and entropy of the pitches.

    Parameters
    ----------
    magnitudes : ndarray, shape (columns, 1025)
        From `mfcc.amplitudes`.
    """
    values = pitch_values(magnitudes)
    if not values.size:
        return Pitches(0, float("nan"), float("nan"))
    return Pitches(np.unique(values).size, float(np.ptp(values)), entropy_bits(values))


def pitch_values(magnitudes: Frames) -> Values:
    """Return the pitch of every spectral peak in Hz, shape (peaks,).

    Parameters
    ----------
    magnitudes : ndarray, shape (columns, 1025)
        From `mfcc.amplitudes`.
    """
    strong = np.where(magnitudes > THRESHOLD * magnitudes.max(axis=1, keepdims=True), magnitudes, 0.0)
    bins_hz = np.arange(magnitudes.shape[1]) * (RATE_HZ / N_FFT)
    inside = (bins_hz[1:-1] >= LOWEST_HZ) & (bins_hz[1:-1] < HIGHEST_HZ)
    is_peak = (strong[:, 1:-1] > strong[:, :-2]) & (strong[:, 1:-1] >= strong[:, 2:]) & inside
    column, k = np.nonzero(is_peak)
    before, here, after = (magnitudes[column, k + step] for step in range(3))
    slope, bend = (after - before) / 2, after + before - 2 * here
    shift = np.where(np.abs(slope) < np.abs(bend), -slope / np.where(bend, bend, -1.0), 0.0)
    return np.asarray((k + 1 + shift) * (RATE_HZ / N_FFT), dtype=np.float32)


def entropy_bits(pitches_hz: npt.ArrayLike) -> float:
    """Entropy of pitches after rounding to the 128 MIDI pitches, bits.

    Parameters
    ----------
    pitches_hz : array, shape (pitches,)
        Above 0; at least one.
    """
    midi = np.rint(A4_MIDI + 12 * np.log2(np.asarray(pitches_hz, dtype=np.float64) / A4_HZ)).astype(np.int64)
    counts = np.bincount(np.clip(midi, 0, N_MIDI - 1), minlength=N_MIDI)
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0  # one pitch gives -0.0
