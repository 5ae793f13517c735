"""How little a take quotes its fragment: how far its passages are from the nearest ones there.

Passages of half a second tell whether the sound is quoted, passages of two seconds whether its course is: a take that
is spliced from the fragment beat by beat quotes every half second and hardly any two seconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.likeness import Columns

POOL = 2
"""Columns of 16 ms that become one."""
LENGTHS = (16, 64)
"""Passages that are compared, in pooled columns of 32 ms: 0.5 s and 2 s; powers of two, each reached by doubling."""
LEAST_DB = 3.0
"""A fragment whose passages are nearer to one another (a loop) counts as one with this distance."""
BLOCK = 512
"""Passages compared at once, so that memory does not grow with the take."""

Distances = npt.NDArray[np.float32]


class Passages:
    """The passages of a fragment, and how far apart they are from one another.

    After the patch retrieval of Granot et al., "Drop the GAN: in defense of patches nearest neighbors" (CVPR 2022), on
    log mel spectra as `similarity.nearness`, here at two lengths and in units of the fragment's own variety.

    Parameters
    ----------
    fragment : ndarray, shape (columns, 64)
        Log mel spectrum, see `similarity.log_mel`; half a second at least.
    """

    def __init__(self, fragment: Columns) -> None:
        self._columns = _pooled(fragment)
        own = nearest_db(self._columns, self._columns, elsewhere=True)
        self.own_db = {length: max(LEAST_DB, distance) for length, distance in own.items()}
        """Median distance of a passage from the nearest one that does not overlap it, dB a bin, by length."""

    def novelty(self, take: Columns) -> float:
        """How far the take's passages are from the nearest ones of the fragment.

        Parameters
        ----------
        take : ndarray, shape (columns, 64)
            Log mel spectrum; half a second at least.

        Returns
        -------
        float
            1 - 2 ** -r, where r is the median distance over that within the fragment, averaged over the lengths: 0
            for a quotation, 0.5 where takes are as far from the fragment as its passages from one another.
        """
        found = nearest_db(_pooled(take), self._columns)
        ratios = [distance / self.own_db.get(length, LEAST_DB) for length, distance in found.items()]
        return float(1.0 - 2.0 ** -np.mean(ratios))


def nearest_db(ours: Columns, theirs: Columns, *, elsewhere: bool = False) -> dict[int, float]:
    """Median distance of a sound's passages from the nearest ones of another, for each length that fits.

    Parameters
    ----------
    ours, theirs : ndarray, shape (columns, bands)
        Log spectra, dB.
    elsewhere : bool
        Both are the same sound, and a passage is not compared with what overlaps it.

    Returns
    -------
    dict of int to float
        Root mean square difference, dB a bin, by length in columns. Lengths that do not fit (or, elsewhere, not twice)
        are left out.
    """
    room = min(len(ours), len(theirs))
    lengths = [length for length in LENGTHS if length * (2 if elsewhere else 1) <= room]
    found: dict[int, list[Distances]] = {length: [] for length in lengths}
    for start in range(0, len(ours), BLOCK) if lengths else ():
        for length, distances in _blocks(ours[start : start + BLOCK + lengths[-1] - 1], theirs, lengths):
            rows = distances[:BLOCK]
            if elsewhere:
                place = start + np.arange(len(rows))
                apart = np.abs(place[:, None] - np.arange(rows.shape[1])[None])
                rows = np.where(apart < length, np.float32(np.inf), rows)
                rows = rows[np.isfinite(rows).any(axis=1)]
            if len(rows):
                found[length].append(np.sqrt(rows.min(axis=1)))
    return {length: float(np.median(np.concatenate(rows))) for length, rows in found.items() if rows}


def _blocks(ours: Columns, theirs: Columns, lengths: list[int]) -> list[tuple[int, Distances]]:
    """Mean square differences of all passages of some lengths, each of shape (passages of ours, passages of theirs)."""
    squares = (ours**2).sum(axis=1)[:, None] + (theirs**2).sum(axis=1)[None]
    distances = np.maximum(squares - 2 * ours @ theirs.T, 0.0) / ours.shape[1]
    result, length = [], 1
    while True:
        if length in lengths:
            result.append((length, distances / length))
        if length >= lengths[-1] or len(distances) <= length:
            return result
        # a passage twice as long is one passage followed by another
        distances = distances[:-length, :-length] + distances[length:, length:]
        length *= 2


def _pooled(columns: Columns) -> Columns:
    whole = len(columns) // POOL * POOL
    return np.asarray(columns[:whole].reshape(-1, POOL, columns.shape[1]).mean(axis=1), dtype=np.float32)
