"""Turns rows of the database into records and values into columns."""

from __future__ import annotations

import dataclasses
import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from musemate.analysis.figures import Figures
from musemate.errors import ProjectError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.project.kinds import check_kinds
from musemate.project.records import Beats, Fragment, Layer, Run, Take

log = logging.getLogger(__name__)
Record = TypeVar("Record", Fragment, Run, Take)
Found = TypeVar("Found", Beats, Figures)

_DAMAGE = (KeyError, ValueError, TypeError, AttributeError)
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


def readable(make: Callable[[sqlite3.Row], Record], rows: Iterable[sqlite3.Row]) -> list[Record]:
    """Make records of rows; a damaged one is left out, and named in the log, so that the others can be used."""
    records = []
    for row in rows:
        try:
            records.append(make(row))
        except ProjectError as error:
            log.warning("%s [%s]", error.message, error.detail)
    return records


def fragment_from(row: sqlite3.Row) -> Fragment:
    """Make a fragment record.

    Raises
    ------
    ProjectError
        The row is damaged.
    """
    with _door("fragment", row):
        values = _values(row, "fragment", Fragment)
        values["beats"] = _reckoned(_beats, values["beats"])
        values["voice"] = tuple(parsed_json(values["voice"]))
        return _checked(Fragment(**values))


def run_from(row: sqlite3.Row) -> Run:
    """Make a run record; raises as `fragment_from`."""
    with _door("run", row):
        values = _values(row, "run", Run)
        values["fragment"] = id_of("fragment", values["fragment"])
        values["scales"] = tuple(parsed_json(values["scales"]))
        values["options"] = parsed_json(values["options"])
        return _checked(Run(**values))


def take_from(row: sqlite3.Row) -> Take:
    """Make a take record; the row has the engine of its run too. Raises as `fragment_from`."""
    with _door("take", row):
        return _take(tuple(row.keys()), tuple(row))


def remembering_takes() -> Callable[[sqlite3.Row], Take]:
    """Return a `take_from` that remembers: of a thousand takes read again, those that did not change cost nothing.

    It forgets them when it is let go of itself, so a project that is left takes its own with it.
    """
    made = lru_cache(maxsize=MOST_KEPT)(_take)

    def remembered_from(row: sqlite3.Row) -> Take:
        with _door("take", row):
            return made(tuple(row.keys()), tuple(row))

    return remembered_from


def _take(columns: tuple[str, ...], cells: tuple[Any, ...]) -> Take:
    values = _known(dict(zip(columns, cells, strict=True)), "take", Take)
    values["name"] = values["name"] or f"take {values['id'][1:]}"
    values["run"] = id_of("run", values["run"])
    values["request"] = parsed_json(values["request"])
    values["layers"] = tuple(Layer(**layer) for layer in parsed_json(values["layers"]))
    values["tags"] = tuple(parsed_json(values["tags"]))
    values["rejected"] = bool(values["rejected"])
    values["figures"] = _reckoned(lambda text: Figures.from_json(parsed_json(text)), values["figures"])
    return _checked(Take(**values))


def _values(row: sqlite3.Row, table: str, record: type) -> dict[str, Any]:
    return _known(dict(row), table, record)


def _known(values: dict[str, Any], table: str, record: type) -> dict[str, Any]:
    """Return the values that a record has; a newer version may keep more than that."""
    names = {field.name for field in dataclasses.fields(record)}
    return {name: value for name, value in values.items() if name in names} | {"id": id_of(table, values["number"])}


def _checked(record: Record) -> Record:
    """Return the record if its numbers are numbers and its texts texts: SQLite promises neither of a damaged file."""
    check_kinds(record)
    return record


def _reckoned(make: Callable[[Any], Found | None], text: Any) -> Found | None:
    """Return what analysis found; None where that cannot be read, for it can be reckoned anew."""
    try:
        found = make(text)
        if found is not None:
            check_kinds(found)
    except _DAMAGE:
        return None
    return found


@contextmanager
def _door(table: str, row: sqlite3.Row) -> Iterator[None]:
    """Translate what goes wrong with a row that is not as it was stored."""
    try:
        yield
    except _DAMAGE as error:
        place = id_of(table, row["number"])
        raise ProjectError(
            _('The entry "{place}" of the project is damaged.').format(place=place),
            hint=_("Check the project: what can be repaired is brought back from its backup."),
            detail=f"{place}: {error!r}",
        ) from error


def _beats(text: str | None) -> Beats | None:
    if text is None:
        return None
    values = parsed_json(text)
    values["beat_times_s"] = tuple(values["beat_times_s"])
    return Beats(**values)
