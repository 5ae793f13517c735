"""Puts a damaged database right: a row whose one bit has changed, what can still be read, and the rest from the backup.

The damaged file is kept in the folder `damaged`, whole.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from musemate.errors import ProjectError
from musemate.language import _
from musemate.project import backups, opening, schema, seals
from musemate.project.database import FILE_NAME
from musemate.project.keep import sync, sync_folder
from musemate.project.rows import fragment_from, id_of, run_from, take_from

DAMAGED = "damaged"
_MOST_MISSING = 1000
"""Numbers that are tried beyond the last one known, where the list of rows itself cannot be read."""
_BEGINNING = b"SQLite format 3\0" + bytes([0x10, 0x00, 1, 1, 0, 64, 32, 32])
"""Bytes 0 to 23 of a database with pages of 4096 bytes, and no log beside it (SQLite file format, section 1.3)."""
_HEAD, _PAGE = 100, 4096
"""Bytes of what a database says of itself, and of its first page: what is between describes the tables."""
_MAKERS = {"fragment": fragment_from, "run": run_from, "take": take_from}

Rows = dict[tuple[str, int], dict[str, Any]]


def rebuild(folder: Path) -> str:
    """Make the database of a project's folder anew, and return what was done, "" where nothing of it is known.

    Raises
    ------
    OSError, sqlite3.Error
        It cannot be written; the damaged file is where it was.
    """
    backup = _newest(folder)
    kept = _rows_of(backup) if backup else {}
    rows, older, guessed = _saved(folder / FILE_NAME, kept, backup)
    if not rows and not backup:
        return ""
    with contextlib.closing(_made(rows)) as memory:
        aside = _set_aside(folder)
        _write(memory, folder / FILE_NAME)
    said = [_("The damaged database is kept as {file}.").format(file=aside.relative_to(folder).as_posix())]
    if older:
        said.append(_("As they were in the backup: {places}.").format(places=", ".join(older)))
    if guessed:
        said.append(_("Look at {places}: their entries were taken as they read now.").format(places=", ".join(guessed)))
    return " ".join(said)


def _newest(folder: Path) -> Path | None:
    return next((path for path in backups.generations(folder) if backups.is_whole(path)), None)


def _saved(file: Path, kept: Rows, backup: Path | None) -> tuple[Rows, list[str], list[str]]:
    """Return every row in its best state: as stored, put right, from the backup, or as it reads; and the last two' ids.

    A row that only the backup has comes back: rows are never removed from a project, only marked.
    """
    rows, older = dict(kept), set(kept)
    guessed: set[tuple[str, int]] = set()
    for key, raw in _raw_rows(file, kept, backup):
        if key in rows and key not in older | guessed:
            continue  # another reading of the file had it whole
        sound = seals.corrected(raw) if seals.COLUMN in raw else None
        if sound is not None:
            rows[key] = sound
            older.discard(key)
            guessed.discard(key)
        elif key not in rows and (read := _read(key[0], raw)) is not None:
            rows[key] = read
            guessed.add(key)
    return rows, sorted(id_of(*key) for key in older), sorted(id_of(*key) for key in guessed)


def _raw_rows(file: Path, kept: Rows, backup: Path | None) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """Yield what can be read of a damaged database, texts as bytes; a row may come several times."""
    for connection in _readings(file, backup):
        connection.text_factory = bytes
        for table in seals.TABLES:
            for number in _numbers(connection, table, kept):
                try:
                    row = connection.execute(f"SELECT * FROM {table} WHERE number = ?", (number,)).fetchone()
                except schema.DAMAGE:
                    continue
                if row is not None:
                    yield (table, number), dict(row)


def _readings(file: Path, backup: Path | None) -> Iterator[sqlite3.Connection]:
    """Yield the database, as far as it can be read at all, as a copy in memory.

    As it is; with the beginning that every project has; and with the backup's description of its tables, which is all
    that the first page holds besides. A row is believed for its seal, in whichever of them it is read.
    """
    with contextlib.suppress(sqlite3.Error, UnicodeDecodeError), contextlib.closing(opening.copied(file)) as connection:
        if schema.version_of(connection) > 0:
            yield connection
    for first_page in _first_pages(file, backup):
        with contextlib.suppress(OSError, sqlite3.Error, UnicodeDecodeError), tempfile.TemporaryDirectory() as place:
            patched = Path(place) / file.name
            patched.write_bytes(first_page + file.read_bytes()[len(first_page) :])
            with contextlib.closing(opening.copied(patched)) as connection:
                yield connection


def _first_pages(file: Path, backup: Path | None) -> Iterator[bytes]:
    """Yield what to try instead of the beginning of a database."""
    yield _BEGINNING
    with contextlib.suppress(OSError):
        if backup is not None:
            yield _BEGINNING + file.read_bytes()[len(_BEGINNING) : _HEAD] + backup.read_bytes()[_HEAD:_PAGE]


def _numbers(connection: sqlite3.Connection, table: str, kept: Rows) -> list[int]:
    """Return the numbers of a table's rows, or those to try where they cannot be listed."""
    try:
        return [row[0] for row in connection.execute(f"SELECT number FROM {table}").fetchall()]
    except schema.DAMAGE:
        last = max((number for kind, number in kept if kind == table), default=0)
        return list(range(1, last + _MOST_MISSING))


def _rows_of(backup: Path) -> Rows:
    """Return the rows of a backup, as this version keeps them."""
    try:
        connection = opening.copied(backup)
    except (sqlite3.Error, UnicodeDecodeError):
        return {}
    with contextlib.closing(connection):
        try:
            schema.bring_up(connection)
            return {
                (table, row["number"]): dict(row)
                for table in seals.TABLES
                for row in connection.execute(f"SELECT * FROM {table}")
            }
        except schema.DAMAGE:
            return {}


def _read(table: str, raw: dict[str, Any]) -> dict[str, Any] | None:
    """Return a row as it reads, None where it makes no sense."""
    text = {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value for name, value in raw.items()
    }
    with contextlib.closing(schema.fresh()) as memory:
        try:
            _insert(memory, table, text)
            more = ", '' AS engine" if table == "take" else ""
            _MAKERS[table](memory.execute(f"SELECT *{more} FROM {table}").fetchone())
        except (*schema.DAMAGE, ProjectError):
            return None
    return text


def _made(rows: Rows) -> sqlite3.Connection:
    """Return a new database with these rows."""
    memory = schema.fresh()
    for (table, _number), row in sorted(rows.items()):
        _insert(memory, table, row)
    seals.seal_all(memory, set())
    return memory


def _insert(memory: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    memory.execute("PRAGMA foreign_keys = OFF")  # a take outlives the entry of its run
    known = {column["name"] for column in memory.execute(f"PRAGMA table_info({table})")}
    names = [name for name in row if name in known]
    marks = ", ".join("?" * len(names))
    memory.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", [row[name] for name in names])


def _set_aside(folder: Path) -> Path:
    """Copy the damaged database, and what lies beside it, out of the way."""
    place = folder / DAMAGED
    place.mkdir(exist_ok=True)
    target = place / f"project-{datetime.now():%Y%m%d-%H%M%S}-{uuid4().hex[:4]}.sqlite"
    for ending in (opening.WAL_SUFFIX, ""):
        source = folder / f"{FILE_NAME}{ending}"
        if source.exists():
            shutil.copyfile(source, f"{target}{ending}")
            sync(Path(f"{target}{ending}"))
    sync_folder(place)
    return target


def _write(memory: sqlite3.Connection, file: Path) -> None:
    """Write the new database over the damaged one: in its place, others who have it open go on; else instead of it."""
    try:
        with contextlib.closing(schema.connect(file)) as connection:
            memory.backup(connection)
            schema.prepare_to_write(connection)
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer == "ok":
            return
    except schema.DAMAGE:
        pass
    temporary = file.with_name(f".{uuid4().hex}.sqlite")
    try:
        with contextlib.closing(sqlite3.connect(temporary)) as connection:
            memory.backup(connection)
        sync(temporary)
        for ending in ("-shm", opening.WAL_SUFFIX):  # what lies beside the old file must not be read into the new one
            file.with_name(file.name + ending).unlink(missing_ok=True)
        temporary.replace(file)
        sync_folder(file.parent)
    finally:
        temporary.unlink(missing_ok=True)
