"""The STFT as a picture with equally many rows for each octave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.gridpicture import STFT, GridPicture
from musemate.analysis.spectra import power_blocks
from musemate.audio.clip import AudioClip

WINDOW_S = 0.093
"""Length of a window, rounded to a power of two: 4,096 frames at 44.1 kHz, twice that of the mel picture."""
OVERLAP = 8
ROWS_PER_OCTAVE = 20
LOWEST_HZ, HIGHEST_HZ = 30.0, 20_000.0
FLOOR_DB, TOP_DB = -96.0, 0.0


def stft_picture(clip: AudioClip) -> GridPicture:
    """Draw the magnitude of the short-time Fourier transform over a logarithmic frequency axis.

    Parameters
    ----------
    clip : AudioClip
        The sound; stereo is shown as the mean power of both channels.

    Returns
    -------
    GridPicture
        20 rows an octave from 30 Hz to 20 kHz or half the sample rate; a row as wide as several bins shows the loudest
        of them, a narrower one what lies between its neighbours. -96 to 0 dB, where 0 dB is a sine of full scale.
    """
    n_fft = int(2 ** round(np.log2(WINDOW_S * clip.rate_hz)))
    hop = n_fft // OVERLAP
    edges = row_edges_hz(min(HIGHEST_HZ, clip.rate_hz / 2))
    n_rows = len(edges) - 1
    image = np.empty((n_rows, 1 + clip.n_frames // hop), dtype=np.uint8)
    done = 0
    for power in power_blocks(clip, n_fft, hop):
        level_db = 10.0 * np.log10(np.maximum(_rows_of(power, edges * n_fft / clip.rate_hz), 1e-12)).T
        scaled = (level_db - FLOOR_DB) * (255.0 / (TOP_DB - FLOOR_DB))
        image[:, done : done + len(power)] = np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)
        done += len(power)
    centres = np.sqrt(edges[:-1] * edges[1:])
    low, high = np.full(n_rows, FLOOR_DB), np.full(n_rows, TOP_DB)
    return GridPicture(STFT, clip.rate_hz, clip.n_frames, hop, centres, low, high, image)


def row_edges_hz(highest_hz: float) -> npt.NDArray[np.float64]:
    """Where the rows begin and end, in Hz, shape (rows + 1,)."""
    lowest = min(LOWEST_HZ, highest_hz / 8)  # a coarse scale may reach no higher than 160 Hz
    n_rows = round(ROWS_PER_OCTAVE * float(np.log2(highest_hz / lowest)))
    return np.asarray(np.geomspace(lowest, highest_hz, n_rows + 1))


def _rows_of(power: npt.NDArray[np.float32], edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Gather the bins of each row, shape (columns, rows); `edges` are given in bins."""
    last = power.shape[1] - 1
    first = np.minimum(np.ceil(edges).astype(np.int64), last)
    loudest = np.maximum.reduceat(power, first, axis=1)[:, :-1]
    centre = np.clip(np.sqrt(edges[:-1] * edges[1:]), 0, last - 1e-6)
    below = centre.astype(np.int64)
    part = (centre - below).astype(np.float32)
    between = power[:, below] * (1 - part) + power[:, below + 1] * part
    return np.asarray(np.where(first[1:] > first[:-1], np.maximum(loudest, between), between))
