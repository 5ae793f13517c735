"""Colours of the pictures, computed so that equal steps of level look like equal steps.

The maps run through OKLab (Bjorn Ottosson, "A perceptual color space for image processing", 2020), in which equal
distances look alike. Lightness alone tells the order, so the maps read in grey and with any kind of colour blindness;
they begin at the picture's paper, so quiet places look empty on a dark screen as on a light one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from musemate.gui import palette

N_COLOURS = 256
Table = npt.NDArray[np.uint32]

# hue (degrees) and chroma at a few levels: from a deep blue over teal to a pale yellow, strongest in the middle
_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
_HUES = (265.0, 245.0, 198.0, 155.0, 95.0)
_CHROMAS = (0.0, 0.075, 0.085, 0.1, 0.055)
_LIGHT_CHROMAS = (0.0, 0.07, 0.072, 0.08, 0.05)
"""No stronger than a screen can show at that lightness."""
_BRIGHTEST, _DARKEST = 0.97, 0.22
"""Lightness of the loudest value on a dark and on a light screen."""

# from linear sRGB to the cone responses, and from their cube roots to lightness and two opponent axes
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def levels() -> Table:
    """Return the colours of a picture of levels, quiet first, shape (256,), as 0xffRRGGBB."""
    return _levels(_plain(palette.WINDOW))


def differences() -> Table:
    """Return the colours of a difference: the fragment's for less, paper for none, the take's for more."""
    return _differences(_plain(palette.FRAGMENT), _plain(palette.WINDOW), _plain(palette.TAKE))


def deviations() -> Table:
    """Return the colours of what lies below and above a mean: paper in the middle, dark or bright towards both ends."""
    low = "#6f8fe8" if _is_dark(_plain(palette.WINDOW)) else "#2a4bb0"
    return _differences(low, _plain(palette.WINDOW), _plain(palette.TEXT))


@lru_cache(maxsize=8)
def _levels(paper: str) -> Table:
    start = to_oklab(paper)
    at = np.linspace(0.0, 1.0, N_COLOURS)
    lightness = start[0] + at * ((_BRIGHTEST if _is_dark(paper) else _DARKEST) - start[0])
    hue = np.radians(np.interp(at, _LEVELS, _HUES if _is_dark(paper) else _HUES[::-1]))
    chroma = np.interp(at, _LEVELS, _CHROMAS if _is_dark(paper) else _LIGHT_CHROMAS)
    fading = np.clip(1.0 - at / 0.25, 0.0, 1.0)  # the paper's own tint, until the map has one
    a = chroma * np.cos(hue) + fading * start[1]
    b = chroma * np.sin(hue) + fading * start[2]
    return _table(np.stack([lightness, a, b]))


@lru_cache(maxsize=8)
def _differences(low: str, middle: str, high: str) -> Table:
    ends = np.stack([to_oklab(low), to_oklab(middle), to_oklab(high)], axis=1)
    at = np.linspace(-1.0, 1.0, N_COLOURS)
    return _table(np.stack([np.interp(at, (-1.0, 0.0, 1.0), row) for row in ends]))


def to_oklab(name: str) -> npt.NDArray[np.float64]:
    """Return lightness (0-1) and the two opponent axes of an sRGB colour, shape (3,)."""
    colour = QColor(name)
    rgb = np.array([colour.redF(), colour.greenF(), colour.blueF()], dtype=np.float64)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(_TO_LAB @ np.cbrt(_TO_LMS @ linear))


def _table(lab: npt.NDArray[np.float64]) -> Table:
    linear = np.clip(np.linalg.inv(_TO_LMS) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3, 0.0, 1.0)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(255.0 * rgb).astype(np.uint32)
    return np.asarray(0xFF000000 + (red << 16) + (green << 8) + blue, dtype=np.uint32)


def _is_dark(paper: str) -> bool:
    return bool(to_oklab(paper)[0] < 0.6)


def _plain(name: str) -> str:
    """Return a colour as plain text, which can be remembered."""
    return QColor(palette.code(name)).name()
