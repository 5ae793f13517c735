"""Turns rows of the database into records and values into columns."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from musemate.analysis.figures import Figures
from musemate.project.records import Beats, Fragment, Layer, Run, Take

MOST_KEPT = 4096
PREFIX = {"fragment": "f", "run": "r", "take": "t"}
"""First letter of the ids of each table."""


def id_of(table: str, number: int) -> str:
    """Return the short id of a row, for instance "t12"."""
    return f"{PREFIX[table]}{number}"


def number_of(table: str, row_id: str) -> int:
    """Return the row number of an id, 0 (no row) when it is no id of this table."""
    digits = row_id.removeprefix(PREFIX[table])
    return int(digits) if row_id != digits and digits.isdecimal() and len(digits) < 10 else 0


def twice(table: str, row_id: str | None) -> tuple[int | None, int | None]:
    """Return the two values of a filter `? IS NULL OR number = ?`."""
    number = None if row_id is None else number_of(table, row_id)
    return number, number


def now() -> str:
    """Return the time as rows keep it: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def to_column(value: Any) -> Any:
    """Return what SQLite stores for a value of a record: JSON for everything that is no number or text.

    Bytes of a file name that are no text become question marks.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Beats | Figures):
        return json.dumps(dataclasses.asdict(value))
    if isinstance(value, tuple | list | dict):
        return json.dumps(value, default=dataclasses.asdict)
    return value


def fragment_from(row: sqlite3.Row) -> Fragment:
    """Make a fragment record."""
    values = _values(row, "fragment")
    values["beats"] = _beats(values["beats"])
    values["voice"] = tuple(json.loads(values["voice"]))
    return Fragment(**values)


def run_from(row: sqlite3.Row) -> Run:
    """Make a run record."""
    values = _values(row, "run")
    values["fragment"] = id_of("fragment", values["fragment"])
    values["scales"] = tuple(json.loads(values["scales"]))
    values["options"] = json.loads(values["options"])
    return Run(**values)


def take_from(row: sqlite3.Row) -> Take:
    """Make a take record; the row has the engine of its run too."""
    return _take(tuple(row.keys()), tuple(row))


@lru_cache(maxsize=MOST_KEPT)
def _take(columns: tuple[str, ...], cells: tuple[Any, ...]) -> Take:
    """Make a take record; of a thousand takes that are read again, those that did not change cost nothing."""
    values = dict(zip(columns, cells, strict=True))
    number = values.pop("number")
    del values["removed"]
    values["id"] = id_of("take", number)
    values["name"] = values["name"] or f"take {number}"
    values["run"] = id_of("run", values["run"])
    values["request"] = json.loads(values["request"])
    values["layers"] = tuple(Layer(**layer) for layer in json.loads(values["layers"]))
    values["tags"] = tuple(json.loads(values["tags"]))
    values["rejected"] = bool(values["rejected"])
    values["figures"] = Figures.from_json(json.loads(values["figures"]))
    return Take(**values)


def _values(row: sqlite3.Row, table: str) -> dict[str, Any]:
    values: dict[str, Any] = dict(row)
    values["id"] = id_of(table, values.pop("number"))
    values.pop("removed", None)
    return values


def _beats(text: str | None) -> Beats | None:
    if text is None:
        return None
    values = json.loads(text)
    values["beat_times_s"] = tuple(values["beat_times_s"])
    return Beats(**values)
