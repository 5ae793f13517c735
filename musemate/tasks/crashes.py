"""Crashes: what processes noted when they broke becomes a diagnosis beside the log, and a start learns of the last end.

A process that dies can write little. It leaves notes (`log.note_crash`, or faulthandler's stack); whoever lives on, the
same window or the next one, makes the diagnosis from them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from musemate.discretion import without_names
from musemate.engine.base import Cancelled
from musemate.engine.events import CrashNoted, Diagnosed, Event
from musemate.language import _
from musemate.log import CRASH_SUFFIX
from musemate.paths import log_folder
from musemate.project.locks import RunLock
from musemate.settings import write_whole

MOST_KEPT = 10
"""Older diagnoses of crashes are removed."""
_RUNNING = "running-{}.lock"
_CRASHES = "crash-*.txt"
_DATE = "%Y%m%d-%H%M%S"
RULER = "-" * 80


@dataclass(frozen=True)
class Crash:
    """What is known of a crash.

    Parameters
    ----------
    file : Path
        Where it is written.
    text : str
        What the process noted, without the diagnosis.
    """

    file: Path
    text: str


@dataclass(frozen=True)
class Traces:
    """What earlier ends have left beside the log.

    Parameters
    ----------
    has_notes : bool
        A process crashed, and no diagnosis is written yet.
    n_unclosed : int
        Windows that ended without being closed.
    newest : str
        File of the newest diagnosis of a crash, "" where there is none.
    """

    has_notes: bool
    n_unclosed: int
    newest: str


class Running:
    """The flag of a window that is open: held until `end`, or until its process is gone.

    Without a folder that can be written there is no flag, which must not keep the window from opening.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or log_folder()
        self._name = _RUNNING.format(os.getpid())
        self._lock: RunLock | None = None
        with contextlib.suppress(OSError):
            self._lock = RunLock(self._folder, self._name)

    def end(self) -> None:
        """Take the flag away: the window was closed."""
        if self._lock is not None:
            self._lock.release()
            with contextlib.suppress(OSError):
                (self._folder / self._name).unlink(missing_ok=True)


def find_traces(folder: Path | None = None) -> Traces:
    """Look at what was left, and take away the flags of windows that are gone; takes a millisecond."""
    folder = folder or log_folder()
    newest = max((file.name for file in folder.glob(_CRASHES)), default="")
    return Traces(any(_notes(folder)), sum(map(_is_left, folder.glob(_RUNNING.format("*")))), newest)


def last_crash(folder: Path | None = None) -> Crash | None:
    """Return the newest crash: from notes that wait, or from the newest diagnosis."""
    folder = folder or log_folder()
    waiting = _notes(folder)
    if waiting:
        return Crash(waiting[-1], _read(waiting))
    files = sorted(folder.glob(_CRASHES))
    if not files:
        return None
    return Crash(files[-1], files[-1].read_text(encoding="utf-8", errors="replace").partition(RULER)[0].strip())


def collect_crashes(leave_out: list[str] | None = None, *, cancelled: Cancelled) -> Iterator[Event]:
    """Make one diagnosis of everything that was noted since the last time; ends without a word where there is nothing.

    Parameters
    ----------
    leave_out : list of str, optional
        See `doctor`.

    Yields
    ------
    Event
        Those of `doctor`, and one `CrashNoted` with the file.

    Raises
    ------
    SettingsError
        It cannot be written.
    """
    from musemate.tasks.doctor import doctor

    folder = log_folder()
    notes = _notes(folder)
    if not notes:
        return
    noted, sizes = _read(notes), [file.stat().st_size for file in notes]
    for event in doctor(leave_out or (), with_crash=False, cancelled=cancelled):
        if not isinstance(event, Diagnosed):
            yield event
            continue
        file = folder / f"crash-{datetime.now(UTC):{_DATE}}.txt"
        text = f"{noted}\n\n{RULER}\n{event.text}"
        write_whole(file, text, _("What is known of the crash could not be written."))
        for note, size in zip(notes, sizes, strict=True):
            _empty(note, size)
        _keep_newest(folder)
        yield CrashNoted(str(file), text)


def _notes(folder: Path) -> list[Path]:
    """Return the files with notes, the newest last."""
    found = [file for file in folder.glob(f"*{CRASH_SUFFIX}") if file.stat().st_size]
    return sorted(found, key=lambda file: file.stat().st_mtime)


def _read(notes: list[Path]) -> str:
    texts = []
    for file in notes:
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        process = file.name.removesuffix(CRASH_SUFFIX)
        text = without_names(file.read_text(encoding="utf-8", errors="replace"))
        texts.append(f"{process}, {when:%Y-%m-%d %H:%M:%S} UTC\n{text.strip()}")
    return "\n\n".join(texts)


def _empty(note: Path, size: int) -> None:
    """Take away what has been read; what came since stays until the next time, as a whole."""
    with contextlib.suppress(OSError):
        if note.stat().st_size == size:
            os.truncate(note, 0)


def _keep_newest(folder: Path) -> None:
    for file in sorted(folder.glob(_CRASHES))[:-MOST_KEPT]:
        with contextlib.suppress(OSError):
            file.unlink()


def _is_left(flag: Path) -> bool:
    """Whether the window that made a flag is gone; its flag then goes too."""
    if flag.name == _RUNNING.format(os.getpid()):
        return False
    try:
        RunLock(flag.parent, flag.name).release()
        flag.unlink(missing_ok=True)
    except OSError:  # it lives, or another one that starts just now was quicker
        return False
    return True
