"""The trainings that are still to come, kept beside the project so that they survive the end of the window.

Each window (or command) keeps its own list, `queue/TOKEN.json`, and a lock that goes when its process ends, however it
ends. What a dead one left is adopted by the next that opens the project; a living one's list is never touched.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from musemate.audio.safe_write import write_safely
from musemate.errors import ExportError, ProjectError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.project.locks import RunLock

WAITING, PAUSED, FAILED = "waiting", "paused", "failed"
"""States of a training that is still to come: a paused one waits until somebody lets it go on."""
FOLDER = "queue"
SEAL = "seal"
_NUMBERS = (int, float)


@dataclass(frozen=True)
class QueuedTraining:
    """What a training is to be; the arguments of the task `train` and what became of it so far.

    Parameters
    ----------
    fragment : str
        Id of the fragment.
    start_s, length_s : float
        Its region, in seconds.
    engine, preset, device, seed, options
        See `musemate.tasks.train.train`.
    run : str
        The run in the project once it has begun, "" before.
    state, reason : str
        "waiting", "paused" or "failed", and why it failed.
    id : str
        Unlike any other, in any project.
    """

    fragment: str
    start_s: float
    length_s: float
    engine: str
    preset: str
    device: str = "auto"
    seed: int = 0
    options: dict[str, Any] | None = None
    run: str = ""
    state: str = WAITING
    reason: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the task `train`: all of them, or those that go on with the run."""
        values = asdict(self)
        for name in ("id", "state", "reason"):
            del values[name]
        if not self.run:
            del values["run"]
        return values


class QueueFile:
    """One process's list in a project's folder; made with the first training in it, gone with the last.

    Parameters
    ----------
    project : Path
        The project's folder.
    """

    def __init__(self, project: Path) -> None:
        self._folder = project / FOLDER
        self._token = uuid4().hex
        self._lock: RunLock | None = None

    def write(self, trainings: Sequence[QueuedTraining]) -> None:
        """Replace the list, whole or not at all.

        Raises
        ------
        ProjectError
            The project's folder cannot be written.
        """
        path = self._folder / f"{self._token}.json"
        rows = [asdict(training) for training in trainings]
        content = _text(rows)

        def fill(file: BinaryIO) -> None:
            file.write(content)

        try:
            if not trainings:
                path.unlink(missing_ok=True)
                return
            if self._lock is None:
                self._lock = RunLock(self._folder, f"{self._token}.lock")
            write_safely(path, fill, overwrite=True)
        except (OSError, ExportError) as error:
            raise ProjectError(
                _("The waiting trainings could not be stored: they would be forgotten when MuseMate is closed."),
                hint=_('Check the free space and the rights of "{folder}".').format(folder=self._folder),
                detail=str(error),
            ) from error

    def adopt(self, own: Sequence[QueuedTraining] = ()) -> list[QueuedTraining]:
        """Add what processes that ended left behind, the oldest list first, to the end of one's own, and return it all.

        Raises
        ------
        ProjectError
            The project's folder cannot be written; the lists stay where they are.
        """
        found = {training.id: training for training in own}
        with contextlib.ExitStack() as held:
            left = [path for path in _files(self._folder) if held.enter_context(_abandoned(path))]
            for path in left:
                found.update({training.id: training for training in _read(path)})
            self.write(list(found.values()))
            for path in left:
                with contextlib.suppress(OSError):
                    path.unlink()
        return list(found.values())

    def close(self) -> None:
        """Let go of the list, which the next process adopts; may be called twice."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            if not (self._folder / f"{self._token}.json").exists():
                _forget_lock(self._folder / f"{self._token}.lock")


def queued(project: Path) -> list[tuple[QueuedTraining, bool]]:
    """Return every training that is still to come, and whether a living process keeps it."""
    result = []
    for path in _files(project / FOLDER):
        with _abandoned(path) as is_abandoned:
            result += [(training, not is_abandoned) for training in _read(path)]
    return result


def is_whole(path: Path) -> bool:
    """Whether a list is as it was stored; one of an earlier version, without a seal, is when it can be read."""
    try:
        data = path.read_bytes()
        content = parsed_json(data)
        return isinstance(content, list) or data == _text(content["trainings"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _text(rows: Any) -> bytes:
    return json.dumps({SEAL: _seal_of(rows), "trainings": rows}, indent=1).encode()


def _seal_of(rows: Any) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    """Return the lists, the oldest first."""
    try:
        return sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    except OSError:  # one went while it was looked at; it is read the next time
        return []


@contextlib.contextmanager
def _abandoned(path: Path) -> Iterator[bool]:
    """Tell whether no living process keeps a list, and keep it so while the block runs."""
    try:
        lock = RunLock(path.parent, path.with_suffix(".lock").name)
    except (BlockingIOError, PermissionError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
        if not path.exists():
            _forget_lock(path.with_suffix(".lock"))


def _forget_lock(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _read(path: Path) -> list[QueuedTraining]:
    """Return what can be understood of a list; a damaged one counts as empty."""
    try:
        content = parsed_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    rows = content.get("trainings") if isinstance(content, dict) else content
    found = [_training(row) for row in rows] if isinstance(rows, list) else []
    return [training for training in found if training is not None]


def _training(row: Any) -> QueuedTraining | None:
    """Make a record of a row, leaving out what this version does not know; None where it is none."""
    if not isinstance(row, dict):
        return None
    known = {item.name: row[item.name] for item in fields(QueuedTraining) if item.name in row}
    try:
        training = QueuedTraining(**known)
    except TypeError:
        return None
    texts = (training.fragment, training.engine, training.preset, training.device, training.run, training.id)
    is_sound = all(isinstance(text, str) for text in texts) and isinstance(training.seed, int)
    is_sound = is_sound and isinstance(training.start_s, _NUMBERS) and isinstance(training.length_s, _NUMBERS)
    is_sound = is_sound and (training.options is None or isinstance(training.options, dict))
    return training if is_sound and training.state in (WAITING, PAUSED, FAILED) else None
