"""One thread that does one thing after the other, for calls that may take their time or hang."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

_END_LIMIT_S = 1.0


class Errands:
    """Runs functions in the order in which they come, none of which may raise.

    The thread starts with the first of them. It is a daemon: a driver that hangs must not keep the program from ending.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, errand: Callable[[], object]) -> None:
        """Do this when everything before it is done."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._queue.put(errand)

    def close(self) -> None:
        """Finish what waits, and wait a second for it at most."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(_END_LIMIT_S)
            self._thread = None

    def _work(self) -> None:
        while (errand := self._queue.get()) is not None:
            errand()


def at_once(errand: Callable[[], object]) -> None:
    """Do it here and now, for tests and where nothing waits."""
    errand()
