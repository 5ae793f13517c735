"""What stands beside a picture: labels of its axis, its heading and the bar that says what its colours mean."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from musemate.gui import palette
from musemate.gui.lane import ColourBar, Lane, image_of
from musemate.language import _

BAR_PX = 8
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_ticks(painter: QPainter, rect: QRect, ticks: list[tuple[float, str]]) -> None:
    """Label the left side of a lane; places run from 0 at its bottom to 1 at its top."""
    painter.setPen(palette.colour(palette.MUTED))
    for part, text in ticks:
        y = rect.top() + (1.0 - part) * rect.height()
        painter.drawText(QRectF(0, y - 8, rect.left() - 6, 16), _RIGHT, text)


def paint_heading(painter: QPainter, rect: QRect, lane: Lane) -> None:
    """Say in the corner of a lane what it shows, or that it is being drawn."""
    text = lane.heading
    if lane.is_empty:
        text = _("{picture} is being drawn…").format(picture=lane.heading or _("Waveform"))
    if not text:
        return
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(24, rect.width() - 24))
    room = QRectF(rect.left() + 4, rect.top() + 4, metrics.horizontalAdvance(text) + 8, metrics.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.colour(palette.WINDOW, 0.78))
    painter.drawRoundedRect(room, 4, 4)
    painter.setPen(palette.colour(palette.MUTED))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)


def paint_colour_bar(painter: QPainter, rect: QRect, bar: ColourBar) -> None:
    """Draw the colours of a lane at its right side with the values of both ends."""
    left = rect.left() + rect.width() + 4
    painter.drawImage(QRectF(left, rect.top(), BAR_PX, rect.height()), image_of(_RAMP, bar.table))
    painter.setPen(palette.colour(palette.MUTED))
    for text, y in ((bar.top, rect.top()), (bar.bottom, rect.top() + rect.height() - 14)):
        painter.drawText(QRectF(QPointF(left + BAR_PX + 3, y), QPointF(left + BAR_PX + 48, y + 14)), _LEFT, text)


_RAMP = np.arange(256, dtype=np.uint8)[:, None]
