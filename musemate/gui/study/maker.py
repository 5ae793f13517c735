"""Has new studies made: offers takes, excerpts and questionnaires to the sheet, and lets a worker do the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from musemate.engine.events import Event, StudyMade, Warned, Working
from musemate.errors import MuseMateError
from musemate.gui.listening import Listening
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.gui.study.newstudy import NewStudy
from musemate.gui.takelist import TakeList
from musemate.jobs.lane import Job
from musemate.language import _, ngettext
from musemate.project.records import Fragment, Take
from musemate.study.template import Template
from musemate.study.templates import all_templates

FIRST = ("songwriter", "which_is_real", "engines")
"""The questionnaires that stand first; a user's own come after them."""


class Maker(QObject):
    """Makes one study at a time.

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

    made = Signal(str)
    """With the folder of the study."""

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
        self._table, self._listening = takes, listening
        self._job: Job | None = None
        self._notes: list[str] = []
        session.project_changed.connect(self._on_project)

    @property
    def view(self) -> NewStudy | None:
        """The sheet, None where it is closed."""
        return self._window.findChild(NewStudy)

    def show(self) -> None:
        """Show the sheet with the selected takes, or bring it to the front where it is open already."""
        if self._session.project is None:
            self._messages.say(_("Open a project first."), level="warning")
        elif not self._session.takes():
            self._messages.say(_("A study needs takes: make some first."), level="warning")
        elif self.view is not None:
            self._come_forward(self.view)
        elif self._session.may_change():
            self._session.background.run(all_templates, self._open, self._session.failed.emit)

    def _open(self, found: Mapping[str, Template]) -> None:
        if self._session.project is None or self.view is not None:
            return
        order = [name for name in FIRST if name in found] + [name for name in found if name not in FIRST]
        view = NewStudy({name: found[name] for name in order}, self._window)
        view.wanted.connect(self._make)
        view.plan_asked.connect(self._fill_up)
        view.chosen_asked.connect(self._add_chosen)
        view.starred_asked.connect(self._add_starred)
        view.real_asked.connect(self._add_real)
        view.cancelled.connect(self._cancel)
        view.add_takes(self._takes(self._table.selected))
        self._come_forward(view)

    @staticmethod
    def _come_forward(view: NewStudy) -> None:
        view.show()
        view.raise_()
        view.activateWindow()

    # samples -------------------------------------------------------------------------------------------

    def _takes(self, ids: list[str]) -> list[Take]:
        return [take for take in self._session.takes() if take.id in ids]

    def _add_chosen(self) -> None:
        self._add(self._takes(self._table.selected), _("Select takes in the table first."))

    def _add_starred(self) -> None:
        starred = [take for take in self._session.takes() if take.stars and not take.rejected]
        self._add(starred, _("No take has stars yet: press 1 to 5 in the table of takes."))

    def _add(self, takes: list[Take], otherwise: str) -> None:
        if self.view is not None and takes:
            self.view.add_takes(takes)
        elif self.view is not None:
            self.view.say(otherwise)

    def _add_real(self) -> None:
        fragment = self._home()
        if self.view is not None and fragment is not None:
            self.view.add_real(fragment)

    def _fill_up(self) -> None:
        home = self._home()
        if self.view is not None and home is not None:
            takes = [take for take in self._session.takes(home.id) if not take.rejected]
            self.view.fill_up(takes, home)

    def _home(self) -> Fragment | None:
        """Return the fragment that the samples were learnt from, else the one that is shown."""
        homes = {take.id: self._session.fragment_of(take) for take in self._session.takes()}
        samples = self.view.model.samples if self.view is not None else []
        learnt = [homes[sample.source] for sample in samples if sample.source in homes]
        return max(learnt, key=learnt.count) if learnt else self._listening.fragment

    # making --------------------------------------------------------------------------------------------

    def _make(self, request: dict[str, Any]) -> None:
        if self._job is not None or not self._session.may_change():
            return
        self._notes = []
        self._job = job = self._session.lanes.analyse.submit("study_new", project=self._session.folder, **request)
        job.progressed.connect(self._on_progress)
        job.happened.connect(self._on_event)
        job.failed.connect(self._on_failed)
        job.finished.connect(self._on_finished)
        if self.view is not None:
            self.view.set_making(True)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._messages.say(_("No study was made."))

    def _on_progress(self, event: Event) -> None:
        if isinstance(event, Working) and self.view is not None:
            self.view.set_progress(event.text, event.fraction)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Warned):
            self._notes.append(event.message)
        elif isinstance(event, StudyMade):
            if self.view is not None:
                self.view.set_making(False)
                self.view.accept()
            samples = ngettext("{n} sample", "{n} samples", event.n_sounds)
            text = _("The study “{title}” is ready: {samples}.").format(title=event.title, samples=samples)
            self._messages.say(text, " ".join(self._notes), level="done")
            self.made.emit(event.folder)

    def _on_failed(self, error: MuseMateError) -> None:
        if self.view is None:
            self._session.failed.emit(error)
            return
        self.view.set_making(False)
        self.view.say(f"{error.message} {error.hint}".strip())

    def _on_finished(self) -> None:
        self._job = None
        if self.view is not None:
            self.view.set_making(False)

    def _on_project(self) -> None:
        """Nothing of another project stays open."""
        if self.view is not None:
            self.view.reject()
