"""Gets the pictures of audio files: from memory, from the project's cache, or drawn by the quick lane."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.analysis.peaks import Peaks
from musemate.engine.events import Event, PictureDrawn
from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.jobs.lanes import Lanes
from musemate.project.store import Project
from musemate.tasks.draw_pictures import USUAL, Picture, load_picture

MOST_KEPT_BYTES = 256_000_000
"""Pictures kept for the next time: some ten songs of ten minutes, or all takes of a project."""


class PictureStore(QObject):
    """Hands out pictures by the name of their audio file as soon as they are there."""

    ready = Signal(str, object)
    """Name of the audio file, and its `Peaks`, `MelPicture` or `GridPicture`."""
    failed = Signal(object)

    def __init__(self, lanes: Lanes, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes, self._background = lanes, background
        self._project: Project | None = None
        self._kept: OrderedDict[tuple[str, str], Picture] = OrderedDict()
        self._wanted: set[tuple[str, str]] = set()

    def set_project(self, project: Project | None) -> None:
        """Work for this project from now on."""
        self._project = project
        self._kept.clear()
        self._wanted.clear()

    def want(self, audio: str, layers: Collection[str] = USUAL) -> None:
        """Ask for pictures of an audio file of the project; `ready` brings each.

        Parameters
        ----------
        audio : str
            Name of the file in the project.
        layers : collection of str
            Which pictures; see `tasks.draw_pictures`.
        """
        for layer in layers:
            picture = self._kept.get((audio, layer))
            if picture is not None:
                self._kept.move_to_end((audio, layer))
                self.ready.emit(audio, picture)
        asked = {(audio, layer) for layer in layers}
        missing = asked - self._wanted - self._kept.keys()
        if not missing or self._project is None:
            return
        self._wanted |= missing
        folder, names = self._project.cache_path(audio), [layer for layer in layers if (audio, layer) in missing]
        load = partial(_load_all, folder, names)
        self._background.run(load, partial(self._on_found, audio), lambda _: self._draw(audio, names))

    def _on_found(self, audio: str, pictures: list[Picture]) -> None:
        for picture in pictures:
            self._keep(audio, picture)

    def _draw(self, audio: str, layers: list[str]) -> None:
        if self._project is None:
            return
        job = self._lanes.quick.submit("draw_pictures", project=str(self._project.folder), audio=audio, layers=layers)
        job.happened.connect(self._on_event)
        job.failed.connect(self.failed)
        job.finished.connect(lambda: self._wanted.difference_update((audio, layer) for layer in layers))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, PictureDrawn):
            load = partial(_load, event.layer, Path(event.file))
            self._background.run(load, partial(self._keep, event.audio), self._on_failed)

    def _on_failed(self, error: MuseMateError) -> None:
        self.failed.emit(error)

    def _keep(self, audio: str, picture: Picture) -> None:
        self._wanted.discard((audio, picture.layer))
        self._kept[audio, picture.layer] = picture
        room = MOST_KEPT_BYTES - sum(kept.nbytes for kept in self._kept.values())
        while room < 0 and len(self._kept) > len(USUAL):
            room += self._kept.popitem(last=False)[1].nbytes
        self.ready.emit(audio, picture)


def _load_all(folder: Path, layers: list[str]) -> list[Picture]:
    """Read pictures of a cache folder.

    Raises
    ------
    ProjectError
        One is missing or damaged; then all are drawn again.
    """
    return [_load(layer, folder / f"{layer}.npy") for layer in layers]


def _load(layer: str, file: Path) -> Picture:
    """Read a picture, and measure here, off the window's thread, what drawing it will ask for."""
    picture = load_picture(layer, file)
    if not isinstance(picture, Peaks):
        _ = picture.levels, picture.contrast
    return picture
