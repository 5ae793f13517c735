"""Pictures that are drawn on demand: rows over time as levels between a low and a high value of each row.

Layout of a file (one .npy record, see `picturefile`): `kind` (the kind of picture), `format`, `rate_hz`, `hop` (int32,
frames), `n_frames` (int64, of the sound), `rows`, `low`, `high` (float64, one a row) and `image`, uint8 of shape
(rows, columns). Row 0 is the lowest; column i is centred on frame i * hop. Value 0 is `low` and less, 255 is `high`
and more, linear between.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musemate.analysis.picturefile import load_record, save_record
from musemate.analysis.picturelayout import array_in, image_in, number_in
from musemate.analysis.zoomlevels import Image, pixel_columns, zoom_levels

STFT, MFCC, CHROMA = "stft", "mfcc", "chroma"
GRIDS = (STFT, MFCC, CHROMA)
SPREAD_PERCENT = (5.0, 99.9)
"""Values from which to which the colours of a picture of levels reach."""


@dataclass(frozen=True, eq=False)
class GridPicture:
    """One picture of rows over time.

    Parameters
    ----------
    layer : str
        "stft", "mfcc" or "chroma".
    rate_hz, n_frames : int
        Sample rate and length of the clip.
    hop : int
        Frames from one column to the next; column i is centred on frame i * hop.
    rows : ndarray, shape (rows,)
        What each row stands for: its frequency in Hz, the number of its coefficient, its pitch class (0 is C).
    low, high : ndarray, shape (rows,)
        The values of each row that become 0 and 255: dB for "stft", coefficients for "mfcc", 0-1 for "chroma".
    image : ndarray, shape (rows, columns), uint8
        Row 0 is the lowest.
    """

    layer: str
    rate_hz: int
    n_frames: int
    hop: int
    rows: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    image: Image

    @property
    def duration_s(self) -> float:
        """Length of the clip in seconds."""
        return self.n_frames / self.rate_hz

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return sum(level.nbytes for level in self.levels)

    @cached_property
    def levels(self) -> tuple[Image, ...]:
        """The picture at several zooms, the finest first."""
        return zoom_levels(self.image, mean=self.layer == MFCC)

    @cached_property
    def contrast(self) -> tuple[int, int]:
        """The darkest and the brightest value worth a colour."""
        return contrast_of(self.image) if self.layer == STFT else (0, 255)

    def columns(self, start_s: float, end_s: float, n_columns: int) -> Image:
        """Part of the picture, one column a pixel, 0 outside the clip (the middle, 128, for "mfcc").

        Parameters
        ----------
        start_s, end_s : float
            The stretch in seconds; may reach beyond the clip.
        n_columns : int
            Columns wanted, at least 1.

        Returns
        -------
        ndarray, shape (rows, n_columns), uint8
        """
        mean = self.layer == MFCC
        places = np.linspace(start_s, end_s, n_columns + 1) * (self.rate_hz / self.hop) + 0.5
        return pixel_columns(self.levels, places, mean=mean, outside=128 if mean else 0)

    def value_at(self, time_s: float, row: int) -> float:
        """The value of a row at a time, in its own unit; the nearest there is outside of the clip."""
        column = min(max(0, round(time_s * self.rate_hz / self.hop)), self.image.shape[1] - 1)
        return float(self.low[row] + (self.high[row] - self.low[row]) * self.image[row, column] / 255.0)

    def save(self, path: Path) -> None:
        """Store as .npy in the layout of this module.

        Raises
        ------
        ProjectError
            The file cannot be written.
        """
        save_record(
            path,
            self.layer,
            rate_hz=np.int32(self.rate_hz),
            n_frames=np.int64(self.n_frames),
            hop=np.int32(self.hop),
            rows=self.rows,
            low=self.low,
            high=self.high,
            image=self.image,
        )

    @classmethod
    def load(cls, path: Path, layer: str) -> GridPicture:
        """Read a stored file.

        Raises
        ------
        ProjectError
            The file is missing, damaged, of another kind or of another version.
        """
        record = load_record(path, layer)
        rows = array_in(path, record, "rows", None)
        return cls(
            layer=layer,
            rate_hz=int(number_in(path, record, "rate_hz")),
            n_frames=int(number_in(path, record, "n_frames")),
            hop=int(number_in(path, record, "hop")),
            rows=rows,
            low=array_in(path, record, "low", len(rows)),
            high=array_in(path, record, "high", len(rows)),
            image=image_in(path, record, len(rows)),
        )


def contrast_of(image: Image) -> tuple[int, int]:
    """Return which values of a picture of levels become the first and the last colour.

    The 5th percentile becomes the first and the loudest band the last: a loud mix is not one bright field, a soft one
    not an empty one.
    """
    lowest, highest = np.percentile(image[:, :: max(1, image.shape[1] // 2000)], SPREAD_PERCENT)
    low = min(150, int(lowest))
    return low, max(low + 80, int(highest))
