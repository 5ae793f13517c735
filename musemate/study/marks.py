"""What listeners said about each take, for the table of takes: whether it inspires, how good it is, whom it fooled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from musemate.analysis.marks import Marks as Marks
from musemate.study.heard import on_scale
from musemate.study.records import Row


def marks_of(rows: Sequence[Row]) -> dict[str, Marks]:
    """Return the marks of every take that somebody answered about, by its id; unfinished sessions count too."""
    by_take: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.take and row.value and row.origin == "take":
            by_take[row.take].append(row)
    return {take: _marks(answers) for take, answers in by_take.items()}


def _marks(answers: Sequence[Row]) -> Marks:
    said = [row.value for row in answers if row.measures == "inspiring"]
    qualities = _numbers(answers, "quality") or _numbers(answers, "rating")
    verdicts = [row for row in answers if row.measures == "verdict"]
    return Marks(
        said.count("yes"),
        said.count("maybe"),
        said.count("no"),
        quality_mean=sum(qualities) / len(qualities) if qualities else None,
        n_fooled=sum(was_fooled(row) for row in verdicts),
        n_verdicts=len(verdicts),
    )


def was_fooled(row: Row) -> bool:
    """Say whether a verdict about a take took it for the real one."""
    return row.value == (row.place or "real")


def _numbers(answers: Sequence[Row], measures: str) -> list[float]:
    """Return the answers on a scale; one that is no number is none."""
    return [value for value in map(on_scale(measures), answers) if value is not None]
