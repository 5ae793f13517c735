"""The log file that helps when something goes wrong: what failed and where, never any sound, name or text of a song.

Each kind of process has a log of its own, of `MAX_FILE_BYTES` and `N_OLD_FILES` older ones of that size, and beside it
notes of its crashes, from which `tasks.crashes` makes a diagnosis.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from musemate.discretion import without_names
from musemate.errors import MuseMateError
from musemate.language import _
from musemate.paths import log_folder

MAX_FILE_BYTES = 1_000_000
N_OLD_FILES = 3
MAX_MESSAGE_CHARS = 4_000
"""Longer lines are cut: a log must never fill up with printed arrays of samples."""
MAX_RECORD_CHARS = 4 * MAX_MESSAGE_CHARS
"""The same of a message together with its traceback."""
CRASH_SUFFIX = "-crash.log"
MAX_NOTES_BYTES = 100_000
"""An error that comes back with every paint must not fill the disk."""

_logger = logging.getLogger(__name__)
_crash_files: list[TextIO] = []
"""Kept open for faulthandler, which writes to them when the process is already dying."""

Show = Callable[[MuseMateError], None]


def start_log(name: str = "musemate", folder: Path | None = None) -> Path | None:
    """Send everything from level INFO to a rotating file, and the stack of a crash to one beside it.

    Parameters
    ----------
    name : str
        File name without ending. Each kind of process takes its own, because only one can rotate a file.
    folder : Path, optional
        Another place than `paths.log_folder()`.

    Returns
    -------
    Path or None
        The log file; None where none can be written, which must not keep MuseMate from working.
    """
    folder = log_folder() if folder is None else folder
    path = folder / f"{name}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(path, maxBytes=MAX_FILE_BYTES, backupCount=N_OLD_FILES, encoding="utf-8")
        _watch_for_crashes(folder / f"{name}{CRASH_SUFFIX}")
    except OSError:
        return None
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(min(root.level or logging.INFO, logging.INFO))
    root.addHandler(handler)
    return path


def install_excepthook(show: Show | None = None) -> None:
    """Log what nothing caught, in any thread, and say it in a sentence instead of a traceback.

    Parameters
    ----------
    show : callable, optional
        Gets a MuseMateError to show, in the thread that failed: a window passes a signal's `emit`.
    """

    def on_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)) or error is None:
            sys.__excepthook__(kind, error or kind(), trace)
            return
        _logger.critical("Uncaught %s", kind.__name__, exc_info=(kind, error, trace))
        if not isinstance(error, MuseMateError):
            note_crash(f"Uncaught {kind.__name__}", "".join(traceback.format_exception(kind, error, trace)))
        if show is not None:
            show(as_shown(error))

    # without any handler (no log can be written, or none is yet) logging would print the traceback
    logging.getLogger("musemate").addHandler(logging.NullHandler())
    sys.excepthook = on_uncaught
    threading.excepthook = lambda args: on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def as_shown(error: BaseException) -> MuseMateError:
    """Return the error itself if a songwriter can read it, else one that says where the details are."""
    if isinstance(error, MuseMateError):
        return error
    return MuseMateError(
        _("Something went wrong that MuseMate did not expect."),
        hint=_("What is finished is saved. The details are in {folder}.").format(folder=log_folder()),
        detail=f"{type(error).__name__}: {error}",
    )


def note_crash(title: str, detail: str) -> None:
    """Note that something broke, beside the log; without a log nothing is noted.

    Parameters
    ----------
    title, detail : str
        What it was, and its traceback or the like; names are left out.
    """
    if not _crash_files:
        return
    notes = _crash_files[-1]
    with contextlib.suppress(OSError, ValueError):  # the disk is full, or the file was closed
        if os.fstat(notes.fileno()).st_size < MAX_NOTES_BYTES:
            when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            text = without_names(_short(f"{title}\n{detail}"))
            notes.write(f"== {when}, process {os.getpid()}: {text}\n")
            notes.flush()


def _watch_for_crashes(path: Path) -> None:
    """Let faulthandler write the Python stack of a segfault to `path`."""
    _crash_files.append(path.open("a", encoding="utf-8"))
    faulthandler.enable(_crash_files[-1])


class _LogFile(RotatingFileHandler):
    """A log file whose own failures (a full disk, a file held by another process) disturb nobody."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the record."""


class _Discreet(logging.Formatter):
    """Leaves names out, and cuts what is too long to be meant for a reader."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the traceback below it."""
        return without_names(_short(super().format(record)))


def _short(text: str) -> str:
    lines = [_cut(line, MAX_MESSAGE_CHARS) for line in text.splitlines()]
    return _cut("\n".join(lines), MAX_RECORD_CHARS)


def _cut(text: str, most: int) -> str:
    """Leave out the middle of a long text."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} ... {len(text) - 2 * half} characters left out ... {text[-half:]}"
