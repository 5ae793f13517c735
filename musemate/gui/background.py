"""Runs small jobs (reading a clip, a picture) on a few threads and hands their results to the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from musemate.errors import MuseMateError

N_THREADS = 2
CLOSE_MS = 5_000

Done = Callable[[Any], None]
Failed = Callable[[MuseMateError], None]


class _Work(NamedTuple):
    """A function to call in a thread, and who hears what came of it."""

    function: Callable[[], Any]
    done: Done
    failed: Failed


class _Outcome(NamedTuple):
    """What came of a work: its result, or the error that stopped it."""

    value: Any
    is_error: bool


class Background(QObject):
    """A little pool of threads for work of some milliseconds to a second.

    Anything longer, or anything that may crash, belongs into a lane's process.

    A thread knows a work by its number alone. The work itself, and with it the widgets that wait for its result, is
    kept and let go here in the window's thread: Qt's objects must not end in another one.

    Parameters
    ----------
    parent : QObject, optional
    n_threads : int
        With one, things are done in the order in which they come.
    """

    _arrived = Signal()

    def __init__(self, parent: QObject | None = None, n_threads: int = N_THREADS) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(n_threads)
        self._numbers = count()
        self._works: dict[int, _Work] = {}
        self._inbox: SimpleQueue[tuple[int, _Outcome | None]] = SimpleQueue()
        self._is_closed = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def run(self, function: Callable[[], Any], done: Done, failed: Failed) -> None:
        """Call a function in a thread, then `done` or `failed` here in the window's thread."""
        if self._is_closed:
            return
        number = next(self._numbers)
        self._works[number] = _Work(function, done, failed)
        # A plain function: PySide never lets go of a QRunnable made in Python that ends before `start` returns.
        self._pool.start(partial(self._run_in_thread, number))

    def finish(self) -> None:
        """Wait until all that was asked for is done, for what must not be dropped; then `close`."""
        self._pool.waitForDone(CLOSE_MS)
        self.close()

    def close(self) -> None:
        """Wait for what runs, drop what waits; nothing is handed over afterwards."""
        self._is_closed = True
        # What waits passes through the threads undone: PySide never lets go of functions that a pool is cleared of.
        if self._pool.waitForDone(CLOSE_MS):
            self._works.clear()

    def _run_in_thread(self, number: int) -> None:
        """Do a work, in a thread of the pool; its outcome goes into the inbox."""
        outcome = None
        try:
            outcome = self._outcome(number)
        finally:  # also after an error that nobody foresaw: the work is to be let go
            self._inbox.put((number, outcome))
            if not self._is_closed:
                self._arrived.emit()

    def _outcome(self, number: int) -> _Outcome | None:
        """Call a work's function unless nobody waits for it any more; called by the threads."""
        if self._is_closed:
            return None
        try:
            return _Outcome(self._works[number].function(), is_error=False)
        except MuseMateError as error:
            return _Outcome(error, is_error=True)

    def _on_arrived(self) -> None:
        while not self._is_closed:
            try:
                number, outcome = self._inbox.get_nowait()
            except Empty:
                return
            work = self._works.pop(number)
            if outcome is not None:
                (work.failed if outcome.is_error else work.done)(outcome.value)
