"""What mouse, wheel and keys do in the pictures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from musemate.gui.canvas import Canvas
from musemate.gui.grip import grip_rect, paint_grip
from musemate.gui.region import BODY, END, START, Region
from musemate.gui.ruler import LEFT_PX
from musemate.gui.timeline import Timeline
from musemate.language import _

ZOOM_STEP = 1.6
SEEK_STEP_S = 1.0
SCROLL_STEP = 0.1
GRAB_PX = 5
"""How near an end of the region is grabbed."""
CLICK_PX = 4
"""A shorter way of the mouse is a click."""
NEW, VIEW, CARRY = "new", "view", "carry"
_SHAPES = {
    START: Qt.CursorShape.SizeHorCursor,
    END: Qt.CursorShape.SizeHorCursor,
    CARRY: Qt.CursorShape.OpenHandCursor,
}


class ClipCanvas(Canvas):
    """A click seeks, a drag moves or draws the region, the wheel zooms; other buttons move the view.

    A drag by the grip, or with Ctrl, carries the region out of the window.
    """

    seeked = Signal(float)
    pointed = Signal(QPointF)
    """The mouse is there."""
    unpointed = Signal()
    approached = Signal()
    """The mouse came to what can be carried."""
    carry_meant = Signal()
    """The mouse went down on what can be carried and begins to move."""
    carry_asked = Signal()
    """The region is dragged out; said at every move of the mouse until a drag begins or the mouse lets go."""

    def __init__(self, timeline: Timeline, region: Region) -> None:
        super().__init__(timeline, region)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._went_down: QPoint | None = None
        self._moved = False
        self._grabbed = ""
        self._before = (0.0, 0.0)
        self._anchor_s = 0.0
        self._can_carry = self._is_on_grip = False

    def set_carried(self, carried: bool) -> None:
        """Let the region be dragged out of the window, or not."""
        self._can_carry = carried
        self.update()

    def grip(self) -> QRectF | None:
        """Return where the region is taken hold of, None where it cannot be."""
        start, end = self.region.span
        rects = self.rects()
        return grip_rect(rects[0], self.x_of(start), self.x_of(end)) if self._can_carry and rects else None

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
        elif self._grabbed == CARRY:
            self._carry(event)
        elif self._moved or abs(event.position().x() - self._went_down.x()) >= CLICK_PX:
            self._moved = True
            self._drag(event, done=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go, or seek where the mouse did not move (Qt's hook)."""
        if self._went_down is None:
            return
        if self._grabbed == CARRY:
            self._show_shape(event)
        elif self._moved:
            self._drag(event, done=True)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.seeked.emit(self.time_of(event.position().x()))
        self._went_down = None

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the mouse (Qt's hook)."""
        self.set_pointer(None)
        self._hover(False)
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
        if self._carries(event):
            return CARRY
        if near[0][0] <= GRAB_PX and end > start:
            return near[0][1]
        is_inside = self.region.can_move and self.x_of(start) < x < self.x_of(end)
        return BODY if is_inside else NEW

    def _carries(self, event: QMouseEvent) -> bool:
        """Whether a drag from here carries the region out."""
        grip, x = self.grip(), event.position().x()
        is_inside = self.x_of(self.region.span[0]) < x < self.x_of(self.region.span[1])
        with_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return (grip is not None and grip.contains(event.position())) or (self._can_carry and with_ctrl and is_inside)

    def _carry(self, event: QMouseEvent) -> None:
        """Say that the region is about to be dragged out, and then that it is."""
        assert self._went_down is not None
        gone = (event.position().toPoint() - self._went_down).manhattanLength()
        if gone >= CLICK_PX and not self._moved:
            self._moved = True
            self.carry_meant.emit()
        if gone >= QApplication.startDragDistance():
            self.carry_asked.emit()

    def carried(self) -> None:
        """Note that a drag took the mouse: it is not seen to let go."""
        self._went_down = None

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
        self.setCursor(_SHAPES.get(part, Qt.CursorShape.ArrowCursor))
        self._hover(part == CARRY)

    def _hover(self, on_grip: bool) -> None:
        if on_grip != self._is_on_grip:
            self._is_on_grip = on_grip
            if on_grip:
                self.approached.emit()
            text = _("Drag the region into your DAW or a folder (or drag it with Ctrl from anywhere in it)")
            self.setToolTip(text if on_grip else "")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the grip over the pictures (Qt's hook)."""
        super().paintEvent(event)
        grip = self.grip()
        if grip is not None and event.region().intersects(grip.toAlignedRect()):
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                paint_grip(painter, grip, is_hovered=self._is_on_grip)

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
