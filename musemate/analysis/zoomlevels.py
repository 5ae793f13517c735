"""A picture of rows over time at several zooms, so that any stretch of a long one is reduced to pixels at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FACTOR = 4
"""Columns that become one column of the next level."""
SMALLEST_LEVEL = 2048
"""A level of so few columns is the last one."""

Image = npt.NDArray[np.uint8]


def zoom_levels(image: Image, *, mean: bool = False) -> tuple[Image, ...]:
    """Return a picture and ever coarser versions of it, the finest first.

    Parameters
    ----------
    image : ndarray, shape (rows, columns), uint8
        The picture.
    mean : bool
        Join columns by their mean; else by the largest of them, so that nothing loud is lost.
    """
    levels = [image]
    while levels[-1].shape[1] > SMALLEST_LEVEL:
        level = levels[-1]
        levels.append(_joined(level, np.arange(0, level.shape[1], FACTOR), mean=mean))
    return tuple(levels)


def pixel_columns(
    levels: Sequence[Image], places: npt.NDArray[np.float64], *, mean: bool = False, outside: int = 0
) -> Image:
    """Return one column a pixel.

    Parameters
    ----------
    levels : sequence of ndarray, shape (rows, columns), uint8
        What `zoom_levels` returned.
    places : ndarray, shape (pixels + 1,)
        Edges of the pixels, rising evenly, in columns of the finest level: column i reaches from i to i + 1.
    mean : bool
        As for `zoom_levels`.
    outside : int
        Value of the pixels that lie outside the picture.

    Returns
    -------
    ndarray, shape (rows, pixels), uint8
    """
    n_rows, n_columns = levels[0].shape
    result = np.full((n_rows, len(places) - 1), outside, dtype=np.uint8)
    inside = np.flatnonzero((places[:-1] < n_columns) & (places[1:] > 0))
    if inside.size == 0:
        return result
    width = (places[-1] - places[0]) / (len(places) - 1)
    number = 0
    while number + 1 < len(levels) and FACTOR ** (number + 1) <= width:
        number += 1
    level, scaled = levels[number], places / FACTOR**number
    first = np.clip(scaled[inside], 0, level.shape[1] - 1).astype(np.int64)
    end = int(np.clip(np.ceil(scaled[inside[-1] + 1]), first[-1] + 1, level.shape[1]))
    result[:, inside] = _joined(level[:, :end], first, mean=mean)
    return result


def _joined(level: Image, first: npt.NDArray[np.int64], *, mean: bool) -> Image:
    """Join columns; the new column i begins at first[i] (one old column may serve several new ones)."""
    # nearly all of a long picture lies before the part that is seen
    start = int(first[0])
    part, first = level[:, start:], first - start
    if not mean:
        return np.asarray(np.maximum.reduceat(part, first, axis=1))
    counts = np.maximum(np.diff(first, append=part.shape[1]), 1)
    sums = np.add.reduceat(part, first, axis=1, dtype=np.uint32)
    return np.asarray((sums + counts // 2) // counts, dtype=np.uint8)
