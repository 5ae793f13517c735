"""Gets the pictures of audio files: from memory, from the project's cache, or drawn by the quick lane."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import MelPicture
from musemate.engine.events import Event, PictureDrawn
from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.jobs.lanes import Lanes
from musemate.project.store import Project

MOST_KEPT = 64
Picture = Peaks | MelPicture
_LAYERS: dict[str, type[Peaks] | type[MelPicture]] = {"peaks": Peaks, "mel": MelPicture}


class PictureStore(QObject):
    """Hands out pictures by the name of their audio file as soon as they are there."""

    ready = Signal(str, object)
    """Name of the audio file, and its `Peaks` or `MelPicture`."""
    failed = Signal(object)

    def __init__(self, lanes: Lanes, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes, self._background = lanes, background
        self._project: Project | None = None
        self._kept: OrderedDict[tuple[str, str], Picture] = OrderedDict()
        self._wanted: set[str] = set()

    def set_project(self, project: Project | None) -> None:
        """Work for this project from now on."""
        self._project = project
        self._kept.clear()
        self._wanted.clear()

    def want(self, audio: str) -> None:
        """Ask for the pictures of an audio file of the project; `ready` brings each."""
        known = [picture for layer in _LAYERS if (picture := self._kept.get((audio, layer)))]
        for picture in known:
            self.ready.emit(audio, picture)
        if len(known) == len(_LAYERS) or audio in self._wanted or self._project is None:
            return
        self._wanted.add(audio)
        folder = self._project.cache_path(audio)
        self._background.run(partial(_load_all, folder), partial(self._on_found, audio), lambda _: self._draw(audio))

    def _on_found(self, audio: str, pictures: list[Picture]) -> None:
        self._wanted.discard(audio)
        for picture in pictures:
            self._keep(audio, picture)

    def _draw(self, audio: str) -> None:
        if self._project is None:
            return
        job = self._lanes.quick.submit("draw_pictures", project=str(self._project.folder), audio=audio)
        job.happened.connect(self._on_event)
        job.failed.connect(self.failed)
        job.finished.connect(lambda: self._wanted.discard(audio))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, PictureDrawn) and event.layer in _LAYERS:
            load = partial(_LAYERS[event.layer].load, Path(event.file))
            self._background.run(load, partial(self._keep, event.audio), self._on_failed)

    def _on_failed(self, error: MuseMateError) -> None:
        self.failed.emit(error)

    def _keep(self, audio: str, picture: Picture) -> None:
        layer = "peaks" if isinstance(picture, Peaks) else "mel"
        self._kept[audio, layer] = picture
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(audio, picture)


def _load_all(folder: Path) -> list[Picture]:
    """Read all pictures of a cache folder.

    Raises
    ------
    ProjectError
        One is missing or damaged; then all are drawn again.
    """
    return [kind.load(folder / f"{layer}.npy") for layer, kind in _LAYERS.items()]
