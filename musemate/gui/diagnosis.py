"""Help > Diagnosis: what a bug report needs to know, collected in a process of its own; and what became of a crash."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from musemate.engine.events import CrashNoted, Diagnosed, Event
from musemate.errors import MuseMateError, WorkerError
from musemate.gui.diagnosisview import DiagnosisView
from musemate.gui.memory import Memory
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.jobs.lane import Lane
from musemate.language import _
from musemate.log import note_crash
from musemate.paths import log_folder
from musemate.tasks.crashes import Traces, find_traces

SHOWN = "crash_shown"
"""What the window remembers: the newest crash that it has offered to show."""
MAY_END_PROCESS = ("Computing", "Sound")
"""Probes that load drivers: left out when asking them has ended the process."""
SOON_MS = 2_000
"""Waited for after a crash: several processes that break together make one diagnosis."""


class Diagnosis(QObject):
    """Collects and shows diagnoses.

    Parameters
    ----------
    session : Session
    messages : MessageBar
        Offers to show what is known of a crash.
    memory : Memory
        Keeps what was offered, so that it is offered once.
    window : QWidget
        Over which it is shown.
    """

    crash_noted = Signal(str)
    """With the file of the diagnosis."""

    def __init__(self, session: Session, messages: MessageBar, memory: Memory, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._messages, self._memory, self._window = session, messages, memory, window
        self._is_asked = False
        self._offers = False
        self._broke_now = False
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.collect)
        for lane in session.lanes.all:
            lane.worker_died.connect(partial(self._on_died, lane))

    def show(self) -> DiagnosisView:
        """Show the diagnosis of now; it is collected while one looks."""
        view = self._sheet()
        self._ask()
        return view

    def look_back(self) -> None:
        """Find out how the last window ended; called once, when this one is up."""
        # after what the sound device has to say, which would take the place of it
        QTimer.singleShot(SOON_MS, self, self._look_back)

    def _look_back(self) -> None:
        self._session.background.run(find_traces, self._on_traces, self._session.failed.emit)

    def collect_soon(self) -> None:
        """Write a diagnosis of what has just broken."""
        self._broke_now = True
        self._soon.start()

    def collect(self, *, leave_out: tuple[str, ...] = ()) -> None:
        """Write a diagnosis of everything that was noted."""
        if self._session.is_closing:
            return
        job = self._session.lanes.doctor.submit("collect_crashes", leave_out=list(leave_out))
        job.happened.connect(self._on_crash)
        job.failed.connect(lambda error: None if leave_out else self._on_broke(error))
        job.finished.connect(self._session.lanes.doctor.rest)

    # the diagnosis of now ------------------------------------------------------------------------------

    def _sheet(self) -> DiagnosisView:
        view = self._window.findChild(DiagnosisView)
        if view is None:
            view = DiagnosisView(self._window)
            view.again_asked.connect(self._ask)
        view.come_forward()
        return view

    def _put(self, text: str) -> None:
        """Show a text, unless the sheet was closed meanwhile."""
        view = self._window.findChild(DiagnosisView)
        if view is not None:
            view.show_text(text)

    def _ask(self, leave_out: tuple[str, ...] = ()) -> None:
        if self._is_asked:
            return
        self._is_asked = True
        self._sheet().wait()
        job = self._session.lanes.doctor.submit("doctor", leave_out=list(leave_out))
        job.happened.connect(self._on_diagnosed)
        job.failed.connect(lambda error: self._on_failed(error, again=not leave_out))
        job.finished.connect(self._session.lanes.doctor.rest)

    def _on_diagnosed(self, event: Event) -> None:
        self._is_asked = False
        if isinstance(event, Diagnosed):
            self._put(event.text)

    def _on_failed(self, error: MuseMateError, *, again: bool) -> None:
        """Ask again without what can end a process; say it when that fails too."""
        self._is_asked = False
        if again and self._window.findChild(DiagnosisView) is not None:
            self._ask(MAY_END_PROCESS)
        else:
            self._put(f"{error.message}\n{error.detail}")

    # crashes -------------------------------------------------------------------------------------------

    def _on_died(self, lane: Lane, cause: WorkerError) -> None:
        if not self._session.is_closing:
            note_crash(f"The process of the lane {lane.name} ended", cause.detail)
            if lane is not self._session.lanes.doctor:
                self.collect_soon()

    def _on_traces(self, traces: Traces) -> None:
        if traces.has_notes:
            self._offers = not self._broke_now
            self.collect()
        elif traces.newest > self._memory.get(SHOWN, ""):
            self._offer(log_folder() / traces.newest)
        elif traces.n_unclosed:
            self._messages.say(_("MuseMate was not closed properly the last time. Everything finished is saved."))

    def _on_broke(self, error: MuseMateError) -> None:
        self.collect(leave_out=MAY_END_PROCESS)

    def _on_crash(self, event: Event) -> None:
        if isinstance(event, CrashNoted):
            self.crash_noted.emit(event.file)
            if self._offers:  # of this window's own crashes their message has told already
                self._offers = False
                self._offer(Path(event.file))

    def _offer(self, file: Path) -> None:
        """Offer a crash of the last time, once."""
        self._memory.put(SHOWN, file.name)
        self._messages.say(
            _("MuseMate crashed the last time. Everything finished is saved."),
            _("A diagnosis for a bug report was written; nothing of it was sent anywhere."),
            level="warning",
            action=(_("Show"), partial(self._show_file, file)),
        )

    def _show_file(self, file: Path) -> None:
        self._sheet().wait()

        def read() -> str:
            return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""

        self._session.background.run(read, self._put, self._session.failed.emit)
