"""The chosen region of a clip, and how it follows a mouse."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

START, END, BODY = "start", "end", "body"


class Region(QObject):
    """A stretch of the clip within limits."""

    changed = Signal(float, float)
    """Start and end in seconds, while it moves."""
    chosen = Signal(float, float)
    """Start and end when the mouse lets go."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._span = (0.0, 0.0)
        self._duration_s = 0.0
        self._shortest_s, self._longest_s = 0.0, float("inf")
        self.is_take = False

    @property
    def span(self) -> tuple[float, float]:
        """Start and end in seconds."""
        return self._span

    @property
    def can_move(self) -> bool:
        """Whether it leaves something of the clip out; else a drag draws a new one."""
        return self._span[1] - self._span[0] < self._duration_s - 1e-3

    def set_bounds(self, duration_s: float, shortest_s: float = 0.1, longest_s: float = float("inf")) -> None:
        """Limit the region to a clip of that length, and its own length to these limits."""
        self._duration_s = duration_s
        self._shortest_s, self._longest_s = min(shortest_s, duration_s), longest_s

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

    def drag(self, part: str, before: tuple[float, float], distance_s: float, done: bool) -> None:
        """Follow a mouse that moves the region or one of its ends.

        Parameters
        ----------
        part : str
            "start", "end" or "body".
        before : tuple of float
            Start and end when the button went down.
        distance_s : float
            How far the mouse has gone since, in seconds.
        done : bool
            The button was let go.
        """
        start, end = before
        if part == START:
            self._apply(min(start + distance_s, end - self._shortest_s), end, moved_start=True)
        elif part == END:
            self._apply(start, max(end + distance_s, start + self._shortest_s), moved_start=False)
        else:
            self._apply(start + distance_s, end + distance_s, moved_start=False)
        if done:
            self.chosen.emit(*self._span)

    def _apply(self, start_s: float, end_s: float, *, moved_start: bool) -> None:
        length = min(max(end_s - start_s, self._shortest_s), self._longest_s, self._duration_s)
        start = end_s - length if moved_start else start_s
        start = min(max(0.0, start), self._duration_s - length)
        self._span = (start, start + length)
        self.changed.emit(*self._span)
