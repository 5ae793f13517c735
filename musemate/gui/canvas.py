"""The stack of pictures: drawn once into an image whenever the view changes; what moves is drawn over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from musemate.gui import palette
from musemate.gui.grid import Grid
from musemate.gui.lane import Lane
from musemate.gui.region import Region
from musemate.gui.ruler import LEFT_PX, RIGHT_PX, small_font
from musemate.gui.sidemarks import paint_colour_bar, paint_heading, paint_ticks
from musemate.gui.timeline import Timeline

GAP_PX = 4
CURSOR_PX = 1.6
NUMBERS_FROM_PX = 64
"""Lanes that are less high have no room for the numbers of bars."""
_STRIP_PX = 3
"""Half the width of what is drawn anew around a cursor."""


class Canvas(QWidget):
    """Draws lanes one below the other on one time axis, with region, cursor and the line under the mouse."""

    resized = Signal()
    drawn = Signal()
    """The pictures were drawn anew; said within a paint, so only for queued connections."""

    def __init__(self, timeline: Timeline, region: Region) -> None:
        super().__init__()
        self.timeline, self.region, self.grid = timeline, region, Grid()
        self.lanes: Sequence[Lane] = ()
        self._image: QImage | None = None
        self._is_drawn = False
        self._cursor_s = 0.0
        self._pointer_s: float | None = None
        self.n_drawn = 0
        """How often the pictures themselves were drawn."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        timeline.changed.connect(self.redraw)
        region.changed.connect(lambda *_: self.update())

    # what is shown -------------------------------------------------------------------------------------

    def set_lanes(self, lanes: Sequence[Lane]) -> None:
        """Show these, from top to bottom."""
        self.lanes = tuple(lanes)
        least = sum(lane.least_px for lane in lanes) + GAP_PX * (len(lanes) - 1)
        self.setMinimumHeight(max(64, least))
        self.redraw()

    def redraw(self) -> None:
        """Draw all pictures anew at the next paint."""
        self._is_drawn = False
        self.update()

    @property
    def cursor_s(self) -> float:
        """Where the cursor stands."""
        return self._cursor_s

    def set_cursor(self, position_s: float) -> None:
        """Move the cursor; only the strips where it was and where it is are painted."""
        before, now = self.x_of(self._cursor_s), self.x_of(position_s)
        self._cursor_s = position_s
        if abs(before - now) >= 0.05:
            self.update(self._strip(before).united(self._strip(now)))

    def set_pointer(self, time_s: float | None) -> None:
        """Draw a faint line through all pictures at this time."""
        if time_s == self._pointer_s:
            return
        region = QRegion()
        for place in (self._pointer_s, time_s):
            if place is not None:
                region = region.united(self._strip(self.x_of(place)))
        self._pointer_s = time_s
        self.update(region)

    # places --------------------------------------------------------------------------------------------

    @property
    def plot_width(self) -> int:
        """Width of the pictures in pixels; they begin at `LEFT_PX`."""
        return max(1, self.width() - LEFT_PX - RIGHT_PX)

    def x_of(self, time_s: float) -> float:
        """Return where a time lies."""
        start = self.timeline.visible_s[0]
        return LEFT_PX + (time_s - start) / self.timeline.width_s * self.plot_width

    def time_of(self, x: float) -> float:
        """Return the time at a place, within the clip."""
        start = self.timeline.visible_s[0]
        time_s = start + (x - LEFT_PX) / self.plot_width * self.timeline.width_s
        return min(max(0.0, time_s), self.timeline.duration_s)

    def rects(self) -> list[QRect]:
        """Return where each lane is drawn."""
        room = self.height() - GAP_PX * (len(self.lanes) - 1)
        extra = max(0, room - sum(lane.least_px for lane in self.lanes))
        weights = np.cumsum([0.0, *(lane.weight for lane in self.lanes)])
        result, top = [], 0
        for index, lane in enumerate(self.lanes):
            more = [round(extra * weight / weights[-1]) for weight in weights[index : index + 2]]
            height = lane.least_px + more[1] - more[0]
            result.append(QRect(LEFT_PX, top, self.plot_width, height))
            top += height + GAP_PX
        return result

    def lane_at(self, y: float) -> tuple[Lane, float] | None:
        """Return the lane at a height and how far up in it (0-1) that is."""
        for lane, rect in zip(self.lanes, self.rects(), strict=True):
            if rect.top() <= y < rect.top() + rect.height():
                return lane, 1.0 - (y - rect.top()) / rect.height()
        return None

    # painting ------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the drawn pictures and draw over them what moves (Qt's hook)."""
        density = self.devicePixelRatioF()
        if self._image is None or not self._is_drawn or self._image.devicePixelRatioF() != density:
            self._image, self._is_drawn = self._drawn(density), True
            self.drawn.emit()
        with QPainter(self) as painter:
            part = event.rect()
            scaled = QRectF(part.x() * density, part.y() * density, part.width() * density, part.height() * density)
            painter.drawImage(QRectF(part), self._image, scaled)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rects = self.rects()
            self._paint_region(painter, rects)
            if self._pointer_s is not None:
                self._paint_line(painter, rects, self._pointer_s, QPen(palette.colour(palette.TEXT, 0.35), 1.0))
            self._paint_line(painter, rects, self._cursor_s, QPen(palette.colour(palette.TEXT), CURSOR_PX))
            if self.hasFocus():
                painter.setPen(QPen(palette.colour(palette.ACCENT), 1))
                painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _drawn(self, density: float) -> QImage:
        self.n_drawn += 1
        size = QSize(round(self.width() * density), round(self.height() * density))
        # the same memory again where it fits: fresh pages cost more than what is drawn on them
        image = self._image if self._image is not None and self._image.size() == size else None
        image = image or QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(1.0)
        image.fill(palette.colour(palette.PANEL))
        with QPainter(image) as painter:
            start, end = self.timeline.visible_s
            rects = self.rects()
            for lane, rect in zip(self.lanes, rects, strict=True):
                place = device_rect(rect, density)
                painter.fillRect(place, palette.colour(palette.WINDOW))
                lane.paint(painter, place, start, end)
        image.setDevicePixelRatio(density)
        self._furnish(image, rects)
        return image

    def _furnish(self, image: QImage, rects: list[QRect]) -> None:
        """Draw grid, labels and colour bars."""
        with QPainter(image) as painter:
            painter.setFont(small_font(self))
            for index, (lane, rect) in enumerate(zip(self.lanes, rects, strict=True)):
                has_room = index == 0 and rect.height() >= NUMBERS_FROM_PX
                self.grid.paint(painter, rect, self.timeline.visible_s, with_numbers=has_room)
                paint_ticks(painter, rect, lane.ticks(rect.height()))
                paint_heading(painter, rect, lane)
                bar = lane.colour_bar()
                if bar is not None and not lane.is_empty:
                    paint_colour_bar(painter, rect, bar)

    def _paint_region(self, painter: QPainter, rects: list[QRect]) -> None:
        start, end = self.region.span
        if end <= start or not rects:
            return
        shade = palette.colour(palette.WINDOW, 0.62)
        colour = palette.colour(palette.TAKE if self.region.is_take else palette.FRAGMENT, 0.9)
        left, right = self.x_of(start), self.x_of(end)
        first, last = float(LEFT_PX), float(LEFT_PX + self.plot_width)
        for rect in rects:
            top, height = rect.top(), rect.height()
            if left > first:
                painter.fillRect(QRectF(first, top, min(left, last) - first, height), shade)
            if right < last:
                painter.fillRect(QRectF(max(right, first), top, last - max(right, first), height), shade)
        for time_s in (start, end):
            self._paint_line(painter, rects, time_s, QPen(colour, 2.0))

    def _paint_line(self, painter: QPainter, rects: list[QRect], time_s: float, pen: QPen) -> None:
        x = self.x_of(time_s)
        if rects and LEFT_PX - 0.5 <= x <= LEFT_PX + self.plot_width + 0.5:
            bottom = rects[-1].top() + rects[-1].height()
            painter.setPen(pen)
            painter.drawLine(QLineF(QPointF(x, rects[0].top()), QPointF(x, bottom)))

    def _strip(self, x: float) -> QRegion:
        return QRegion(QRect(int(x) - _STRIP_PX, 0, 2 * _STRIP_PX + 1, self.height()))

    # Qt's hooks ----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew for another size (Qt's hook)."""
        self.redraw()
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in other colours (Qt's hook)."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.redraw()
        super().changeEvent(event)


def device_rect(rect: QRect, density: float) -> QRect:
    """Return a rectangle in the device's own pixels, its edges rounded as its neighbours' are."""
    left, top = round(rect.left() * density), round(rect.top() * density)
    right = round((rect.left() + rect.width()) * density)
    bottom = round((rect.top() + rect.height()) * density)
    return QRect(left, top, right - left, bottom - top)
