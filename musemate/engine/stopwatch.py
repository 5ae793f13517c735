"""Measures how long work takes by itself, on a machine that may have other things to do just now."""

from __future__ import annotations

import time

from musemate.engine.base import CPU


class Stopwatch:
    """Runs from its making on.

    Work on the CPU never takes longer than all of its threads together compute. Where the clock on the wall says more,
    other programs kept them waiting, and their time is what counts.

    Parameters
    ----------
    device : str
        The torch device that works.
    """

    def __init__(self, device: str) -> None:
        self._is_cpu = device == CPU
        self._wall_s, self._threads_s = time.perf_counter(), time.process_time()

    def seconds(self) -> float:
        """Return the time since the start."""
        wall_s = time.perf_counter() - self._wall_s
        return min(wall_s, time.process_time() - self._threads_s) if self._is_cpu else wall_s
