"""Does the same to many things on several threads, and hands the results on in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from musemate.engine.base import Cancelled

T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 4
"""More of them only wait for the disk and for Python."""
_AHEAD = 2
"""Things begun for each thread: none is idle while a result is handed on."""


def n_threads() -> int:
    """Return how many threads are worth while: one for each core that this process may use, up to four."""
    if hasattr(os, "sched_getaffinity"):
        return min(MOST_THREADS, len(os.sched_getaffinity(0)))
    return min(MOST_THREADS, os.cpu_count() or 1)


def in_order(
    work: Callable[[int, T], R], things: Sequence[T], threads: int, cancelled: Cancelled
) -> Iterator[tuple[T, R]]:
    """Yield each thing with what the work returned for it.

    Parameters
    ----------
    work : callable
        Is given the index of a thing and the thing, on a thread of its own. It holds the Python lock only for moments,
        or nothing is won.
    things : sequence
    threads : int
        How many are worked on at a time.
    cancelled : callable
        Asked before more is begun. What is being worked on is finished and yielded: it may have left something behind.

    Raises
    ------
    Exception
        The first one that the work raised, after what was being worked on beside it.
    """
    rest = enumerate(things)
    begun: deque[tuple[T, Future[R]]] = deque()
    failure: BaseException | None = None
    with ThreadPoolExecutor(threads, "side-by-side") as pool:
        try:
            while True:
                if failure is None and not cancelled():
                    room = _AHEAD * threads - len(begun)
                    begun.extend((thing, pool.submit(work, index, thing)) for index, thing in islice(rest, room))
                else:
                    begun = deque(pair for pair in begun if not pair[1].cancel())
                if not begun:
                    break
                thing, done = begun.popleft()
                if (error := done.exception()) is None:
                    yield thing, done.result()
                failure = failure or error
        finally:
            pool.shutdown(cancel_futures=True)  # whoever listened may have gone
    if failure is not None:
        raise failure
