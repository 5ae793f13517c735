"""What mouse, wheel and keys do in the pictures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent

from musemate.gui.canvas import Canvas
from musemate.gui.region import BODY, END, START, Region
from musemate.gui.ruler import LEFT_PX
from musemate.gui.timeline import Timeline

ZOOM_STEP = 1.6
SEEK_STEP_S = 1.0
SCROLL_STEP = 0.1
GRAB_PX = 5
"""How near an end of the region is grabbed."""
CLICK_PX = 4
"""A shorter way of the mouse is a click."""
NEW, VIEW = "new", "view"


class ClipCanvas(Canvas):
    """A click seeks, a drag moves or draws the region, the wheel zooms; other buttons move the view."""

    seeked = Signal(float)
    pointed = Signal(QPointF)
    """The mouse is there."""
    unpointed = Signal()

    def __init__(self, timeline: Timeline, region: Region) -> None:
        super().__init__(timeline, region)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._went_down: QPoint | None = None
        self._moved = False
        self._grabbed = ""
        self._before = (0.0, 0.0)
        self._anchor_s = 0.0

    def place_of(self, time_s: float, row: int = 0) -> QPoint:
        """Return where a time lies in the middle of a lane."""
        rect = self.rects()[row]
        return QPoint(round(self.x_of(time_s)), rect.center().y())

    # mouse ---------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of what lies under the mouse (Qt's hook)."""
        self._went_down, self._moved = event.position().toPoint(), False
        self._before = self.region.span if event.button() == Qt.MouseButton.LeftButton else self.timeline.visible_s
        self._anchor_s = self.time_of(event.position().x())
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._grabbed = self._part_at(event) if is_left else VIEW
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse (Qt's hook)."""
        self.set_pointer(self.time_of(event.position().x()) if self._is_over(event) else None)
        self.pointed.emit(event.position())
        if self._went_down is None:
            self._show_shape(event)
        elif self._moved or abs(event.position().x() - self._went_down.x()) >= CLICK_PX:
            self._moved = True
            self._drag(event, done=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go, or seek where the mouse did not move (Qt's hook)."""
        if self._went_down is None:
            return
        if self._moved:
            self._drag(event, done=True)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.seeked.emit(self.time_of(event.position().x()))
        self._went_down = None

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the mouse (Qt's hook)."""
        self.set_pointer(None)
        self.unpointed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse; with Shift, or sideways, scroll (Qt's hook)."""
        turned = event.angleDelta()
        sideways = turned.x() if abs(turned.x()) > abs(turned.y()) else 0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways = turned.y()
        if sideways:
            self.timeline.scroll(-sideways / 120 * self.timeline.width_s * SCROLL_STEP)
        elif turned.y():
            self.timeline.zoom(ZOOM_STEP ** (turned.y() / 240), self.time_of(event.position().x()))
        event.accept()

    def _is_over(self, event: QMouseEvent) -> bool:
        return LEFT_PX <= event.position().x() <= LEFT_PX + self.plot_width

    def _part_at(self, event: QMouseEvent) -> str:
        """Return what a drag from here moves: an end of the region, all of it, or nothing yet."""
        start, end = self.region.span
        x = event.position().x()
        near = sorted((abs(x - self.x_of(time_s)), part) for time_s, part in ((start, START), (end, END)))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return NEW
        if near[0][0] <= GRAB_PX and end > start:
            return near[0][1]
        is_inside = self.region.can_move and self.x_of(start) < x < self.x_of(end)
        return BODY if is_inside else NEW

    def _drag(self, event: QMouseEvent, *, done: bool) -> None:
        assert self._went_down is not None
        x = event.position().x()
        distance_s = (x - self._went_down.x()) / self.plot_width * self.timeline.width_s
        if self._grabbed == VIEW:
            start, end = self._before
            self.timeline.show(start - distance_s, end - distance_s)
        elif self._grabbed == NEW:
            self.region.draw(self._anchor_s, self.time_of(x), done)
        else:
            self.region.drag(self._grabbed, self._before, distance_s, done)

    def _show_shape(self, event: QMouseEvent) -> None:
        part = self._part_at(event) if self._is_over(event) else ""
        shapes = {START: Qt.CursorShape.SizeHorCursor, END: Qt.CursorShape.SizeHorCursor}
        self.setCursor(shapes.get(part, Qt.CursorShape.ArrowCursor))

    # keys ----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Seek with the arrow keys, scroll with them and Shift (Qt's hook)."""
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        limit = self.timeline.duration_s
        if direction and not event.modifiers():
            self.seeked.emit(min(max(0.0, self.cursor_s + direction * SEEK_STEP_S), limit))
        elif direction and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self.timeline.scroll(direction * SCROLL_STEP * self.timeline.width_s)
        elif event.key() == Qt.Key.Key_Home:
            self.seeked.emit(0.0)
        elif event.key() == Qt.Key.Key_End:
            self.seeked.emit(limit)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus (Qt's hook)."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus (Qt's hook)."""
        super().focusOutEvent(event)
        self.update()
