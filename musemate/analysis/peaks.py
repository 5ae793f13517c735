"""The waveform as an envelope at several zooms: smallest, largest and RMS value of every block of frames.

Layout of a peaks file (one .npy record, see `picturefile`): `kind` b"peaks", `format`, `rate_hz` (int32),
`n_frames` (int64, of the sound) and `level0`, `level1`, ..., each float32 of shape (3, channels, blocks).
Row 0 is the minimum, row 1 the maximum, row 2 the RMS. A block of level n covers `BLOCK * FACTOR ** n`
frames, the last one what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musemate.analysis.picturefile import load_record, save_record
from musemate.analysis.picturelayout import array_in, number_in
from musemate.audio.clip import AudioClip, Samples

BLOCK = 64
"""Frames in a block of the finest level: 1.3 ms at 48 kHz."""
FACTOR = 4
"""Blocks that become one block of the next level."""
SMALLEST_LEVEL = 512
"""A level of so few blocks is the last one."""

MIN, MAX, RMS = 0, 1, 2
"""Rows of an envelope."""


@dataclass(frozen=True, eq=False)
class Peaks:
    """Envelope of a clip at several zooms; any stretch of it can be drawn in well under a millisecond.

    Parameters
    ----------
    rate_hz : int
        Sample rate of the clip.
    n_frames : int
        Length of the clip.
    levels : sequence of ndarray, shape (3, channels, blocks), float32
        Minimum, maximum and RMS of each block, the finest level first.
    """

    layer = "peaks"

    rate_hz: int
    n_frames: int
    levels: Sequence[npt.NDArray[np.float32]]

    @classmethod
    def of(cls, clip: AudioClip) -> Peaks:
        """Measure a clip of at least one frame."""
        levels = [_finest(clip.samples)]
        while levels[-1].shape[2] > SMALLEST_LEVEL:
            levels.append(_coarser(levels[-1]))
        return cls(clip.rate_hz, clip.n_frames, levels)

    @property
    def duration_s(self) -> float:
        """Length of the clip in seconds."""
        return self.n_frames / self.rate_hz

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return sum(level.nbytes for level in self.levels)

    @property
    def n_channels(self) -> int:
        """Number of channels, 1 or 2."""
        return int(self.levels[0].shape[1])

    def columns(self, start_s: float, end_s: float, n_columns: int) -> npt.NDArray[np.float32]:
        """Envelope of a stretch of time, one column a pixel.

        Columns outside the clip are zero. To keep a picture from shimmering while it moves, let `start_s` be
        a multiple of the width of a column.

        Parameters
        ----------
        start_s, end_s : float
            The stretch in seconds; may reach beyond the clip.
        n_columns : int
            Columns wanted, at least 1.

        Returns
        -------
        ndarray, shape (3, channels, n_columns), float32
            Minimum, maximum and RMS of every column.
        """
        edges = np.linspace(start_s, end_s, n_columns + 1) * self.rate_hz
        number = self._level_for((edges[-1] - edges[0]) / n_columns)
        level, block = self.levels[number], BLOCK * FACTOR**number
        inside = np.flatnonzero((edges[:-1] < self.n_frames) & (edges[1:] > 0))
        result = np.zeros((3, self.n_channels, n_columns), dtype=np.float32)
        if inside.size:
            first = np.clip(edges[inside] // block, 0, level.shape[2] - 1).astype(np.int64)
            last = np.clip(np.ceil(edges[inside[-1] + 1] / block), first[-1] + 1, level.shape[2])
            # most of a long sound lies before the part that is seen
            result[:, :, inside] = _reduced(level[:, :, first[0] : int(last)], first - first[0])
        return result

    def save(self, path: Path) -> None:
        """Store as .npy in the layout of this module.

        Raises
        ------
        ProjectError
            The file cannot be written.
        """
        levels = {f"level{number}": level for number, level in enumerate(self.levels)}
        rate_hz, n_frames = np.int32(self.rate_hz), np.int64(self.n_frames)
        save_record(path, "peaks", rate_hz=rate_hz, n_frames=n_frames, **levels)

    @classmethod
    def load(cls, path: Path) -> Peaks:
        """Read a stored file.

        Raises
        ------
        ProjectError
            The file is missing, damaged, no peaks file or of another version.
        """
        record = load_record(path, "peaks")
        n_levels = sum(name.startswith("level") for name in record.dtype.names or ())
        first = array_in(path, record, "level0", 3, None, None)
        levels = [array_in(path, record, f"level{number}", 3, first.shape[1], None) for number in range(n_levels)]
        return cls(int(number_in(path, record, "rate_hz")), int(number_in(path, record, "n_frames")), levels)

    def _level_for(self, frames_per_column: float) -> int:
        """Number of the coarsest level whose blocks are no wider than a column."""
        number = 0
        while number + 1 < len(self.levels) and BLOCK * FACTOR ** (number + 1) <= frames_per_column:
            number += 1
        return number


def _finest(samples: Samples) -> npt.NDArray[np.float32]:
    channels, n_frames = samples.shape
    n_whole = n_frames // BLOCK
    result = np.empty((3, channels, -(-n_frames // BLOCK)), dtype=np.float32)
    blocks = samples[:, : n_whole * BLOCK].reshape(channels, n_whole, BLOCK)
    blocks.min(axis=2, out=result[MIN, :, :n_whole])
    blocks.max(axis=2, out=result[MAX, :, :n_whole])
    result[RMS, :, :n_whole] = np.sqrt(np.einsum("cnk,cnk->cn", blocks, blocks) / BLOCK)
    rest = samples[:, n_whole * BLOCK :]
    if rest.shape[1]:
        result[:, :, n_whole] = rest.min(axis=1), rest.max(axis=1), np.sqrt(np.mean(rest**2, axis=1))
    return result


def _coarser(level: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return _reduced(level, np.arange(0, level.shape[2], FACTOR))


def _reduced(level: npt.NDArray[np.float32], first: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Join blocks to columns; column i starts at block first[i] (one block may serve several columns)."""
    counts = np.maximum(np.diff(first, append=level.shape[2]), 1)
    power = np.add.reduceat(np.square(level[RMS]), first, axis=1) / counts
    smallest = np.minimum.reduceat(level[MIN], first, axis=1)
    largest = np.maximum.reduceat(level[MAX], first, axis=1)
    return np.stack([smallest, largest, np.sqrt(power)]).astype(np.float32)
