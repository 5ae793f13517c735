"""Finds real clips in a fragment's file: parts that a training did not learn from first, and none that is silent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musemate.audio.files import read_clip
from musemate.project.records import Fragment

_QUIETER = 0.1
"""A part whose level is less than this share (-20 dB) of the region's is a pause, or an end."""
_SLACK_S = 0.02
"""Lengths of files and takes may differ by some samples."""


def free_parts(file: Path, fragment: Fragment, seconds: float, taken: Sequence[float] = ()) -> list[float]:
    """Return where parts of a length begin that do not touch each other: behind the region, before it, then in it.

    Parameters
    ----------
    file : Path
        The fragment's.
    fragment : Fragment
    seconds : float
        Of each part.
    taken : sequence of float
        Where parts begin that are used already.

    Raises
    ------
    AudioFileError
        The file cannot be read.
    """
    clip = read_clip(file, min_s=0.0, allow_silence=True)
    end_s = fragment.start_s + fragment.length_s
    starts = [
        *_tiles(end_s, clip.duration_s, seconds),
        *_tiles(0.0, fragment.start_s, seconds),
        *_tiles(fragment.start_s, min(end_s, clip.duration_s), seconds),
    ]
    power = np.square(clip.mono(), dtype=np.float64)

    def level(start_s: float, length_s: float) -> float:
        first = round(start_s * clip.rate_hz)
        part = power[first : first + max(1, round(length_s * clip.rate_hz))]
        return float(np.sqrt(part.mean())) if len(part) else 0.0

    least = _QUIETER * level(fragment.start_s, fragment.length_s)
    return [
        start
        for start in starts
        if level(start, seconds) > least and not any(abs(start - first) < seconds for first in taken)
    ]


def _tiles(start_s: float, end_s: float, seconds: float) -> list[float]:
    n_tiles = max(0, int((end_s - start_s + _SLACK_S) / seconds))
    return [round(start_s + number * seconds, 3) for number in range(n_tiles)]
