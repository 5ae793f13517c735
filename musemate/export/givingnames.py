"""Gives the files of one export their names, in the order of the takes however many are written side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Condition

from musemate.audio.safe_write import fresh_path


class GivingNames:
    """Names that are free in a folder, each given once; called from several threads.

    Those who ask are numbered from 0 on. Each is answered when all before it have been, or will not ask any more: of
    two takes with one name, the first is "x.wav" and the second "x 2.wav", whichever is ready sooner.
    """

    def __init__(self) -> None:
        self._given: set[Path] = set()
        self._past: set[int] = set()
        self._next = 0
        self._changed = Condition()

    def give(self, number: int, wanted: Sequence[Path]) -> list[Path]:
        """Return the paths that are wanted, or the next free ones; waits for its turn."""
        with self._changed:
            self._changed.wait_for(lambda: self._next >= number)
            names: list[Path] = []
            for path in wanted:
                names.append(fresh_path(path, self._given))
                self._given.add(names[-1])
        self.pass_by(number)
        return names

    def pass_by(self, number: int) -> None:
        """Let the next ones have their turn: this one will not ask, or not again."""
        with self._changed:
            if number >= self._next:
                self._past.add(number)
            while self._next in self._past:
                self._past.remove(self._next)
                self._next += 1
            self._changed.notify_all()
