"""Has the project checked in the background, says what was found, and has it repaired."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from musemate.engine.events import Checked, Event, Found
from musemate.gui.checkview import CheckView
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.jobs.lane import Job
from musemate.language import _, ngettext
from musemate.project import backups


class Checker(QObject):
    """Checks one project at a time.

    Parameters
    ----------
    session : Session
    messages : MessageBar
    window : QWidget
        The findings are shown over it.
    """

    def __init__(self, session: Session, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._messages, self._window = session, messages, window
        self._job: Job | None = None
        self._found: list[Found] = []
        self.view: CheckView | None = None
        session.project_changed.connect(self._on_project)

    @property
    def is_running(self) -> bool:
        """Whether a project is being checked."""
        return self._job is not None

    def start(self, *, repair: bool = False) -> None:
        """Check the open project, or repair it."""
        if self._session.project is None:
            self._messages.say(_("Open a project first."), level="warning")
            return
        if self._job is not None or (repair and not self._session.may_change()):
            return
        self._found = []
        # not the quick lane: nothing that is waited for should stand behind it
        self._job = job = self._session.lanes.analyse.submit("check", project=self._session.folder, repair=repair)
        job.happened.connect(partial(self._on_event, repair))
        job.failed.connect(self._session.failed)
        job.finished.connect(self._on_finished)
        text = _("Repairing the project…") if repair else _("Checking the project…")
        self._messages.say(text, action=(_("Cancel"), job.cancel))

    def show(self) -> None:
        """Show what was found."""
        is_open = self._session.protection is None
        can_repair = is_open and any(found.can_be_repaired for found in self._found)
        self.view = view = CheckView(self._found, can_repair, self._window)
        view.repair_asked.connect(lambda: self.start(repair=True))
        view.destroyed.connect(self._on_closed)
        view.show()

    def _on_closed(self) -> None:
        self.view = None

    def _on_event(self, repair: bool, event: Event) -> None:
        if isinstance(event, Found):
            self._found.append(event)
        elif isinstance(event, Checked):
            self._tell(event, repair)

    def _tell(self, checked: Checked, repair: bool) -> None:
        see = (_("See them"), self.show) if self._found else None
        if repair and checked.n_repaired:
            self._session.rows_changed.emit()  # entries may say something else now
        if checked.n_harmed:
            text = ngettext(
                "One thing in the project is damaged or missing.",
                "{n} things in the project are damaged or missing.",
                checked.n_harmed,
            )
            self._messages.say(text, _("Everything else is whole."), level="warning", action=see)
        elif checked.n_repaired:
            text = ngettext("One thing was repaired.", "{n} things were repaired.", checked.n_repaired)
            self._messages.say(text, level="done", action=see)
        else:
            text = ngettext("The project is sound: one file.", "The project is sound: {n} files.", checked.n_files)
            self._messages.say(text, level="done", action=see)

    def _on_finished(self) -> None:
        self._job = None

    # the daily backup ----------------------------------------------------------------------------------

    def _on_project(self) -> None:
        """Lay a copy of the database beside it, if it has changed since the last one."""
        project = self._session.project
        if project is not None and project.protection is None:
            renew = partial(backups.renew, project.folder)
            self._session.background.run(renew, self._on_renewed, self._session.failed.emit)

    def _on_renewed(self, is_sound: bool) -> None:
        if not is_sound:
            self._messages.say(
                _("Some of the project's database is damaged."),
                _("What can be read is shown."),
                level="warning",
                action=(_("Check the project"), self.start),
            )
