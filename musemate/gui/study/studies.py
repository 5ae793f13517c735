"""Studies of the open project: shows them and what was found, has them made, copied, merged and reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from musemate.analysis.findingsvalues import findings_from
from musemate.engine.events import Event, Exported, FileRefused, Listed, Packed, Reported, StudyFound, StudyMerged
from musemate.gui.listening import Listening
from musemate.gui.messagebar import MessageBar
from musemate.gui.reporter import open_page
from musemate.gui.revealing import show_folder
from musemate.gui.session import Session
from musemate.gui.study.maker import Maker
from musemate.gui.study.studiesview import StudiesView
from musemate.gui.study.studylist import StudyLine
from musemate.gui.takelist import TakeList
from musemate.jobs.lane import Job
from musemate.language import _, ngettext

ZIP, TABLE = ".zip", ".csv"


class Studies(QObject):
    """Opens the sheet of studies, and does what is wished there.

    Parameters
    ----------
    session : Session
    takes : TakeList
        Where takes are selected.
    listening : Listening
        Knows the fragment that is shown.
    messages : MessageBar
    window : QWidget
    """

    run_wanted = Signal(str)
    """With the folder of a study to be heard."""
    made = Signal(str)
    """With the folder of a new study."""

    def __init__(
        self,
        session: Session,
        takes: TakeList,
        listening: Listening,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._messages, self._window = session, messages, window
        self._reading: Job | None = None
        self.maker = Maker(session, takes, listening, messages, window)
        self.maker.made.connect(self._on_made)
        session.project_changed.connect(self._on_project)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions call."""
        return {"studies": self.show, "new_study": self.maker.show}

    @property
    def view(self) -> StudiesView | None:
        """The sheet, None where it is closed."""
        return self._window.findChild(StudiesView)

    def show(self) -> None:
        """Show the sheet, or bring it to the front where it is open already."""
        if self._session.project is None:
            self._messages.say(_("Open a project first."), level="warning")
            return
        view = self.view
        if view is None:
            view = StudiesView(self._window)
            view.new_asked.connect(self.maker.show)
            view.chosen.connect(self._read)
            view.run_asked.connect(self.run_wanted)
            view.copy_asked.connect(self._ask_copy)
            view.merge_asked.connect(self._ask_merge)
            view.report_asked.connect(self._report)
            view.table_asked.connect(self._ask_table)
            view.read_asked.connect(self._ask_read)
            view.folder_asked.connect(lambda folder: show_folder(Path(folder)))
            self.refresh()
        view.show()
        view.raise_()
        view.activateWindow()

    def refresh(self, wanted: str = "") -> None:
        """Look for studies anew, and choose one."""
        if self.view is None or self._session.project is None:
            return
        job = self._session.lanes.quick.submit("study_list", folder=self._session.folder)
        job.happened.connect(lambda event: self._on_listed(event, wanted))
        job.failed.connect(self._session.failed)

    # what was found ------------------------------------------------------------------------------------

    def _read(self, folder: str) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if folder:
            self._reading = job = self._session.lanes.quick.submit("study_findings", source=folder)
            job.happened.connect(lambda event: self._on_found(event, job))
            job.failed.connect(lambda error: self._on_unread(error, job))

    def _on_listed(self, event: Event, wanted: str) -> None:
        if isinstance(event, Listed) and self.view is not None:
            self.view.set_lines([StudyLine.of(row) for row in event.rows], wanted)

    def _on_found(self, event: Event, job: Job) -> None:
        if isinstance(event, StudyFound) and job is self._reading and self.view is not None and event.parts:
            self.view.results.show_findings(findings_from(event.parts[0]))
            if event.problems:
                self._messages.say(event.problems[0], " ".join(event.problems[1:3]), level="warning")

    def _on_unread(self, error: Any, job: Job) -> None:
        if job is self._reading and self.view is not None:
            self.view.results.say(f"{error.message} {error.hint}".strip())

    def _on_made(self, folder: str) -> None:
        self.made.emit(folder)
        self.show()
        self.refresh(folder)

    def _on_project(self) -> None:
        """Nothing of another project stays open."""
        if self.view is not None:
            self.view.close()

    # copies, answers, reports --------------------------------------------------------------------------

    def _submit(self, task: str, doing: str, **args: Any) -> None:
        # not the quick lane: nothing that is waited for should stand behind it
        job = self._session.lanes.analyse.submit(task, **args)
        job.happened.connect(self._on_event)
        job.failed.connect(self._session.failed)
        self._messages.say(doing, action=(_("Cancel"), job.cancel))

    def _ask_copy(self, folder: str) -> None:
        proposed = str(Path(folder).with_name(f"{Path(folder).name}{ZIP}").name)
        title, kinds = _("Copy for raters"), _("Packed study (*.zip)")
        name, _filter = QFileDialog.getSaveFileName(
            self.view, title, proposed, kinds, options=QFileDialog.Option.DontConfirmOverwrite
        )
        if name:
            to = name if name.lower().endswith(ZIP) else f"{name}{ZIP}"
            self._submit("study_copy", _("Copying the study…"), study=folder, to=to)

    def _ask_merge(self, folder: str) -> None:
        if not self._session.may_change():
            return
        title, kinds = _("Bring answers back"), _("Packed study (*.zip)")
        own = _("Answers of a copy")
        names, _filter = QFileDialog.getOpenFileNames(self.view, title, "", f"{kinds};;{own} (study.json)")
        copies = [str(Path(name).parent) if Path(name).name == "study.json" else name for name in names]
        if copies:
            self._submit("study_merge", _("Bringing answers back…"), study=folder, copies=copies)

    def _ask_table(self, folder: str) -> None:
        proposed, kinds = f"{Path(folder).name}{TABLE}", _("Table (*.csv)")
        title = _("Export answers as CSV")
        name, _filter = QFileDialog.getSaveFileName(
            self.view, title, proposed, kinds, options=QFileDialog.Option.DontConfirmOverwrite
        )
        if name:
            file = name if name.lower().endswith(TABLE) else f"{name}{TABLE}"
            self._submit("study_table", _("Writing the answers…"), source=folder, file=file)

    def _ask_read(self) -> None:
        title, kinds = _("Read a table of answers"), _("Table (*.csv)")
        name, _filter = QFileDialog.getOpenFileName(self.view, title, "", kinds)
        if name and self.view is not None:
            self.view.show_table(Path(name).name)
            self._read(name)

    def _report(self, folder: str) -> None:
        self._submit("study_report", _("Writing the report on the study…"), source=folder)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Packed | Exported):
            file = Path(event.file)
            action = (_("Show folder"), lambda: show_folder(file.parent))
            self._messages.say(_("Written: {name}").format(name=file.name), level="done", action=action)
        elif isinstance(event, Reported):
            page = event.page
            hint = event.problems[0] if event.problems else ""
            action = (_("Open"), lambda: open_page(page, self._messages))
            self._messages.say(_("The report is written."), hint, level="done", action=action)
        elif isinstance(event, StudyMerged):
            self._tell_merged(event)
        elif isinstance(event, FileRefused):
            self._session.said.emit(event.error, event.hint, "error")

    def _tell_merged(self, event: StudyMerged) -> None:
        new = ngettext("One new answer was brought in.", "{n} new answers were brought in.", event.n_answers)
        if not event.n_answers:
            new = _("There was nothing new in this copy.")
        hint = ""
        if event.n_refused:
            hint = ngettext(
                "One answer does not fit the study and was left out.",
                "{n} answers do not fit the study and were left out.",
                event.n_refused,
            )
        self._messages.say(new, hint, level="done")
        self.refresh(self.view.list.folder if self.view is not None else "")
