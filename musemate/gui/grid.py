"""Beats and bars over all pictures, where the tempo is sure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRect
from PySide6.QtGui import QPainter, QPen

from musemate.gui import palette
from musemate.language import _
from musemate.project.records import Beats

LEAST_PX = 14.0
"""Lines that would be closer are left out."""
NUMBER_PX = 36.0
"""Least room of a bar's number."""


class Grid:
    """Knows where beats and bars begin, and draws them."""

    def __init__(self) -> None:
        self._beats: Beats | None = None
        self.is_shown = True

    def set_beats(self, beats: Beats | None) -> None:
        """Use this metre; one that is not sure counts as none."""
        self._beats = beats if beats is not None and beats.is_sure and beats.beat_times_s else None

    def place(self, time_s: float) -> str:
        """Return a time as bar and beat, for instance "bar 5.2", "" where there are none."""
        if self._beats is None:
            return ""
        times = np.asarray(self._beats.beat_times_s)
        index = int(np.searchsorted(times, time_s + 1e-6, side="right")) - 1
        if index < self._beats.downbeat or time_s > times[-1] + 60.0 / self._beats.bpm:
            return ""
        bar, beat = divmod(index - self._beats.downbeat, self._beats.beats_per_bar)
        return _("bar {bar}.{beat}").format(bar=bar + 1, beat=beat + 1)

    def paint(self, painter: QPainter, rect: QRect, visible_s: tuple[float, float], *, with_numbers: bool) -> None:
        """Draw the lines of one lane: bars stronger than beats, both only where they have room."""
        if self._beats is None or not self.is_shown:
            return
        start, end = visible_s
        scale = rect.width() / (end - start)
        times, downbeat, per_bar = np.asarray(self._beats.beat_times_s), self._beats.downbeat, self._beats.beats_per_bar
        beat_px = 60.0 / self._beats.bpm * scale
        bars = times[downbeat::per_bar]
        if beat_px >= LEAST_PX:
            self._lines(painter, rect, rect.left() + (times - start) * scale, 0.10)
        if beat_px * per_bar >= LEAST_PX:
            self._lines(painter, rect, rect.left() + (bars - start) * scale, 0.22)
        if with_numbers:
            every = 1
            while every * beat_px * per_bar < NUMBER_PX:
                every *= 2
            painter.setPen(palette.colour(palette.MUTED))
            for number in range(0, len(bars), every):
                x = rect.left() + (float(bars[number]) - start) * scale
                if rect.left() <= x < rect.right() - 12:
                    painter.drawText(QPointF(x + 3, rect.bottom() - 3), str(number + 1))

    @staticmethod
    def _lines(painter: QPainter, rect: QRect, places: npt.NDArray[np.float64], strength: float) -> None:
        seen = places[(places >= rect.left()) & (places <= rect.right())]
        painter.setPen(QPen(palette.colour(palette.TEXT, strength), 1))
        top, bottom = rect.top(), rect.top() + rect.height()
        painter.drawLines([QLineF(round(x) + 0.5, top, round(x) + 0.5, bottom) for x in map(float, seen)])
