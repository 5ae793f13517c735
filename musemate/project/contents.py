"""A look at a project's database that changes nothing: what it says, and what is wrong with it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from musemate.language import _
from musemate.parsing import parsed_json
from musemate.project import backups, opening, schema, seals
from musemate.project.database import FILE_NAME
from musemate.project.findings import DAMAGED, Finding
from musemate.project.rebuilding import rebuild
from musemate.project.rows import id_of

Mend = Callable[[], str]


@dataclass
class Contents:
    """What the database of a project says.

    Parameters
    ----------
    users : dict
        By the name of an audio file: who uses it, in words.
    sources : dict
        By the name of an audio file: where the songwriter loaded it from.
    runs : dict
        By id: the columns of each run.
    is_readable : bool
        Whether all of it could be read; else files may belong to entries that are not known.
    """

    users: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_readable: bool = True


def look(folder: Path) -> tuple[Contents, list[Finding]]:
    """Read the database of a project's folder, as far as it can be read, and say what is wrong with it."""
    mend: Mend | None = partial(rebuild, folder)
    try:
        connection = in_memory(folder / FILE_NAME)
    except (sqlite3.Error, UnicodeDecodeError):
        return Contents(is_readable=False), [_lost(folder, mend)]
    with contextlib.closing(connection):
        has_ours = _has_our_tables(connection)
        if schema.version_of(connection) <= 0 and not has_ours:
            return Contents(is_readable=False), [_lost(folder, mend)]
        if schema.version_of(connection) > schema.VERSION and not has_ours:
            mend = None  # rebuilding would lose what only that version knows
        findings = _heads(connection, mend) + _structure(connection, mend) + _entries(connection, mend)
        contents = _contents(connection)
    return contents, findings


def in_memory(file: Path) -> sqlite3.Connection:
    """Copy a database into memory, as it is at this moment, also while others change it.

    Raises
    ------
    sqlite3.Error
        It is damaged beyond that.
    """
    try:
        connection = schema.connect(file)
    except sqlite3.OperationalError:
        return opening.copied(file)
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with contextlib.closing(connection):
            connection.execute("PRAGMA query_only = ON")
            connection.backup(memory)
        schema.set_up(memory)
        schema.version_of(memory)
    except BaseException:
        memory.close()
        raise
    return memory


def _lost(folder: Path, mend: Mend | None) -> Finding:
    text = _("The project's database is damaged and cannot be read.")
    if any(map(backups.is_whole, backups.generations(folder))):
        rest = _('The sounds in the folder "audio" are not touched by that. A backup of the database is there.')
    else:
        rest = _('The sounds in the folder "audio" are not touched by that; load them into a new project.')
        mend = None
    return Finding(DAMAGED, FILE_NAME, text, rest, mend)


def _has_our_tables(connection: sqlite3.Connection) -> bool:
    """Whether the tables are those of this version, whatever the file says of itself."""
    try:
        with contextlib.closing(schema.fresh()) as fresh:
            return schema.tables_of(connection) == schema.tables_of(fresh)
    except schema.DAMAGE:
        return False


def _heads(connection: sqlite3.Connection, mend: Mend | None) -> list[Finding]:
    """Look at what the file says of itself, and bring the copy in memory up to this version where it is older."""
    version, has_ours = schema.version_of(connection), _has_our_tables(connection)
    text = ""
    if version != schema.VERSION and has_ours:
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        text = _("The head of the project's database is damaged.")
    elif version == schema.VERSION and not has_ours:
        text = _("The tables of the project's database are damaged.")
    elif 0 < version < schema.VERSION:
        with contextlib.suppress(*schema.DAMAGE):
            schema.bring_up(connection)
    rest = _("What can still be read of it is used.")
    return [Finding(DAMAGED, FILE_NAME, text, rest, mend)] if text else []


def _structure(connection: sqlite3.Connection, mend: Mend | None) -> list[Finding]:
    """Ask SQLite whether its pages and references hold together."""
    found = []
    try:
        answers = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    except schema.DAMAGE as error:
        answers = [str(error)]
    if answers != ["ok"]:
        text = _("The project's database is damaged: {reason}").format(reason="; ".join(answers))
        rest = _("What can still be read of it is used.")
        found.append(Finding(DAMAGED, FILE_NAME, text, rest, mend))
    with contextlib.suppress(*schema.DAMAGE):
        for table, number, parent, _key in connection.execute("PRAGMA foreign_key_check").fetchall():
            place = id_of(table, number)
            text = _("The entry {place} belongs to a {parent} that is not there.").format(place=place, parent=parent)
            rest = _("It is left out of the lists; its sound is kept.")
            found.append(Finding(DAMAGED, place, text, rest, mend))
    return found


def _entries(connection: sqlite3.Connection, mend: Mend | None) -> list[Finding]:
    """Look at the seal of every row."""
    try:
        if schema.version_of(connection) > schema.VERSION:
            return []  # a newer version may seal otherwise
        broken = sorted(seals.broken_rows(connection))
    except schema.DAMAGE:
        return []  # the structure says so
    text = _("The entry {place} of the project is not as it was stored.")
    rest = _("It is shown as far as it can be read; everything else is as it was.")
    return [
        Finding(DAMAGED, id_of(table, number), text.format(place=id_of(table, number)), rest, mend)
        for table, number in broken
    ]


def _contents(connection: sqlite3.Connection) -> Contents:
    contents = Contents()
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in seals.TABLES:
        try:
            rows[table] = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        except schema.DAMAGE:
            rows[table], contents.is_readable = [], False
    for row in rows["fragment"]:
        _use(contents, row.get("audio"), _('the song "{name}"').format(name=row.get("name")))
        contents.sources[str(row.get("audio"))] = str(row.get("source"))
    for row in rows["take"]:
        name = str(row.get("name") or "") or _("take {number}").format(number=row["number"])
        _use(contents, row.get("audio"), name)
        for layer in _layers(row.get("layers")):
            if layer.get("audio") != row.get("audio"):
                _use(contents, layer.get("audio"), _("a scale of {take}").format(take=name))
    contents.runs = {id_of("run", row["number"]): row for row in rows["run"]}
    return contents


def _use(contents: Contents, audio: Any, user: str) -> None:
    users = contents.users.setdefault(str(audio), [])
    if user not in users:
        users.append(user)


def _layers(text: Any) -> list[dict[str, Any]]:
    try:
        return [layer for layer in parsed_json(text) if isinstance(layer, dict)]
    except (ValueError, TypeError):
        return []
