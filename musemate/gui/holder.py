"""Which project this window has the right to change; a second window of it only reads."""

from __future__ import annotations

from pathlib import Path

from musemate.project.holding import Hold
from musemate.project.protection import Protection
from musemate.project.store import is_project


class Holder:
    """Holds the open project, and the one that is about to be opened."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._hold: Hold | None = None
        self._next: tuple[Path, Hold] | None = None

    def try_for(self, folder: Path) -> Protection | None:
        """Try to get a project before it is opened; return who has it, None for nobody."""
        if not is_project(folder) or (self._hold is not None and folder == self._folder):
            return None
        hold = Hold(folder)
        held = hold.take()
        self._next = None if held is not None else (folder, hold)
        return held

    def keep(self, folder: Path, held: Protection | None) -> None:
        """Let go of the project before: this one is open now."""
        if self._hold is not None and folder == self._folder:
            return
        self.release()
        if held is None:
            if self._next is None:  # it was made just now
                self.try_for(folder)
            if self._next is not None:
                (self._folder, self._hold), self._next = self._next, None

    def forget(self) -> None:
        """Let go of what could not be opened."""
        if self._next is not None:
            self._next[1].release()
            self._next = None

    def release(self) -> None:
        """Let go of the open project."""
        if self._hold is not None:
            self._hold.release()
        self._folder = self._hold = None
