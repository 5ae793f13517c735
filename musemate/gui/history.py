"""What can be undone: every change that is no training, the last one first."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

MOST_STEPS = 200
MERGE_S = 2.0
"""Changes of the same thing that follow one another within this time become one step."""

Change = Callable[[], bool]
"""Makes a change; False, and a message, when it failed."""


@dataclass(eq=False)
class Step:
    """One change.

    Parameters
    ----------
    text : str
        What was done, for the menu: "removing take 3".
    back, again : callable
        Undo it, and do it once more.
    key : str
        What was changed, where several changes in a row count as one.
    made_s : float
        When, on the clock of `time.monotonic`.
    """

    text: str
    back: Change
    again: Change
    key: str = ""
    made_s: float = 0.0


class History(QObject):
    """Steps back and forth.

    Parameters
    ----------
    clock : callable
        Seconds that only grow.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._done: deque[Step] = deque(maxlen=MOST_STEPS)
        self._undone: list[Step] = []

    def do(self, text: str, again: Change, back: Change, key: str = "") -> Step | None:
        """Make a change and keep how to take it back; None when it failed."""
        if not again():
            return None
        step = Step(text, back, again, key, self._clock())
        last = self._done[-1] if self._done else None
        if last is not None and key and last.key == key and step.made_s - last.made_s < MERGE_S:
            self._done.pop()
            step.back = last.back
        self._done.append(step)
        self._undone.clear()
        self.changed.emit()
        return step

    def undo(self, step: Step | None = None) -> Step | None:
        """Take a step back (the last one if none is given); None when there is none, or it failed."""
        if step is None:
            step = self._done[-1] if self._done else None
        if step is None or step not in self._done or not step.back():
            return None
        self._done.remove(step)
        self._undone.append(step)
        self.changed.emit()
        return step

    def redo(self) -> Step | None:
        """Do again what was undone last; None when there is nothing, or it failed."""
        if not self._undone or not self._undone[-1].again():
            return None
        step = self._undone.pop()
        step.key = ""  # what follows is a change of its own
        self._done.append(step)
        self.changed.emit()
        return step

    def clear(self) -> None:
        """Forget everything: another project."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    @property
    def undo_text(self) -> str:
        """What would be undone, "" for nothing."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What would be done again, "" for nothing."""
        return self._undone[-1].text if self._undone else ""
