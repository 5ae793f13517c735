"""The level meter: how loud the output is, left and right."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from musemate.audio.levels import Level
from musemate.gui import palette
from musemate.gui.widgets import describe
from musemate.language import _

FLOOR_DB = -60.0
FALL_DB_S = 24.0
"""How fast the peak line falls."""
SMOOTH_S = 0.15
"""Time in which the bar makes up two thirds of a change of the RMS."""
TICK_MS = 33
MARKS_DB = (-24.0, -12.0, -6.0)
BAR, GAP, CLIP = 8, 4, 8
"""Height of a bar, room between the bars, width of the clip light."""


def to_db(value: float) -> float:
    """Return a level in dB relative to full scale, not below the meter's floor."""
    return max(FLOOR_DB, 20 * math.log10(value)) if value > 0 else FLOOR_DB


class Meter(QWidget):
    """Two bars: the RMS as a bar, the peak as a line, and a light that stays on once the output has clipped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.peak_db = [FLOOR_DB, FLOOR_DB]
        self.rms_db = [FLOOR_DB, FLOOR_DB]
        self.has_clipped = [False, False]
        self._heard: Level | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self.setFixedSize(self.sizeHint())
        describe(
            self,
            _(
                "Level of the output: the bar is the RMS, the line the peak, and the end lights up when it has "
                "clipped. Click to put the light out."
            ),
            _("Level meter"),
        )

    def sizeHint(self) -> QSize:
        """Return the fixed size (Qt's hook)."""
        return QSize(96, 2 * BAR + GAP + 4)

    def show_level(self, level: Level) -> None:
        """Show what was heard just now."""
        if self._heard is not None:  # two came before one was drawn
            level = Level(_higher(level.peak, self._heard.peak), level.rms)
        self._heard = level
        if not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def reset(self) -> None:
        """Put the clip light out."""
        self.has_clipped = [False, False]
        self.update()

    def step(self, seconds: float) -> None:
        """Let time go by: rise at once with the peak, fall evenly, and follow the RMS."""
        peak, rms = (self._heard.peak, self._heard.rms) if self._heard else ((0.0, 0.0), (0.0, 0.0))
        keep = math.exp(-seconds / SMOOTH_S)
        for side in (0, 1):
            self.peak_db[side] = max(to_db(peak[side]), self.peak_db[side] - FALL_DB_S * seconds, FLOOR_DB)
            self.rms_db[side] = keep * self.rms_db[side] + (1 - keep) * to_db(rms[side])
            self.has_clipped[side] |= peak[side] > 1.0
        self._heard = None

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is left to fall."""
        return max(self.peak_db) <= FLOOR_DB and max(self.rms_db) < FLOOR_DB + 0.5

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both bars (Qt's hook)."""
        with QPainter(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            for side in (0, 1):
                self._draw(painter, side, 2 + side * (BAR + GAP))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the clip light out (Qt's hook)."""
        self.reset()

    def _draw(self, painter: QPainter, side: int, top: int) -> None:
        length = self.width() - CLIP - 2
        painter.fillRect(QRectF(0, top, length, BAR), palette.colour(palette.LINE))
        bar = length * _part(self.rms_db[side])
        painter.fillRect(QRectF(0, top, bar, BAR), palette.colour(palette.MUTED))
        for mark in MARKS_DB:
            painter.fillRect(QRectF(length * _part(mark), top, 1, BAR), palette.colour(palette.PANEL))
        if self.peak_db[side] > FLOOR_DB:
            painter.fillRect(QRectF(length * _part(self.peak_db[side]) - 2, top, 2, BAR), palette.colour(palette.TEXT))
        light = palette.BAD if self.has_clipped[side] else palette.LINE
        painter.fillRect(QRectF(length + 2, top, CLIP, BAR), palette.colour(light))

    def _on_tick(self) -> None:
        self.step(self._clock.restart() / 1000)
        if self.is_at_rest:
            self._timer.stop()
        self.update()


def _part(level_db: float) -> float:
    return min(1.0, max(0.0, 1 - level_db / FLOOR_DB))


def _higher(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return max(one[0], other[0]), max(one[1], other[1])
