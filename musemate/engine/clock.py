"""Tells how much of a training is done and how long the rest takes, from measured speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from musemate.engine.base import Cancelled, Resting

MIN_SAMPLE_STEPS = 5
PAUSE_S = 0.5
"""An answer to "cancelled?" that takes longer was a pause, not work."""


class Pauses:
    """Notices pauses: who may let a training rest does so while it asks whether it is cancelled.

    Parameters
    ----------
    cancelled : callable
        The question; ask this object in its place.
    """

    def __init__(self, cancelled: Cancelled) -> None:
        self._cancelled = cancelled
        self._paused_s = 0.0

    def cancelled(self) -> bool:
        """Ask, and note how long it took when that was a pause."""
        before_s = time.monotonic()
        answer = self._cancelled()
        waited_s = time.monotonic() - before_s
        if waited_s >= PAUSE_S:
            self._paused_s += waited_s
        return answer

    __call__ = cancelled

    def before_rest(self, act: Callable[[], None]) -> None:
        """Let `act` be called each time before the training is to rest, where who asks for that says so."""
        if isinstance(self._cancelled, Resting):
            self._cancelled.before_rest(act)

    def now_s(self) -> float:
        """Return the seconds of a clock that stands still during pauses."""
        return time.monotonic() - self._paused_s


class TrainingClock:
    """Progress over parts of known length and unknown speed.

    Parameters
    ----------
    kinds : sequence of str
        Kind of each part; parts of one kind take the same time a step.
    steps : sequence of int
        Steps of each part.
    prior_s : mapping
        Seconds a step of each kind, right relative to each other, until a kind's own speed is measured.
    pauses : Pauses, optional
        Time that does not count.
    apart : collection of str
        Kinds whose speed says nothing about that of the others.
    """

    def __init__(
        self,
        kinds: Sequence[str],
        steps: Sequence[int],
        prior_s: Mapping[str, float],
        pauses: Pauses | None = None,
        apart: Collection[str] = (),
    ) -> None:
        self._kinds, self._steps, self._prior_s = kinds, steps, prior_s
        self._now_s = pauses.now_s if pauses else time.monotonic
        self._apart = apart
        self._measured: dict[str, float] = {}
        self._part, self._first, self._began, self._shown = 0, 0, self._now_s(), 0.0

    def begin(self, part: int, step: int = 0) -> None:
        """Start the clock of a part, of which so many steps were taken before."""
        self._part, self._first, self._began = part, step, self._now_s()

    def look(self, step: int) -> tuple[float, float | None]:
        """Return the share that is done (0-1) and the seconds left, None until a speed is known."""
        taken = step - self._first
        if taken and taken >= min(MIN_SAMPLE_STEPS, self._steps[self._part] - self._first):
            self._measured[self._kinds[self._part]] = (self._now_s() - self._began) / taken
        costs = [self._cost(kind) * n for kind, n in zip(self._kinds, self._steps, strict=True)]
        total = sum(costs)
        done = sum(costs[: self._part]) + costs[self._part] * step / max(1, self._steps[self._part])
        # a new estimate must not make the bar go back
        self._shown = max(self._shown, done / max(total, 1e-9))
        return self._shown, (total - done) if self._measured else None

    def _cost(self, kind: str) -> float:
        """Seconds a step: measured, or the prior scaled by how this machine compares with it so far."""
        if kind in self._measured:
            return self._measured[kind]
        known = [kind for kind in self._measured if kind not in self._apart]
        if not known:
            return self._prior_s[kind]
        # of sums, so that a small part, whose fixed costs stand out, does not speak for large ones
        ratio = sum(self._measured[kind] for kind in known) / sum(self._prior_s[kind] for kind in known)
        return self._prior_s[kind] * ratio
