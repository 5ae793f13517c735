"""One cell of a table of answers: how a value is written there, and what is accepted when it is read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields

from musemate.language import _
from musemate.study.records import ORIGINS, Row
from musemate.study.template import INSPIRING, MEASURES, PAIR_VERDICTS, VERDICTS, Question, Template

_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a text must not begin with; the apostrophe because it is the mark."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,17})?")
_WHOLE = re.compile(r"-?\d{1,18}")
MEAN = "mean"
"""The question of a row that is a published mean of answers instead of one."""
_SCALES = ("quality", "rating", "confidence")
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_BETWEEN = {"closeness": (0.0, 1.0), "seconds": (0.0, 1e7), "heard_s": (0.0, 1e7), "duration_s": (0.0, 1e5)}
_BETWEEN |= {"plays": (0, 1e6), "trial": (0, 1e5), "steps": (0, 1e12), "gain_db": (-200.0, 200.0)}
_FIXED = {"origin": ("", *ORIGINS), "place": ("", *PAIR_VERDICTS), "measures": MEASURES}

Value = str | int | float | bool | None


def cell_of(value: Value) -> str:
    """Write a value: None is empty, truth is yes or no, and no text is a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        is_run = value.startswith(_RUN_BY_SPREADSHEETS) and not _NUMBER.fullmatch(value)
        return f"'{value}" if is_run else value
    return repr(value)


def row_of(cells: Mapping[str, str], templates: Mapping[str, Template], *, has_commas: bool = False) -> Row:
    """Make a row of the cells of one line; what is not there is not known.

    Parameters
    ----------
    cells : mapping of str to str
        By the names of their columns.
    templates : mapping of str to Template
        Questionnaires by name.
    has_commas : bool
        Whether numbers may have decimal commas.

    Raises
    ------
    ValueError
        With what is wrong in words.
    """
    values = {
        entry.name: _value(entry.name, str(entry.type), cells.get(entry.name, ""), has_commas) for entry in fields(Row)
    }
    if not (values["session"] and values["question"]):
        raise ValueError(_("session or question is missing"))
    values["rater"] = values["rater"] or values["session"]
    values["submitted"] = values["submitted"] if "submitted" in cells else True
    row = Row(**values)  # type: ignore[arg-type]
    _check_answer(row, templates.get(row.template))
    return row


def _value(name: str, kind: str, cell: str, has_commas: bool) -> Value:
    if kind == "str":
        text = cell[1:] if cell.startswith("'") and cell[1:2] in _RUN_BY_SPREADSHEETS else cell
        if name in _FIXED and text not in _FIXED[name]:
            raise _wrong(name, cell)
        return text
    cell = cell.strip()
    if not cell and name != "trial":
        return False if kind == "bool" else None
    if kind.startswith("bool"):
        if cell.lower() not in _TRUTHS:
            raise _wrong(name, cell)
        return _TRUTHS[cell.lower()]
    return _number(name, kind, cell.replace(",", ".") if has_commas else cell)


def _number(name: str, kind: str, cell: str) -> int | float:
    try:
        number = int(cell) if kind.startswith("int") and _WHOLE.fullmatch(cell) else float(cell)
    except ValueError:
        raise _wrong(name, cell) from None
    least, most = _BETWEEN.get(name, (-math.inf, math.inf))
    if isinstance(number, float) and (kind.startswith("int") or not math.isfinite(number)):
        raise _wrong(name, cell)
    if not least <= number <= most:
        raise _wrong(name, cell)
    return number


def _wrong(name: str, cell: str) -> ValueError:
    return ValueError(_("“{value}” is no value of “{name}”").format(value=cell[:40], name=name))


def _check_answer(row: Row, template: Template | None) -> None:
    """Raise ValueError for an answer that cannot have been given."""
    question = _question(row, template)
    if question is not None and row.value and question.problem_of(row.value):
        raise ValueError(question.problem_of(row.value).rstrip("."))
    if not row.value:
        return
    if row.measures == "verdict" and row.value not in (*VERDICTS, *PAIR_VERDICTS) and not _is_own_words(row.value):
        raise _wrong("value", row.value)
    if row.measures == "inspiring" and row.value not in INSPIRING and not _is_own_words(row.value):
        raise _wrong("value", row.value)
    number = _NUMBER if row.question == MEAN else _WHOLE
    is_asked = row.measures in _SCALES or row.question == MEAN
    if is_asked and not (number.fullmatch(row.value) and abs(float(row.value)) <= 1_000_000):
        raise _wrong("value", row.value)


def _is_own_words(value: str) -> bool:
    return value.startswith("other: ")


def _question(row: Row, template: Template | None) -> Question | None:
    if template is None:
        return None
    asked = (*template.questions, *template.closing)
    return next((question for question in asked if question.name == row.question), None)
