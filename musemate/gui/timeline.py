"""Which stretch of time is seen: all pictures, the ruler and the overview follow the same one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

CLOSEST_ZOOM_S = 0.02


class Timeline(QObject):
    """The visible stretch of a clip, in seconds; it never leaves the clip."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration_s = 1.0
        self._start_s, self._end_s = 0.0, 1.0

    @property
    def visible_s(self) -> tuple[float, float]:
        """Start and end of the visible stretch."""
        return self._start_s, self._end_s

    @property
    def width_s(self) -> float:
        """Length of the visible stretch."""
        return self._end_s - self._start_s

    def set_duration(self, duration_s: float) -> None:
        """Begin with a clip of that length, all of it visible."""
        self.duration_s = max(duration_s, 1e-3)
        self.show_all()

    def show_all(self) -> None:
        """Zoom out to the whole clip."""
        self.show(0.0, self.duration_s)

    def show(self, start_s: float, end_s: float) -> None:
        """See this stretch, or the nearest one that is allowed."""
        width = min(max(end_s - start_s, min(CLOSEST_ZOOM_S, self.duration_s)), self.duration_s)
        start = min(max(0.0, start_s), self.duration_s - width)
        if (start, start + width) != self.visible_s:
            self._start_s, self._end_s = start, start + width
            self.changed.emit()

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Zoom in (over 1) or out; the given time, or the middle, stays where it is."""
        centre = (self._start_s + self._end_s) / 2 if around_s is None else around_s
        width = min(max(self.width_s / factor, min(CLOSEST_ZOOM_S, self.duration_s)), self.duration_s)
        part = (centre - self._start_s) / self.width_s
        start = centre - part * width
        self.show(start, start + width)

    def scroll(self, seconds: float) -> None:
        """Move along the clip."""
        start = min(max(0.0, self._start_s + seconds), self.duration_s - self.width_s)
        self.show(start, start + self.width_s)
