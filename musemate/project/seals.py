"""A seal a row: tells whether the disk gave back what was stored, which SQLite itself does not notice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from typing import Any

TABLES = ("fragment", "run", "take")
COLUMN = "seal"
BROKEN = "broken"
"""Kept instead of a seal where a row was damaged already before its table changed: it stays known as damaged."""
_LENGTH = 16
_NO_TEXT = object()


def seal_of(row: sqlite3.Row) -> str:
    """Return the seal of a row: the beginning of the SHA-256 of its values, its seal left out."""
    return _seal_of(dict(row))


def corrected(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the one bit of a row that has changed, by trying all of them, and return the row as it was stored.

    Parameters
    ----------
    raw : mapping
        The row's values by column, texts as bytes.

    Returns
    -------
    dict or None
        The values, texts as text; None where more than one bit is wrong.
    """
    values = {name: _text(value) for name, value in raw.items()}
    if _NO_TEXT not in values.values() and _seal_of(values) == values[COLUMN]:
        return values
    for name, value in raw.items():
        others = {other: text for other, text in values.items() if other != name}
        for candidate in map(_text, _neighbours(value)):
            whole = {**others, name: candidate}
            if _NO_TEXT not in whole.values() and _seal_of(whole) == whole[COLUMN]:
                return whole
    return None


def as_read(value: Any) -> Any:
    """Return a value as it is shown: of bytes the text, as far as they are one."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


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


def _seal_of(values: Mapping[str, Any]) -> str:
    plain = {name: _plain(value) for name, value in values.items() if name != COLUMN}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:_LENGTH]


def _neighbours(value: Any) -> Iterator[Any]:
    """Yield every value that differs from this one in a bit, as SQLite stores numbers and texts."""
    if isinstance(value, bytes):
        for index in range(8 * len(value)):
            changed = bytearray(value)
            changed[index // 8] ^= 1 << index % 8
            yield bytes(changed)
    elif isinstance(value, int):
        yield from (value ^ 1 << bit for bit in range(63))
    elif isinstance(value, float):
        (bits,) = struct.unpack("<Q", struct.pack("<d", value))
        yield from (struct.unpack("<d", struct.pack("<Q", bits ^ 1 << bit))[0] for bit in range(64))


def _text(value: Any) -> Any:
    """Return the text of bytes, `_NO_TEXT` where they are none; other values as they are."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return _NO_TEXT


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it: bytes where a flipped bit made text something else."""
    return value.hex() if isinstance(value, bytes) else value
