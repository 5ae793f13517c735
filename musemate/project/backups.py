"""Two generations of the database, each a whole copy under its own hash: `backup/project-0007-HASH.sqlite`.

Made before a project is brought to a new version, and by a window that opens it, if anything has changed since the last
one. A damaged database is never copied over a sound one.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path
from uuid import uuid4

from musemate.project import schema, seals
from musemate.project.keep import hash_of, sync, sync_folder

FOLDER = "backup"
N_KEPT = 2
_NAME = re.compile(r"project-(?P<number>\d{4,})-(?P<hash>[0-9a-f]{64})\.sqlite")
_ROLLBACK_MODE = b"\x01\x01"
_MODE_AT = 18
"""Two bytes of the head say whether a log of changes may lie beside the file: none does beside a backup."""


def keep(connection: sqlite3.Connection, folder: Path) -> Path | None:
    """Copy the database of a project's folder, and forget all but the last two copies.

    Returns
    -------
    Path or None
        The copy; None where the last one says the same, or the database is damaged.

    Raises
    ------
    sqlite3.Error
        It cannot be read or the copy not be written.
    """
    if not is_sound(connection):
        return None
    place = folder / FOLDER
    temporary = place / f".{uuid4().hex}.sqlite"
    try:
        place.mkdir(exist_ok=True)
        copy(connection, temporary)
        return _put_in_place(temporary, place)
    except OSError as error:
        raise sqlite3.OperationalError(f"the backup cannot be written, disk full or protected: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def renew(folder: Path) -> bool:
    """Copy the database of a project's folder if it has changed; return whether it is sound.

    Without room for a copy, the last one has to do: nothing is said, nothing else is kept from working.
    """
    try:
        with contextlib.closing(schema.connect(folder / "project.sqlite")) as connection:
            if not is_sound(connection):
                return False
            keep(connection, folder)
    except schema.DAMAGE:
        return True
    return True


def generations(folder: Path) -> list[Path]:
    """Return the copies in a project's folder, the newest first, damaged ones too."""
    try:
        found = [path for path in (folder / FOLDER).iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(found, key=_number, reverse=True)


def is_whole(backup: Path) -> bool:
    """Whether a copy is as it was made."""
    match = _NAME.fullmatch(backup.name)
    try:
        return match is not None and hash_of(backup) == match["hash"]
    except OSError:
        return False


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether nothing of a database is known to be damaged."""
    try:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        return answer == "ok" and not seals.broken_rows(connection)
    except schema.DAMAGE:
        return False


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy a database page by page; the copy can be read where nothing may be written beside it."""
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    with target.open("r+b") as file:
        file.seek(_MODE_AT)
        file.write(_ROLLBACK_MODE)
    sync(target)


def _put_in_place(temporary: Path, place: Path) -> Path | None:
    before = generations(place.parent)
    name = hash_of(temporary)
    if before and name in before[0].name and is_whole(before[0]):
        return None
    number = _number(before[0]) + 1 if before else 1
    target = place / f"project-{number:04d}-{name}.sqlite"
    temporary.replace(target)
    sync_folder(place)
    for old in before[N_KEPT - 1 :]:
        with contextlib.suppress(OSError):
            old.unlink()
    return target


def _number(backup: Path) -> int:
    match = _NAME.fullmatch(backup.name)
    return int(match["number"]) if match else 0
