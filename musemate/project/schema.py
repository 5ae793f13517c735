"""The tables of `project.sqlite` and how the file is opened."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from functools import partial
from pathlib import Path, PurePath

from musemate.project import seals

APPLICATION_ID = 0x4D75734D
"""Marks a SQLite file as a MuseMate project ("MusM")."""
VERSION = 4
"""Kept as the file's user_version; a file of a higher version is only read."""
DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises: Python decodes the names of columns and tables by itself."""
BUSY_S = 3.0
"""How long a write waits for another process; all writes are tiny."""

_TABLES = """
CREATE TABLE fragment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    audio TEXT NOT NULL,
    rate_hz INTEGER NOT NULL,
    n_channels INTEGER NOT NULL,
    duration_s REAL NOT NULL,
    start_s REAL NOT NULL,
    length_s REAL NOT NULL,
    created TEXT NOT NULL,
    beats TEXT,
    key TEXT NOT NULL DEFAULT '',
    voice TEXT NOT NULL DEFAULT '[]',
    removed INTEGER NOT NULL DEFAULT 0,
    seal TEXT NOT NULL DEFAULT ''
);
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    fragment INTEGER NOT NULL REFERENCES fragment (number),
    start_s REAL NOT NULL,
    length_s REAL NOT NULL,
    engine TEXT NOT NULL,
    preset TEXT NOT NULL,
    device TEXT NOT NULL,
    seed INTEGER NOT NULL,
    options TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL CHECK (state IN ('training', 'stopped', 'finished', 'failed')),
    scales TEXT NOT NULL DEFAULT '[]',
    n_finished INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    peak_mib REAL NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    seal TEXT NOT NULL DEFAULT ''
);
CREATE TABLE take (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES run (number),
    audio TEXT NOT NULL,
    seconds REAL NOT NULL,
    mode TEXT NOT NULL,
    closeness REAL NOT NULL,
    seed INTEGER NOT NULL,
    created TEXT NOT NULL,
    name TEXT NOT NULL,
    device TEXT NOT NULL DEFAULT '',
    stars INTEGER NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    request TEXT NOT NULL DEFAULT '{}',
    removed INTEGER NOT NULL DEFAULT 0,
    layers TEXT NOT NULL DEFAULT '[]',
    tags TEXT NOT NULL DEFAULT '[]',
    note TEXT NOT NULL DEFAULT '',
    rejected INTEGER NOT NULL DEFAULT 0,
    figures TEXT NOT NULL DEFAULT '{}',
    seal TEXT NOT NULL DEFAULT ''
);
CREATE INDEX run_of_fragment ON run (fragment);
CREATE INDEX take_of_run ON take (run);
"""

_STEPS = {
    1: ("ALTER TABLE take ADD COLUMN layers TEXT NOT NULL DEFAULT '[]'",),
    2: (
        "ALTER TABLE take ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE take ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE take ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE take ADD COLUMN figures TEXT NOT NULL DEFAULT '{}'",
    ),
    3: tuple(f"ALTER TABLE {table} ADD COLUMN seal TEXT NOT NULL DEFAULT ''" for table in seals.TABLES),
}
"""What brings a file of that version to the next; its rows are sealed anew afterwards."""


def connect(file: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the database; nothing in it is changed by that, whatever it is.

    Parameters
    ----------
    file : Path
        The database file.
    create : bool
        Make it when it is missing.

    Raises
    ------
    sqlite3.Error
        The file cannot be opened.
    """
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"{uri_of(file.absolute())}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None
    )
    try:
        set_up(connection)
        version_of(connection)  # reads: what cannot be read is known now
    except BaseException:
        connection.close()
        raise
    return connection


def set_up(connection: sqlite3.Connection) -> None:
    """Let a connection speak as the store expects it."""
    connection.row_factory = sqlite3.Row
    # text that a flipped bit has made something else is shown as far as it can be read
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.execute("PRAGMA foreign_keys = ON")
    # a project may come from anybody: what its tables say of themselves runs nothing
    connection.execute("PRAGMA trusted_schema = OFF")


def prepare_to_write(connection: sqlite3.Connection) -> None:
    """Let every statement be on the disk when it returns, beside others who read.

    Raises
    ------
    sqlite3.Error
        The file cannot be written.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    # WAL's default would lose the last actions when the power fails
    connection.execute("PRAGMA synchronous = FULL")


def uri_of(file: PurePath) -> str:
    """Return the address of a file as SQLite takes it: no host, where Windows has one for network folders."""
    uri = file.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def make_tables(connection: sqlite3.Connection) -> None:
    """Turn an empty database into a project, in one transaction, unless another process was first."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not version_of(connection):
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def bring_up(connection: sqlite3.Connection) -> None:
    """Bring an older project to this version, in one transaction, unless another process was first.

    Raises
    ------
    sqlite3.Error
        The file cannot be written.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version_of(connection) < VERSION:
            broken = seals.broken_rows(connection)
            for version in range(version_of(connection), VERSION):
                for statement in _STEPS[version]:
                    connection.execute(statement)
            seals.seal_all(connection, broken)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo what a failed transaction did, so that its own failure is what is told.

    SQLite has done so itself after some failures, a full disk among them. Where it fails too, the connection says so
    when it is used again, or is closed.
    """
    with contextlib.suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def version_of(connection: sqlite3.Connection) -> int:
    """Return the project version, 0 for an empty database and -1 for one that is no project."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    n_tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID:
        return -1 if n_tables or application else 0
    return version


def is_writable(connection: sqlite3.Connection) -> bool:
    """Whether this process may change the project (a lock of another process counts as yes).

    Raises
    ------
    sqlite3.Error
        The look itself could not be ended: what is written in it would never be stored.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return "readonly" not in str(error)
    connection.execute("ROLLBACK")
    return True


def tables_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what tables and indexes are there and how each is defined, white space left out.

    A file that was brought up has the same as one that was made new: what is added is added at the end.
    """
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {f"{row[0]} {row[1]}": re.sub(r"\s+", "", str(row[2])) for row in rows}


def fresh() -> sqlite3.Connection:
    """Return an empty project in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    set_up(connection)
    make_tables(connection)
    return connection
