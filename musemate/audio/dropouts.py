"""Tells whether a device runs out of sound so often that its buffer is too short."""

from __future__ import annotations

WINDOW_S = 10.0
"""What happened longer ago is forgotten."""
MOST_HEARD = 2
"""So many dropouts of something that plays, and the buffer is too short."""
MOST_SILENT = 3
"""The same for those in silence, where all within a second count once: while a window opens or a project loads, Python
is kept busy for a moment, and a buffer that grew then would answer every later click late for nothing."""
_BURST_S = 1.0


class Dropouts:
    """Counts dropouts; `note` is called on the device's thread and only sets numbers."""

    def __init__(self) -> None:
        self._n_heard = self._n_silent = 0
        self._last_heard_s = self._burst_s = self._last_silent_s = float("-inf")

    def note(self, now_s: float, heard: bool) -> None:
        """Count a dropout.

        Parameters
        ----------
        now_s : float
            Of a clock that never goes back.
        heard : bool
            Whether something played.
        """
        if heard:
            self._n_heard = self._n_heard + 1 if now_s - self._last_heard_s < WINDOW_S else 1
            self._last_heard_s = now_s
            return
        if now_s - self._last_silent_s >= WINDOW_S:
            self._n_silent, self._burst_s = 0, float("-inf")
        if now_s - self._burst_s >= _BURST_S:
            self._n_silent += 1
            self._burst_s = now_s
        self._last_silent_s = now_s

    @property
    def are_too_many(self) -> bool:
        """Whether a longer buffer should be tried."""
        return self._n_heard >= MOST_HEARD or self._n_silent >= MOST_SILENT
