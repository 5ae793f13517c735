"""The door to SQLite: opens a project's database and translates its failures for the songwriter."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musemate.errors import ProjectError
from musemate.language import _, mark
from musemate.project import opening, schema, seals
from musemate.project.protection import NEWER, Protection
from musemate.project.rows import number_of, to_column

FILE_NAME = "project.sqlite"
_UNKNOWN = {
    "fragment": mark('There is no fragment "{id}" in the project "{name}".'),
    "run": mark('There is no run "{id}" in the project "{name}".'),
    "take": mark('There is no take "{id}" in the project "{name}".'),
}
_LOOKS = {
    "fragment": mark('"musemate list" shows what it holds; the id of a fragment looks like f1.'),
    "run": mark('"musemate list" shows what it holds; the id of a run looks like r1.'),
    "take": mark('"musemate list" shows what it holds; the id of a take looks like t1.'),
}


class Database:
    """An open project database; each method is one durable action.

    Parameters
    ----------
    folder : Path
        The project's folder.
    create : bool
        Make the database when it is missing.
    held : Protection, optional
        What speaks against changing it; None when nothing is known yet.

    Attributes
    ----------
    protection : Protection or None
        Why it may only be read: what was given, or a newer version, or a folder that may not be written.

    Raises
    ------
    ProjectError
        It is missing, damaged or no project at all.
    """

    def __init__(self, folder: Path, *, create: bool = False, held: Protection | None = None) -> None:
        self._folder = folder
        self.protection: Protection | None = held
        with self._door():
            self._connection, kind = opening.open_database(folder / FILE_NAME, create=create, is_held=held is not None)
        if kind and held is None:
            self.protection = Protection(kind, folder.name)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connection.close()

    def select(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._door():
            self._settle()
            return self._connection.execute(sql, values).fetchall()

    def row(self, table: str, row_id: str) -> sqlite3.Row:
        """Return the row of an id.

        Raises
        ------
        ProjectError
            There is no such row.
        """
        rows = self.select(f"SELECT * FROM {table} WHERE number = ?", (number_of(table, row_id),))
        if not rows:
            raise ProjectError(
                _(_UNKNOWN[table]).format(id=row_id, name=self._folder.name),
                hint=_(_LOOKS[table]),
            )
        return rows[0]

    def insert(self, table: str, values: dict[str, Any]) -> int:
        """Add a row and return its number."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._door(), self._transaction():
            cursor = self._connection.execute(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})", [to_column(v) for v in values.values()]
            )
            number = int(cursor.lastrowid or 0)
            seals.seal(self._connection, table, number)
        return number

    def update(self, table: str, row_id: str, **changes: Any) -> None:
        """Change columns of one row.

        Raises
        ------
        ProjectError
            There is no such row, or the database cannot be written.
        """
        self.update_all(table, {row_id: changes})

    def update_all(self, table: str, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change columns of several rows in one durable action: all of them, or none.

        Parameters
        ----------
        table : str
            Name of the table.
        changes : mapping
            From the id of a row to its new values by column.

        Raises
        ------
        ProjectError
            There is no such row, or the database cannot be written.
        """
        numbers = {row_id: self.row(table, row_id)["number"] for row_id in changes}
        with self._door(), self._transaction():
            for row_id, values in changes.items():
                columns = ", ".join(f"{name} = ?" for name in values)
                stored = [to_column(value) for value in values.values()]
                self._connection.execute(f"UPDATE {table} SET {columns} WHERE number = ?", [*stored, numbers[row_id]])
                seals.seal(self._connection, table, numbers[row_id])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.protection is not None:
            raise self.protection.error()
        self._settle()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            schema.roll_back(self._connection)
            raise

    def _settle(self) -> None:
        """End a transaction whose own end failed: what came after it would be inside it, and never be stored."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def _door(self) -> Iterator[None]:
        try:
            yield
        except opening.NotAProjectError as error:
            raise not_a_project(self._folder) from error
        except UnicodeDecodeError as error:
            raise _damaged(self._folder, repr(error)) from error
        except sqlite3.ProgrammingError:
            raise  # our own mistake, not the songwriter's disk
        except sqlite3.Error as error:
            if self.protection is not None and self.protection.kind == NEWER:
                raise _too_new(self._folder, error) from error
            raise _translated(error, self._folder) from error


def not_a_project(folder: Path) -> ProjectError:
    """Return the error for a folder that holds no project."""
    return ProjectError(
        _('"{folder}" is not a MuseMate project.').format(folder=folder),
        hint=_("Choose a folder that holds {file_name}, or create a new project.").format(file_name=FILE_NAME),
    )


def _too_new(folder: Path, error: sqlite3.Error) -> ProjectError:
    return ProjectError(
        _('The project "{name}" was made by a newer version of MuseMate, which keeps this in another way.').format(
            name=folder.name
        ),
        hint=_("Update MuseMate and open it again."),
        detail=f"{folder}: {error}",
    )


def _read_only(folder: Path, detail: str) -> ProjectError:
    return ProjectError(
        _('The project "{folder}" is read-only.').format(folder=folder),
        hint=_("Copy the folder to a place that you may write to and open the copy."),
        detail=detail,
    )


def _translated(error: sqlite3.Error, folder: Path) -> ProjectError:
    detail = f"{folder}: {error}"
    text = str(error)
    if "readonly" in text:
        return _read_only(folder, detail)
    if "full" in text:
        return ProjectError(
            _('There is no space left for the project "{folder}".').format(folder=folder),
            hint=_("Free some space."),
            detail=detail,
        )
    if "locked" in text:
        return ProjectError(
            _('Another program keeps the project "{folder}" busy.').format(folder=folder),
            hint=_("Close it there and try again."),
            detail=detail,
        )
    if "unable to open" in text:
        return ProjectError(
            _('The project "{folder}" cannot be opened.').format(folder=folder),
            hint=_("Check that you may read and write its folder."),
            detail=detail,
        )
    if "not a database" in text or "malformed" in text:
        return _damaged(folder, detail)
    return ProjectError(
        _('The project "{folder}" could not be read or changed.').format(folder=folder),
        hint=_("Close other programs that use its folder and try again."),
        detail=detail,
    )


def _damaged(folder: Path, detail: str) -> ProjectError:
    return ProjectError(
        _('The project file of "{folder}" is damaged.').format(folder=folder),
        hint=_(
            'The sounds are safe in its folder "audio"; "musemate check PROJECT --repair" brings back what can be '
            "read, and the rest from the last backup."
        ),
        detail=detail,
    )
