"""A disk that fails: counts what a piece of work asks of it, and refuses the n-th wish, or that one and all after it.

Patched are the doors of Python itself (`open`, `os.fsync`, `os.replace`, ...) and of SQLite, so that nothing in
MuseMate knows of it. Only what happens inside one folder counts; everything else on the machine works as ever.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from unittest import mock

FULL, BROKEN, FORBIDDEN = errno.ENOSPC, errno.EIO, errno.EACCES
_SQL = {
    FULL: "database or disk is full",
    BROKEN: "disk I/O error",
    FORBIDDEN: "attempt to write a readonly database",
}
_READS = ("SELECT", "PRAGMA")
_open, _connect = io.open, sqlite3.connect
_os = {name: getattr(os, name) for name in ("open", "fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir")}


@dataclass(frozen=True)
class Mode:
    """How the disk fails.

    Parameters
    ----------
    name : str
    number : int
        The error's number.
    stays : bool
        Whether everything after the n-th wish fails too.
    frees : bool
        Whether deleting still works then, as on a full disk.
    is_short : bool
        Whether half of a write is done before it fails.
    is_late : bool
        Whether the wish is fulfilled, and reported as failed all the same, as network disks do.
    """

    name: str
    number: int
    stays: bool = False
    frees: bool = False
    is_short: bool = False
    is_late: bool = False


MODES = (
    Mode("no space, once", FULL),
    Mode("input/output error, once", BROKEN),
    Mode("no permission, once", FORBIDDEN),
    Mode("half a write, then no space", FULL, is_short=True),
    Mode("done, but reported as failed", BROKEN, is_late=True),
    Mode("full from now on", FULL, stays=True, frees=True),
    Mode("broken from now on", BROKEN, stays=True),
    Mode("read-only from now on", FORBIDDEN, stays=True),
)


@dataclass
class Disk:
    """Counts the wishes, and refuses one or more of them.

    Parameters
    ----------
    root : Path
        The folder whose files count.
    fail_at : int
        The wish to refuse, from 1 on; 0 only counts.
    mode : Mode
        How it fails.
    """

    root: Path
    fail_at: int = 0
    mode: Mode = MODES[0]
    wishes: list[str] = field(default_factory=list)
    """What was asked for, in words."""
    refused: list[str] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)
    _counting: Any = field(default_factory=Lock)
    """Several threads may write: each wish has a number of its own."""

    def holds(self, path: Any, dir_fd: int | None = None) -> bool:
        """Whether a path (or an open file's number) lies in the folder."""
        if dir_fd is not None:
            return dir_fd in self._names
        if isinstance(path, int):
            return path in self._names
        return Path(os.fsdecode(path)).absolute().is_relative_to(self.root)

    def note(self, number: int, path: Any) -> None:
        """Remember the name of an open file."""
        self._names[number] = os.fsdecode(path) if not isinstance(path, int) else self._names.get(path, "")

    def name_of(self, path: Any) -> str:
        """Return a path as it is shown in a report."""
        text = self._names.get(path, "") if isinstance(path, int) else os.fsdecode(path)
        return os.path.relpath(text, self.root) if Path(text).is_absolute() else text

    def is_refused(self, kind: str, what: str) -> bool:
        """Count a wish and tell whether it is to fail."""
        with self._counting:
            self.wishes.append(f"{kind} {what}")
            n = len(self.wishes)
        fails = n == self.fail_at or (self.mode.stays and 0 < self.fail_at < n and not self._is_free(kind, what))
        if fails:
            self.refused.append(self.wishes[-1])
        return fails

    def _is_free(self, kind: str, what: str) -> bool:
        """Whether a disk in this state does it: reading always, making room where it is only full."""
        if kind == "sql" and self.mode.number != BROKEN:
            return what.lstrip().startswith(_READS)
        return kind == "unlink" and self.mode.frees

    def error(self, path: Any) -> OSError:
        """Return what the system would raise."""
        return OSError(self.mode.number, os.strerror(self.mode.number), str(path))

    def ask(self, kind: str, path: Any, do: Callable[[], Any]) -> Any:
        """Do something, or fail to."""
        if not self.is_refused(kind, self.name_of(path)):
            return do()
        if self.mode.is_late:
            done = do()
            if isinstance(done, io.IOBase):
                done.close()
            elif isinstance(done, int):
                os.close(done)
        raise self.error(path)


class _File(io.FileIO):
    """An open file whose writes can fail."""

    disk: Disk
    shown: Any

    def write(self, data: Any) -> int:
        disk = self.disk
        if not disk.is_refused("write", disk.name_of(self.shown)):
            return super().write(data)
        if disk.mode.is_short:
            super().write(memoryview(data)[: len(data) // 2])
        elif disk.mode.is_late:
            super().write(data)
        raise disk.error(self.shown)


def _opener(disk: Disk) -> Callable[..., Any]:
    """Return an `open` that can fail where it would write."""

    def opened(file: Any, mode: str = "r", buffering: int = -1, *text: Any, **more: Any) -> Any:
        if not set(mode) & set("wax+") or not disk.holds(file):
            return _open(file, mode, buffering, *text, **more)
        raw_mode = "".join(sorted(set(mode) - set("bt")))
        if isinstance(file, int):
            raw = _File(file, raw_mode)
        else:
            raw = disk.ask("open", file, lambda: _File(file, raw_mode))
        raw.disk, raw.shown = disk, disk._names[file] if isinstance(file, int) else file
        disk.note(raw.fileno(), raw.shown)
        wrapped: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return wrapped
        return io.TextIOWrapper(wrapped, *text, line_buffering=buffering == 1, **more)

    return opened


def _fsync(disk: Disk) -> Callable[[int], None]:
    """Return an `os.fsync` that can fail, and then loses what was written, as Linux does; it never waits."""

    def synced(number: int) -> None:
        if not disk.holds(number):
            return
        if not disk.is_refused("fsync", disk.name_of(number)):
            return
        name = Path(disk._names[number])
        if name.is_file() and not disk.mode.is_late:
            os.truncate(name, name.stat().st_size // 2)
        raise disk.error(name)

    return synced


def _wrapped(disk: Disk, name: str, kind: str) -> Callable[..., Any]:
    """Return a function of `os` that can fail."""

    def wished(path: Any, *args: Any, **more: Any) -> Any:
        def do() -> Any:
            return _os[name](path, *args, **more)

        dir_fd = more.get("dir_fd")
        return disk.ask(kind, path, do) if disk.holds(path, dir_fd) else do()

    return wished


def _os_open(disk: Disk) -> Callable[..., int]:
    """Return an `os.open` that can fail where it would write."""

    def opened(path: Any, flags: int, *args: Any, **more: Any) -> int:
        def do() -> int:
            number: int = _os["open"](path, flags, *args, **more)
            if disk.holds(path, more.get("dir_fd")):
                disk.note(number, path)
            return number

        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return disk.ask("open", path, do) if writes and disk.holds(path) else do()

    return opened


def _connector(disk: Disk) -> Callable[..., sqlite3.Connection]:
    """Return a `sqlite3.connect` whose statements can fail; a failure may end the transaction, as SQLite's own do."""

    class Connection(sqlite3.Connection):
        """Fails statements."""

        def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
            if not disk.is_refused("sql", " ".join(sql.split())[:60]):
                return super().execute(sql, values)
            if disk.mode.is_late:
                super().execute(sql, values)
            elif disk.mode.stays and self.in_transaction:
                super().execute("ROLLBACK")
            raise sqlite3.OperationalError(_SQL[disk.mode.number])

    def connected(*args: Any, **more: Any) -> sqlite3.Connection:
        return _connect(*args, factory=Connection, **more)

    return connected


@contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """Let the disk fail while the block runs."""
    opener = _opener(disk)
    patches: list[tuple[Any, str, Any]] = [
        (builtins, "open", opener),
        (io, "open", opener),
        (os, "open", _os_open(disk)),
        (os, "fsync", _fsync(disk)),
        (sqlite3, "connect", _connector(disk)),
        # numpy writes into plain files behind Python's back
        *((module, "isfileobj", lambda file: False) for module in _numpy_formats()),
    ]
    kinds = {"replace": "rename", "rename": "rename", "link": "rename", "unlink": "unlink", "rmdir": "unlink"}
    patches += [(os, name, _wrapped(disk, name, kind)) for name, kind in (kinds | {"mkdir": "mkdir"}).items()]
    with ExitStack() as stack:
        for place, name, value in patches:
            stack.enter_context(mock.patch.object(place, name, value))
        yield disk


def _numpy_formats() -> list[Any]:
    """Return the modules of numpy that ask whether a file is a plain one; which it is depends on its version."""
    from importlib import import_module

    found = []
    for name in ("numpy.lib._format_impl", "numpy.lib.format"):
        try:
            module = import_module(name)
        except ImportError:
            continue
        if hasattr(module, "isfileobj"):
            found.append(module)
    return found
