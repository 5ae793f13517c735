"""Opens the listening window from the main window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from musemate.audio.player import Player
from musemate.gui.audition import Audition
from musemate.gui.memory import Memory
from musemate.gui.study.runner import Runner
from musemate.gui.study.studies import Studies


class StudyRuns(QObject):
    """One listening window at a time for each study; the main window is silent meanwhile.

    Parameters
    ----------
    studies : Studies
        Says which study is to be heard; its list is read anew afterwards.
    audition : Audition
        Of the main window; it is paused.
    memory : Memory
    make_player : callable
        Makes the player of the listening window.
    parent : QObject
    """

    def __init__(
        self,
        studies: Studies,
        audition: Audition,
        memory: Memory,
        make_player: Callable[[], Player],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._studies = studies
        studies.run_wanted.connect(self.open)
        self._audition, self._memory, self._make_player = audition, memory, make_player
        self.open_windows: dict[str, Runner] = {}

    def open(self, folder: str) -> None:
        """Open a study full screen, or bring its window to the front."""
        self._audition.pause()
        runner = self.open_windows.get(folder)
        if runner is None:
            runner = Runner(Path(folder), make_player=self._make_player, memory=self._memory)
            runner.closed.connect(lambda: self._on_closed(folder))
            self.open_windows[folder] = runner
        runner.show_full()

    def _on_closed(self, folder: str) -> None:
        self.open_windows.pop(folder).deleteLater()
        self._studies.refresh(folder)
