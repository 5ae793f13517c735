"""A walk that keeps to another one: which of its units stay, and which are chosen anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np


class Unit(NamedTuple):
    """A stretch of the fragment that stands somewhere in a take."""

    start: float
    """In frames."""
    stop: float
    position: int = 0
    """Number of the fragment's unit in whose place it stands; of variations only."""


class Near:
    """Another walk, and the dice that say what stays of it.

    Parameters
    ----------
    units : iterator of Unit
        The other walk, without end.
    dice : Generator
        Other dice than the walk's own, so that nothing of a distance of 1 differs from a walk near nothing.
    distance : float
        0-1: share of the choices that are made anew.
    whole : bool
        Quotations stay or go as wholes: cut to pieces, new material would jump more than either walk.
    """

    def __init__(self, units: Iterator[Unit], dice: np.random.Generator, distance: float, *, whole: bool) -> None:
        self._units, self._dice, self._distance, self._whole = units, dice, distance, whole
        self._keeps, self._stop, self._due = False, -1.0, 0.0

    def next_unit(self) -> Unit | None:
        """Return the other walk's next unit if it stays, None if one is to be chosen anew."""
        unit = next(self._units)
        if not self._whole or unit.start != self._stop:
            self._keeps = self._is_kept()
        self._stop = unit.stop
        return unit if self._keeps else None

    def _is_kept(self) -> bool:
        """Choose so that the share comes out in any stretch: else a short take may well be the other one again."""
        self._due += self._distance
        if self._dice.random() >= self._due:
            return True
        self._due -= 1.0
        return False
