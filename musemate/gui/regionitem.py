"""The chosen region as two handles that move together in both pictures."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal

from musemate.gui import palette


class RegionItem(pg.LinearRegionItem):
    """The region in one plot; dragged by its body it keeps its length, even at the ends of the clip."""

    dragged = Signal(float, bool)
    """How far, in seconds since the button went down; True when it is let go."""
    can_move = True
    """False where the region fills the clip: then a drag draws a new one."""

    def hoverEvent(self, event: pg.GraphicsScene.mouseEvents.HoverEvent) -> None:
        """Claim drags, unless a new region is to be drawn (pyqtgraph's hook)."""
        if event.isExit() or self._follows(event):
            super().hoverEvent(event)
        else:
            self.setMouseHover(False)

    def mouseDragEvent(self, event: pg.GraphicsScene.mouseEvents.MouseDragEvent) -> None:
        """Tell how far the mouse went (pyqtgraph's hook)."""
        if event.button() == Qt.MouseButton.LeftButton and (bool(self.moving) or self._follows(event)):
            event.accept()
            self.moving: bool = not event.isFinish()
            self.dragged.emit(event.pos().x() - event.buttonDownPos().x(), event.isFinish())
        else:
            event.ignore()

    def _follows(self, event: Any) -> bool:
        return self.can_move and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier

    def mouseClickEvent(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        """Leave clicks to the plot: they seek (pyqtgraph's hook)."""
        event.ignore()


class RegionPair(QObject):
    """One region shown in several plots.

    Parameters
    ----------
    boxes : list of ViewBox
        The plots, which share their time axis.
    """

    changed = Signal(float, float)
    chosen = Signal(float, float)

    def __init__(self, boxes: list[pg.ViewBox]) -> None:
        super().__init__()
        self._span = (0.0, 0.0)
        self._grabbed: tuple[float, float] | None = None
        self._duration_s = 0.0
        self._shortest_s, self._longest_s = 0.0, float("inf")
        self._items = [self._item(box) for box in boxes]
        self.set_colour(palette.FRAGMENT)

    @property
    def span(self) -> tuple[float, float]:
        """Start and end in seconds."""
        return self._span

    def set_bounds(self, duration_s: float, shortest_s: float = 0.1, longest_s: float = float("inf")) -> None:
        """Limit the region to a clip of that length, and its own length to these limits."""
        self._duration_s = duration_s
        self._shortest_s, self._longest_s = min(shortest_s, duration_s), longest_s

    def set_colour(self, colour: str) -> None:
        """Draw the handles in this colour."""
        self._colour = colour
        self.colour_anew()

    def colour_anew(self) -> None:
        """Draw the handles in the scheme in use."""
        colour = self._colour
        for item in self._items:
            item.setBrush(palette.colour(colour, 0.05))
            item.setHoverBrush(palette.colour(colour, 0.09))
            for line in item.lines:
                line.setPen(pg.mkPen(palette.colour(colour, 0.9), width=2))
                line.setHoverPen(pg.mkPen(palette.colour(palette.TEXT), width=3))

    def set_span(self, start_s: float, end_s: float) -> None:
        """Choose a region; it is moved and cut to what is allowed."""
        self._apply(start_s, end_s, moved_start=False)

    def draw(self, anchor_s: float, mouse_s: float, done: bool) -> None:
        """Follow a mouse that draws a new region; nothing happens before it is long enough to be meant."""
        if abs(mouse_s - anchor_s) >= 0.25 * self._shortest_s:
            start, end = sorted((anchor_s, mouse_s))
            self._apply(start, end, moved_start=mouse_s < anchor_s)
        if done:
            self.chosen.emit(*self._span)

    def _apply(self, start_s: float, end_s: float, *, moved_start: bool) -> None:
        length = min(max(end_s - start_s, self._shortest_s), self._longest_s, self._duration_s)
        start = end_s - length if moved_start else start_s
        start = min(max(0.0, start), self._duration_s - length)
        self._span = (start, start + length)
        for item in self._items:
            item.can_move = length < self._duration_s - 1e-3
            item.blockSignals(True)
            item.setRegion(self._span)
            item.blockSignals(False)
        self.changed.emit(*self._span)

    def _on_moved(self, item: pg.LinearRegionItem) -> None:
        start, end = item.getRegion()
        before = self._span
        kept_end = abs(end - before[1]) < 1e-9
        self._apply(start, end, moved_start=kept_end and abs(start - before[0]) > 1e-9)

    def _on_dragged(self, distance_s: float, done: bool) -> None:
        start, end = self._grabbed = self._grabbed or self._span
        self._apply(start + distance_s, end + distance_s, moved_start=False)
        if done:
            self._grabbed = None
            self.chosen.emit(*self._span)

    def _item(self, box: pg.ViewBox) -> RegionItem:
        item = RegionItem((0, 0), swapMode="block")
        item.setZValue(10)
        for line in item.lines:
            line.setCursor(Qt.CursorShape.SizeHorCursor)
        item.dragged.connect(self._on_dragged)
        item.sigRegionChanged.connect(self._on_moved)
        item.sigRegionChangeFinished.connect(lambda: self.chosen.emit(*self._span))
        box.addItem(item, ignoreBounds=True)
        return item
