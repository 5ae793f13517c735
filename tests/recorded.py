"""What a recording of the virtual sound device holds: where a piece is heard, and which clip, block by block.

A machine that is busy with other things lets a device run dry, or presses a key late. Neither is a fault of what is
tested: a starved recording is made again, and a switch is looked for where it is instead of where it was asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from scipy.signal import correlate

Report = TypeVar("Report")

BLOCK_FRAMES = 1024
_SILENT_FRAMES = 64
"""So many frames of exact silence inside music with noise in it: the device had nothing to play."""
_ATTEMPTS = 6


def offset(recorded: np.ndarray, played: np.ndarray) -> int:
    """Return the frame at which a piece is heard best; both have shape (channels, frames)."""
    return int(np.argmax(correlate(recorded.mean(axis=0), played.mean(axis=0), mode="valid", method="fft")))


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Return the correlation of two sounds of the same shape."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def is_starved(recorded: np.ndarray) -> bool:
    """Say whether silence stands between the first and the last sound of a recording, shape (channels, frames)."""
    sounds = np.flatnonzero(np.abs(recorded).max(axis=0))
    return bool(len(sounds)) and int(np.diff(sounds).max(initial=0)) > _SILENT_FRAMES


def heard_whole(play: Callable[[], tuple[Report, np.ndarray]]) -> tuple[Report, np.ndarray]:
    """Play until the machine kept up; return the report and the recording of that time.

    Raises
    ------
    AssertionError
        If the device ran out of sound every time.
    """
    for _ in range(_ATTEMPTS):
        report, recorded = play()
        if not is_starved(recorded):
            return report, recorded
    raise AssertionError(f"the device ran out of sound {_ATTEMPTS} times in a row")


def clips_heard(recorded: np.ndarray, clips: Sequence[np.ndarray], more_than: float = 0.9995) -> list[tuple[int, int]]:
    """Say which of several clips of the same place is heard, block by block, whatever its loudness.

    Parameters
    ----------
    recorded : ndarray
        Shape (channels, frames), from the clips' first frame on.
    clips : sequence of ndarray
        Shape (channels, frames), at the recording's rate.
    more_than : float
        The likeness from which on a block is a clip's.

    Returns
    -------
    list of (int, int)
        (Number of the clip, or -1 for a block like none; how many blocks in a row), in the order of time.
    """
    n_frames = min(recorded.shape[1], *(clip.shape[1] for clip in clips))
    found = []
    for at in range(0, n_frames - BLOCK_FRAMES + 1, BLOCK_FRAMES):
        block = slice(at, at + BLOCK_FRAMES)
        scores = [likeness(recorded[:, block], clip[:, block]) for clip in clips]
        best = int(np.argmax(scores))
        found.append(best if scores[best] > more_than else -1)
    return [(clip, len(list(blocks))) for clip, blocks in itertools.groupby(found)]
