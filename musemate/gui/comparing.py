"""Has takes compared with their fragment in the background, a few at a time, so that nothing waits for it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from musemate.engine.events import Event, TakeCompared
from musemate.gui.listening import Listening
from musemate.gui.session import Session
from musemate.jobs.lane import Job

N_AT_ONCE = 4
"""Takes in a job: what the songwriter asks of the quick lane meanwhile waits for half a second."""
DELAY_MS = 400
"""Waited for after a change: pictures of new takes come first."""


class Comparing(QObject):
    """Keeps the figures of the current fragment's takes complete, the newest first.

    A take that cannot be compared (its file is missing) is not tried again until the project is opened anew.
    """

    def __init__(self, session: Session, listening: Listening, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._listening = session, listening
        self._job: Job | None = None
        self._failed: set[str] = set()
        self._compared: list[str] = []
        self.is_wanted = True
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self._begin)
        session.project_changed.connect(self._failed.clear)
        session.rows_changed.connect(self._timer.start)
        listening.chosen.connect(self._timer.start)

    @property
    def is_running(self) -> bool:
        """Whether takes are being compared, or will be in a moment."""
        return self._job is not None or self._timer.isActive()

    def _begin(self) -> None:
        fragment = self._listening.fragment
        if self._job is not None or fragment is None or self._session.is_closing or not self.is_wanted:
            return
        if self._session.protection is not None:
            return
        if self._session.lanes.quick.jobs:  # others first
            self._timer.start()
            return
        waiting = [take.id for take in self._session.takes(fragment.id) if take.figures is None]
        chosen = [take for take in reversed(waiting) if take not in self._failed][:N_AT_ONCE]
        if not chosen:
            return
        self._job = job = self._session.lanes.quick.submit("compare", project=self._session.folder, takes=chosen)
        job.happened.connect(self._on_event)
        job.failed.connect(lambda _: self._failed.update(chosen))  # it stands in the log
        job.finished.connect(self._on_finished)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TakeCompared):
            if event.error:
                self._failed.add(event.take)
            else:
                self._compared.append(event.take)

    def _on_finished(self) -> None:
        self._job = None
        compared, self._compared = self._compared, []
        if self._session.is_closing or self._session.project is None:
            return
        if compared:
            self._session.takes_changed.emit(compared)
        self._begin()
