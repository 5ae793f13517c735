"""Takes as a judge sees them: the rows of `classic.py`, and which of them are as good as another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import Kind, Scores, medians

SHOWN = ("fd", "swd.5", "trans", "tonal", "ltas", "copy", "near")
HEAD = ("fragment", "", "take", "training s", "peak MiB", "fd of the takes", *SHOWN)


@dataclass(frozen=True)
class Row:
    """Takes of one kind, judged.

    Parameters
    ----------
    label, kind : str
        Who made them, and how.
    files : tuple of str
    fds : tuple of float
        fd of each.
    scores : dict
        Medians.
    seconds, peak_mib : float
        Of the training, NaN where there was none here.
    """

    label: str
    kind: str
    files: tuple[str, ...]
    fds: tuple[float, ...]
    scores: Scores
    seconds: float = math.nan
    peak_mib: float = math.nan

    @classmethod
    def of(
        cls,
        label: str,
        kind: str,
        files: Sequence[Path],
        scores: Sequence[Scores],
        trained: Mapping[str, Any] | None = None,
    ) -> Row:
        """Sum up the scores of some takes, and what their training cost."""
        cost = {name: float(trained[name]) for name in ("seconds", "peak_mib")} if trained else {}
        fds = tuple(found["fd"] for found in scores)
        return cls(label, kind, tuple(map(str, files)), fds, medians(scores, SHOWN), **cost)

    @property
    def fd(self) -> float:
        """Median over the takes."""
        return self.scores["fd"]

    def cells(self, name: str) -> tuple[str | float, ...]:
        """Return the row of the table."""
        spread = f"{min(self.fds):.2f}-{max(self.fds):.2f}" if len(self.fds) > 1 else ""
        whole = [value if math.isnan(value) else f"{value:.0f}" for value in (self.seconds, self.peak_mib)]
        return (name, self.label, self.kind, *whole, spread, *self.scores.values())


def first_as_good(rows: Sequence[Row], kind: Kind, fd: float) -> Row | None:
    """Return the first row of a kind whose fd is not above another, None where there is none."""
    return next((row for row in rows if row.kind == str(kind) and row.fd <= fd), None)


def as_good(row: Row | None, other: Row) -> str:
    """Say how much sooner a row is there than the other one, whose fd it reaches."""
    goal = f"the fd of {other.fd:.2f} that classic has after {other.seconds:.0f} s"
    if row is None:
        return f"frames does not reach {goal}"
    times = other.seconds / row.seconds
    return f"{row.label}, reaches {goal}, in {row.seconds:.0f} s: {times:.1f} times as fast (fd {row.fd:.2f})"
