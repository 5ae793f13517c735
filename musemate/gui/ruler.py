"""The time axis below the pictures, and how all of them share the room at their sides."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from musemate.gui import palette
from musemate.gui.timeline import Timeline
from musemate.language import number

LEFT_PX, RIGHT_PX = 40, 56
"""All pictures leave the same room at their sides, so that a time lies at the same pixel in each."""
STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
LABEL_PX = 80
HEIGHT_PX = 20
SMALL_PX = 11


class Ruler(QWidget):
    """Labels of time such as "1:05", with decimals only where they are needed."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self._width = 0
        self.setFixedHeight(HEIGHT_PX)
        timeline.changed.connect(self.update)

    def set_plot_width(self, width: int) -> None:
        """Follow the width of the pictures, from `LEFT_PX` on."""
        self._width = width
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the labels (Qt's hook)."""
        with QPainter(self) as painter:
            painter.setFont(small_font(self))
            start, end = self._timeline.visible_s
            for time_s, text in time_ticks(start, end, self._width):
                x = LEFT_PX + (time_s - start) / (end - start) * self._width
                painter.setPen(palette.colour(palette.LINE))
                painter.drawLine(QPointF(x, 0), QPointF(x, 3))
                painter.setPen(palette.colour(palette.MUTED))
                painter.drawText(QRectF(x - 40, 4, 80, HEIGHT_PX - 4), Qt.AlignmentFlag.AlignHCenter, text)


def small_font(widget: QWidget) -> QFont:
    """Return the font of axes, with digits of one width."""
    font = QFont(widget.font())
    font.setPixelSize(SMALL_PX)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def time_ticks(start_s: float, end_s: float, width_px: float) -> list[tuple[float, str]]:
    """Return where labels of time stand and what they say, all with the same decimals."""
    wanted = (end_s - start_s) * LABEL_PX / max(width_px, 1.0)
    step = next((step for step in STEPS_S if step >= wanted), 1800)
    digits = 0 if step >= 1 else min(3, math.ceil(-math.log10(step)))
    first, last = math.ceil(start_s / step - 1e-9), math.floor(end_s / step + 1e-9)
    return [(place * step, minutes(place * step, digits)) for place in range(first, last + 1)]


def minutes(seconds: float, digits: int) -> str:
    """Return a time such as "1:05" or "1:05.250"."""
    whole, rest = divmod(round(seconds, digits), 60)
    width = 3 + digits if digits else 2
    return f"{int(whole)}:{number(rest, f'0{width}.{digits}f')}"
