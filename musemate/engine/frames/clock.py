"""Tells how much of a training is done and how long the rest takes, from measured speed."""

from __future__ import annotations

import time

# Seconds a step, relative to each other, until a part's own speed is measured.
PRIOR_S = {"draft": 0.065, "sound": 0.21, "scale": 0.045}
MIN_SAMPLE_STEPS = 5


class TrainingClock:
    """Progress over parts of known length and unknown speed.

    Parameters
    ----------
    kinds : list of str
        Kind of each part, a key of PRIOR_S.
    steps : list of int
        Steps of each part.
    """

    def __init__(self, kinds: list[str], steps: list[int]) -> None:
        self._kinds, self._steps = kinds, steps
        self._measured: dict[str, float] = {}
        self._part, self._began, self._shown = 0, time.monotonic(), 0.0

    def begin(self, part: int) -> None:
        """Start the clock of a part."""
        self._part, self._began = part, time.monotonic()

    def look(self, step: int) -> tuple[float, float | None]:
        """Return the share that is done (0-1) and the seconds left, None until a speed is known."""
        if step >= MIN_SAMPLE_STEPS:
            self._measured[self._kinds[self._part]] = (time.monotonic() - self._began) / step
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
        ratios = [value / PRIOR_S[known] for known, value in self._measured.items()]
        return PRIOR_S[kind] * (sum(ratios) / len(ratios) if ratios else 1.0)
