"""What the table of takes shows in its columns: texts, values to sort by, and which of them there is room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from musemate.analysis.marks import MAYBE, NO, YES
from musemate.gui import wording
from musemate.language import _, mark, number
from musemate.project.records import Take

Value = float | str | None
NONE = "–"
"""Where there is nothing to say."""
MODES = {"new": mark("New"), "variation": mark("Variation"), "reconstruction": mark("Rebuilt")}
INSPIRES = {YES: mark("Yes"), MAYBE: mark("Maybe"), NO: mark("No")}
_IN_A_LINE = {"new": mark("new"), "variation": mark("variation"), "reconstruction": mark("rebuilt")}


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        By which it is remembered.
    title, tip : str
        Its head, and what that means, marked for translation.
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
    rejected = _("rejected") if take.rejected else ""
    words = [rejected, wording.clock(take.seconds), _(_IN_A_LINE[take.mode]), wording.short_closeness(take)]
    return " · ".join(filter(None, words))


def _figure(name: str) -> Callable[[Take], Value]:
    return lambda take: getattr(take.figures, name) if take.figures is not None else None


def _percent(name: str) -> Callable[[Take], str]:
    def text(take: Take) -> str:
        value = getattr(take.figures, name) if take.figures is not None else None
        return NONE if value is None else wording.percent(value)

    return text


def _loudness(take: Take) -> str:
    value = take.figures.loudness_lufs if take.figures is not None else None
    return NONE if value is None else number(value, ".1f").replace("-", "−")


def _number(take: Take) -> Value:
    return float(take.id[1:])


COLUMNS = (
    Column("take", mark("Take"), mark("Name of the take and how it was made"), 184, 0, _number,
           lambda t: wording.take_title(t, full=False), "name", False),
    Column("sound", "", mark("What it looks like; click to play it"), 120, 0, _number, lambda t: "", number=False),
    Column(
        "mode", mark("Mode"), mark("New material, a variation, or rebuilt"), 80, None, lambda t: t.mode,
        lambda t: _(MODES[t.mode]),
        number=False,
    ),
    Column(
        "length", mark("Length"), mark("Minutes and seconds"), 64, None, lambda t: t.seconds,
        lambda t: wording.clock(t.seconds),
    ),
    Column(
        "closeness", mark("Closeness"), mark("How close to the fragment you asked for it"), 80, None,
        lambda t: t.closeness,
        lambda t: wording.percent(t.closeness),
    ),
    Column(
        "similarity", mark("Similarity"),
        mark("How like the fragment it sounds, whatever it plays: timbre and dynamics. Another song has under 35 %"),
        84, 0, _figure("similarity"), _percent("similarity"),
    ),
    Column(
        "novelty", mark("Novelty"),
        mark("How little it quotes the fragment: 0 % is a quotation, at 50 % it is as far from the fragment as the "
             "fragment's own passages are from one another"),
        72, 0, _figure("novelty"), _percent("novelty"),
    ),
    Column(
        "tempo", mark("Tempo"), mark("How steadily it keeps the fragment's tempo; nothing where that has no sure beat"),
        60, 0, _figure("tempo"), _percent("tempo"),
    ),
    Column("loudness", "LUFS", mark("Integrated loudness by ITU-R BS.1770"), 64, 960, _figure("loudness_lufs"),
           _loudness),
    Column(
        "stars", mark("Stars"), mark("Yours, from 0 to 5 (keys 0 to 5)"), 112, 0, lambda t: t.stars,
        lambda t: f"{t.stars}", number=False, largest_first=True,
    ),
    Column(
        "inspires", mark("Inspires"),
        mark("Whether it inspired those who listened to it in a study: yes, maybe or no, all answers taken together"),
        92, None, lambda t: t.marks.share if t.marks else None,
        lambda t: _(INSPIRES[t.marks.inspires]) if t.marks and t.marks.inspires else NONE,
        number=False, largest_first=True,
    ),
    Column(
        "tags", mark("Tags"), mark("Your own words, with commas between them"), 108, 960,
        lambda t: ", ".join(t.tags).casefold() or None, lambda t: ", ".join(t.tags), "tags", False,
    ),
    Column("note", mark("Note"), mark("Whatever you want to remember of it"), 176, 1100,
           lambda t: t.note.casefold() or None, lambda t: t.note, "note", False),
)  # fmt: skip
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}
ALWAYS = ("take",)
"""Columns that cannot be hidden."""


def usual(width: int, extra: Iterable[str] = ()) -> set[str]:
    """Return the names of the columns that a table of that width shows by itself, with those that have news."""
    return {column.name for column in COLUMNS if column.since is not None and column.since <= width} | set(extra)
