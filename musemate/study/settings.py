"""By what takes can be compared: engine, preset, closeness, length of training and so on, where these vary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from musemate.language import _, mark, number
from musemate.study.heard import is_about_a_sample, is_take
from musemate.study.records import Row
from musemate.study.saying import mode_name, percent, spaced

MOST_LEVELS = 6
"""Of a number; with more it is cut into bands."""
N_BANDS = 3


@dataclass(frozen=True)
class Setting:
    """One setting, with the levels that takes have.

    Parameters
    ----------
    name : str
        Column of the rows.
    title : str
        As it is shown.
    levels : tuple of str
        As they are shown, in order.
    level_of : callable
        Gives a row's level, None where that is not known.
    is_number : bool
        Whether a level says little without the setting's name.
    """

    name: str
    title: str
    levels: tuple[str, ...]
    level_of: Callable[[Row], str | None]
    is_number: bool = False

    def named(self, level: str) -> str:
        """Return a level as it can stand alone."""
        return _("{setting} {level}").format(setting=self.title, level=level) if self.is_number else level


_WORDS: dict[str, tuple[str, Callable[[Row], str]]] = {
    "group": (mark("engine"), lambda row: row.group or row.engine),
    "engine": (mark("engine"), lambda row: row.engine),
    "preset": (mark("preset"), lambda row: spaced(row.preset)),
    "mode": (mark("kind of take"), lambda row: mode_name(row.mode)),
    "set": (mark("set"), lambda row: spaced(row.set)),
}
_NUMBERS: dict[str, tuple[str, Callable[[Row], float | None], Callable[[float], str]]] = {
    "closeness": (mark("closeness"), lambda row: row.closeness, percent),
    "steps": (mark("length of training"), lambda row: row.steps, lambda steps: number(steps, ",.0f")),
}


def varying(rows: Sequence[Row]) -> list[Setting]:
    """Return the settings that have two levels or more among the takes.

    One that parts them as another before it does is left out: it could not be told from that one.
    """
    by_sample = {(row.study, row.token): row for row in rows if row.token and is_take(row) and is_about_a_sample(row)}
    takes = list(by_sample.values())
    found, seen = [], set()
    for setting in [*(_of_words(takes, name) for name in _WORDS), *(_of_numbers(takes, name) for name in _NUMBERS)]:
        parts = frozenset(
            frozenset((row.study, row.token) for row in takes if setting.level_of(row) == level)
            for level in setting.levels
        )
        if len(setting.levels) > 1 and parts not in seen:
            seen.add(parts)
            found.append(setting)
    return found


def _of_words(takes: Sequence[Row], name: str) -> Setting:
    title, read = _WORDS[name]
    levels = tuple(dict.fromkeys(read(row) for row in takes if read(row)))
    return Setting(name, _(title), levels, lambda row: read(row) or None)


def _of_numbers(takes: Sequence[Row], name: str) -> Setting:
    """Return a number's levels, or bands that hold about as many samples each."""
    title, read, show = _NUMBERS[name]
    by_sample = {(row.study, row.token): value for row in takes if (value := read(row)) is not None}
    values = np.sort(np.array(list(by_sample.values()), dtype=np.float64))
    distinct = np.unique(values)
    if len(distinct) <= MOST_LEVELS:
        edges = [(float(value), float(value)) for value in distinct]
    else:
        inner = np.unique(np.quantile(values, np.arange(1, N_BANDS) / N_BANDS, method="lower"))
        bands = np.split(distinct, np.searchsorted(distinct, inner, "right"))
        edges = [(float(band[0]), float(band[-1])) for band in bands if len(band)]
    names = {edge: _band(edge, show) for edge in edges}

    def level_of(row: Row) -> str | None:
        value = read(row)
        return None if value is None else next((names[edge] for edge in edges if edge[0] <= value <= edge[1]), None)

    return Setting(name, _(title), tuple(names[edge] for edge in edges), level_of, is_number=True)


def _band(edge: tuple[float, float], show: Callable[[float], str]) -> str:
    return show(edge[0]) if edge[0] == edge[1] else f"{show(edge[0])} – {show(edge[1])}"
