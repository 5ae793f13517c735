"""How a project's database is opened: to be changed where that is possible, else to be read."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path

from musemate.project import backups, schema
from musemate.project.protection import FOLDER, NEWER

WAL_SUFFIX = "-wal"
"""Ending of the file with the last changes, which a process that died may have left beside the database."""


class NotAProjectError(Exception):
    """The database belongs to another program."""


def open_database(file: Path, *, create: bool = False, is_held: bool = False) -> tuple[sqlite3.Connection, str]:
    """Open a database and bring it to this version.

    Parameters
    ----------
    file : Path
        The database file.
    create : bool
        Make it when it is missing.
    is_held : bool
        Whether somebody else's word stands against changing it: then it is read live, as others change it.

    Returns
    -------
    connection, kind
        Kind is "" where it may be changed, else why it may only be read: "newer" or "folder" ("folder" too where
        `is_held`).

    Raises
    ------
    sqlite3.Error
        It cannot be read.
    NotAProjectError
        It is none of ours.
    """
    connection, kind = _connected(file, create)
    try:
        version = schema.version_of(connection)
        if version <= 0 and not (version == 0 and create):
            raise NotAProjectError(str(file))
        if version > schema.VERSION:
            kind = NEWER
        elif not kind and not is_held:
            kind = _made_writable(connection, file)
        if is_held or kind:
            connection, kind = _to_be_read(connection, file), kind or FOLDER
    except BaseException:
        connection.close()
        raise
    return connection, kind


def copied(file: Path) -> sqlite3.Connection:
    """Read a database into memory, changes that a dead process left beside it included; the files are not touched.

    SQLite reads a file of ours in its place only where it may write beside it.

    Raises
    ------
    sqlite3.Error
        It cannot be read.
    """
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with tempfile.TemporaryDirectory(prefix="musemate-") as folder:
            copy = Path(folder) / file.name
            for source in (file, file.with_name(file.name + WAL_SUFFIX)):
                if source.exists():
                    shutil.copyfile(source, Path(folder) / source.name)
            connection = sqlite3.connect(copy)
            try:
                connection.backup(memory)
            finally:
                connection.close()
        schema.set_up(memory)
        schema.version_of(memory)
    except OSError as error:
        memory.close()
        raise sqlite3.OperationalError(f"unable to open database file: {error}") from error
    except BaseException:
        memory.close()
        raise
    return memory


def _connected(file: Path, create: bool) -> tuple[sqlite3.Connection, str]:
    """Open a file in its place, or a copy of it where its folder may not be written."""
    try:
        return schema.connect(file, create=create), ""
    except sqlite3.OperationalError as error:
        if not file.is_file() or not any(text in str(error) for text in ("readonly", "unable to open")):
            raise
        return copied(file), FOLDER


def _made_writable(connection: sqlite3.Connection, file: Path) -> str:
    """Make a database ready to be changed, or return why it may not be."""
    try:
        if not schema.is_writable(connection):
            return FOLDER
        schema.prepare_to_write(connection)
    except sqlite3.OperationalError as error:
        if "readonly" in str(error):
            return FOLDER
        raise
    version = schema.version_of(connection)
    if version == 0:
        schema.make_tables(connection)
    elif version < schema.VERSION:
        backups.keep(connection, file.parent)
        schema.bring_up(connection)
    return ""


def _to_be_read(connection: sqlite3.Connection, file: Path) -> sqlite3.Connection:
    """Let a connection change nothing; an older version is brought up in a copy."""
    if schema.version_of(connection) < schema.VERSION:
        connection.close()
        connection = copied(file)
        schema.bring_up(connection)
    connection.execute("PRAGMA query_only = ON")
    return connection
