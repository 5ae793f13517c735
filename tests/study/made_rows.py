"""Rows of invented answers for the tests of the statistics."""

from __future__ import annotations

from typing import Any

from musemate.study.records import Row

_EMPTY: dict[str, Any] = {
    "study": "s", "title": "A study", "template": "", "session": "one", "submitted": True, "rater": "r1",
    "rater_name": "Anna", "trial": 1, "set": "samples", "question": "q", "measures": "", "value": "", "correct": None,
    "seconds": None, "plays": None, "heard_s": None, "answered": "2026-01-02T10:00:00+00:00", "token": "t1",
    "place": "", "beside": "", "is_real": False, "origin": "take", "label": "", "group": "", "engine": "", "preset": "",
    "mode": "", "closeness": None, "steps": None, "seed": None, "take": "", "run": "", "fragment": "", "gain_db": None,
    "duration_s": None, "device": "", "headphones": "", "version": "",
}  # fmt: skip


def row(**values: Any) -> Row:
    """Return a row with these values, and nothing known but that."""
    return Row(**{**_EMPTY, **values})


def about(token: str, *, real: bool = False, trial: int = 1, rater: str = "r1", **said: Any) -> list[Row]:
    """Return the answers of one listener about one sample, by what they measure; further columns by their names."""
    measures = ("verdict", "ease", "confidence", "quality", "rating", "inspiring", "comment")
    columns = {name: value for name, value in said.items() if name not in measures}
    columns = {"is_real": real, "origin": "fragment" if real else "take", "label": token, **columns}
    return [
        row(
            token=token, trial=trial, rater=rater, session=f"of {rater}", question=name, measures=name,
            value=str(said[name]), **columns,
        )
        for name in measures
        if name in said
    ]  # fmt: skip
