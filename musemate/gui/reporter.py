"""Has analysis reports written in the background and offers to open them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from musemate.engine.events import Event, Reported, Working
from musemate.errors import MuseMateError
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.jobs.lane import Job
from musemate.project.records import Fragment


class Reporter(QObject):
    """Writes one report at a time.

    Parameters
    ----------
    session : Session
    messages : MessageBar
        Says what is written, and offers to stop it and to open what was written.
    parent : QObject, optional
    """

    written = Signal(str)
    """With the page."""

    def __init__(self, session: Session, messages: MessageBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._messages = session, messages
        self._job: Job | None = None
        self._doing = ""

    @property
    def is_running(self) -> bool:
        """Whether a report is being written."""
        return self._job is not None

    def start(self, fragment: Fragment | None, takes: list[str]) -> None:
        """Write a report on takes of a fragment, on all of them where none is named."""
        if fragment is None:
            self._messages.say("Choose a fragment first.", "A report compares its takes with it.", level="warning")
        elif self._job is not None:
            self._messages.say(f"A report is being written already: {self._doing}.", action=("Cancel", self.cancel))
        else:
            self._submit(fragment, takes)

    def cancel(self) -> None:
        """Stop; nothing is left behind."""
        if self._job is not None:
            self._job.cancel()

    def open(self, page: str) -> None:
        """Open a page in the system's browser."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(page)):
            self._messages.say("No browser was found to show the report.", f"Open {page} yourself.", level="warning")

    def _submit(self, fragment: Fragment, takes: list[str]) -> None:
        about = {0: "all takes", 1: "one take"}.get(len(takes), f"{len(takes)} takes")
        self._doing = f"{about} of {fragment.name}"
        # not the quick lane: nothing that is waited for should stand behind a minute's work
        self._job = job = self._session.lanes.analyse.submit(
            "report", project=self._session.folder, takes=takes or None, fragment=fragment.id
        )
        job.progressed.connect(self._on_progress)
        job.happened.connect(self._on_event)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.finished.connect(self._on_finished)
        self._messages.say(f"Writing a report on {self._doing}…", action=("Cancel", self.cancel))

    def _on_progress(self, event: Event) -> None:
        if isinstance(event, Working):
            share = f", {event.fraction:.0%}" if event.fraction is not None else ""
            self._doing = f"{event.text}{share}"

    def _on_event(self, event: Event) -> None:
        if not isinstance(event, Reported):
            return
        hint = ""
        if event.problems:
            more = f" ({len(event.problems) - 1} more like this)" if len(event.problems) > 1 else ""
            hint = f"{event.problems[0]}{more}"
        page = event.page
        self._messages.say("The report is written.", hint, level="done", action=("Open", lambda: self.open(page)))
        self.written.emit(page)

    def _on_failed(self, error: MuseMateError) -> None:
        self._session.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._messages.say("The report was cancelled; nothing was written.")

    def _on_finished(self) -> None:
        self._job = None
