"""Axes of the pictures: time as minutes and seconds, frequency where the mel bands are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

from musemate.gui import palette

AXIS_WIDTH = 44
"""Both pictures leave the same room at their left, so their time axes lie exactly above each other."""
SHOWN_HZ = (200, 1_000, 3_000, 8_000)
STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120)
LABEL_PX = 80


class TimeAxis(pg.AxisItem):
    """A time axis labelled "1:05", with decimals only where the ticks need them."""

    def __init__(self) -> None:
        super().__init__("bottom")
        soften(self)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803
        """Choose one step between labels, so that all have the same decimals (pyqtgraph's hook)."""
        wanted = (maxVal - minVal) * LABEL_PX / max(size, 1.0)
        return [(next((step for step in STEPS_S if step >= wanted), 300.0), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Label the ticks (pyqtgraph's hook)."""
        digits = 0 if spacing >= 1 else min(3, int(np.ceil(-np.log10(spacing))))
        return [_minutes(value, digits) for value in values]


def _minutes(seconds: float, digits: int) -> str:
    minutes, rest = divmod(round(seconds, digits), 60)
    width = 3 + digits if digits else 2
    return f"{int(minutes)}:{rest:0{width}.{digits}f}"


def soften(axis: pg.AxisItem) -> None:
    """Draw an axis faintly: labels only."""
    axis.setPen(pg.mkPen(palette.LINE))
    axis.setTextPen(pg.mkPen(palette.MUTED))
    axis.setStyle(tickLength=0, tickAlpha=0)


def side_axis() -> pg.AxisItem:
    """Return an axis at the left of the width that all pictures share."""
    axis = pg.AxisItem("left")
    soften(axis)
    axis.setWidth(AXIS_WIDTH)
    axis.setTicks([])
    return axis


def frequency_ticks(edges_hz: npt.NDArray[np.float64]) -> list[list[tuple[float, str]]]:
    """Return where round frequencies lie on an axis that runs from 0 to 1 over all mel bands.

    Parameters
    ----------
    edges_hz : ndarray, shape (n_mels + 2,)
        Edges of the bands as in `MelPicture`.
    """
    centres = edges_hz[1:-1]
    places = np.interp(SHOWN_HZ, centres, (np.arange(len(centres)) + 0.5) / len(centres))
    shown = [hz for hz in SHOWN_HZ if hz < centres[-1]]
    return [[(float(place), _hertz(hz)) for place, hz in zip(places, shown, strict=False)]]


def _hertz(hz: int) -> str:
    return f"{hz // 1000}k" if hz >= 1000 else str(hz)
