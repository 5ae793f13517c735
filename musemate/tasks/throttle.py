"""Thins out progress so that neither window nor terminal is flooded."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable

from musemate.engine.events import Event, Progressed, Working


def throttled(
    events: Iterable[Event], interval_s: float = 0.1, clock: Callable[[], float] = time.monotonic
) -> Generator[Event]:
    """Pass every event on, but progress at most once per interval; the latest progress is never lost.

    Parameters
    ----------
    events : iterable of Event
        What a task yields.
    interval_s : float
        Shortest time between two looks at the progress.
    clock : callable
        Returns seconds; replaced in tests.
    """
    waiting: Event | None = None
    last_s = float("-inf")
    for event in events:
        if isinstance(event, Progressed | Working):
            if clock() - last_s < interval_s:
                waiting = event
                continue
            last_s = clock()
        elif waiting is not None:
            yield waiting
        waiting = None
        yield event
    if waiting is not None:
        yield waiting
