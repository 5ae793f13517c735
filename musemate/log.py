"""The log file that helps when something goes wrong: what failed and where, never any sound."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from musemate.errors import MuseMateError
from musemate.language import _
from musemate.paths import log_folder

MAX_FILE_BYTES = 1_000_000
N_OLD_FILES = 3
MAX_MESSAGE_CHARS = 4_000
"""Longer messages are cut: a log must never fill up with printed arrays of samples."""

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
        _watch_for_crashes(folder / f"{name}-crash.log")
    except OSError:
        return None
    handler.setFormatter(_ShortLines("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
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


def _watch_for_crashes(path: Path) -> None:
    """Let faulthandler write the Python stack of a segfault to `path`."""
    _crash_files.append(path.open("a", encoding="utf-8"))
    faulthandler.enable(_crash_files[-1])


class _LogFile(RotatingFileHandler):
    """A log file whose own failures (a full disk, a file held by another process) disturb nobody."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the record."""


class _ShortLines(logging.Formatter):
    """Cuts messages that are too long to be meant for a reader."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line, shortened in its middle."""
        line = super().formatMessage(record)
        if len(line) <= MAX_MESSAGE_CHARS:
            return line
        half = MAX_MESSAGE_CHARS // 2
        return f"{line[:half]} ... {len(line) - 2 * half} characters left out ... {line[-half:]}"
