"""Answers as a table in a CSV file, one row an answer, and back: what is written is read again as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from musemate.audio.wording import shown_name
from musemate.errors import StudyError
from musemate.language import _, ngettext
from musemate.paths import absolute
from musemate.study.records import Row
from musemate.study.rowcells import cell_of, row_of
from musemate.study.template import Template
from musemate.study.templates import all_templates

NEEDED = ("session", "trial", "question", "measures", "value")
"""Columns without which a table holds no answers."""
MOST_BYTES = 256 << 20
"""Ten times the answers of a thousand raters."""
MOST_PROBLEMS = 100
"""So many are said one by one; the rest is counted."""


def write_csv(rows: Sequence[Row]) -> bytes:
    """Return the rows as CSV: UTF-8, commas, a header with `Row.columns()`.

    A text that a spreadsheet would run as a formula begins with an apostrophe, which `read_csv` takes off again.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Row.columns())
    writer.writerows([cell_of(value) for value in astuple(row)] for row in rows)
    return text.getvalue().encode("utf-8", errors="replace")


def read_csv(path: Path | str, templates: Mapping[str, Template] | None = None) -> tuple[list[Row], list[str]]:
    """Read answers that may have been through a spreadsheet.

    Parameters
    ----------
    path : Path
        UTF-8 with or without a byte order mark; with semicolons, as spreadsheets write them in some countries, numbers
        may have decimal commas.
    templates : mapping of str to Template, optional
        Questionnaires by name, whose scales answers must keep to; those that are here where it is left out.

    Returns
    -------
    rows : list of Row
        The good ones; of several answers to the same question the last.
    problems : list of str
        A sentence for each line or column that is left out.

    Raises
    ------
    StudyError
        The file cannot be read, or is no table of answers.
    """
    path = absolute(path)
    known = all_templates() if templates is None else templates
    lines = _lines(_text(path))
    head, delimiter = next(lines, ((0, []), ","))
    columns = [name.strip().lower() for name in head[1]]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise StudyError(
            _("{name} holds no answers of a study: there is no column “{column}”.").format(
                name=shown_name(path), column=missing[0]
            ),
            hint=_("Choose a file that was written by “Export CSV” or `musemate study report`."),
        )
    found: dict[tuple[str, int, str], Row] = {}
    problems = _Problems([_column_problem(name) for name in columns if name not in Row.columns()])
    for (line, cells), mark in lines:
        if mark is None:
            problems.add(line, _("it is no row of a table"))
            continue
        try:
            row = row_of(dict(zip(columns, cells, strict=False)), known, has_commas=delimiter == ";")
        except ValueError as error:
            problems.add(line, str(error))
            continue
        key = (row.session, row.trial, row.question)
        if key in found:
            problems.add(
                line, _("the question “{name}” is answered again; this answer counts").format(name=key[2][:40])
            )
        found[key] = row
    return list(found.values()), problems.sentences()


def _column_problem(name: str) -> str:
    return _("The column “{name}” is not known and was left out.").format(name=name[:40])


class _Problems:
    """Collects what is wrong, and counts what is too much to be said."""

    def __init__(self, said: list[str]) -> None:
        self._said = said[:MOST_PROBLEMS]
        self._n_more = 0

    def add(self, line: int, reason: str) -> None:
        """Say what is wrong in a line."""
        if len(self._said) < MOST_PROBLEMS:
            self._said.append(_("Line {n}: {reason}.").format(n=line, reason=reason))
        else:
            self._n_more += 1

    def sentences(self) -> list[str]:
        """Return all that was said."""
        more = ngettext("The same is so of {n} more line.", "The same is so of {n} more lines.", self._n_more)
        return self._said + [more] * bool(self._n_more)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError("it is too long")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise StudyError(
            _("{name} cannot be read.").format(name=shown_name(path)),
            hint=_("Look whether the file is still there."),
            detail=str(error),
        ) from error
    except ValueError as error:
        raise StudyError(
            _("{name} is no text in UTF-8, or too long.").format(name=shown_name(path)),
            hint=_("Save it in your spreadsheet as “CSV UTF-8”."),
            detail=str(error),
        ) from error


def _lines(text: str) -> Iterator[tuple[tuple[int, list[str]], str | None]]:
    """Yield the number of a line and its cells with the delimiter, or None in its place where it cannot be read."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield (line, []), None
            continue
        if any(cells):
            yield (line, cells), delimiter
