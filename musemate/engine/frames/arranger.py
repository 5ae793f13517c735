"""The arranger: decides which moment of the fragment stands where in a take, in metre, without training.

The fragment is cut into units: beats where the tracker is sure, else pieces of about half a second. A take is a walk
over them. From each unit the walk goes on to the next one or jumps to one that sounds like the next one and stands at
the same place of the bar; places visited often are avoided, so that a long take keeps the fragment's balance of parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.metre import Beats
from musemate.errors import TooShortError

FREE_UNIT_S = 0.5
"""Length of a unit where there is no sure beat."""
N_CANDIDATES = 4
"""A jump chooses among this many units."""
MAX_QUOTE_S = 1.8
"""A new arrangement jumps at the latest after quoting this long."""
SLOTS = 6
"""Time steps at which two units are compared."""

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Units:
    """The pieces that a walk moves over.

    Parameters
    ----------
    times : ndarray, shape (units + 1,)
        Borders in frames, not rounded.
    places : ndarray, shape (units,)
        Place in the bar, 0 = first beat; all 0 without a sure beat.
    costs : ndarray, shape (units, units)
        How badly unit j stands in for unit i; infinite where the place in the bar differs or j is cut off by the
        fragment's start or end.
    """

    times: npt.NDArray[np.float64]
    places: Indices
    costs: npt.NDArray[np.float64]

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.places)

    @property
    def whole(self) -> npt.NDArray[np.bool_]:
        """Which units are of full length."""
        lengths = np.diff(self.times)
        return np.asarray(lengths >= 0.75 * np.median(lengths))

    @property
    def has_bars(self) -> bool:
        """Whether the units are beats with a place in a bar."""
        return bool(self.places.any())

    def duration(self, unit: int) -> float:
        """Length of a unit in frames."""
        return float(self.times[unit + 1] - self.times[unit])


def cut_units(frames: npt.NDArray[np.float32], frame_rate: float, beats: Beats | None) -> Units:
    """Cut a fragment into units and compare them.

    Parameters
    ----------
    frames : ndarray, shape (components, n)
        The fragment's frames.
    frame_rate : float
        Frames a second.
    beats : Beats or None
        Its metre, times relative to the fragment's start.

    Raises
    ------
    TooShortError
        There are fewer than three units.
    """
    n = frames.shape[1]
    if beats is not None and beats.is_sure and len(beats.beat_times_s) >= 2 * beats.beats_per_bar:
        times, places = _beat_borders(beats, frame_rate, n)
    else:
        times = np.arange(0.0, n + 0.5, FREE_UNIT_S * frame_rate)
        places = np.zeros(max(0, len(times) - 1), dtype=np.int64)
    if len(places) < 3:
        raise TooShortError("The region is too short to be arranged anew.", hint="Choose at least 2 seconds.")
    units = Units(times, places, _costs(frames, times, places))
    units.costs[:, ~units.whole] = np.inf
    return units


def _beat_borders(beats: Beats, frame_rate: float, n: int) -> tuple[npt.NDArray[np.float64], Indices]:
    times = np.asarray(beats.beat_times_s) * frame_rate
    inside = (times > 1) & (times < n - 1)
    places = (np.arange(len(times)) - beats.downbeat)[inside] % beats.beats_per_bar
    # the cut-off beats at both ends belong to the fragment's course, though no walk jumps to them
    return np.array([0.0, *times[inside], float(n)]), np.array([(places[0] - 1) % beats.beats_per_bar, *places])


def _costs(frames: npt.NDArray[np.float32], times: npt.NDArray[np.float64], places: Indices) -> npt.NDArray[np.float64]:
    slots = np.linspace(0, 1, SLOTS, endpoint=False) + 0.5 / SLOTS
    at = times[:-1, None] + slots * np.diff(times)[:, None]
    n = frames.shape[1]
    looks = frames[:, np.clip(at.round().astype(int), 0, n - 1)].transpose(1, 2, 0).reshape(len(places), -1)
    # what came before must fit too, so that the seam is not heard
    edge = frames[:, np.clip(times[:-1].round().astype(int) - 1, 0, n - 1)].T
    costs = _squared_distances(looks) / SLOTS + _squared_distances(edge)
    costs[places[:, None] != places[None, :]] = np.inf
    return costs


def _squared_distances(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    rows = rows.astype(np.float64)
    norms = (rows**2).sum(axis=1)
    return np.asarray(np.maximum(norms[:, None] + norms[None, :] - 2.0 * rows @ rows.T, 0.0))


def new_walk(units: Units, n_frames: int, jumpiness: float, rng: np.random.Generator, lead: int = 0) -> Indices:
    """Arrange the fragment anew: units in a new order that keeps its metre.

    Parameters
    ----------
    units : Units
    n_frames : int
        Length of the take.
    jumpiness : float
        Chance to jump at each unit, 0-1.
    rng : Generator
    lead : int
        Frames put before the take: what precedes its first unit in the fragment.

    Returns
    -------
    ndarray, shape (lead + n_frames,)
        For each frame of the take, the frame of the fragment that stands there.
    """
    visits = np.zeros(units.n)
    whole = units.whole
    unit = int(rng.choice(np.flatnonzero((units.places == 0) & whole)))
    walk, length, quoted = [unit], units.duration(unit), units.duration(unit)
    quote_limit = MAX_QUOTE_S / FREE_UNIT_S * float(np.median(np.diff(units.times)))
    while length < n_frames:
        visits[unit] += 1
        following = (unit + 1) % units.n
        tired = not units.has_bars and quoted >= quote_limit
        jump = not whole[following] or following == 0 or tired or rng.random() < jumpiness
        unit = _stand_in(units, following, visits, rng) if jump else following
        quoted = units.duration(unit) + (0.0 if jump else quoted)
        walk.append(unit)
        length += units.duration(unit)
    return _lay_out(units, walk, n_frames, lead)


def course(units: Units, n_frames: int, straying: float, rng: np.random.Generator, lead: int = 0) -> Indices:
    """Follow the fragment's own order, some units replaced; where the fragment ends, go on with an extra section.

    Parameters as for `new_walk`; `straying` is the chance of each unit to be replaced by one that sounds like it.
    """
    visits = np.zeros(units.n)
    walk: list[int] = []
    length, position = 0.0, 0
    while length < n_frames:
        if position >= units.n:
            position = _stand_in(units, int(np.flatnonzero(units.whole)[0]), visits, rng)
        replaced = units.whole[position] and rng.random() < straying
        unit = _stand_in(units, position, visits, rng) if replaced else position
        visits[unit] += 1
        walk.append(unit)
        length += units.duration(unit)
        position += 1
    return _lay_out(units, walk, n_frames, lead)


def _stand_in(units: Units, wanted: int, visits: npt.NDArray[np.float64], rng: np.random.Generator) -> int:
    costs = units.costs[wanted].copy()
    costs[wanted] = np.inf
    order = np.argsort(costs)[:N_CANDIDATES]
    order = order[np.isfinite(costs[order])]
    if not len(order):
        return wanted
    weights = 1.0 / (1.0 + visits[order]) ** 2
    return int(rng.choice(order, p=weights / weights.sum()))


def _lay_out(units: Units, walk: list[int], n_frames: int, lead: int) -> Indices:
    """Write the units one after another; borders are rounded from the exact time, so that no drift adds up."""
    n_source = int(units.times[-1])
    start = round(units.times[walk[0]])
    out = np.empty(lead + n_frames, dtype=np.int64)
    out[:lead] = np.arange(start - lead, start) % n_source
    time = 0.0
    for unit in walk:
        first, time = round(time), time + units.duration(unit)
        stop = min(round(time), n_frames)
        if stop > first:
            out[lead + first : lead + stop] = np.minimum(
                round(units.times[unit]) + np.arange(stop - first), n_source - 1
            )
    return out
