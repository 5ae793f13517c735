"""Moves the cursor smoothly while something plays, and turns the page when it runs out of the view."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer

from musemate.gui.audition import Audition
from musemate.gui.clipview import ClipView

TICK_MS = 16
"""Sixty times a second; only the cursor's own strip is painted."""
PAGE_PART = 0.04
"""How far from the left side of the view the cursor stands on a new page."""


class Playhead(QObject):
    """Follows the player with the cursor of the pictures."""

    def __init__(self, view: ClipView, audition: Audition, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self._audition = view, audition
        self.follows = True
        self._seen_s: tuple[float, float] | None = None
        """What was visible at the last tick, if the cursor was in it."""
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        audition.changed.connect(self._on_changed)

    def tick(self) -> None:
        """Look where the player is."""
        position_s = self._audition.position_s
        timeline = self._view.timeline
        if self.follows and self._seen_s == timeline.visible_s:
            start, end = timeline.visible_s
            # whoever has scrolled away wants to look there: only a cursor that leaves by itself is followed
            if not start <= position_s <= end:
                first = position_s - PAGE_PART * timeline.width_s
                timeline.show(first, first + timeline.width_s)
        start, end = timeline.visible_s
        self._seen_s = (start, end) if start <= position_s <= end else None
        self._view.set_cursor(position_s)

    def _on_changed(self) -> None:
        if self._audition.is_playing and not self._timer.isActive():
            self._seen_s = None
            self._timer.start()
        elif not self._audition.is_playing:
            self._timer.stop()
