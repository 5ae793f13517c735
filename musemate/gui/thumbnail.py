"""A small waveform of a take, with how much of it has been heard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from musemate.analysis.peaks import Peaks
from musemate.gui import palette

BAR_PX, GAP_PX = 2, 1


class Thumbnail(QWidget):
    """The envelope as thin bars; the part before the playing position is bright."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks: Peaks | None = None
        self._played = 0.0
        self._heights = np.empty(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(26)
        self.setMinimumWidth(60)

    def sizeHint(self) -> QSize:
        """Ask for a modest width (Qt's hook)."""
        return QSize(160, 26)

    @property
    def has_peaks(self) -> bool:
        """Whether there is something to show."""
        return self._peaks is not None

    def set_peaks(self, peaks: Peaks) -> None:
        """Show this envelope."""
        self._peaks = peaks
        self._heights = np.empty(0)
        self.update()

    def set_played(self, part: float) -> None:
        """Show that this part (0-1) has been heard."""
        if abs(part - self._played) * max(1, self.width()) >= 1 or part == 0.0 != self._played:
            self._played = part
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars (Qt's hook)."""
        painter = QPainter(self)
        middle = self.height() / 2
        if self._peaks is None:
            painter.setPen(palette.colour(palette.LINE))
            painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
            return
        n_bars = max(1, self.width() // (BAR_PX + GAP_PX))
        if len(self._heights) != n_bars:
            self._heights = self._measured(self._peaks, n_bars)
        for index, height in enumerate(self._heights):
            heard = (index + 1) / n_bars <= self._played
            half = max(0.5, float(height) * middle)
            bar = QRectF(index * (BAR_PX + GAP_PX), middle - half, BAR_PX, 2 * half)
            painter.fillRect(bar, palette.colour(palette.TAKE, 1.0 if heard else 0.5))

    @staticmethod
    def _measured(peaks: Peaks, n_bars: int) -> np.ndarray:
        low, high, rms = peaks.columns(0.0, peaks.duration_s, n_bars)
        loud = (0.5 * np.maximum(high, -low) + 0.5 * rms).max(axis=0)
        return loud / max(0.1, float(loud.max(initial=0.0)))
