"""How much of a trial's samples was heard, and when its answers open."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

NEEDED_S = 5.0
"""Of a longer sample so much must have sounded before an answer counts, of a shorter one all of it."""
_PART_S = 0.1
"""What is told apart: hearing the same second five times is not hearing five seconds."""
_LARGEST_STEP_S = 2.0
"""Between two looks at the player; a larger one is a jump."""
_TREMOR_S = 0.2
"""The player reckons where it is, and may be wrong by so much: a smaller step back is none."""


class Heard:
    """Counts what sounds in one trial.

    Parameters
    ----------
    lengths_s : dict of str to float
        Duration of each sample by its token.
    clock : callable
        Seconds, steady.
    """

    def __init__(self, lengths_s: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._lengths_s = dict(lengths_s)
        self._clock = clock
        self._parts: dict[str, set[int]] = {token: set() for token in lengths_s}
        self._last: tuple[str, float] | None = None
        self._began_s: float | None = None
        self.plays = 0
        """How often a sample was started."""
        self.heard_s = 0.0
        """How long something sounded."""

    def started(self) -> None:
        """Note that a sample is started."""
        self.plays += 1

    def jumped(self) -> None:
        """Note that the next position has nothing to do with the last one."""
        self._last = None

    def sounded(self, token: str, position_s: float) -> None:
        """Note where in a sample the player is while it plays; to be called often."""
        if self._began_s is None:
            self._began_s = self._clock()
        before, self._last = self._last, (token, position_s)
        if before is None or before[0] != token:
            return
        length_s = self._lengths_s[token]
        step_s = position_s - before[1]
        near_s = min(_LARGEST_STEP_S, length_s / 4)
        if before[1] >= length_s - near_s and position_s <= near_s:  # it began anew at its end
            self._note(token, before[1], length_s)
            self._note(token, 0.0, position_s)
        elif 0 < step_s <= _LARGEST_STEP_S:
            self._note(token, before[1], position_s)
        elif -_TREMOR_S < step_s <= 0:
            self._last = before

    @property
    def seconds(self) -> float:
        """Since the first sound; 0 before it."""
        return 0.0 if self._began_s is None else self._clock() - self._began_s

    def needed_s(self, token: str) -> float:
        """Return how much of a sample must be heard before an answer counts."""
        return min(NEEDED_S, self._lengths_s[token])

    @property
    def left_s(self) -> float:
        """How much is still to be heard before an answer counts, of all samples together."""
        return sum(self.left_of(token) for token in self._lengths_s)

    @property
    def is_enough(self) -> bool:
        """Whether answers count."""
        return self.left_s <= 0

    def left_of(self, token: str) -> float:
        """Return how much of one sample is missing, in seconds; a part at either end may be lost between two looks."""
        needed = math.floor(self.needed_s(token) / _PART_S + 1e-9)
        return max(0, needed - 1 - len(self._parts[token])) * _PART_S

    def _note(self, token: str, start_s: float, end_s: float) -> None:
        self.heard_s += max(0.0, end_s - start_s)
        self._parts[token].update(range(math.floor(start_s / _PART_S), math.floor(end_s / _PART_S) + 1))
