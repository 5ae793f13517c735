"""The arranger: decides which moment of the fragment stands where in a take, in metre, without training.

The fragment is cut into units: beats where the tracker is sure, else pieces of about half a second that end before an
attack. A take is a walk over them. New material goes on from each unit to the next or jumps to a moment that sounds
like the next one, is accented like it and stands at the same place of the bar. A variation keeps the fragment's own
course and replaces units by such moments, those first whose attacks are matched best, and no more of them than leave
the rhythm standing.
Moments used often are avoided, so that a long take keeps the fragment's balance of parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, pairwise

import numpy as np
import numpy.typing as npt

from musemate.engine.frames.following import Near, Unit
from musemate.engine.frames.grids import N_CANDIDATES, BeatGrid, FreeGrid, Grid, StandIns
from musemate.engine.frames.matching import Material
from musemate.engine.lineage import Step
from musemate.errors import TooShortError
from musemate.language import _

MAX_QUOTE_S = 1.8
"""A new arrangement jumps at the latest after quoting this long."""
STRAYING = 0.9
"""Share of a variation's units that are replaced, at closeness 0."""
RHYTHM_KEPT = 0.97
"""How much of the fragment's rhythm a variation keeps; below closeness 0.5 in proportion less."""
TRIES = 4
"""A unit stays as it is where so many drawn stand-ins would cost too much of the rhythm."""
FIRST_ALLOWANCE = 0.25
"""Share of the rhythm that may go which is free from the start; the rest is granted from unit to unit."""
NEAREST = 4
"""A variation replaces a unit by one of so many moments that fit best; new material jumps to any that were found."""
AHEAD_S = 1.0
"""How much of what follows a moment counts in how worn it is."""
WEAR = 8.0
"""How much a moment that was used before is avoided: its chance falls with this power of its uses."""
FITTING = 2.0
"""How much the best moment is preferred to the worst that was found: e to this power."""
RESTLESSNESS = (0.9, 0.4)
"""Chance that new material jumps after a unit: the first at closeness 0, less the second at closeness 1."""

Indices = npt.NDArray[np.int64]
Positions = npt.NDArray[np.float64]


@dataclass
class Arranger:
    """Walks over the units of one fragment.

    Parameters
    ----------
    grid : Grid
        Where it may be cut.
    n_frames : int
        Length of the fragment.
    frame_rate : float
        Frames a second.
    """

    grid: Grid
    n_frames: int
    frame_rate: float
    _known: dict[float, StandIns] = field(default_factory=dict, repr=False)

    def arrange(
        self,
        mode: str,
        closeness: float,
        n: int,
        rng: np.random.Generator,
        lead: int = 0,
        near: Near | None = None,
    ) -> Indices:
        """Plan a take.

        Parameters
        ----------
        mode : str
            "new" or "variation".
        closeness : float
            0-1: how much of the fragment's order stays.
        n : int
            Frames of the take.
        rng : Generator
        lead : int
            Frames put before the take: what precedes its first unit in the fragment.
        near : Near, optional
            Another walk that it keeps to; see `near`.

        Returns
        -------
        ndarray, shape (lead + n,)
            For each frame of the take, the frame of the fragment that stands there.
        """
        return self._lay_out(self._units(mode, closeness, rng, near), n, lead)

    def positions(
        self,
        mode: str,
        closeness: float,
        n: int,
        rng: np.random.Generator,
        lead: int = 0,
        near: Near | None = None,
    ) -> Positions:
        """Plan the same take without rounding: for each of its frames the exact place in the fragment, in frames.

        Beats seldom fall on frames. Rounded, each unit is early or late by up to a frame, which is heard as an unsteady
        beat.
        """
        return self._place(self._units(mode, closeness, rng, near), n, lead)

    def near(self, mode: str, steps: Sequence[Step]) -> Near | None:
        """Return the walk that a take keeps to, made of those of its ancestors; None for one that has none.

        Parameters
        ----------
        mode : str
            As for `arrange`.
        steps : sequence of Step
            The take's line, itself the last.
        """
        near = None
        for before, step in pairwise(steps):
            units = self._units(mode, before.closeness, np.random.default_rng(before.seed), near)
            dice = np.random.default_rng([before.seed, step.seed])
            near = Near(units, dice, step.distance, whole=mode == "new")
        return near

    def _place(self, units: Iterator[Unit], n: int, lead: int) -> Positions:
        out = np.empty(lead + n)
        time = 0.0
        while time < n:
            start, stop, _position = next(units)
            if not time:
                out[:lead] = (start + np.arange(-lead, 0)) % self.n_frames
            first, began, time = math.ceil(time), time, time + stop - start
            last = min(math.ceil(time), n)
            out[lead + first : lead + last] = start - began + np.arange(first, last)
        return np.clip(out, 0.0, self.n_frames - 1.0)

    def new_walk(self, n: int, jumpiness: float, rng: np.random.Generator, lead: int = 0) -> Indices:
        """Arrange the fragment anew; `jumpiness` is the chance to jump after a unit. Else as `arrange`."""
        return self._lay_out(self._new_units(jumpiness, rng), n, lead)

    def course(self, n: int, straying: float, rng: np.random.Generator, lead: int = 0) -> Indices:
        """Keep the fragment's order, a share of `straying` of its units replaced; else as `arrange`.

        Where the fragment ends, an extra section goes on from a moment like its beginning.
        """
        return self._lay_out(self._course_units(straying, rng), n, lead)

    def _units(self, mode: str, closeness: float, rng: np.random.Generator, near: Near | None = None) -> Iterator[Unit]:
        if mode == "variation":
            wanted = RHYTHM_KEPT * min(1.0, 2.0 * closeness)
            return self._course_units(STRAYING * (1 - closeness), rng, wanted, near)
        return self._new_units(RESTLESSNESS[0] - RESTLESSNESS[1] * closeness, rng, near)

    def _new_units(self, jumpiness: float, rng: np.random.Generator, near: Near | None = None) -> Iterator[Unit]:
        """Yield unit after unit, without end; what `near` keeps, else by own chance."""
        visits, quoted, stop = np.zeros(self.n_frames), 0.0, -1.0
        for n_units in count():
            kept = near.next_unit() if near is not None else None
            if kept is not None:
                start, quoted = kept.start, quoted if kept.start == stop else 0.0
            elif n_units == 0:
                start = float(rng.choice(self.grid.first_units()))
            else:
                start, quoted = self._go_on(stop, quoted, n_units, jumpiness, visits, rng)
            stop = self.grid.stop(start)
            self._visit(visits, start, stop)
            yield Unit(start, stop)
            quoted += (stop - start) / self.frame_rate

    def _go_on(
        self,
        start: float,
        quoted: float,
        n_units: int,
        jumpiness: float,
        visits: npt.NDArray[np.float64],
        rng: np.random.Generator,
    ) -> tuple[float, float]:
        """Return where new material goes on, and for how many seconds it has quoted: from `start`, or elsewhere."""
        if self._is_over(start):
            return self._choose(self.grid.fillers(n_units), visits, rng, fitting=0.0), 0.0
        if quoted + (self.grid.stop(start) - start) / self.frame_rate > MAX_QUOTE_S or rng.random() < jumpiness:
            return self._stand_in(start, N_CANDIDATES, visits, rng), 0.0
        return start, quoted

    def _course_units(
        self, straying: float, rng: np.random.Generator, wanted: float = -1.0, near: Near | None = None
    ) -> Iterator[Unit]:
        """Yield the fragment's units, some replaced, as long as each pass keeps `wanted` of the rhythm."""
        visits = np.zeros(self.n_frames)
        own = [Unit(start, self.grid.stop(start), place) for place, start in enumerate(self.grid.starts())]
        chances = np.clip(straying * self._readiness, 0.0, 1.0)
        position, one_pass = 0, own.copy()
        for n_units in count():
            kept = near.next_unit() if near is not None else None
            if position == len(own):
                position = kept.position if kept is not None else self._beginning(n_units, visits, rng)
                one_pass = own.copy()
            if kept is not None and kept.position == position:
                one_pass[position] = kept
            elif rng.random() < chances[position]:
                self._replace(one_pass, position, wanted, visits, rng)
            unit = one_pass[position]
            self._visit(visits, unit.start, unit.stop)
            yield unit
            position += 1

    def _beginning(self, n_units: int, visits: npt.NDArray[np.float64], rng: np.random.Generator) -> int:
        """Return the unit at which the fragment's course begins again after `n_units` units of the take."""
        again = self._choose(self.grid.fillers(n_units + self._first_place), visits, rng, fitting=0.0)
        return int(np.searchsorted(self.grid.starts(), again + 1e-6, side="right")) - 1

    def _replace(
        self,
        units: list[Unit],
        position: int,
        wanted: float,
        visits: npt.NDArray[np.float64],
        rng: np.random.Generator,
    ) -> None:
        """Replace one of a pass's units, unless that would cost more of the rhythm than may have gone by then."""
        own = units[position]
        # granted evenly, else all that may go would go at the beginning
        granted = max(FIRST_ALLOWANCE, (position + 1) / len(units))
        for _try in range(TRIES):
            other = self._stand_in(own.start, NEAREST, visits, rng)
            units[position] = Unit(other, other + own.stop - own.start, position)
            if self._rhythm_kept(units) >= 1.0 - (1.0 - wanted) * granted:
                return
        units[position] = own

    def _rhythm_kept(self, units: list[Unit]) -> float:
        n = int(sum(unit.stop - unit.start for unit in units) - 0.5)
        return self.grid.material.rhythm_kept(self._place(iter(units), n, 0), self.frame_rate)

    @cached_property
    def _readiness(self) -> npt.NDArray[np.float64]:
        """How readily each unit is replaced: 2 where its accents are matched best, 0 where worst, mean 1."""
        mismatches = np.array([self._stand_ins(start).mismatch for start in self.grid.starts()])
        ranks = np.argsort(np.argsort(mismatches, kind="stable"), kind="stable")
        readiness = 2.0 - 2.0 * ranks / max(1, len(ranks) - 1)
        return np.asarray(np.where(np.isfinite(mismatches), readiness, 0.0))

    @property
    def _first_place(self) -> int:
        return self.grid.place(0.0) if isinstance(self.grid, BeatGrid) else 0

    def _is_over(self, start: float) -> bool:
        """Whether so little of the fragment is left that a take must go on elsewhere."""
        left = self.grid.stop(start) - start if start < self.n_frames else 0.0
        return left < 0.75 * float(np.median(np.diff(self.grid.starts())))

    def _stand_ins(self, start: float) -> StandIns:
        if start not in self._known:
            self._known[start] = self.grid.stand_ins(start)
        return self._known[start]

    def _stand_in(self, wanted: float, among: int, visits: npt.NDArray[np.float64], rng: np.random.Generator) -> float:
        starts = self._stand_ins(wanted).starts[:among]
        return self._choose(starts, visits, rng, FITTING) if len(starts) else wanted

    def _choose(
        self,
        starts: npt.NDArray[np.float64],
        visits: npt.NDArray[np.float64],
        rng: np.random.Generator,
        fitting: float,
    ) -> float:
        """Choose one of `starts`, best first: rather one that fits well, far rather one that is not worn yet."""
        so_far = np.concatenate([[0.0], np.cumsum(visits)])
        first = np.minimum(np.round(starts).astype(int), self.n_frames - 1)
        last = np.minimum(first + round(AHEAD_S * self.frame_rate), self.n_frames)
        wear = (so_far[last] - so_far[first]) / (last - first)
        weights = np.exp(-fitting * np.arange(len(starts)) / len(starts)) / (1.0 + wear) ** WEAR
        return float(rng.choice(starts, p=weights / weights.sum()))

    @staticmethod
    def _visit(visits: npt.NDArray[np.float64], start: float, stop: float) -> None:
        visits[round(start) : round(stop)] += 1

    def _lay_out(self, units: Iterator[Unit], n: int, lead: int) -> Indices:
        """Write units one after another; borders are rounded from the exact time, so that no drift adds up."""
        out = np.empty(lead + n, dtype=np.int64)
        time = 0.0
        while time < n:
            start, stop, _position = next(units)
            if not time:
                out[:lead] = np.arange(round(start) - lead, round(start)) % self.n_frames
            first, time = round(time), time + stop - start
            last = min(round(time), n)
            out[lead + first : lead + last] = np.minimum(round(start) + np.arange(last - first), self.n_frames - 1)
        return out


def make_arranger(
    material: Material, frame_rate: float, borders: npt.NDArray[np.float64], places: Indices, beats_per_bar: int
) -> Arranger:
    """Return what walks over a fragment: over its beats where `borders` has any, else over free units.

    Parameters as for `BeatGrid` and `FreeGrid`.

    Raises
    ------
    TooShortError
        There are fewer than three units.
    """
    grid: Grid = FreeGrid(material, frame_rate)
    if len(borders):
        grid = BeatGrid(material, borders, places, beats_per_bar)
    if len(grid.starts()) < 3:
        raise TooShortError(_("The region is too short to be arranged anew."), hint=_("Choose at least 2 seconds."))
    return Arranger(grid, material.n, frame_rate)
