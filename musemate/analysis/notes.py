"""Which of the twelve notes two sounds share, whatever their order and octave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def shared_notes(weights: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Share of the weight of their notes that two sounds have in common.

    Parameters
    ----------
    weights, other : array, shape (12,)
        How much of each pitch class there is, for instance the sum over `Chroma.full`; not negative.

    Returns
    -------
    float
        Intersection of the two histograms (Swain and Ballard, "Color indexing", IJCV 7, 1991): 1 for the same balance
        of notes, 0 where no note is shared; NaN where one of them has no note.
    """
    a, b = np.asarray(weights, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if not (a.sum() > 0 and b.sum() > 0):
        return float("nan")
    return min(1.0, float(np.minimum(a / a.sum(), b / b.sum()).sum()))
