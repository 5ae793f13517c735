"""A seal a row: tells whether the disk gave back what was stored, which SQLite itself does not notice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

TABLES = ("fragment", "run", "take")
COLUMN = "seal"
BROKEN = "broken"
"""Kept instead of a seal where a row was damaged already before its table changed: it stays known as damaged."""
_LENGTH = 16


def seal_of(row: sqlite3.Row) -> str:
    """Return the seal of a row: the beginning of the SHA-256 of its values, its seal left out."""
    values = {name: _plain(value) for name, value in dict(row).items() if name != COLUMN}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:_LENGTH]


def is_sound(row: sqlite3.Row) -> bool:
    """Whether a row is as it was stored."""
    return bool(row[COLUMN] == seal_of(row))


def seal(connection: sqlite3.Connection, table: str, number: int) -> None:
    """Seal a row as it is stored now; part of the transaction that changed it."""
    row = connection.execute(f"SELECT * FROM {table} WHERE number = ?", (number,)).fetchone()
    connection.execute(f"UPDATE {table} SET {COLUMN} = ? WHERE number = ?", (seal_of(row), number))


def broken_rows(connection: sqlite3.Connection) -> set[tuple[str, int]]:
    """Return table and number of every row that is not as it was stored; none of tables that have no seals yet."""
    found = set()
    for table in TABLES:
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        if rows and COLUMN in dict(rows[0]):
            found |= {(table, row["number"]) for row in rows if not is_sound(row)}
    return found


def seal_all(connection: sqlite3.Connection, broken: set[tuple[str, int]]) -> None:
    """Seal every row, except those that were broken before: a new seal would call them sound."""
    for table in TABLES:
        for (number,) in connection.execute(f"SELECT number FROM {table}").fetchall():
            seal(connection, table, number)
    for table, number in broken:
        connection.execute(f"UPDATE {table} SET {COLUMN} = ? WHERE number = ?", (BROKEN, number))


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it: bytes where a flipped bit made text something else."""
    return value.hex() if isinstance(value, bytes) else value
