"""Has analysis reports written in the background and offers to open them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from musemate.engine.events import Event, Reported, Working
from musemate.errors import MuseMateError
from musemate.gui import wording
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.jobs.lane import Job
from musemate.language import _, ngettext
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
            self._messages.say(
                _("Choose a fragment first."), _("A report compares its takes with it."), level="warning"
            )
        elif self._job is not None:
            text = _("A report is being written already: {doing}.").format(doing=self._doing)
            self._messages.say(text, action=(_("Cancel"), self.cancel))
        else:
            self._submit(fragment, takes)

    def cancel(self) -> None:
        """Stop; nothing is left behind."""
        if self._job is not None:
            self._job.cancel()

    def open(self, page: str) -> None:
        """Open a page in the system's browser."""
        open_page(page, self._messages)

    def _submit(self, fragment: Fragment, takes: list[str]) -> None:
        about = ngettext("{n} take", "{n} takes", len(takes)) if takes else _("all takes")
        self._doing = _("{takes} of {fragment}").format(takes=about, fragment=fragment.name)
        # not the quick lane: nothing that is waited for should stand behind a minute's work
        self._job = job = self._session.lanes.analyse.submit(
            "report", project=self._session.folder, takes=takes or None, fragment=fragment.id
        )
        job.progressed.connect(self._on_progress)
        job.happened.connect(self._on_event)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.finished.connect(self._on_finished)
        text = _("Writing a report on {takes}…").format(takes=self._doing)
        self._messages.say(text, action=(_("Cancel"), self.cancel))

    def _on_progress(self, event: Event) -> None:
        if isinstance(event, Working):
            share = f", {wording.percent(event.fraction)}" if event.fraction is not None else ""
            self._doing = f"{event.text}{share}"

    def _on_event(self, event: Event) -> None:
        if not isinstance(event, Reported):
            return
        hint = ""
        if event.problems:
            n_more = len(event.problems) - 1
            more = ngettext("({n} more like this)", "({n} more like this)", n_more) if n_more else ""
            hint = f"{event.problems[0]} {more}".rstrip()
        page = event.page
        action = (_("Open"), lambda: self.open(page))
        self._messages.say(_("The report is written."), hint, level="done", action=action)
        self.written.emit(page)

    def _on_failed(self, error: MuseMateError) -> None:
        self._session.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._messages.say(_("The report was cancelled; nothing was written."))

    def _on_finished(self) -> None:
        self._job = None


def open_page(page: str, messages: MessageBar) -> None:
    """Open a page in the system's browser, or say that there is none."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(page)):
        hint = _("Open {page} yourself.").format(page=page)
        messages.say(_("No browser was found to show the report."), hint, level="warning")
