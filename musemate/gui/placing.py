"""Takes in their song: heard there with one key and back with the same, and exported so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from musemate.engine.events import Event, Placed, Warned
from musemate.export.placing import MODES, REPLACE
from musemate.gui import wording
from musemate.gui.insong import InSong
from musemate.gui.layout import Parts
from musemate.gui.listening import Listening
from musemate.gui.memory import Memory
from musemate.gui.placedialog import PlaceDialog
from musemate.gui.session import Session
from musemate.jobs.lane import Job
from musemate.language import _
from musemate.project.records import Take
from musemate.settings import load_settings

MODE, MATCH, FOLDER = "place_mode", "place_match", "export_folder"
"""What is remembered, by its name there."""


class Placing(QObject):
    """Lays the current take into its song.

    Parameters
    ----------
    session : Session
    parts : Parts
        Where takes are chosen and messages are said.
    listening : Listening
    memory : Memory
        Keeps how takes are joined, and the folder.
    window : QWidget
        The one that the dialogue belongs to.
    """

    exported = Signal(str)
    """With the file written."""

    def __init__(self, session: Session, parts: Parts, listening: Listening, memory: Memory, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._session, self._parts = window, session, parts
        self._listening, self._memory = listening, memory
        self._job: Job | None = None
        self.dialog: PlaceDialog | None = None
        session.project_changed.connect(self._cancel)
        listening.chosen.connect(self._cancel)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions call."""
        return {"hear_in_song": self.toggle, "export_in_song": self.ask}

    @property
    def joining(self) -> dict[str, object]:
        """How takes are joined to their song, as it was chosen the last time."""
        mode = self._memory.get(MODE, REPLACE)
        return {"mode": mode if mode in MODES else REPLACE, "match": bool(self._memory.get(MATCH, True))}

    # hearing -------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Hear the current take in its song, or alone again."""
        if self._listening.in_song is not None:
            self._leave(self._listening.in_song)
        elif (take := self._chosen()) is not None and self._job is None:
            job = self._session.lanes.quick.submit(
                "place_take", project=self._session.folder, take=take.id, hear=True, **self.joining
            )
            self._job = job
            job.happened.connect(partial(self._on_heard, take))
            job.failed.connect(self._session.failed)
            job.finished.connect(partial(self._on_finished, job))

    def _on_heard(self, take: Take, event: Event) -> None:
        project = self._session.project
        if isinstance(event, Placed) and project is not None:
            fragment = self._session.fragment_of(take)
            original = self._listening.comparison.whole(fragment)
            self._job = None
            self._listening.show_in_song(InSong(event, take, fragment, original))

    def _leave(self, heard: InSong) -> None:
        """Hear the take alone again, from the same place in it, or from its start."""
        audition = self._listening.audition
        since_start_s, plays = audition.position_s - heard.placed.start_s, audition.is_playing
        self._listening.show_take(heard.take, play=plays)
        audition.seek(since_start_s if 0 <= since_start_s < heard.take.seconds else 0.0)

    def _cancel(self) -> None:
        """Something else was chosen meanwhile: it would be rude to play a song into it."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _on_finished(self, job: Job) -> None:
        if self._job is job:
            self._job = None

    def _chosen(self) -> Take | None:
        """Return the take that is meant; says what to do where there is none."""
        project, selected = self._session.project, self._parts.takes.selected
        take = self._listening.take
        if take is None and project is not None and selected:
            take = project.take(selected[0])
        if take is None or project is None:
            self._parts.messages.say(_("Choose a take first."), level="warning")
            return None
        return take

    # exporting -----------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask how the song with the take in it is exported."""
        take, project = self._chosen(), self._session.project
        if take is None or project is None:
            return
        folder = Path(self._memory.get(FOLDER, "") or project.exports_path)
        song = self._session.fragment_of(take).name
        dialog = PlaceDialog(wording.take_name(take, full=False), song, folder, parent=self._window)
        dialog.show_choices(**self.joining, depth=load_settings().depth)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.hear_asked.connect(partial(self._on_hear_asked, take))
        dialog.export_asked.connect(partial(self._on_export_asked, take))
        self.dialog = dialog
        dialog.open()

    def _on_hear_asked(self, take: Take, mode: str, match: bool) -> None:
        self._remember(mode, match)
        if self._listening.take != take or self._listening.in_song is not None:
            self._listening.show_take(take)
        self.toggle()

    def _remember(self, mode: str, match: bool) -> None:
        self._memory.put(MODE, mode)
        self._memory.put(MATCH, match)

    def _on_export_asked(self, take: Take, folder: str, depth: str, mode: str, match: bool) -> None:
        project = self._session.project
        if project is None:
            return
        chosen = Path(folder) if folder else project.exports_path
        self._memory.put(FOLDER, "" if chosen == project.exports_path else str(chosen))
        self._remember(mode, match)
        self._session.remember(depth=depth)
        job = self._session.lanes.quick.submit(
            "place_take", project=self._session.folder, take=take.id, folder=str(chosen), depth=depth, **self.joining
        )
        job.happened.connect(self._on_exported)
        job.failed.connect(self._session.failed)

    def _on_exported(self, event: Event) -> None:
        if isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")
        elif isinstance(event, Placed):
            self.exported.emit(event.file)
