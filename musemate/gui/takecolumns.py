"""What the table of takes shows in its columns: texts, values to sort by, and which of them there is room for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from musemate.gui import wording
from musemate.project.records import Take

Value = float | str | None
NONE = "–"
"""Where there is nothing to say."""
MODES = {"new": "New", "variation": "Variation", "reconstruction": "Rebuilt"}


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        By which it is remembered.
    title, tip : str
        Its head, and what that means.
    width : int
        Pixels at the start.
    since : int or None
        Width of the table from which the column is shown unless the songwriter has chosen; None for never.
    value : callable
        What it is sorted by; None comes last.
    text : callable
        What it says.
    editable : str
        Name of the field that may be typed into it.
    number : bool
        Written to the right.
    largest_first : bool
        Sorted from the largest on at first, as numbers are.
    """

    name: str
    title: str
    tip: str
    width: int
    since: int | None
    value: Callable[[Take], Value]
    text: Callable[[Take], str]
    editable: str = ""
    number: bool = True
    largest_first: bool = False


def short_facts(take: Take) -> str:
    """Return how a take was made in a few words; `wording.take_facts` says it in more."""
    words = [wording.clock(take.seconds), MODES[take.mode].lower()]
    asked = wording.take_facts(take).rpartition(", ")[2]
    if take.mode != "reconstruction" and asked.startswith(("closeness", "real")):
        words.append(asked.removeprefix("closeness "))
    return " · ".join(["rejected", *words] if take.rejected else words)


def _figure(name: str) -> Callable[[Take], Value]:
    return lambda take: getattr(take.figures, name) if take.figures is not None else None


def _percent(name: str) -> Callable[[Take], str]:
    def text(take: Take) -> str:
        value = getattr(take.figures, name) if take.figures is not None else None
        return NONE if value is None else f"{value:.0%}"

    return text


def _loudness(take: Take) -> str:
    value = take.figures.loudness_lufs if take.figures is not None else None
    return NONE if value is None else f"{value:.1f}".replace("-", "−")


def _number(take: Take) -> Value:
    return float(take.id[1:])


COLUMNS = (
    Column("take", "Take", "Name of the take and how it was made", 184, 0, _number, lambda t: t.name, "name", False),
    Column("sound", "", "What it looks like; click to play it", 120, 0, _number, lambda t: "", number=False),
    Column(
        "mode", "Mode", "New material, a variation, or rebuilt", 80, None, lambda t: t.mode, lambda t: MODES[t.mode],
        number=False,
    ),
    Column(
        "length", "Length", "Minutes and seconds", 64, None, lambda t: t.seconds, lambda t: wording.clock(t.seconds),
    ),
    Column(
        "closeness", "Closeness", "How close to the fragment you asked for it", 80, None, lambda t: t.closeness,
        lambda t: f"{t.closeness:.0%}",
    ),
    Column(
        "similarity", "Similarity",
        "How like the fragment it sounds, whatever it plays: timbre and dynamics. Another song has under 35 %",
        84, 0, _figure("similarity"), _percent("similarity"),
    ),
    Column(
        "novelty", "Novelty",
        "How little it quotes the fragment: 0 % is a quotation, at 50 % it is as far from the fragment as the "
        "fragment's own passages are from one another",
        72, 0, _figure("novelty"), _percent("novelty"),
    ),
    Column(
        "tempo", "Tempo", "How steadily it keeps the fragment's tempo; nothing where that has no sure beat",
        60, 0, _figure("tempo"), _percent("tempo"),
    ),
    Column("loudness", "LUFS", "Integrated loudness by ITU-R BS.1770", 64, 960, _figure("loudness_lufs"), _loudness),
    Column(
        "stars", "Stars", "Yours, from 0 to 5 (keys 0 to 5)", 112, 0, lambda t: t.stars, lambda t: f"{t.stars}",
        number=False, largest_first=True,
    ),
    Column(
        "tags", "Tags", "Your own words, with commas between them", 108, 960,
        lambda t: ", ".join(t.tags).casefold() or None, lambda t: ", ".join(t.tags), "tags", False,
    ),
    Column("note", "Note", "Whatever you want to remember of it", 176, 1100, lambda t: t.note.casefold() or None,
           lambda t: t.note, "note", False),
)  # fmt: skip
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}
ALWAYS = ("take",)
"""Columns that cannot be hidden."""


def usual(width: int) -> set[str]:
    """Return the names of the columns that a table of that width shows by itself."""
    return {column.name for column in COLUMNS if column.since is not None and column.since <= width}
