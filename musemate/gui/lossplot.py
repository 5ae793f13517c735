"""The losses of a running training as a live plot."""

from __future__ import annotations

import math
from collections import defaultdict

import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from musemate.gui import palette

COLOURS = ("FRAGMENT", "TAKE", "MUTED", "THIRD", "BAD")
"""Names in the palette."""
MOST_POINTS = 1_500


class LossPlot(pg.PlotWidget):
    """One curve a loss, each scaled to its own range: what counts is where they head, not their units."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=palette.colour(palette.PANEL), enableMenu=False)
        self.setAccessibleName("Losses of the running training")
        self.setMinimumHeight(70)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.hideAxis("left")
        self.hideAxis("bottom")
        self._legend = self.addLegend(offset=(-4, 2), labelTextSize="8pt")
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._values: dict[str, list[float]] = defaultdict(list)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of the scheme in use (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_values"):
            self._colour()

    def _colour(self) -> None:
        self.setBackground(palette.colour(palette.PANEL))
        self.getPlotItem().getViewBox().setBackgroundColor(palette.colour(palette.WINDOW))
        self._legend.setLabelTextColor(palette.colour(palette.MUTED))
        for number, curve in enumerate(self._curves.values()):
            curve.setPen(_pen(number))

    def clear_losses(self) -> None:
        """Start anew (another scale has other losses)."""
        for curve in self._curves.values():
            self.removeItem(curve)
        self._curves.clear()
        self._values.clear()

    def add(self, losses: dict[str, float]) -> None:
        """Append one look at the losses."""
        for name, value in losses.items():
            if not math.isfinite(value):
                continue
            values = self._values[name]
            values.append(value)
            if len(values) > MOST_POINTS:
                del values[::2]
            self._curve(name).setData(_scaled(values))

    @property
    def n_points(self) -> int:
        """Number of points of the longest curve."""
        return max((len(values) for values in self._values.values()), default=0)

    def _curve(self, name: str) -> pg.PlotDataItem:
        if name not in self._curves:
            self._curves[name] = self.plot(pen=_pen(len(self._curves)), name=name, antialias=True)
        return self._curves[name]


def _pen(number: int) -> QPen:
    return pg.mkPen(getattr(palette, COLOURS[number % len(COLOURS)]), width=1.5)


def _scaled(values: list[float]) -> list[float]:
    lowest, highest = min(values), max(values)
    span = highest - lowest
    return [(value - lowest) / span if span else 0.5 for value in values]
