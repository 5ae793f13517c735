"""Runs small jobs (reading a clip, a picture) on a few threads and hands their results to the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from musemate.errors import MuseMateError

N_THREADS = 2
CLOSE_MS = 5_000

Done = Callable[[Any], None]
Failed = Callable[[MuseMateError], None]


class _Work(QRunnable):
    """One function call; its outcome goes into the inbox."""

    def __init__(self, function: Callable[[], Any], done: Done, failed: Failed, owner: Background) -> None:
        super().__init__()
        self._function, self._done, self._failed, self._owner = function, done, failed, owner

    def run(self) -> None:
        """Call the function (Qt's hook, in a thread of the pool)."""
        try:
            result = self._function()
        except MuseMateError as error:
            self._owner.report(self._failed, error)
        else:
            self._owner.report(self._done, result)


class Background(QObject):
    """A little pool of threads for work of some milliseconds to a second.

    Anything longer, or anything that may crash, belongs into a lane's process.

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
        self._inbox: SimpleQueue[tuple[Callable[[Any], None], Any]] = SimpleQueue()
        self._is_closed = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def run(self, function: Callable[[], Any], done: Done, failed: Failed) -> None:
        """Call a function in a thread, then `done` or `failed` here in the window's thread."""
        if not self._is_closed:
            self._pool.start(_Work(function, done, failed, self))

    def report(self, receiver: Callable[[Any], None], value: Any) -> None:
        """Hand a result over, unless nobody waits for it any more; called by the threads."""
        if self._is_closed:
            return
        self._inbox.put((receiver, value))
        self._arrived.emit()

    def finish(self) -> None:
        """Wait until all that was asked for is done, for what must not be dropped; then `close`."""
        self._pool.waitForDone(CLOSE_MS)
        self.close()

    def close(self) -> None:
        """Wait for what runs, drop what waits; nothing is handed over afterwards."""
        self._is_closed = True
        self._pool.clear()
        self._pool.waitForDone(CLOSE_MS)

    def _on_arrived(self) -> None:
        while not self._is_closed:
            try:
                receiver, value = self._inbox.get_nowait()
            except Empty:
                return
            receiver(value)
