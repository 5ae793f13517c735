"""Which window has a project open: one at a time may change it, the others read.

The system lets go of the lock when its process ends, however it ends. Who holds it stands in a small file beside it.
The command line and the workers of a window take no part in this: SQLite keeps them apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from musemate.audio.safe_write import write_safely
from musemate.errors import ExportError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.project.locks import RunLock
from musemate.project.protection import HELD, Protection

LOCK, WHO = "window.lock", "window.json"
_MOST_BYTES = 4096
"""More than that is no file of ours."""


class Hold:
    """The right to change a project, held until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: RunLock | None = None

    def take(self) -> Protection | None:
        """Try to get the project; return None when that went well, else who has it.

        A folder that may not be written needs no lock: the project's own opening says that it is only read.
        """
        try:
            self._lock = RunLock(self._folder, LOCK)
        except BlockingIOError:
            return Protection(HELD, self._folder.name, _who(self._folder))
        except OSError:
            return None
        with contextlib.suppress(ExportError):  # a full disk: it is held all the same, only nobody can say by whom
            write_safely(self._folder / WHO, _write_me, overwrite=True)
        return None

    def release(self) -> None:
        """Let go of it; may be called twice."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                (self._folder / WHO).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None


def is_free(folder: Path) -> bool:
    """Whether no window has a project open; looking takes the lock for an instant."""
    try:
        RunLock(folder, LOCK).release()
    except OSError:
        return False
    return True


def _write_me(file: BinaryIO) -> None:
    me = {"host": platform.node(), "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    file.write(json.dumps(me).encode())


def _who(folder: Path) -> str:
    """Say who holds a project, as far as that can be read."""
    try:
        with (folder / WHO).open("rb") as file:
            who: dict[str, Any] = parsed_json(file.read(_MOST_BYTES))
        since = datetime.fromisoformat(who["since"]).astimezone()
        pid, host = int(who["pid"]), str(who["host"])[:64]
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return _("another window")
    today = datetime.now().astimezone().date()
    time = f"{since:%H:%M}" if since.date() == today else f"{since:%Y-%m-%d %H:%M}"
    if host == platform.node():
        return _("another window (since {time}, process {pid})").format(time=time, pid=pid)
    return _("a window on {host} (since {time}, process {pid})").format(host=host, time=time, pid=pid)
