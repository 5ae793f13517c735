"""Packs the project into one file, and opens projects that came as one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from musemate.engine.events import Event, Packed, Warned
from musemate.gui.messagebar import MessageBar
from musemate.gui.revealing import show_folder
from musemate.gui.session import Session
from musemate.jobs.lane import Job
from musemate.language import _
from musemate.paths import fresh_project_folder, projects_folder

SUFFIX = ".zip"


class Packer(QObject):
    """Packs and unpacks one project at a time.

    Parameters
    ----------
    session : Session
    messages : MessageBar
    window : QWidget
        The one that the questions belong to.
    """

    def __init__(self, session: Session, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._messages, self._window = session, messages, window
        self._job: Job | None = None

    @property
    def is_running(self) -> bool:
        """Whether something is packed or unpacked."""
        return self._job is not None

    def ask_pack(self) -> None:
        """Ask for a file and pack the project into it."""
        project = self._session.project
        if project is None:
            self._messages.say(_("Open a project first."), level="warning")
            return
        proposed = str(project.folder.with_name(f"{project.name}{SUFFIX}"))
        title, kinds = _("Pack the project into one file"), _("Packed project (*.zip)")
        name, _filter = QFileDialog.getSaveFileName(
            self._window, title, proposed, kinds, options=QFileDialog.Option.DontConfirmOverwrite
        )
        if name:
            self.pack(Path(name))

    def pack(self, file: Path) -> None:
        """Pack the project into a file that is not there yet."""
        file = file if file.suffix.lower() == SUFFIX else file.with_name(f"{file.name}{SUFFIX}")
        self._submit("pack", _("Packing the project…"), self._on_packed, project=self._session.folder, file=str(file))

    def ask_unpack(self) -> None:
        """Ask for a packed project and open it."""
        title, kinds = _("Open a packed project"), _("Packed project (*.zip)")
        name, _filter = QFileDialog.getOpenFileName(self._window, title, str(projects_folder()), kinds)
        if name:
            self.unpack(Path(name))

    def unpack(self, file: Path) -> None:
        """Take a project out of a file, into a new folder among the others, and open it."""
        folder = fresh_project_folder(file.stem)
        text = _("Unpacking {name}…").format(name=file.name)
        self._submit("unpack", text, self._on_unpacked, file=str(file), folder=str(folder))

    def _submit(self, task: str, text: str, done: object, **args: str) -> None:
        if self._job is not None:
            return
        self._job = job = self._session.lanes.analyse.submit(task, **args)
        job.happened.connect(partial(self._on_event, done))
        job.failed.connect(self._session.failed)
        job.finished.connect(self._on_finished)
        self._messages.say(text, action=(_("Cancel"), job.cancel))

    def _on_event(self, done: object, event: Event) -> None:
        if isinstance(event, Packed) and callable(done):
            done(event)
        elif isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")

    def _on_packed(self, packed: Packed) -> None:
        folder = Path(packed.file).parent
        text = _("The project is packed: {name}").format(name=Path(packed.file).name)
        self._messages.say(text, level="done", action=(_("Show folder"), partial(show_folder, folder)))

    def _on_unpacked(self, packed: Packed) -> None:
        self._session.open_project(Path(packed.file))

    def _on_finished(self) -> None:
        self._job = None
