"""How alike the balance of the twelve notes is in two sounds, whatever their order and octave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def notes_alike(weights: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Correlate how much of each of the twelve notes two sounds have.

    A correlation, as keys are found with (Krumhansl, "Cognitive foundations of musical pitch", 1990), because the
    weight that two sounds merely share is large for any two: every recording has something of every note.

    Parameters
    ----------
    weights, other : array, shape (12,)
        How much of each pitch class there is, for instance the sum over `Chroma.full`; not negative.

    Returns
    -------
    float
        1 for the same balance of notes, about 0 for unrelated ones, -1 where one has what the other lacks; NaN where
        one of them has no note, or all notes alike.
    """
    a, b = (np.asarray(values, dtype=np.float64) for values in (weights, other))
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.clip(a @ b / norm, -1.0, 1.0)) if norm > 0 else float("nan")
