"""How loud the output is: written by the sound card's callback, read by the window, without a lock between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_SLOTS = 512
"""More than a second of the shortest blocks; the window looks thirty times a second."""


@dataclass(frozen=True)
class Level:
    """What was heard since the last look, left and right; full scale is 1.

    Parameters
    ----------
    peak : tuple of float
        Largest absolute sample.
    rms : tuple of float
        Root of the mean square.
    """

    peak: tuple[float, float]
    rms: tuple[float, float]


class Levels:
    """A ring of measured blocks with one writer and one reader.

    The writer fills a slot and only then counts it. The reader takes what is counted and due: blocks are written when
    the sound card asks for them, which is earlier than they are heard.

    Parameters
    ----------
    n_most : int
        Frames of the longest block.
    """

    def __init__(self, n_most: int) -> None:
        self._heard_at_s = np.zeros(_SLOTS)
        self._n_frames = np.zeros(_SLOTS)
        self._peak = np.zeros((_SLOTS, 2), dtype=np.float32)
        self._power = np.zeros((_SLOTS, 2), dtype=np.float32)
        self._scratch = np.zeros((n_most, 2), dtype=np.float32)
        self._n_written = 0
        self._n_read = 0

    def note(self, out: npt.NDArray[np.float32], heard_at_s: float) -> None:
        """Measure a block; called by the callback.

        Parameters
        ----------
        out : ndarray, shape (frames, 1 or 2), float32
            One channel counts as both.
        heard_at_s : float
            When its end will be heard.
        """
        n, slot = len(out), self._n_written % _SLOTS
        scratch = self._scratch[:n]
        np.abs(out, out=scratch)  # broadcasts mono to both
        np.maximum.reduce(scratch, axis=0, out=self._peak[slot])
        np.multiply(scratch, scratch, out=scratch)
        np.add.reduce(scratch, axis=0, out=self._power[slot])
        self._heard_at_s[slot] = heard_at_s
        self._n_frames[slot] = n
        self._n_written += 1

    def heard(self, now_s: float) -> Level | None:
        """Return the level of what was heard since the last call, None when that is nothing.

        Parameters
        ----------
        now_s : float
            On the clock of `heard_at_s`.
        """
        written = self._n_written
        first = max(self._n_read, written - _SLOTS + 8)  # the oldest slots may be written over while this reads
        slots = []
        for index in range(first, written):
            if self._heard_at_s[index % _SLOTS] > now_s:
                break
            slots.append(index % _SLOTS)
        self._n_read = first + len(slots)
        if not slots:
            return None
        peak = self._peak[slots].max(axis=0)
        rms = np.sqrt(self._power[slots].sum(axis=0) / self._n_frames[slots].sum())
        return Level((float(peak[0]), float(peak[1])), (float(rms[0]), float(rms[1])))
