"""What a take descends from: "more like this" keeps most of the chance that made another take. No torch here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from musemate.errors import SettingsError
from musemate.language import _, number

MOST_ANCESTORS = 32
"""Each costs a take once more its noise; nobody goes on from the same take so often."""


@dataclass(frozen=True)
class Ancestor:
    """A take that another one was made near.

    Parameters
    ----------
    seed : int
    closeness : float
        The take's own, which decided where its chance came in.
    distance : float
        0-1: how far the next one is from it; 0 is the very take, 1 another one altogether.
    """

    seed: int
    closeness: float
    distance: float


@dataclass(frozen=True)
class Step:
    """One take of a line, from the first ancestor to the take itself.

    Parameters
    ----------
    seed : int
    closeness : float
    distance : float
        From the one before; 1 for the first.
    """

    seed: int
    closeness: float
    distance: float


def steps_of(lineage: Iterable[Ancestor], seed: int, closeness: float) -> list[Step]:
    """Return the line of a take, the oldest first, the take itself last."""
    steps, distance = [], 1.0
    for ancestor in lineage:
        steps.append(Step(ancestor.seed, ancestor.closeness, distance))
        distance = ancestor.distance
    return [*steps, Step(seed, closeness, distance)]


def lineage_from(values: Any) -> tuple[Ancestor, ...]:
    """Make ancestors of what a stored request holds.

    Raises
    ------
    SettingsError
        It holds something else.
    """
    if not isinstance(values, list | tuple):
        raise _damaged(values)
    return tuple(value if isinstance(value, Ancestor) else _ancestor(value) for value in values)


def check_lineage(lineage: Any) -> None:
    """Refuse what is no line of ancestors; their seeds are checked by whoever knows seeds.

    Raises
    ------
    SettingsError
        There are too many, a distance or closeness is outside 0 to 1, or it is something else.
    """
    if not isinstance(lineage, tuple) or not all(isinstance(ancestor, Ancestor) for ancestor in lineage):
        raise _damaged(lineage)
    for ancestor in lineage:
        check_distance(ancestor.distance)
        if not _is_share(ancestor.closeness) or type(ancestor.seed) is not int:
            raise _damaged(ancestor)
    if len(lineage) > MOST_ANCESTORS:
        raise SettingsError(
            _("A take cannot descend from {count} others.").format(count=len(lineage)),
            hint=_("Choose one of the earlier takes; {most} are possible.").format(most=MOST_ANCESTORS),
        )


def check_distance(distance: Any) -> None:
    """Refuse a distance outside 0 to 1.

    Raises
    ------
    SettingsError
    """
    if not _is_share(distance):
        shown = number(distance, "g") if isinstance(distance, int | float) else distance
        raise SettingsError(
            _("A distance of {distance} is not possible.").format(distance=shown),
            hint=_("Choose 0 (the very take) to 1 (another one)."),
        )


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0.0 <= value <= 1.0


def _ancestor(value: Any) -> Ancestor:
    try:
        return Ancestor(**value) if isinstance(value, Mapping) else Ancestor(*value)
    except TypeError as error:
        raise _damaged(value) from error


def _damaged(value: Any) -> SettingsError:
    return SettingsError(
        _("What this take descends from cannot be read."),
        hint=_("Choose another take."),
        detail=f"{type(value).__name__}",
    )
