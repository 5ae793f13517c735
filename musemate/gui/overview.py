"""The whole clip as a slim waveform with a window over what is seen: a scroll bar that one can read."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from musemate.gui import palette
from musemate.gui.ruler import LEFT_PX
from musemate.gui.timeline import Timeline
from musemate.gui.wavelane import WaveLane
from musemate.language import _

HEIGHT_PX = 24
LEAST_PX = 8.0
"""Width of the window at the closest zooms."""


class Overview(QWidget):
    """Drag the window to scroll; a click elsewhere brings it there."""

    def __init__(self, timeline: Timeline, wave: WaveLane) -> None:
        super().__init__()
        self._timeline, self._wave = timeline, wave
        self._image: QImage | None = None
        self._width = 0
        self._grabbed_at: float | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName(_("Overview of the whole clip"))
        self.setToolTip(_("The whole clip. Drag the window to scroll"))
        timeline.changed.connect(self.update)

    def set_plot_width(self, width: int) -> None:
        """Follow the width of the pictures, from `LEFT_PX` on."""
        self._width = width
        self.redraw()

    def redraw(self) -> None:
        """Draw the waveform anew at the next paint."""
        self._image = None
        self.update()

    def seen_rect(self) -> QRectF:
        """Return where the window over what is seen lies."""
        start, end = self._timeline.visible_s
        scale = self._width / self._timeline.duration_s
        width = max(LEAST_PX, (end - start) * scale)
        left = min(LEFT_PX + start * scale, LEFT_PX + self._width - width)
        return QRectF(left, 0.5, width, self.height() - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw waveform and window (Qt's hook)."""
        if self._image is None:
            self._image = self._drawn(self.devicePixelRatioF())
        with QPainter(self) as painter:
            painter.drawImage(QRectF(LEFT_PX, 0, self._width, self.height()), self._image)
            seen = self.seen_rect()
            shade = palette.colour(palette.PANEL, 0.6)
            painter.fillRect(QRectF(LEFT_PX, 0, seen.left() - LEFT_PX, self.height()), shade)
            painter.fillRect(QRectF(seen.right(), 0, LEFT_PX + self._width - seen.right(), self.height()), shade)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(palette.colour(palette.MUTED), 1))
            painter.drawRoundedRect(seen.adjusted(0.5, 0, -0.5, 0), 3, 3)

    def _drawn(self, density: float) -> QImage:
        image = QImage(round(self._width * density), round(self.height() * density), QImage.Format.Format_RGB32)
        image.fill(palette.colour(palette.WINDOW))
        with QPainter(image) as painter:
            kept, self._wave.offset_s = self._wave.offset_s, 0.0
            self._wave.paint(painter, QRect(0, 0, image.width(), image.height()), 0.0, self._timeline.duration_s)
            self._wave.offset_s = kept
        return image

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the window, or bring it here (Qt's hook)."""
        x, seen = event.position().x(), self.seen_rect()
        if not seen.left() <= x <= seen.right():
            self._centre(x)
        self._grabbed_at = x - self.seen_rect().left()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scroll (Qt's hook)."""
        if self._grabbed_at is not None and event.buttons() & Qt.MouseButton.LeftButton:
            left_s = (event.position().x() - self._grabbed_at - LEFT_PX) / max(1, self._width)
            start = left_s * self._timeline.duration_s
            self._timeline.show(start, start + self._timeline.width_s)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go (Qt's hook)."""
        self._grabbed_at = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew for another size (Qt's hook)."""
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in other colours (Qt's hook)."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.redraw()
        super().changeEvent(event)

    def _centre(self, x: float) -> None:
        at = float(np.clip((x - LEFT_PX) / max(1, self._width), 0.0, 1.0)) * self._timeline.duration_s
        half = self._timeline.width_s / 2
        self._timeline.show(at - half, at + half)
