"""The grip in the region: take hold of it to drag the region's file out of the window."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPen

from musemate.gui import icons, palette

SIZE_PX, AWAY_PX, ICON_PX = 24, 8, 16


def grip_rect(rect: QRect, left: float, right: float) -> QRectF | None:
    """Return where the grip lies, None where the region has no room for it.

    Parameters
    ----------
    rect : QRect
        The picture that it lies in.
    left, right : float
        Where the region's start and end lie, perhaps out of sight.
    """
    left, right = max(left, rect.left()), min(right, rect.left() + rect.width())
    bottom = rect.top() + rect.height()
    if right - left < SIZE_PX + 2 * AWAY_PX or rect.height() < SIZE_PX + AWAY_PX:
        return None
    return QRectF(round(right) - AWAY_PX - SIZE_PX, bottom - AWAY_PX // 2 - SIZE_PX, SIZE_PX, SIZE_PX)


def paint_grip(painter: QPainter, place: QRectF, *, is_hovered: bool) -> None:
    """Draw the grip."""
    painter.setPen(QPen(palette.colour(palette.TAKE if is_hovered else palette.EDGE), 1))
    painter.setBrush(palette.colour(palette.HOVER if is_hovered else palette.RAISED))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    away = (SIZE_PX - ICON_PX) // 2
    inside = place.adjusted(away, away, -away, -away).toRect()
    icons.icon("carry", palette.TAKE if is_hovered else palette.MUTED).paint(painter, inside)
