"""Exports takes as a set for a DAW: asks which, lets the worker write, says where it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from musemate.engine.events import Event, Exported, Warned
from musemate.export.profile import stored_profile
from musemate.export.setplan import KINDS
from musemate.export.steadiness import known_grid
from musemate.gui.exportsetdialog import CHOSEN, STARRED, ExportSetDialog, Offer
from musemate.gui.layout import Parts
from musemate.gui.memory import Memory
from musemate.gui.revealing import show_folder
from musemate.gui.session import Session
from musemate.language import _, ngettext
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.settings import load_settings


class ExportingSets(QObject):
    """Exports the starred or the chosen takes.

    Parameters
    ----------
    session : Session
    parts : Parts
        Where takes are chosen and messages are said.
    memory : Memory
        Keeps kinds and folder for the next time.
    window : QWidget
        The one that the dialogue belongs to.
    """

    exported = Signal(list)
    """With the files of the sets, beside which their sounds lie."""

    def __init__(self, session: Session, parts: Parts, memory: Memory, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._parts, self._memory, self._window = session, parts, memory, window
        self.dialog: ExportSetDialog | None = None
        self.exported.connect(self._on_exported)

    def ask(self) -> None:
        """Ask what a set is to hold."""
        project = self._session.project
        offers = _offers(project, self._parts.takes.selected) if project else []
        if project is None or not offers:
            hint = _("A set holds all takes with stars, or those that are chosen.")
            self._parts.messages.say(_("Star some takes, or choose them."), hint, level="warning")
            return
        folder = Path(self._memory.get("export_folder", "") or project.exports_path)
        dialog = ExportSetDialog(offers, self._memory.get("set_kinds", list(KINDS)), folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.export_asked.connect(partial(self._on_asked, project))
        dialog.finished.connect(self._on_answered)
        self.dialog = dialog
        dialog.open()

    def _on_answered(self) -> None:
        self.dialog = None

    def _on_asked(self, project: Project, takes: list[str], kinds: list[str], folder: str) -> None:
        chosen = Path(folder) if folder else project.exports_path
        self._memory.put("export_folder", "" if chosen == project.exports_path else str(chosen))
        self._memory.put("set_kinds", kinds)
        self.write(takes, kinds, chosen)

    def write(self, takes: Sequence[str], kinds: Sequence[str], folder: Path) -> None:
        """Write takes as a set.

        Parameters
        ----------
        takes : sequence of str
            Ids.
        kinds : sequence of str
            Of "rpp", "dawproject" and "midi".
        folder : Path
            Where its own folder goes to.
        """
        job = self._session.lanes.quick.submit(
            "export_set",
            project=self._session.folder,
            takes=list(takes),
            kinds=list(kinds),
            folder=str(folder),
            **_how(),
        )
        files: list[str] = []
        job.happened.connect(lambda event: self._on_event(event, files))
        job.failed.connect(self._session.failed)
        job.succeeded.connect(lambda: self.exported.emit(files))
        self._parts.messages.say(_("Exporting a set…"), action=(_("Cancel"), job.cancel))

    def _on_event(self, event: Event, files: list[str]) -> None:
        if isinstance(event, Exported):
            files.append(event.file)
        elif isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")

    def _on_exported(self, files: list[str]) -> None:
        folders = list(dict.fromkeys(Path(file).parent for file in files))
        if folders:
            name = folders[0].name if len(folders) == 1 else ngettext("{n} set", "{n} sets", len(folders))
            shown = folders[0] if len(folders) == 1 else folders[0].parent
            self._parts.messages.say(
                _("Exported the set {name}").format(name=name),
                level="done",
                action=(_("Show folder"), partial(show_folder, shown)),
            )


def _offers(project: Project, chosen: Sequence[str]) -> list[Offer]:
    """Return what a set can be made of: several chosen takes first, for they were chosen on purpose."""
    takes = {take.id: take for take in project.takes()}
    starred = [take for take in takes.values() if take.stars and not take.rejected]
    picked = [takes[take] for take in chosen if take in takes]
    offers = [_offer(project, STARRED, starred), _offer(project, CHOSEN, picked)]
    if len(picked) > 1:
        offers.reverse()
    return [offer for offer in offers if offer.takes]


def _offer(project: Project, name: str, takes: Sequence[Take]) -> Offer:
    sure: dict[str, bool] = {}
    for run in map(project.run, dict.fromkeys(take.run for take in takes)):
        fragment = project.fragment(run.fragment)
        is_sure = known_grid(fragment.beats, run.start_s, run.length_s).grid is not None
        sure[fragment.name] = sure.get(fragment.name, False) or is_sure
    return Offer(name, tuple(take.id for take in takes), tuple(song for song, is_sure in sure.items() if not is_sure))


def _how() -> dict[str, Any]:
    """Return how sounds are written, as they were the last time; a set has whole takes."""
    return {
        name: value
        for name, value in stored_profile(load_settings()).values().items()
        if name not in ("on_bars", "ending")
    }
