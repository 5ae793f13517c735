"""Where a fragment may be cut: at its beats, or at attacks about half a second apart where no beat is sure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from musemate.analysis.metre import Beats
from musemate.engine.frames.matching import Material, best_apart

FREE_UNIT_S = 0.5
"""Length of a unit where there is no sure beat."""
SNAP_S = 0.12
"""A free unit ends at the strongest attack this near to its nominal end."""
AWAY_S = 1.0
"""A free unit's stand-in starts at least this far from it."""
N_CANDIDATES = 16
"""So many moments are found that can stand in for another."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StandIns:
    """Moments that can stand in for another.

    Parameters
    ----------
    starts : ndarray, shape (found,)
        In frames, best first.
    mismatch : float
        How far the accents of the nearest of them are from those wanted; infinite where nothing was found.
    """

    starts: Floats
    mismatch: float


class Grid(Protocol):
    """Cuts a fragment into units and knows what may follow what."""

    @property
    def material(self) -> Material:
        """What it cuts."""

    def starts(self) -> Floats:
        """Return where the units start, in order, in frames."""

    def stop(self, start: float) -> float:
        """Return where the unit that starts there ends."""

    def first_units(self) -> Floats:
        """Return the starts at which a take may begin."""

    def stand_ins(self, start: float) -> StandIns:
        """Return what can replace the unit that starts there."""

    def fillers(self, wanted: int) -> Floats:
        """Return what can follow where the fragment ends; `wanted` counts the take's units so far."""


@dataclass(frozen=True)
class BeatGrid:
    """Units are beats; only a beat at the same place of the bar stands in for one.

    Parameters
    ----------
    material : Material
    borders : ndarray, shape (units + 1,)
        Beats in frames, not rounded, with the fragment's start and end.
    places : ndarray, shape (units,)
        Place in the bar, 0 = first beat.
    beats_per_bar : int
    """

    material: Material
    borders: Floats
    places: npt.NDArray[np.int64]
    beats_per_bar: int

    @cached_property
    def _whole(self) -> npt.NDArray[np.bool_]:
        """Which units are of full length: no walk jumps to a beat that the fragment's start or end cuts off."""
        lengths = np.diff(self.borders)
        whole: npt.NDArray[np.bool_] = lengths >= 0.75 * np.median(lengths)
        return whole

    def starts(self) -> Floats:
        """See `Grid`."""
        return self.borders[:-1]

    def stop(self, start: float) -> float:
        """See `Grid`."""
        return float(self.borders[self._unit(start) + 1])

    def first_units(self) -> Floats:
        """See `Grid`; takes begin with a bar where there is a whole one."""
        bars = self.starts()[(self.places == 0) & self._whole]
        return bars if len(bars) else self.starts()[self._whole]

    def stand_ins(self, start: float) -> StandIns:
        """See `Grid`."""
        unit = self._unit(start)
        first, last = round(self.borders[unit]), round(self.borders[unit + 1])
        length = min(last, self.material.n) - first
        others = np.flatnonzero((self.places == self.places[unit]) & self._whole)
        at = np.round(self.borders[others]).astype(np.int64)
        others, at = (x[(others != unit) & (at + length <= self.material.n)] for x in (others, at))
        if length < 1 or not len(others):
            return StandIns(np.zeros(0), np.inf)
        costs, mismatches = self.material.compare(first, length)
        order = np.argsort(costs[at])[:N_CANDIDATES]
        return StandIns(self.borders[others[order]], float(mismatches[at[order]].min()))

    def fillers(self, wanted: int) -> Floats:
        """See `Grid`; the place of the bar is kept."""
        fitting = self.starts()[(self.places == wanted % self.beats_per_bar) & self._whole]
        return fitting if len(fitting) else self.first_units()

    def place(self, start: float) -> int:
        """Return the place in the bar of the unit that starts there."""
        return int(self.places[self._unit(start)])

    def _unit(self, start: float) -> int:
        return min(int(np.searchsorted(self.borders, start + 1e-6, side="right")) - 1, len(self.places) - 1)


@dataclass(frozen=True)
class FreeGrid:
    """Units last about half a second and end just before an attack; any moment can stand in for one.

    Parameters
    ----------
    material : Material
    frame_rate : float
        Frames a second.
    """

    material: Material
    frame_rate: float

    @cached_property
    def _starts(self) -> Floats:
        out = [0.0]
        while self.stop(out[-1]) < self.material.n:
            out.append(self.stop(out[-1]))
        return np.array(out)

    def starts(self) -> Floats:
        """See `Grid`."""
        return self._starts

    def stop(self, start: float) -> float:
        """See `Grid`."""
        nominal = round(start + FREE_UNIT_S * self.frame_rate)
        reach = round(SNAP_S * self.frame_rate)
        if nominal + reach >= self.material.n:
            return float(self.material.n)
        around = self.material.accents[nominal - reach : nominal + reach + 1]
        # a frame's window is eight frames wide: the rise begins before the attack itself
        return float(nominal - reach + int(around.argmax()) - 1)

    def first_units(self) -> Floats:
        """See `Grid`."""
        return self._starts[:-1] if len(self._starts) > 1 else self._starts

    def stand_ins(self, start: float) -> StandIns:
        """See `Grid`."""
        first = round(start)
        length = round(self.stop(start)) - first
        costs, mismatches = self.material.compare(first, length)
        away = round(AWAY_S * self.frame_rate)
        costs[max(0, first - away) : first + away + 1] = np.inf
        starts = best_apart(costs, N_CANDIDATES, max(1, length // 2))
        return StandIns(starts.astype(np.float64), float(mismatches[starts].min()) if len(starts) else np.inf)

    def fillers(self, wanted: int) -> Floats:
        """See `Grid`."""
        return self.first_units()


def beat_borders(beats: Beats | None, frame_rate: float, n: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Turn a sure metre into borders and places of `BeatGrid`; both empty where it is not sure.

    Parameters
    ----------
    beats : Beats or None
        Times relative to the fragment's start.
    frame_rate : float
        Frames a second.
    n : int
        Frames of the fragment.
    """
    none = np.zeros(0), np.zeros(0, dtype=np.int64)
    if beats is None or not beats.is_sure:
        return none
    times = np.asarray(beats.beat_times_s) * frame_rate
    inside = (times > 1) & (times < n - 1)
    if inside.sum() < 2 * beats.beats_per_bar:
        return none
    places = (np.arange(len(times)) - beats.downbeat)[inside] % beats.beats_per_bar
    # what stands before the first beat and after the last belongs to the fragment's course
    return np.array([0.0, *times[inside], float(n)]), np.array([(places[0] - 1) % beats.beats_per_bar, *places])
