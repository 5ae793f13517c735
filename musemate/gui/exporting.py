"""Exporting takes: asks how, lets the worker write, says where they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from musemate.engine.events import Event, Exported, FileRefused, Warned
from musemate.export.profile import ExportProfile, stored_profile
from musemate.gui.exportdialog import Answer, ExportDialog, Offer
from musemate.gui.exportset import ExportingSets
from musemate.gui.layout import Parts
from musemate.gui.listening import Listening
from musemate.gui.memory import Memory
from musemate.gui.placing import Placing
from musemate.gui.revealing import show_folder
from musemate.gui.session import Session
from musemate.language import _, ngettext
from musemate.project.store import Project
from musemate.settings import load_settings


class Exporting(QObject):
    """Exports the chosen takes.

    Parameters
    ----------
    session : Session
    parts : Parts
        Where takes are chosen and messages are said.
    listening : Listening
        Knows the take that is heard.
    memory : Memory
        Keeps the folder for the next time.
    window : QWidget
        The one that the dialogue belongs to.
    """

    exported = Signal(list)
    """With the files written."""

    def __init__(self, session: Session, parts: Parts, listening: Listening, memory: Memory, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._session, self._parts, self._listening, self._memory = session, parts, listening, memory
        self.dialog: ExportDialog | None = None
        self.sets = ExportingSets(session, parts, memory, window)
        self.placing = Placing(session, parts, listening, memory, window)
        self.placing.exported.connect(lambda file: self.exported.emit([file]))
        self.exported.connect(self._on_exported)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions call, by their names."""
        return {"export": self.ask, "export_set": self.sets.ask, **self.placing.handlers()}

    def ask(self, takes: list[str] | None = None) -> None:
        """Ask how to export takes, the chosen ones if none are given."""
        project = self._session.project
        current = [self._listening.take.id] if self._listening.take else []
        ids = takes or self._parts.takes.selected or current
        if project is None or not ids:
            self._parts.messages.say(_("Choose a take first."), level="warning")
            return
        folder = Path(self._memory.get("export_folder", "") or project.exports_path)
        chosen = tuple(project.take(take) for take in ids)
        fragments = tuple(self._session.fragment_of(take) for take in chosen)
        offer = Offer(chosen, fragments, self._span(ids))
        dialog = ExportDialog(offer, folder, stored_profile(load_settings()), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.export_asked.connect(partial(self._on_asked, project, ids))
        self.dialog = dialog
        dialog.open()

    def _span(self, takes: list[str]) -> tuple[float, float] | None:
        """Return the region that was chosen in the one take that is shown."""
        stage = self._parts.stage
        is_shown = len(takes) == 1 and stage.subject is not None and stage.subject.id == takes[0]
        return stage.span if is_shown and stage.is_partial else None

    def _on_asked(self, project: Project, takes: list[str], answer: Answer) -> None:
        chosen = Path(answer.folder) if answer.folder else project.exports_path
        self._memory.put("export_folder", "" if chosen == project.exports_path else str(chosen))
        self._session.remember(depth=answer.profile.depth, export=answer.profile.values())
        self.write(takes, chosen, answer.profile, answer.span, layers=answer.layers)

    def write(
        self,
        takes: list[str],
        folder: Path,
        profile: ExportProfile,
        span: tuple[float, float] | None = None,
        *,
        layers: bool = False,
    ) -> None:
        """Write takes as files.

        Parameters
        ----------
        takes : list of str
            Ids.
        folder : Path
            Where to.
        profile : ExportProfile
            How.
        span : (start, length) in seconds, optional
            A region of the take instead of all of it.
        layers : bool
            The signals of its scales too.
        """
        start_s, length_s = span if span else (None, None)
        job = self._session.lanes.quick.submit(
            "export_takes",
            project=self._session.folder,
            takes=takes,
            folder=str(folder),
            start_s=start_s,
            length_s=length_s,
            layers=layers,
            **profile.values(),
        )
        files: list[str] = []
        job.happened.connect(lambda event: self._on_event(event, files))
        job.failed.connect(self._session.failed)
        job.succeeded.connect(lambda: self.exported.emit(files))

    def _on_event(self, event: Event, files: list[str]) -> None:
        if isinstance(event, Exported):
            files.append(event.file)
        elif isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")
        elif isinstance(event, FileRefused):
            self._session.said.emit(event.error, event.hint, "warning")

    def _on_exported(self, files: list[str]) -> None:
        if files:
            name = Path(files[0]).name if len(files) == 1 else ngettext("{n} file", "{n} files", len(files))
            folder = Path(files[0]).parent
            self._parts.messages.say(
                _("Exported {name}").format(name=name),
                level="done",
                action=(_("Show folder"), lambda: show_folder(folder)),
            )
