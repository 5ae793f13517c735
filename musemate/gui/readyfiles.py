"""Has takes exported before they are dragged or copied, once for each way in which they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from musemate.engine.events import Event, Exported, FileRefused, Warned
from musemate.gui.session import Session
from musemate.jobs.lane import Job, Lane

WARM_MS = 60_000
"""A worker that rested meanwhile is another one."""
Then = Callable[[list[Path]], object]


@dataclass(frozen=True)
class Wish:
    """What is to be carried out of the window.

    Parameters
    ----------
    takes : tuple of str
        Ids.
    start_s, length_s : float, optional
        Region of the take; all of it when not given.
    folder : str
        Where to; the project's own folder for exports when empty.
    profile : tuple of (name, value)
        How takes are exported.
    """

    takes: tuple[str, ...]
    start_s: float | None = None
    length_s: float | None = None
    folder: str = ""
    profile: tuple[tuple[str, Any], ...] = ()


class ReadyFiles(QObject):
    """Asks a worker for the files of wishes, and knows those that are there already.

    Files stay where they are: a program that was given one may read it at any time.
    """

    ended = Signal(object)
    """The `Wish` whose files are there now, or could not be written."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[Wish, list[tuple[Path, tuple[int, int]]]] = {}
        self._waiting: dict[Wish, list[Then]] = {}
        self._warmed = QElapsedTimer()
        session.project_changed.connect(self._known.clear)
        session.rows_changed.connect(self._known.clear)
        session.takes_changed.connect(lambda _: self._known.clear())  # a new name, for instance

    def ready(self, wish: Wish) -> list[Path]:
        """Return the files of a wish; none where one of them is missing, or was changed since it was written."""
        known = self._known.get(wish, [])
        if any(_stamp(file) != stamp for file, stamp in known):
            del self._known[wish]
            return []
        return [file for file, _ in known]

    def get_ready(self) -> None:
        """Let the worker load what writing needs, where it has nothing else to do: a drag may come."""
        lane = self._session.lanes.analyse
        is_warm = self._warmed.isValid() and self._warmed.elapsed() < WARM_MS
        if self._session.project is not None and not lane.jobs and not is_warm:
            self._warmed.start()
            lane.submit("get_ready_to_export").failed.connect(self._session.failed)

    def is_coming(self, wish: Wish) -> bool:
        """Whether the files of a wish are being written."""
        return wish in self._waiting

    def want(self, wish: Wish, then: Then | None = None) -> None:
        """Have the files of a wish written where they are not there; then they are given to `then`."""
        files = self.ready(wish)
        calls = [then] if then is not None else []
        if files:
            for call in calls:
                call(files)
        elif wish in self._waiting:
            self._waiting[wish] += calls
        else:
            self._waiting[wish] = calls
            self._ask(wish)

    def _ask(self, wish: Wish) -> None:
        told = asdict(wish) | {"takes": list(wish.takes), "profile": dict(wish.profile)}
        job = self._lane().submit("ready_takes", project=self._session.folder, **told)
        files: list[Path] = []
        job.happened.connect(lambda event: self._on_event(event, files))
        job.failed.connect(self._session.failed)
        job.finished.connect(lambda: self._on_finished(job, wish, files))

    def _lane(self) -> Lane:
        """Return the lane with the least to do: a drag cannot wait until new takes are made.

        The one for analysis comes first: where the mouse goes down on another take, the quick one draws its pictures.
        """
        lanes = self._session.lanes
        return min((lanes.analyse, lanes.quick), key=lambda lane: len(lane.jobs))

    def _on_event(self, event: Event, files: list[Path]) -> None:
        if isinstance(event, Exported):
            files.append(Path(event.file))
        elif isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")
        elif isinstance(event, FileRefused):
            self._session.said.emit(event.error, event.hint, "warning")

    def _on_finished(self, job: Job, wish: Wish, files: list[Path]) -> None:
        calls = self._waiting.pop(wish, [])
        stamps = [(file, stamp) for file in files if (stamp := _stamp(file))]
        if job.state == "succeeded" and files and len(stamps) == len(files):
            self._known[wish] = stamps
            for call in calls:
                call(files)
        self.ended.emit(wish)


def _stamp(file: Path) -> tuple[int, int] | None:
    """Return size and time of the last change, None where the file is gone."""
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns
