"""What all pictures have in common: a lane of the stack, drawn for exactly the visible stretch of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter


@dataclass(frozen=True)
class ColourBar:
    """What the colours of a lane mean.

    Parameters
    ----------
    table : ndarray, shape (256,), uint32
        The colours, the lowest value first.
    top, bottom : str
        What its ends say.
    """

    table: npt.NDArray[np.uint32]
    top: str
    bottom: str


class Lane:
    """One picture.

    Times are those of the view; `offset_s` says where on them the clip of this lane begins.
    """

    weight = 2.0
    """Its share of the height, beside that of the others."""
    least_px = 40

    def __init__(self, title: str = "") -> None:
        self.title = title
        self.name = ""
        """Whose picture it is."""
        self.is_paired = False
        """Whether it is seen together with another's."""
        self.offset_s = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether its picture is still to come."""
        raise NotImplementedError

    @property
    def heading(self) -> str:
        """What stands in its corner."""
        return " · ".join(part for part in (self.name if self.is_paired else "", self.title) if part)

    def paint(self, painter: QPainter, rect: QRect, start_s: float, end_s: float) -> None:
        """Draw a stretch of time into a rectangle of the device's own pixels."""
        raise NotImplementedError

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """Return labels for its left side: how far up (0-1), and the text."""
        return []

    def colour_bar(self) -> ColourBar | None:
        """Return what its colours mean, None where that needs no saying."""
        return None

    def value_at(self, time_s: float, part: float) -> str:
        """Describe what is drawn at a time and a height (0-1 from the bottom)."""
        return ""


def image_of(values: npt.NDArray[np.uint8], table: npt.NDArray[np.uint32]) -> QImage:
    """Return a picture of levels in colours, row 0 at the bottom.

    Parameters
    ----------
    values : ndarray, shape (rows, columns), uint8
        The levels.
    table : ndarray, shape (256,), uint32
        Opaque colours.
    """
    pixels = np.ascontiguousarray(table[values[::-1]])
    image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], QImage.Format.Format_RGB32)
    image.pixels = pixels  # type: ignore[attr-defined]  # QImage does not keep its memory alive
    return image
