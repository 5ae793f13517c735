"""Which takes are shown, and in which order: plain functions over records, no widget.

The table's model arranges its rows with these, in place of a QSortFilterProxyModel: that would ask Python for every
comparison, some 20,000 times for a thousand takes; sorting the records once takes two milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musemate.analysis.marks import MAYBE, MAYBE_FROM, YES
from musemate.analysis.proposing import ORDERS, propose
from musemate.gui import wording
from musemate.gui.takecolumns import COLUMNS, PLACES
from musemate.language import mark
from musemate.project.records import Take

NEWEST, STARS, INSPIRING = "newest", "stars", "inspiring"
PROPOSALS = {
    INSPIRING: (mark("Inspiring"), mark("First those that inspired who listened to them in a study")),
    NEWEST: (mark("Newest"), mark("The last one first")),
    "closest": (mark("Closest"), mark("Most like the fragment first: similar, and little new")),
    "strangest": (mark("Strangest"), mark("Least like the fragment first")),
    "balanced": (
        mark("Balanced"),
        mark("First those that sound like your fragment, are new, and differ from one another"),
    ),
    STARS: (mark("Stars"), mark("Your favourites first")),
}
"""Orders that are offered: name, what it is called, what it does; marked for translation."""


@dataclass(frozen=True)
class Filter:
    """What is shown of the takes.

    Parameters
    ----------
    text : str
        Words that must all be found in name, tags or note.
    stars : int
        Takes of fewer stars are hidden.
    rejected : bool
        Whether takes that were put aside are shown.
    mode : str
        Only takes of this mode, "" for all.
    run : str
        Only takes of this training, "" for all.
    inspiring : bool
        Only takes that inspired, or may have, in a study.
    """

    text: str = ""
    stars: int = 0
    rejected: bool = True
    mode: str = ""
    run: str = ""
    inspiring: bool = False

    @property
    def is_active(self) -> bool:
        """Whether anything may be hidden."""
        return self != Filter()

    def accepts(self, take: Take) -> bool:
        """Whether a take is shown."""
        if take.stars < self.stars or (take.rejected and not self.rejected):
            return False
        if (self.mode and take.mode != self.mode) or (self.run and take.run != self.run):
            return False
        if self.inspiring and not may_inspire(take):
            return False
        words = self.text.casefold().split()
        if not words:
            return True
        said = f"{take.full_name} {wording.take_name(take)} {' '.join(take.tags)} {take.note}".casefold()
        return all(word in said for word in words)


@dataclass(frozen=True)
class Order:
    """In which order takes are shown: by a proposal of `PROPOSALS`, or by a column."""

    name: str = NEWEST
    column: str = ""
    descending: bool = True

    @property
    def needs_figures(self) -> bool:
        """Whether figures that become known change it."""
        return self.name in ORDERS or self.column in ("similarity", "novelty", "tempo", "loudness")


def may_inspire(take: Take) -> bool:
    """Whether those who listened to a take were inspired, or may have been."""
    return take.marks is not None and take.marks.inspires in (YES, MAYBE)


def _uninspiring(take: Take) -> float:
    """Return what is sorted by: the inspiring first, then those that nobody was asked about, at last the others."""
    share = take.marks.share if take.marks is not None else None
    if share is None:
        return -MAYBE_FROM / 2
    return -share if share >= MAYBE_FROM else 0.0


def arranged(takes: Sequence[Take], chosen: Filter, order: Order) -> list[Take]:
    """Return the takes that are shown, in their order.

    Parameters
    ----------
    takes : sequence of Take
        The oldest first.
    chosen : Filter
    order : Order
        Equals keep the newest first; what has no value comes last either way.
    """
    shown = [take for take in reversed(takes) if chosen.accepts(take)]
    if order.column:
        value = COLUMNS[PLACES[order.column]].value
        valued = [(value(take), take) for take in shown]
        known = sorted(
            ((key, take) for key, take in valued if key is not None),
            key=lambda pair: pair[0],
            reverse=order.descending,
        )
        return [take for _, take in known] + [take for key, take in valued if key is None]
    if order.name == STARS:
        return sorted(shown, key=lambda take: -take.stars)
    if order.name == INSPIRING:
        return sorted(shown, key=_uninspiring)
    if order.name in ORDERS:
        return [shown[place] for place in propose(order.name, [take.figures for take in shown])]
    return shown
