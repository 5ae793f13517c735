"""The losses of a training, part by part, as they came or as its log tells them; thinned for pictures."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musemate.tasks.loss_log import COLUMNS, FILE_NAME

Points = npt.NDArray[np.float64]


@dataclass
class PartLosses:
    """The losses of one part.

    Parameters
    ----------
    name : str
        For instance "structure 1/8".
    n_steps : int
        Its steps, as far as they are known.
    """

    name: str
    n_steps: int = 0
    _steps: dict[str, array[float]] = field(default_factory=dict)
    _values: dict[str, array[float]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of its losses, in the order in which they came."""
        return list(self._steps)

    @property
    def n_points(self) -> int:
        """Number of points of its longest curve."""
        return max((len(values) for values in self._values.values()), default=0)

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """Add one look; a step that was seen before means that the part began anew, and what came after it is void."""
        for name, value in losses.items():
            if not math.isfinite(value):
                continue
            steps = self._steps.setdefault(name, array("d"))
            values = self._values.setdefault(name, array("d"))
            while steps and steps[-1] >= step:
                steps.pop()
                values.pop()
            steps.append(step)
            values.append(value)
        self.n_steps = max(self.n_steps, step)

    def curve(self, name: str, n_columns: int) -> tuple[Points, Points]:
        """Return steps and values of a loss, no more than the lowest and highest of each of `n_columns` stretches."""
        if name not in self._steps:
            return np.empty(0), np.empty(0)
        return thinned(np.array(self._steps[name]), np.array(self._values[name]), n_columns)

    def near(self, step: float) -> dict[str, float]:
        """Return the losses of the look that was nearest to a step."""
        found = {}
        for name, steps in self._steps.items():
            index = min(int(np.searchsorted(np.array(steps), step)), len(steps) - 1)
            found[name] = self._values[name][index]
        return found


class LossHistory:
    """The losses of all parts of a training that have begun, in their order."""

    def __init__(self) -> None:
        self.parts: list[PartLosses] = []

    def part(self, name: str) -> PartLosses:
        """Return a part by its name; one that is new comes last."""
        found = next((part for part in self.parts if part.name == name), None)
        if found is None:
            found = PartLosses(name)
            self.parts.append(found)
        return found

    @property
    def names(self) -> list[str]:
        """Names of all losses, in the order in which they came."""
        return list(dict.fromkeys(name for part in self.parts for name in part.names))


def read_losses(folder: Path) -> LossHistory:
    """Read the log of a run's folder; rows that are damaged are left out, a missing log counts as empty."""
    history = LossHistory()
    try:
        with (folder / FILE_NAME).open(newline="", encoding="utf-8", errors="replace") as file:
            for row in csv.reader(file):
                _take_in(history, row)
    except (OSError, csv.Error):
        return history
    return history


def _take_in(history: LossHistory, row: list[str]) -> None:
    if len(row) != len(COLUMNS):
        return
    _, part, step, name, value = row
    try:
        number, loss = int(step), float(value)
    except ValueError:  # the heading, or a row that a full disk cut off
        return
    history.part(part).add(number, {name: loss})


def thinned(steps: Points, values: Points, n_columns: int) -> tuple[Points, Points]:
    """Keep the lowest and the highest value of each of `n_columns` stretches of a curve, in their order.

    Parameters
    ----------
    steps, values : ndarray, shape (n,)
    n_columns : int
        At most twice as many points are returned.
    """
    n = len(values)
    if n <= 2 * n_columns:
        return steps, values
    edges = np.linspace(0, n, n_columns + 1).astype(np.intp)
    lowest = np.array([edge + values[edge:end].argmin() for edge, end in pairwise(edges)])
    highest = np.array([edge + values[edge:end].argmax() for edge, end in pairwise(edges)])
    kept = np.unique(np.concatenate([lowest, highest]))
    return steps[kept], values[kept]
