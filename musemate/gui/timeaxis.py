"""How axes of curves look: labels only, and faint."""

from __future__ import annotations

import pyqtgraph as pg

from musemate.gui import palette


def soften(axis: pg.AxisItem) -> None:
    """Draw an axis faintly: labels only."""
    axis.setPen(pg.mkPen(palette.LINE))
    axis.setTextPen(pg.mkPen(palette.MUTED))
    axis.setStyle(tickLength=0, tickAlpha=0)
