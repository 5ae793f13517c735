"""Finds moments of the fragment that can stand in for another: they sound alike and are accented alike.

And tells how much of the fragment's rhythm is left where many moments were replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import correlate

ACCENT_WEIGHT = 3.0
"""How much a misplaced attack counts against a difference in sound, each relative to its median."""
RHYTHM_LAGS_S = (0.13, 4.0)
"""A rhythm is what comes again after times from a semiquaver to two bars."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Material:
    """The fragment as stand-ins are searched in it.

    Parameters
    ----------
    frames : ndarray, shape (n, components), float32
        What it sounds like, frame by frame, in log units.
    accents : ndarray, shape (n,), float32
        How much its spectrum rises at each frame: attacks are peaks.
    spectrum : ndarray, shape (n, bands), float32
        Its whole log spectrum, from which the rise is reckoned that a cut makes.
    """

    frames: npt.NDArray[np.float32]
    accents: npt.NDArray[np.float32]
    spectrum: npt.NDArray[np.float32]

    @property
    def n(self) -> int:
        """Number of frames."""
        return len(self.accents)

    def compare(self, first: int, length: int) -> tuple[Floats, Floats]:
        """Compare the piece that starts at `first` with every other piece of its length.

        Parameters
        ----------
        first, length : int
            The piece, in frames; it lies inside the fragment.

        Returns
        -------
        costs, mismatches : ndarray, shape (n - length + 1,)
            How badly the piece that starts there stands in; how far its accents are from those wanted (a part of the
            cost, squared and summed over the piece).
        """
        sound = _sliding_distances(self.frames, first, length)
        mismatches = _sliding_distances(self.accents[:, None], first, length)
        costs = sound / _typical(sound) + ACCENT_WEIGHT * mismatches / _typical(mismatches)
        return costs, mismatches

    def accents_of(self, positions: Floats) -> npt.NDArray[np.float32]:
        """Return how much the spectrum rises at each frame of a plan, cuts included.

        Parameters
        ----------
        positions : ndarray, shape (m,)
            For each frame of a take its place in the fragment, in frames.
        """
        places = np.clip(np.floor(positions + 0.5).astype(np.int64), 0, self.n - 1)
        out = self.accents[places]
        cuts = np.flatnonzero(np.abs(np.diff(positions) - 1.0) > 1e-3) + 1
        rises = self.spectrum[places[cuts]] - self.spectrum[places[cuts - 1]]
        out[cuts] = np.maximum(rises, 0.0).mean(axis=1)
        return out

    def rhythm_kept(self, positions: Floats, frame_rate: float) -> float:
        """Compare the rhythm of a plan, as in `accents_of`, with the fragment's: 1 the same, 0 or less another."""
        planned, own = (_rhythm(x, frame_rate) for x in (self.accents_of(positions), self.accents))
        n = min(len(planned), len(own))
        lengths = float(np.linalg.norm(planned[:n]) * np.linalg.norm(own[:n]))
        return float(planned[:n] @ own[:n]) / lengths if lengths else 1.0


def _rhythm(accents: npt.NDArray[np.float32], frame_rate: float) -> Floats:
    """Autocorrelation of accents over `RHYTHM_LAGS_S`: what recurs after which time, wherever it stands."""
    steady = accents.astype(np.float64) - accents.mean()
    first, last = (round(lag * frame_rate) for lag in RHYTHM_LAGS_S)
    return np.asarray(correlate(steady, steady)[len(steady) - 1 :][first:last])


def _sliding_distances(rows: npt.NDArray[np.float32], first: int, length: int) -> Floats:
    """Squared distance of the rows from `first` on to those from every other start on, summed over `length` rows."""
    piece = rows[first : first + length]
    products = rows @ piece.T
    n_starts = len(rows) - length + 1
    crossed = np.zeros(n_starts)
    for step in range(length):
        crossed += products[step : step + n_starts, step]
    squares = np.concatenate([[0.0], np.cumsum((rows.astype(np.float64) ** 2).sum(axis=1))])
    norms = squares[length:] - squares[:-length]
    return np.asarray(np.maximum(norms + norms[first] - 2.0 * crossed, 0.0))


def _typical(values: Floats) -> float:
    return max(float(np.median(values)), 1e-9)


def best_apart(costs: Floats, count: int, distance: int) -> npt.NDArray[np.int64]:
    """Return the `count` cheapest starts, cheapest first, that lie at least `distance` frames from each other."""
    left = costs.copy()
    chosen: list[int] = []
    while len(chosen) < count:
        start = int(left.argmin())
        if not np.isfinite(left[start]):
            break
        chosen.append(start)
        left[max(0, start - distance + 1) : start + distance] = np.inf
    return np.array(chosen, dtype=np.int64)
