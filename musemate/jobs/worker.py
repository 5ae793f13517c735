"""The worker process: takes requests from a pipe, runs one task at a time, sends its events back. Free of Qt."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import connection as mp_connection
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import cast

from musemate import language
from musemate.errors import MuseMateError
from musemate.jobs.heap import give_back
from musemate.jobs.messages import CANCELLED, FAILED, SUCCEEDED, Message, error_to_json, receive, send
from musemate.log import start_log
from musemate.tasks.registry import Task, load
from musemate.tasks.throttle import throttled

_logger = logging.getLogger(__name__)
NICENESS = 5
ORPHAN_S = 5.0
"""How long a task may take to stop after the window's process died."""
REST_S = 1.0
"""After so long without a request a worker rests."""
_LOOK_S = 0.02
"""Shortest time between two looks into the pipe while a task runs."""


def main(connection: Connection, name: str, finder: str, prewarm: tuple[str, ...]) -> None:
    """Run tasks until told to quit or until the other side is gone.

    Parameters
    ----------
    connection : Connection
        The worker's end of a two-way pipe.
    name : str
        Name of the lane, for the log.
    finder : str
        "module:function" that returns a task by its name.
    prewarm : tuple of str
        Modules to import before the first request.
    """
    _settle_in(name)
    with contextlib.suppress(ImportError):  # the task that needs it will say so
        for module in prewarm:
            import_module(module)
    worker = Worker(connection, cast(Callable[[str], Task], load(finder)))
    with contextlib.suppress(EOFError, OSError):
        worker.serve()


class Worker:
    """Serves one pipe.

    Parameters
    ----------
    connection : Connection
        Where requests come from and events go to.
    find : callable
        Returns a task by its name.
    """

    def __init__(self, connection: Connection, find: Callable[[str], Task]) -> None:
        self._connection = connection
        self._find = find
        self._requests: deque[Message] = deque()
        self._cancelled: set[int] = set()
        self._paused: set[int] = set()
        self._quitting = False
        self._last_look_s = 0.0
        self._is_tidy = True
        self._before_rest: list[Callable[[], None]] = []

    def serve(self) -> None:
        """Take requests one by one until told to quit.

        Raises
        ------
        EOFError, OSError
            The other side is gone.
        """
        while not self._quitting:
            if self._requests:
                self._serve_one(self._requests.popleft())
            else:
                self._tidy_up()
                self._note(receive(self._connection))

    def _tidy_up(self) -> None:
        """Give memory back after work, when nothing more comes for a while: who asks next does not wait for it."""
        if not self._is_tidy and not self._connection.poll(REST_S):
            give_back()
            self._is_tidy = True

    def _serve_one(self, request: Message) -> None:
        job, task = int(request["job"]), str(request["task"])
        end = {"job": job, "end": SUCCEEDED}
        try:
            self._run(job, task, request["args"])
            if self.is_cancelled(job):
                end["end"] = CANCELLED
        # The outermost call of the worker: whatever a task raises is shown, and the worker lives on.
        except Exception as error:
            if not isinstance(error, MuseMateError):
                _logger.exception("%s broke", task)
            end |= {"end": FAILED, "error": error_to_json(error, task)}
        send(self._connection, end)
        self._is_tidy = False

    def _run(self, job: int, task: str, args: Message) -> None:
        self._before_rest = []
        events = self._find(task)(**args, cancelled=_Question(self, job))
        with contextlib.closing(throttled(events)) as shown:
            for event in shown:
                if not self._tell({"job": job, "event": event.to_json()}):
                    return

    def _tell(self, message: Message) -> bool:
        """Send a message; without anybody to hear it the worker is to quit."""
        try:
            send(self._connection, message)
        except OSError:
            self._quitting = True
        return not self._quitting

    def before_rest(self, act: Callable[[], None]) -> None:
        """Let `act` be called each time before the job that runs is to rest."""
        self._before_rest.append(act)

    def is_cancelled(self, job: int) -> bool:
        """Whether a job is to stop; lets it rest where that is asked for."""
        now_s = time.monotonic()
        if now_s - self._last_look_s >= _LOOK_S:
            self._last_look_s = now_s
            self._look()
            if job in self._paused:
                self._rest(job)
        return self._quitting or job in self._cancelled

    def _rest(self, job: int) -> None:
        """Keep everything where it is until the job is to go on, or to end; a task that waits here computes nothing."""
        for act in self._before_rest:
            act()
        self._tell({"job": job, "paused": True})
        try:
            while job in self._paused and not (self._quitting or job in self._cancelled):
                self._note(receive(self._connection))
        except (EOFError, OSError):  # the window is gone
            self._quitting = True
        self._paused.discard(job)
        self._tell({"job": job, "paused": False})

    def _look(self) -> None:
        try:
            while self._connection.poll():
                self._note(receive(self._connection))
        except (EOFError, OSError):  # the window is gone: let the task stop as if it were cancelled
            self._quitting = True

    def _note(self, message: Message) -> None:
        if "quit" in message:
            self._quitting = True
        elif "cancel" in message:
            self._cancelled.add(int(message["cancel"]))
        elif "pause" in message:
            (self._paused.add if message["paused"] else self._paused.discard)(int(message["pause"]))
        else:
            self._requests.append(message)


@dataclass(frozen=True)
class _Question:
    """What a task asks between its steps; see `musemate.engine.base.Resting`."""

    worker: Worker
    job: int

    def __call__(self) -> bool:
        return self.worker.is_cancelled(self.job)

    def before_rest(self, act: Callable[[], None]) -> None:
        self.worker.before_rest(act)


def _settle_in(name: str) -> None:
    """Make the process polite: nice, asleep while it waits, deaf to Ctrl+C, gone with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the window to answer
    start_log(f"worker-{name}")
    language.use_parents()
    # All cores may compute: a nice process whose idle threads sleep does not hold up the window (benchmarks/window.py),
    # one that spins would. Read when torch is imported, later.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _lower_priority()
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()


def _lower_priority() -> None:
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(NICENESS)


def _end_with_parent() -> None:
    """End the process some seconds after its parent died; the pipe's end has told the task to stop before."""
    parent = parent_process()
    if parent is None:
        return
    mp_connection.wait([parent.sentinel])
    time.sleep(ORPHAN_S)
    os._exit(1)
