"""The file of a study's answers: its tables, how it is opened, and what its failures are called for the songwriter."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musemate.errors import StudyError
from musemate.language import _
from musemate.project import opening, schema
from musemate.project.rows import to_column

APPLICATION_ID = 0x4D757341
"""Marks a SQLite file as the answers of a study ("MusA")."""
VERSION = 1
"""Kept as the file's user_version; a file of a higher version is refused."""
_TABLES = """
CREATE TABLE about (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE rater (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created TEXT NOT NULL,
    seal TEXT NOT NULL
);
CREATE TABLE session (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    rater TEXT NOT NULL REFERENCES rater (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    started TEXT NOT NULL,
    submitted TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    headphones TEXT NOT NULL DEFAULT '',
    seal TEXT NOT NULL
);
CREATE TABLE answer (
    session TEXT NOT NULL REFERENCES session (id),
    trial INTEGER NOT NULL CHECK (trial >= 0),
    question TEXT NOT NULL,
    value TEXT NOT NULL,
    answered TEXT NOT NULL,
    seconds REAL NOT NULL DEFAULT 0,
    plays INTEGER NOT NULL DEFAULT 0,
    heard_s REAL NOT NULL DEFAULT 0,
    seal TEXT NOT NULL,
    PRIMARY KEY (session, trial, question)
) WITHOUT ROWID
"""

COLUMNS = {
    "rater": ("id", "name", "created"),
    "session": ("id", "rater", "number", "started", "submitted", "device", "version", "headphones"),
    "answer": ("session", "trial", "question", "value", "answered", "seconds", "plays", "heard_s"),
}
"""What a record's fields are called in its table. Each row has a seal too: SQLite does not notice flipped bits."""
_KIND: dict[str, Callable[[Any], Any]] = {"seconds": float, "heard_s": float, "plays": int, "trial": int}
"""As SQLite gives them back, so that the seal is the same then."""
_SEAL_LENGTH = 16


class ForeignError(Exception):
    """The file belongs to another program."""


class NewerError(Exception):
    """The file was made by a newer version."""


def make(file: Path) -> None:
    """Make an empty file of answers.

    Raises
    ------
    StudyError
        It cannot be written.
    """
    with door(file), contextlib.closing(schema.connect(file, create=True)) as connection:
        schema.prepare_to_write(connection)
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def connect(file: Path) -> tuple[sqlite3.Connection, bool]:
    """Open a file of answers, and say whether it can only be read.

    Where its folder may not be written it is read into memory. The connection may go from thread to thread: who has it
    lets only one use it at a time.

    Raises
    ------
    sqlite3.Error, UnicodeDecodeError
        It cannot be read.
    ForeignError, NewerError
        It is none of ours, or of a newer version.
    """
    if not file.is_file():
        raise sqlite3.OperationalError("unable to open: there is no such file")
    is_read_only = False
    try:
        connection = _connected(file)
        try:
            _check(connection)
            is_read_only = not schema.is_writable(connection)
            if not is_read_only:
                schema.prepare_to_write(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError as error:
        if not any(text in str(error) for text in ("readonly", "unable to open")):
            raise
        is_read_only = True
    return (in_memory(file), True) if is_read_only else (connection, False)


def in_memory(file: Path) -> sqlite3.Connection:
    """Read a file of answers into memory without touching it; raises as `connect`."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with contextlib.closing(opening.copied(file)) as copy:
            copy.backup(connection)
        schema.set_up(connection)
        _check(connection)
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def problem_of(file: Path) -> str:
    """Return what is wrong with a file of answers, as it lies on the disk; "" for nothing."""
    try:
        with contextlib.closing(in_memory(file)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            answers = [] if said == ["ok"] else said
            answers += ["an entry without its owner" for _row in connection.execute("PRAGMA foreign_key_check")]
            answers += [f"{n} rows of {table} are not what was stored" for table, n in _broken(connection).items()]
    except (sqlite3.Error, UnicodeDecodeError, ForeignError, NewerError) as error:
        return str(error) or type(error).__name__
    return "; ".join(answers)


def store(connection: sqlite3.Connection, table: str, record: Any, *, replaces: bool = False) -> bool:
    """Store a record in a row with its seal; part of a commit.

    Parameters
    ----------
    connection : sqlite3.Connection
    table : str
        One of `COLUMNS`.
    record : Rater, Session or Answer
    replaces : bool
        Whether it takes the place of one that is there; else that one stays.

    Returns
    -------
    bool
        Whether it was stored.
    """
    columns = COLUMNS[table]
    cells = tuple(to_column(_KIND.get(name, _as_it_is)(getattr(record, name))) for name in columns)
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    sql = f"INSERT OR {'REPLACE' if replaces else 'IGNORE'} INTO {table} ({names}, seal) VALUES ({marks}, ?)"
    return connection.execute(sql, (*cells, seal_of(cells))).rowcount > 0


def update_session(connection: sqlite3.Connection, session: Any) -> None:
    """Store how a session was ended, and its check of the headphones; part of a commit."""
    seal = seal_of([to_column(getattr(session, name)) for name in COLUMNS["session"]])
    connection.execute(
        "UPDATE session SET submitted = ?, headphones = ?, seal = ? WHERE id = ?",
        (session.submitted, session.headphones, seal, session.id),
    )


def _as_it_is(value: Any) -> Any:
    return value


def seal_of(cells: Sequence[Any]) -> str:
    """Return the seal of a row: the beginning of the SHA-256 of its values."""
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:_SEAL_LENGTH]


def is_sound(row: Sequence[Any]) -> bool:
    """Whether a row's last cell is the seal of the others."""
    return bool(row[-1] == seal_of(row[:-1]))


def _broken(connection: sqlite3.Connection) -> dict[str, int]:
    """Return by table how many rows are not what was stored."""
    counts = {}
    for table, columns in COLUMNS.items():
        rows = connection.execute(f"SELECT {', '.join(columns)}, seal FROM {table}").fetchall()
        counts[table] = sum(not is_sound(tuple(row)) for row in rows)
    return {table: n for table, n in counts.items() if n}


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{schema.uri_of(file.absolute())}?mode=rw",
        uri=True,
        timeout=schema.BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        schema.set_up(connection)
        schema.version_of(connection)  # reads: what cannot be read is known now
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Refuse a file that is none of ours, or whose tables would do something by themselves."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if application != APPLICATION_ID or version < 1:
        raise ForeignError("it holds no answers of a study")
    if version > VERSION:
        raise NewerError(f"version {version}")
    with contextlib.closing(sqlite3.connect(":memory:")) as ours:
        for statement in _TABLES.split(";"):
            ours.execute(statement)
        if schema.tables_of(connection) != schema.tables_of(ours):
            raise ForeignError("its tables are not those of a study")


@contextmanager
def door(file: Path) -> Iterator[None]:
    """Translate what goes wrong with a file of answers."""
    try:
        yield
    except NewerError as error:
        raise too_new(file.parent.name, str(error)) from error
    except (ForeignError, UnicodeDecodeError) as error:
        raise _damaged(file, repr(error)) from error
    except sqlite3.ProgrammingError:
        raise  # our own mistake, not the disk's
    except sqlite3.Error as error:
        raise _translated(error, file) from error


def too_new(name: str, detail: str) -> StudyError:
    """Return the error for a study of a newer version."""
    return StudyError(
        _('The study "{name}" was made by a newer version of MuseMate.').format(name=name),
        hint=_("Update MuseMate and open it again."),
        detail=detail,
    )


def _damaged(file: Path, detail: str) -> StudyError:
    return StudyError(
        _('The answers of the study "{name}" are damaged.').format(name=file.parent.name),
        hint=_('Bring the file "{file}" back from a copy of the study.').format(file=file.name),
        detail=f"{file}: {detail}",
    )


def _translated(error: sqlite3.Error, file: Path) -> StudyError:
    text, name = str(error), file.parent.name
    if "readonly" in text:
        message, hint = read_only_words(name)
    elif "full" in text:
        message = _('There is no space left for the answers of the study "{name}".').format(name=name)
        hint = _("Free some space and give the answer again; all answers before it are kept.")
    elif "locked" in text:
        message = _('Another program keeps the answers of the study "{name}" busy.').format(name=name)
        hint = _("Close it there and try again.")
    elif "unable to open" in text:
        message = _('The answers of the study "{name}" are missing or cannot be opened.').format(name=name)
        hint = _('Check that "{file}" is there and that you may read and write its folder.').format(file=file.name)
    elif "not a database" in text or "malformed" in text:
        return _damaged(file, text)
    else:
        message = _('The answers of the study "{name}" could not be read or stored.').format(name=name)
        hint = _("Check the disk and the rights of its folder, and try again.")
    return StudyError(message, hint=hint, detail=f"{file}: {text}")


def read_only_words(name: str) -> tuple[str, str]:
    """Return what is said where answers cannot be stored, and what to do."""
    return (
        _('The folder of the study "{name}" may not be written: no answer can be stored there.').format(name=name),
        _("Copy the folder to a place of your own and go on there."),
    )
