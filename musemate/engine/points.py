"""Points of a training besides its end: after how many steps weights are kept too, and which points a training has.

No torch here: a folder's manifest says what was kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from musemate.engine.manifests import part_names
from musemate.errors import ParameterError, SettingsError
from musemate.language import _

SNAPSHOTS = "snapshots"
"""The parameter, the same in every engine."""
MOST_STEPS = 1_000_000
MOST_POINTS = 8
"""Each costs as much disk as the end of the training."""
_KEPT = re.compile(r"(?P<part>.+)-at-(?P<steps>\d+)")


def check_snapshots(steps: Sequence[int]) -> None:
    """Refuse points that do not ascend, or too many.

    Raises
    ------
    ParameterError
    """
    if list(steps) != sorted(set(steps)) or len(steps) > MOST_POINTS:
        raise ParameterError(
            _("{option} must ascend, and be {most} at most.").format(option=SNAPSHOTS, most=MOST_POINTS),
            hint=_("For instance 500, 1000."),
            name=SNAPSHOTS,
        )


def part_at(part: str, steps: int) -> str:
    """Return the name under which a part is stored as it was after so many steps."""
    return f"{part}-at-{steps}"


def points_among(parts: Iterable[str]) -> list[int]:
    """Return the points that were kept of finished parts, ascending.

    Parameters
    ----------
    parts : iterable of str
        Names of the stored parts, points included.
    """
    names = set(parts)
    kept = [match for name in names if (match := _KEPT.fullmatch(name)) and match["part"] in names]
    return sorted({int(match["steps"]) for match in kept})


def points_in(folder: Path) -> list[int]:
    """Return the points that a training's folder holds, ascending; none where nothing can be read."""
    return points_among(part_names(folder))


def chosen_part(part: str, parts: Iterable[str], at_steps: int | None) -> str:
    """Return the name of a finished part, or of what was kept of it after so many steps.

    A part that was trained with fewer steps, or of which nothing was kept then, is taken as it ended.
    """
    early = part if at_steps is None else part_at(part, at_steps)
    return early if early in parts else part


def check_point(parts: Iterable[str], at_steps: int | None) -> None:
    """Refuse a point that a training does not have.

    Raises
    ------
    SettingsError
    """
    points = points_among(parts)
    if at_steps is None or at_steps in points:
        return
    offered = _("Leave it out for its end.")
    if points:
        offered = _("Choose one of: {names}, or its end.").format(names=", ".join(map(str, points)))
    raise SettingsError(
        _("This training was not kept as it was after {steps} steps.").format(steps=at_steps), hint=offered
    )
