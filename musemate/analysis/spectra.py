"""Spectra and the pictures drawn from them, in plain NumPy and SciPy: STFT, mel filters and the mel picture.

Layout of a mel file (one .npy record, see `picturefile`): `kind` b"mel", `format`, `rate_hz`, `hop` (int32,
frames), `n_frames` (int64, of the sound), `floor_db`, `top_db` (float64), `edges_hz` (float64, n_mels + 2)
and `image`, uint8 of shape (n_mels, columns). Row 0 is the lowest band; band m rises from `edges_hz[m]`,
peaks at `edges_hz[m + 1]` and ends at `edges_hz[m + 2]`. Column i is centred on frame i * hop. Value 0 is
`floor_db` and less, 255 is `top_db`, linear in dB; 0 dB is a sine of full scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musemate.analysis.gridpicture import contrast_of
from musemate.analysis.peaks import Peaks
from musemate.analysis.picturefile import load_record, save_record
from musemate.analysis.picturelayout import array_in, image_in, number_in
from musemate.analysis.zoomlevels import Image, pixel_columns, zoom_levels
from musemate.audio.clip import AudioClip

__all__ = ["MelPicture", "Peaks", "mel_edges_hz", "mel_filters", "mel_picture", "power_blocks", "stft"]

WINDOW_S = 0.046
"""Length of a window, rounded to a power of two: 2,048 frames at 44.1 and 48 kHz."""
FLOOR_DB, TOP_DB = -96.0, 0.0
LOWEST_HZ, HIGHEST_HZ = 30.0, 16_000.0
_CHUNK = 512
"""Windows transformed at once: small enough for the processor's cache, large enough for speed."""


def window_frames(rate_hz: int) -> int:
    """Window length for pictures at this rate, a power of two near `WINDOW_S`."""
    return int(2 ** round(np.log2(WINDOW_S * rate_hz)))


def stft(samples: npt.ArrayLike, n_fft: int, hop: int) -> npt.NDArray[np.complex64]:
    """Short-time Fourier transform with a periodic Hann window.

    Parameters
    ----------
    samples : array, shape (..., frames)
        The sound, taken as zero outside.
    n_fft : int
        Window length in frames, even.
    hop : int
        Frames between two columns; column i is centred on frame i * hop.

    Returns
    -------
    ndarray, shape (..., n_fft // 2 + 1, 1 + frames // hop), complex64
        Scaled so that a sine of full scale has magnitude 1 at its bin.
    """
    from scipy.fft import rfft

    spectrum = rfft(_windows(np.asarray(samples, dtype=np.float32), n_fft, hop) * _scaled_hann(n_fft))
    return np.asarray(np.swapaxes(spectrum, -1, -2), dtype=np.complex64)


def power_blocks(clip: AudioClip, n_fft: int, hop: int) -> Iterator[npt.NDArray[np.float32]]:
    """Power spectrum, averaged over the channels, a block of columns at a time so that memory stays small.

    Yields
    ------
    ndarray, shape (at most 512 columns, n_fft // 2 + 1), float32
        Scaled like `stft`; the blocks together have 1 + n_frames // hop columns.
    """
    from scipy.fft import fft, rfft

    hann = _scaled_hann(n_fft)
    windows = _windows(clip.samples, n_fft, hop)
    for start in range(0, windows.shape[1], _CHUNK):
        block = windows[:, start : start + _CHUNK]
        if clip.n_channels == 1:
            yield _power(rfft(block[0] * hann))
            continue
        # left and right as real and imaginary part: one transform gives the power of both
        both = np.empty(block.shape[1:], dtype=np.complex64)
        np.multiply(block[0], hann, out=both.real)
        np.multiply(block[1], hann, out=both.imag)
        power = _power(fft(both, overwrite_x=True))
        mirrored = np.concatenate([power[:, :1], power[:, : n_fft // 2 - 1 : -1]], axis=1)
        yield (power[:, : n_fft // 2 + 1] + mirrored) / 4.0


def mel_edges_hz(n_mels: int, low_hz: float, high_hz: float) -> npt.NDArray[np.float64]:
    """Band edges, equally spaced on the mel scale 2595 log10(1 + f / 700), shape (n_mels + 2,)."""
    low, high = 2595.0 * np.log10(1.0 + np.array([low_hz, high_hz]) / 700.0)
    edges: npt.NDArray[np.float64] = 700.0 * (10.0 ** (np.linspace(low, high, n_mels + 2) / 2595.0) - 1.0)
    return edges


def mel_filters(rate_hz: int, n_fft: int, edges_hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Triangular filters of height 1, shape (n_mels, n_fft // 2 + 1).

    A triangle narrower than one bin to a side is widened to it: no band is empty, so no row stays black.
    """
    bins = np.arange(n_fft // 2 + 1) * (rate_hz / n_fft)
    centre = edges_hz[1:-1, None]
    rise = np.maximum(centre - edges_hz[:-2, None], rate_hz / n_fft)
    fall = np.maximum(edges_hz[2:, None] - centre, rate_hz / n_fft)
    triangles = np.minimum((bins - centre) / rise + 1.0, (centre - bins) / fall + 1.0)
    return np.maximum(triangles, 0.0).astype(np.float32)


@dataclass(frozen=True, eq=False)
class MelPicture:
    """Mel spectrogram as a picture of levels.

    Parameters
    ----------
    rate_hz, n_frames : int
        Sample rate and length of the clip.
    hop : int
        Frames from one column to the next; column i is centred on frame i * hop.
    edges_hz : ndarray, shape (n_mels + 2,)
        Edges of the bands; band m is centred on `edges_hz[m + 1]`.
    image : ndarray, shape (n_mels, columns), uint8
        0 is `floor_db` and less, 255 is `top_db`; row 0 is the lowest band.
    """

    layer = "mel"

    rate_hz: int
    n_frames: int
    hop: int
    edges_hz: npt.NDArray[np.float64]
    image: npt.NDArray[np.uint8]
    floor_db: float = FLOOR_DB
    top_db: float = TOP_DB

    @property
    def duration_s(self) -> float:
        """Length of the clip in seconds."""
        return self.n_frames / self.rate_hz

    @property
    def levels_db(self) -> npt.NDArray[np.float32]:
        """The picture in dB, shape (n_mels, columns)."""
        step = (self.top_db - self.floor_db) / 255.0
        return np.asarray(self.image * np.float32(step) + np.float32(self.floor_db), dtype=np.float32)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return sum(level.nbytes for level in self.levels)

    @property
    def rows(self) -> npt.NDArray[np.float64]:
        """Centres of the bands in Hz, shape (n_mels,)."""
        return self.edges_hz[1:-1]

    @cached_property
    def levels(self) -> tuple[Image, ...]:
        """The picture at several zooms, the finest first."""
        return zoom_levels(self.image)

    @cached_property
    def contrast(self) -> tuple[int, int]:
        """The darkest and the brightest value worth a colour."""
        return contrast_of(self.image)

    def columns(self, start_s: float, end_s: float, n_columns: int) -> npt.NDArray[np.uint8]:
        """Part of the picture, one column a pixel: the loudest of what falls into it, 0 outside the clip.

        Parameters
        ----------
        start_s, end_s : float
            The stretch in seconds; may reach beyond the clip.
        n_columns : int
            Columns wanted, at least 1.

        Returns
        -------
        ndarray, shape (n_mels, n_columns), uint8
        """
        # a column of the picture reaches half a hop to both sides of its centre
        places = np.linspace(start_s, end_s, n_columns + 1) * (self.rate_hz / self.hop) + 0.5
        return pixel_columns(self.levels, places)

    def value_at(self, time_s: float, row: int) -> float:
        """The level of a band at a time, dB; the nearest there is outside of the clip."""
        column = min(max(0, round(time_s * self.rate_hz / self.hop)), self.image.shape[1] - 1)
        return float(self.floor_db + (self.top_db - self.floor_db) * self.image[row, column] / 255.0)

    def save(self, path: Path) -> None:
        """Store as .npy in the layout of this module.

        Raises
        ------
        ProjectError
            The file cannot be written.
        """
        save_record(
            path,
            "mel",
            rate_hz=np.int32(self.rate_hz),
            hop=np.int32(self.hop),
            n_frames=np.int64(self.n_frames),
            floor_db=np.float64(self.floor_db),
            top_db=np.float64(self.top_db),
            edges_hz=self.edges_hz,
            image=self.image,
        )

    @classmethod
    def load(cls, path: Path) -> MelPicture:
        """Read a stored file.

        Raises
        ------
        ProjectError
            The file is missing, damaged, no mel file or of another version.
        """
        record = load_record(path, "mel")
        edges_hz = array_in(path, record, "edges_hz", None)
        return cls(
            rate_hz=int(number_in(path, record, "rate_hz")),
            n_frames=int(number_in(path, record, "n_frames")),
            hop=int(number_in(path, record, "hop")),
            edges_hz=edges_hz,
            image=image_in(path, record, len(edges_hz) - 2),
            floor_db=float(number_in(path, record, "floor_db", -1000)),
            top_db=float(number_in(path, record, "top_db", -1000)),
        )


def mel_picture(clip: AudioClip, n_mels: int = 128) -> MelPicture:
    """Draw the mel spectrogram of a clip (about 46 ms windows, a quarter of that from column to column).

    Parameters
    ----------
    clip : AudioClip
        The sound; stereo is shown as the mean power of both channels, so nothing cancels out.
    n_mels : int
        Rows of the picture.

    Returns
    -------
    MelPicture
        30 Hz to 16 kHz or half the sample rate, -96 to 0 dB.
    """
    n_fft = window_frames(clip.rate_hz)
    hop = n_fft // 4
    edges = mel_edges_hz(n_mels, LOWEST_HZ, min(HIGHEST_HZ, clip.rate_hz / 2))
    filters = mel_filters(clip.rate_hz, n_fft, edges).T
    image = np.empty((n_mels, 1 + clip.n_frames // hop), dtype=np.uint8)
    done = 0
    for power in power_blocks(clip, n_fft, hop):
        level_db = 10.0 * np.log10(np.maximum(power @ filters, 1e-12)).T
        scaled = (level_db - FLOOR_DB) * (255.0 / (TOP_DB - FLOOR_DB))
        image[:, done : done + len(power)] = np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)
        done += len(power)
    return MelPicture(clip.rate_hz, clip.n_frames, hop, edges, image)


def _power(spectrum: npt.NDArray[np.complex64]) -> npt.NDArray[np.float32]:
    """Squared magnitude, several times faster than through `abs`."""
    return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag), dtype=np.float32)


def _scaled_hann(n_fft: int) -> npt.NDArray[np.float32]:
    """Periodic Hann window under which a sine of full scale gets magnitude 1."""
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)
    return np.asarray(hann * (2.0 / hann.sum()), dtype=np.float32)


def _windows(samples: npt.NDArray[np.float32], n_fft: int, hop: int) -> npt.NDArray[np.float32]:
    """View of all windows, shape (..., columns, n_fft), zeros before and after the sound."""
    padding = [(0, 0)] * (samples.ndim - 1) + [(n_fft // 2, n_fft // 2)]
    padded = np.pad(samples, padding)
    return np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=-1)[..., ::hop, :]
