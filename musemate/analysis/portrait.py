"""What a report draws of a sound: envelope, average spectrum, spectrogram, mel, MFCC and chroma, small and comparable.

A portrait keeps at most `MOST_COLUMNS` columns of each picture, whatever the length of the sound, so that a report on a
hundred takes fits into memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.chroma import find_chroma
from musemate.analysis.mfcc import HOP as MFCC_HOP
from musemate.analysis.mfcc import RATE_HZ as MFCC_RATE_HZ
from musemate.analysis.mfcc import Table
from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import mel_edges_hz, mel_filters, power_blocks, window_frames
from musemate.audio.clip import AudioClip

MOST_COLUMNS = 960
TOP_HZ = 20_000.0
N_ROWS = 192
"""Rows of the spectrogram: its bins from 0 Hz to `TOP_HZ`, the loudest of each few."""
N_MELS, LOWEST_HZ, MEL_TOP_HZ = 128, 30.0, 16_000.0
BANDS_PER_OCTAVE = 12
SMALLEST_POWER = 1e-12
FAINT = 0.05
"""Moments with less than this share of the strongest moment's notes show no note."""

Image = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Raster:
    """A picture over time.

    Parameters
    ----------
    image : ndarray, shape (rows, columns), float32
        Row 0 is the lowest.
    column_s : float
        Width of a column; the first starts at 0 s.
    """

    image: Image
    column_s: float

    def columns(self, end_s: float, n_columns: int) -> Image:
        """Return the picture from 0 s to `end_s`, shape (rows, n_columns); NaN after its own end."""
        places = (np.arange(n_columns) + 0.5) * (end_s / n_columns) / self.column_s
        index = places.astype(np.int64)
        inside = index < self.image.shape[1]
        result = np.full((self.image.shape[0], n_columns), np.nan, dtype=np.float32)
        result[:, inside] = self.image[:, index[inside]]
        return result


@dataclass(frozen=True, eq=False)
class Portrait:
    """A sound as a report draws it.

    Parameters
    ----------
    duration_s : float
    n_channels : int
    peaks : Peaks
        The envelope.
    bands_hz, bands_db : ndarray, shape (bands,)
        Average spectrum in twelfths of an octave; 0 dB is a sine of full scale.
    spectrogram : Raster
        192 rows from 0 Hz to 20 kHz, dB; NaN over half the sample rate.
    mel : Raster
        128 bands from 30 Hz to 16 kHz, equally spaced on the mel scale, dB; NaN over half the sample rate.
    mfcc : Raster
        13 coefficients, unscaled.
    chroma : Raster
        12 pitch classes from C, 0 to 1: the moment's strongest is 1.
    """

    duration_s: float
    n_channels: int
    peaks: Peaks
    bands_hz: Table
    bands_db: Table
    spectrogram: Raster
    mel: Raster
    mfcc: Raster
    chroma: Raster


def portray(clip: AudioClip, coefficients: Table) -> tuple[Portrait, Table]:
    """Measure all that is drawn of a sound, and how much of each note it has.

    Parameters
    ----------
    clip : AudioClip
        A tenth of a second at least.
    coefficients : ndarray, shape (columns, 13)
        From `mfcc.mfcc`.

    Returns
    -------
    Portrait
    ndarray, shape (12, columns)
        Weight of each pitch class in each moment, C first.
    """
    bands_hz, bands_db, spectrogram, mel = _spectral(clip)
    chroma = find_chroma(clip)
    return (
        Portrait(
            clip.duration_s,
            clip.n_channels,
            Peaks.of(clip),
            bands_hz,
            bands_db,
            spectrogram,
            mel,
            pooled(coefficients.T, MFCC_HOP / MFCC_RATE_HZ),
            pooled(relative(chroma.full), 1.0 / chroma.frame_rate),
        ),
        chroma.full,
    )


def pooled(image: npt.NDArray[np.floating], column_s: float, *, loudest: bool = False) -> Raster:
    """Join neighbouring columns to their mean (or their loudest) until there are no more than `MOST_COLUMNS`."""
    n = image.shape[1]
    first = np.arange(0, n, max(1, -(-n // MOST_COLUMNS)))
    if len(first) == n:
        return Raster(image.astype(np.float32), column_s)
    joined = (np.maximum if loudest else np.add).reduceat(image, first, axis=1)
    if not loudest:
        joined = joined / np.diff(first, append=n)
    return Raster(joined.astype(np.float32), column_s * float(first[1]))


def relative(chroma: Table) -> Table:
    """Chroma with each moment's strongest note at 1, and none in faint moments, shape as given (12, columns)."""
    strongest = chroma.max(axis=0)
    heard = strongest > FAINT * strongest.max(initial=0.0)
    return np.where(heard, chroma / np.where(heard, strongest, 1.0), 0.0)


def band_edges(bands_per_octave: int = BANDS_PER_OCTAVE) -> Table:
    """Edges of the average spectrum's bands from 30 Hz to about 20 kHz, shape (bands + 1,)."""
    n_bands = int(bands_per_octave * np.log2(TOP_HZ / LOWEST_HZ))
    return LOWEST_HZ * 2.0 ** (np.arange(n_bands + 1) / bands_per_octave)


def _spectral(clip: AudioClip) -> tuple[Table, Table, Raster, Raster]:
    """Everything that is read from one pass over the power spectrum."""
    n_fft = window_frames(clip.rate_hz)
    hop = n_fft // 4
    edges = mel_edges_hz(N_MELS, LOWEST_HZ, MEL_TOP_HZ)
    filters = mel_filters(clip.rate_hz, n_fft, edges).T
    total, rows, mels = np.zeros(n_fft // 2 + 1), [], []
    row_of = _row_starts(clip.rate_hz, n_fft)
    for power in power_blocks(clip, n_fft, hop):
        total += power.sum(axis=0, dtype=np.float64)
        rows.append(np.maximum.reduceat(power, row_of, axis=1))
        mels.append(power @ filters)
    spectrum, mel = np.concatenate(rows), np.concatenate(mels)
    bands_hz, bands_db = _bands(total / len(spectrum), clip.rate_hz / n_fft)
    mel[:, edges[1:-1] > clip.rate_hz / 2] = np.nan
    column_s = hop / clip.rate_hz
    padded = np.full((N_ROWS, len(spectrum)), np.nan, dtype=np.float32)
    padded[: len(row_of)] = _db(spectrum.T)
    return bands_hz, bands_db, pooled(padded, column_s, loudest=True), pooled(_db(mel.T), column_s, loudest=True)


def _row_starts(rate_hz: int, n_fft: int) -> npt.NDArray[np.int64]:
    """First bin of each row of the spectrogram, as many rows as lie under half the rate."""
    row_hz, bin_hz = TOP_HZ / N_ROWS, rate_hz / n_fft
    n_rows = min(N_ROWS, int(rate_hz / 2 / row_hz))
    return np.minimum(np.round(np.arange(n_rows) * row_hz / bin_hz), n_fft // 2).astype(np.int64)


def _bands(power: Table, bin_hz: float) -> tuple[Table, Table]:
    """Average spectrum: mean power of the bins in each band, between bins where a band holds none, dB."""
    edges = band_edges()
    centres = np.sqrt(edges[:-1] * edges[1:])
    bins = np.arange(len(power)) * bin_hz
    sums = np.concatenate([[0.0], np.cumsum(power)])
    first, end = np.searchsorted(bins, edges[:-1]), np.searchsorted(bins, edges[1:])
    means = (sums[end] - sums[first]) / np.maximum(end - first, 1)
    values = np.where(end > first, means, np.interp(centres, bins, power))
    known = centres <= bins[-1]
    return centres[known], _db(values[known])


def _db(power: npt.NDArray[np.floating]) -> Table:
    return np.asarray(10.0 * np.log10(np.maximum(power, SMALLEST_POWER)), dtype=np.float64)
