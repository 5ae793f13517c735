"""What the statistics read of the answers: numbers, with who gave them, about which sample, of which kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from musemate.study.intervals import ANYTHING, Answers
from musemate.study.records import END, Row

TAKE, REAL, ANCHOR = "take", "real", "anchor"
"""What can be heard; a take is anything that was made by a machine, by ours or another method."""
INSPIRED = {"yes": 1.0, "maybe": 0.5, "no": 0.0}
"""How inspiring counts where it is a number."""
ENDS = {"quality": (0.0, 10.0), "rating": (1.0, 5.0)}
"""The usual scales; a user's own may be others."""
_WHOLE = re.compile(r"-?\d{1,9}")

Reading = Callable[[Row], float | None]
Naming = Callable[[Row], str | None]


def kind_of(row: Row) -> str:
    """Return what was heard, "" where that is not known."""
    if row.origin == "anchor":
        return ANCHOR
    return "" if row.is_real is None else REAL if row.is_real else TAKE


def is_take(row: Row) -> bool:
    """Say whether it is about something that a machine made."""
    return kind_of(row) == TAKE


def is_about_a_sample(row: Row) -> bool:
    """Say whether it is no question at the end, and answered."""
    return bool(row.token) and row.trial != END and bool(row.value)


def on_scale(measures: str) -> Reading:
    """Return what reads the answers on a scale."""

    def read(row: Row) -> float | None:
        return float(row.value) if row.measures == measures and _WHOLE.fullmatch(row.value) else None

    return read


def ends_of(measures: str, answers: Answers) -> tuple[float, float]:
    """Return the ends of the scale, endless where answers are beyond the usual ones."""
    least, most = ENDS.get(measures, ANYTHING)
    fits = not len(answers.values) or (least <= answers.values.min() and answers.values.max() <= most)
    return (least, most) if fits else ANYTHING


def called_fake(row: Row) -> float | None:
    """Return 1 where a single sample was called fake, 0 for real, None for what is no such verdict."""
    if row.measures != "verdict" or row.place or row.value not in ("real", "fake"):
        return None
    return 1.0 if row.value == "fake" else 0.0


def called_real(row: Row) -> float | None:
    """Return 1 where a single sample was called real, 0 for fake, None for what is no such verdict."""
    fake = called_fake(row)
    return None if fake is None else 1.0 - fake


def chose_right(row: Row) -> float | None:
    """Return 1 where the real clip of a pair was chosen, 0 where the take was, None for what is no pair."""
    if row.measures != "verdict" or row.place not in ("a", "b") or row.value not in ("a", "b"):
        return None
    return 1.0 if row.value != row.place else 0.0


def inspired(row: Row) -> float | None:
    """Return how inspiring it was called, 0 to 1; None for an answer in one's own words."""
    return INSPIRED.get(row.value) if row.measures == "inspiring" else None


def said_yes(row: Row) -> float | None:
    """Return 1 where it was called inspiring, 0 for maybe, no and one's own words."""
    return float(row.value == "yes") if row.measures == "inspiring" else None


def answers_of(rows: Iterable[Row], value: Reading, group: Naming, names: Sequence[str] = ()) -> Answers:
    """Return the answers that have a value and a group.

    Parameters
    ----------
    rows : iterable of Row
    value, group : callable
        Of a row; None leaves it out.
    names : sequence of str
        The groups in their order; as they come where it is empty. Others are left out.
    """
    kept = [
        (number, name, row)
        for row in rows
        if (number := value(row)) is not None and is_about_a_sample(row) and (name := group(row)) is not None
    ]
    order = list(names) or list(dict.fromkeys(name for _, name, _ in kept))
    kept = [entry for entry in kept if entry[1] in order]
    code = {name: at for at, name in enumerate(order)}
    raters: dict[str, int] = {}
    samples: dict[tuple[str, str, str], int] = {}
    return Answers(
        np.array([number for number, _, _ in kept], dtype=np.float64),
        np.array([raters.setdefault(row.rater, len(raters)) for _, _, row in kept], dtype=np.int64),
        np.array(
            [samples.setdefault((row.study, row.token, name), len(samples)) for _, name, row in kept], dtype=np.int64
        ),
        np.array([code[name] for _, name, _ in kept], dtype=np.int64),
        tuple(order),
    )


def places(answers: Answers) -> Answers:
    """Return each answer's place among those of the same listener: 0 below all others, 1 above all, 1/2 for ties.

    Who rates everything high, or uses three steps only, counts like everybody else (Conover and Iman, "Rank
    transformations as a bridge between parametric and nonparametric statistics", 1981).
    """
    placed = np.full(len(answers.values), 0.5)
    for rater in np.unique(answers.raters):
        own = answers.raters == rater
        values = answers.values[own]
        if len(values) > 1:
            ordered = np.sort(values)
            below = np.searchsorted(ordered, values, "left")
            above = len(values) - np.searchsorted(ordered, values, "right")
            placed[own] = (below - above) / (2 * (len(values) - 1)) + 0.5
    return Answers(placed, answers.raters, answers.samples, answers.groups, answers.names)
