"""The key of a clip, or none when it is not clear.

The sum of all notes' strengths is compared with the key profiles of Krumhansl and Kessler ("Tracing the dynamic
changes in perceived tonal organization", Psychological Review 89(4), 1982). A relative major and minor share their
notes, so they often come out close together; then no key is named.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.chroma import find_chroma
from musemate.audio.clip import AudioClip
from musemate.language import mark

KEYS = (
    mark("C major"),
    mark("C# major"),
    mark("D major"),
    mark("Eb major"),
    mark("E major"),
    mark("F major"),
    mark("F# major"),
    mark("G major"),
    mark("Ab major"),
    mark("A major"),
    mark("Bb major"),
    mark("B major"),
    mark("C minor"),
    mark("C# minor"),
    mark("D minor"),
    mark("Eb minor"),
    mark("E minor"),
    mark("F minor"),
    mark("F# minor"),
    mark("G minor"),
    mark("Ab minor"),
    mark("A minor"),
    mark("Bb minor"),
    mark("B minor"),
)
"""Major keys, then minor ones, from C up."""
MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
LIKE_ENOUGH = 0.75
"""Correlation that the best key needs ..."""
LEAD = 0.05
"""... and by how much it must lead the second best."""

Table = npt.NDArray[np.float64]


def find_key(clip: AudioClip) -> str:
    """Name the key of a clip.

    Parameters
    ----------
    clip : AudioClip
        A region or a whole file of some seconds at least.

    Returns
    -------
    str
        For instance "A minor" or "Eb major"; "" when no key stands out.
    """
    likeness = key_likeness(find_chroma(clip).full.sum(axis=1)).ravel()
    second, best = np.sort(likeness)[-2:]
    if best < LIKE_ENOUGH or best - second < LEAD:
        return ""
    return KEYS[int(likeness.argmax())]


def key_likeness(weights: Table) -> Table:
    """Correlate pitch-class weights with every key.

    Parameters
    ----------
    weights : ndarray, shape (12,)
        How much of each pitch class there is, C first.

    Returns
    -------
    ndarray, shape (2, 12)
        Correlation, -1 to 1; row 0 the major keys from C up, row 1 the minor ones. Zero for silence.
    """
    if not np.ptp(weights):
        return np.zeros((2, 12))
    profiles = np.array([[np.roll(profile, tonic) for tonic in range(12)] for profile in (MAJOR, MINOR)])
    profiles -= profiles.mean(axis=2, keepdims=True)
    centred = weights - weights.mean()
    norms = np.linalg.norm(profiles, axis=2) * np.linalg.norm(centred)
    return np.asarray(profiles @ centred / norms)
