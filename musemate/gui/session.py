"""The open project and the work done for it: opening, importing, analysing, removing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from musemate.engine.events import Analysed, Event, FileRefused, FragmentAdded, Listed, Warned
from musemate.engine.points import points_in
from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.gui.holder import Holder
from musemate.gui.picturestore import PictureStore
from musemate.jobs.lanes import Lanes
from musemate.paths import absolute, fresh_project_folder
from musemate.project.protection import Protection
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project
from musemate.settings import load_settings, save_settings


class Session(QObject):
    """Everything that the panels share; it knows no widget."""

    project_changed = Signal()
    rows_changed = Signal()
    """Fragments, runs or takes were added, changed or removed."""
    takes_changed = Signal(list)
    """Takes of which something else is said, or whose figures are known; none came or went."""
    fragment_added = Signal(str)
    refused = Signal(object)
    """A `FileRefused`."""
    devices_found = Signal(list)
    said = Signal(str, str, str)
    """Text, hint and level for the message bar."""
    failed = Signal(object)
    only_read = Signal()
    """Something was to be changed in a project that may only be read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lanes = Lanes(self)
        self.background = Background(self)
        self.pictures = PictureStore(self.lanes, self.background, self)
        self.pictures.failed.connect(self.failed)
        self.project: Project | None = None
        self._holder = Holder()
        self.loading: list[str] = []
        self.is_closing = False

    # projects ------------------------------------------------------------------------------------------

    def open_project(self, folder: Path) -> bool:
        """Open a project; False, and a message, when that fails."""
        folder = absolute(folder)
        held = self._holder.try_for(folder)
        return self._take_over(lambda: Project.open(folder, held=held), held)

    def create_project(self, folder: Path) -> bool:
        """Make a project in a folder; False, and a message, when that fails."""
        return self._take_over(lambda: Project.create(folder))

    @property
    def protection(self) -> Protection | None:
        """Why the open project may only be read; None where it may be changed, and where none is open."""
        return self.project.protection if self.project is not None else None

    def may_change(self) -> bool:
        """Whether the open project may be changed; says why not."""
        if self.protection is not None:
            self.only_read.emit()
        return self.protection is None

    def _take_over(self, make: Any, held: Protection | None = None) -> bool:
        try:
            project = make()
        except MuseMateError as error:
            self._holder.forget()
            self.failed.emit(error)
            return False
        self._holder.keep(project.folder, held)
        self._stop_work()
        if self.project is not None:
            self.project.close()
        self.project = project
        self.pictures.set_project(project)
        self.project_changed.emit()
        self.rows_changed.emit()
        for fragment in self.fragments():
            if fragment.beats is None and not fragment.voice:
                self.analyse(fragment.id)
        return True

    def close(self) -> None:
        """End all work, cooperatively, and close the project."""
        self.is_closing = True
        self.background.close()
        self.lanes.close()
        if self.project is not None:
            self.project.close()
            self.project = None
        self._holder.release()

    def _stop_work(self) -> None:
        """Cancel what is being done for the project that is left."""
        for job in self.lanes.jobs:
            if "project" in job.args:
                job.cancel()

    # rows ----------------------------------------------------------------------------------------------

    @property
    def folder(self) -> str:
        """Folder of the project as text, for tasks."""
        assert self.project is not None
        return str(self.project.folder)

    def fragments(self) -> list[Fragment]:
        """Return the fragments."""
        return self.project.fragments() if self.project else []

    def runs(self, fragment: str | None = None) -> list[Run]:
        """Return the runs."""
        return self.project.runs(fragment) if self.project else []

    def takes(self, fragment: str | None = None) -> list[Take]:
        """Return the takes."""
        return self.project.takes(fragment=fragment) if self.project else []

    def fragment_of(self, take: Take) -> Fragment:
        """Return the fragment that a take was learnt from."""
        assert self.project is not None
        return self.project.fragment(self.project.run(take.run).fragment)

    def take_file(self, take_id: str) -> Path | None:
        """Return the sound file of a take."""
        if self.project is None:
            return None
        return self.project.audio_path(self.project.take(take_id).audio)

    def previews(self, run: Run) -> list[str]:
        """Return the preview of each finished scale of a run, "" where there is none."""
        assert self.project is not None
        folder = self.project.run_path(run.id)
        files = [folder / f"preview-{number}.wav" for number in range(1, run.n_finished + 1)]
        return [str(file) if file.is_file() else "" for file in files]

    def points(self, run: Run) -> list[int]:
        """Return the points of a run before its end that takes can be made from, in steps of each part."""
        assert self.project is not None
        return points_in(self.project.run_path(run.id))

    def try_change(self, change: Any, *args: Any) -> Any:
        """Call a method that changes the project; a failure becomes a message."""
        try:
            return change(*args)
        except MuseMateError as error:
            if self.protection is not None and error.message == self.protection.message:
                self.only_read.emit()
            else:
                self.failed.emit(error)
            return None

    def remember(self, **changes: Any) -> None:
        """Start from these settings the next time."""
        before = load_settings()
        after = replace(before, **changes)
        if after != before:
            self.try_change(save_settings, after)

    # work ----------------------------------------------------------------------------------------------

    def import_files(self, files: list[str]) -> None:
        """Load sound files; the first one of all makes the project, named after it."""
        if not files:
            return
        if self.project is None and not self.create_project(fresh_project_folder(Path(files[0]).stem)):
            return
        if not self.may_change():
            return
        self.loading += files
        self.rows_changed.emit()
        job = self.lanes.quick.submit("import_audio", project=self.folder, files=files)
        job.happened.connect(self._on_import)
        job.failed.connect(self.failed)
        job.finished.connect(lambda: self._on_import_end(files))

    def analyse(self, fragment_id: str) -> None:
        """Find beats, key and voice of a fragment."""
        if self.is_closing or self.protection is not None:
            return
        job = self.lanes.analyse.submit("analyse_fragment", project=self.folder, fragment=fragment_id)
        job.happened.connect(self._on_analysed)
        job.failed.connect(self.failed)

    def find_devices(self) -> None:
        """Ask which devices can compute; this loads torch in the worker, ahead of the first training."""
        job = self.lanes.train.submit("list_devices")
        job.happened.connect(self._on_devices)
        job.failed.connect(self.failed)

    def get_ready(self) -> None:
        """Let the quick lane load what the first takes need, unless a file is waiting there."""
        if self.project is None:
            self.lanes.quick.submit("get_ready").failed.connect(self.failed)

    def _on_import(self, event: Event) -> None:
        if isinstance(event, FragmentAdded):
            self._loaded(event.file)
            self.rows_changed.emit()
            self.fragment_added.emit(event.fragment)
            self.analyse(event.fragment)
        elif isinstance(event, FileRefused):
            self._loaded(event.file)
            self.refused.emit(event)
            self.rows_changed.emit()
        elif isinstance(event, Warned):
            self.said.emit(event.message, event.hint, "warning")

    def _loaded(self, file: str) -> None:
        self.loading = [other for other in self.loading if Path(other).name != Path(file).name]

    def _on_import_end(self, files: list[str]) -> None:
        self.loading = [file for file in self.loading if file not in files]
        self.rows_changed.emit()

    def _on_analysed(self, event: Event) -> None:
        if isinstance(event, Analysed):
            self.rows_changed.emit()

    def _on_devices(self, event: Event) -> None:
        if isinstance(event, Listed):
            self.devices_found.emit(event.rows)
