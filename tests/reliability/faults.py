"""Does everything that writes on a disk that fails at its first wish, at its second, and so on to the last.

Each time, afterwards: the project opens and holds the old or the new state, never less; every sound is whole; nothing
temporary is left but what is swept later; and what failed was said in a sentence.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musemate.engine.events import Event, FileRefused
from musemate.errors import MuseMateError
from tests.reliability.disk import MODES, Disk, Mode, failing
from tests.reliability.operations import OPERATIONS, Operation, prepare
from tests.reliability.verdicts import cannot_resume
from tests.reliability.witness import State, faults_of, leftovers, losses, unswept

RESUME_EVERY = 3
"""Of the trainings that broke off, every so many-th is finished on a sound disk: the same takes seconds."""


@dataclass
class Try:
    """One operation on a disk that failed once.

    Parameters
    ----------
    operation, mode : str
    n : int
        The wish that was refused.
    """

    operation: str
    mode: str
    n: int
    refused: list[str] = field(default_factory=list)
    error: str = ""
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.operation}, {self.mode} at {self.n} ({self.refused[:1]}): {self.error!r} {self.problems}"


class Bench:
    """A folder with what the operations start from, made once each.

    Parameters
    ----------
    folder : Path
        Empty; on a fast disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before: dict[str, State] = {}

    def count(self, operation: Operation) -> list[str]:
        """Do an operation on a sound disk and return its wishes."""
        disk = Disk(self._fresh(operation))
        with failing(disk):
            list(operation.work(disk.root))
        return disk.wishes

    def attempt(self, operation: Operation, mode: Mode, n: int) -> Try:
        """Do an operation on a disk that fails at its n-th wish, and look at what has become of the project."""
        folder = self._fresh(operation)
        disk = Disk(folder, n, mode)
        tried = Try(operation.name, mode.name, n, disk.refused)
        events: list[Event] = []
        try:
            with failing(disk):
                events.extend(operation.work(folder))
        except MuseMateError as error:
            tried.error = error.message
            if not (error.message.endswith((".", "?", "!")) and error.hint):
                tried.problems.append(f"message {error.message!r}, hint {error.hint!r}")
        except Exception as error:
            tried.error = repr(error)
            tried.problems.append("no sentence for the songwriter")
        refused = [event for event in events if isinstance(event, FileRefused)]
        tried.problems += [f"refused without a hint: {event.error}" for event in refused if not event.hint]
        at_end = not tried.error and not refused
        tried.problems += self._damages(operation, disk, events, at_end)
        return tried

    def _damages(self, operation: Operation, disk: Disk, events: list[Event], at_end: bool) -> Iterator[str]:
        """Yield what is wrong after an attempt."""
        folder, project = disk.root, disk.root / "project"
        before = self._before[operation.name]
        if not (project / "project.sqlite").exists():
            if operation.with_project:
                yield "the project is gone"
            return
        if not operation.with_project:
            again = {"project": str(project), "files": [str(folder / "song.wav")]}
            yield from _cannot_go_on(again)
        else:
            yield from faults_of(project)
            after = State.of(project)
            yield from losses(before, after, operation.may_change)
            yield from operation.verdict(folder, before, after, events, at_end)
            if operation.goes_on and not at_end and disk.fail_at % RESUME_EVERY == 0:
                yield from cannot_resume(folder, before, after)
        could_not_delete = any(wish.startswith("unlink") for wish in disk.refused) and not disk.mode.is_late
        if left := leftovers(folder):
            if not could_not_delete:
                yield f"left over: {left}"
            elif left := unswept(folder):
                yield f"never swept: {left}"

    def _fresh(self, operation: Operation) -> Path:
        """Return a folder with what the operation starts from."""
        kind = "with" if operation.with_project else "without"
        base = self._folder / kind
        if not base.exists():
            prepare(base, operation)
        if operation.name not in self._before:
            self._before[operation.name] = State.of(base / "project") if operation.with_project else State({}, {})
        folder = self._folder / "now"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        return folder


def _cannot_go_on(again: dict[str, object]) -> Iterator[str]:
    """Import once more, now that the disk works, and yield what is wrong then."""
    from musemate.tasks.registry import get_task

    project = Path(str(again["project"]))
    try:
        list(get_task("import_audio")(**again, reuse=True, cancelled=lambda: False))
    except MuseMateError as error:
        yield f"the project cannot be made any more: {error.message} {error.detail}"
        return
    yield from faults_of(project)
    if len(State.of(project).table("fragment")) != 1:
        yield "not one fragment after importing again"


def campaign(
    operations: Sequence[Operation] = OPERATIONS,
    modes: Sequence[Mode] = MODES,
    *,
    rotate: int | None = None,
    stride: int = 1,
    limit_s: float = float("inf"),
    told: Callable[[Try], None] = lambda tried: None,
) -> list[Try]:
    """Try every operation with a failure at every wish.

    Parameters
    ----------
    operations, modes
        What to do, and how the disk fails.
    rotate : int, optional
        Take one mode a wish, the next for the next, instead of all of them, beginning with this one.
    stride : int
        Only every so many-th wish.
    limit_s : float
        When to stop.
    told : callable
        Hears of each attempt.

    Returns
    -------
    list of Try
    """
    tries, began_s = [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="musemate-faults-") as name:
        bench = Bench(Path(name).resolve())
        for operation in operations:
            n_wishes = len(bench.count(operation))
            for n in range(1, n_wishes + 1, stride):
                for mode in modes if rotate is None else [modes[(n // stride + rotate) % len(modes)]]:
                    if time.monotonic() - began_s > limit_s:
                        return tries
                    tries.append(bench.attempt(operation, mode, n))
                    told(tries[-1])
    return tries
