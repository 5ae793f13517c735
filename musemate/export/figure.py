"""What a figure of a report is: its name, its unit, its meaning, and how its values are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musemate.language import _, number


@dataclass(frozen=True)
class Figure:
    """One figure; what the songwriter reads of it is translated when it is shown.

    Parameters
    ----------
    name : str
        In the values that `analysis.measures` returns.
    title : str
        Head of its column.
    unit : str
        "" for none.
    digits : int
        After the point; thousands are set apart.
    meaning, misleads : str
        One sentence each for the songwriter.
    axis : str
        What is written along the axis of a picture, "" where there is none.
    """

    name: str
    title: str
    unit: str
    digits: int
    meaning: str
    misleads: str
    axis: str = ""

    def shown(self, value: Any) -> str:
        """Return a value as it is written, "–" for none."""
        if value is None:
            return "–"
        if isinstance(value, str):
            return _(value)
        rounded = round(value, self.digits) + 0.0  # not "-0.0"
        return number(rounded, f",.{self.digits}f").replace("-", "\u2212")


@dataclass(frozen=True)
class Group:
    """Figures that are read together; title and introduction are translated when they are shown.

    Parameters
    ----------
    title, intro : str
    figures : tuple of Figure
    """

    title: str
    intro: str
    figures: tuple[Figure, ...]
