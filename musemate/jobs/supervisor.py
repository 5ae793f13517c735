"""Keeps one worker process busy with queued jobs, answers cancels in time and survives the worker's death.

Free of Qt: `Lane` runs `Supervisor.run` in a QThread and hears from it through one callback.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from queue import Empty, SimpleQueue
from typing import Any

from musemate.errors import WorkerError
from musemate.jobs.messages import CANCELLED, FAILED, Message, error_to_json
from musemate.jobs.process import WorkerProcess
from musemate.language import _

ANSWER_S = 0.7
"""A cancel is answered after this time even when the task has not stopped yet."""
KILL_S = 5.0
"""A task that has not stopped this long after its cancel is ended with its process."""
CLOSE_S = 2.0
"""The same while the lane closes."""

Died = Callable[[WorkerError], None]
"""Hears how a worker ended that nobody asked to end."""
Report = Callable[[Message], None]
"""Hears {"job": n} with one of "started", "event", "paused", "end" (and "error"), "finished"."""


@dataclass
class _Request:
    job: int
    message: Message
    cancelled_at_s: float | None = None
    is_answered: bool = False
    """Whether the one end of the job was reported."""


@dataclass
class _State:
    waiting: deque[_Request] = field(default_factory=deque)
    current: _Request | None = None
    worker: WorkerProcess | None = None
    closing: bool = False


class Supervisor:
    """Runs requests one after the other in a worker process that lives between them.

    Parameters
    ----------
    start : callable
        Starts a new worker process.
    report : callable
        Called from the thread of `run` with every message about a job.
    died : callable
        Called from there too.
    """

    def __init__(self, start: Callable[[], WorkerProcess], report: Report, died: Died = lambda cause: None) -> None:
        self._start = start
        self._report = report
        self._died = died
        self._commands: SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]]] = SimpleQueue()
        self._wake_in, self._wake_out = Pipe(duplex=False)
        self._state = _State()

    # Called from any thread

    def submit(self, job: int, message: Message) -> None:
        """Queue a request."""
        self._post(self._on_submit, job, message)

    def cancel(self, job: int) -> None:
        """Take a request back, whether it waits or runs; an unknown number is ignored."""
        self._post(self._on_cancel, job)

    def pause(self, job: int, paused: bool) -> None:
        """Let the running request rest where it is, or go on; any other number is ignored."""
        self._post(self._on_pause, job, paused)

    def warm(self) -> None:
        """Start the worker ahead of its first request."""
        self._post(self._on_warm)

    def rest(self) -> None:
        """End a worker that has nothing to do; the next request starts another."""
        self._post(self._on_rest)

    def close(self) -> None:
        """Cancel everything and let `run` return."""
        self._post(self._on_close)

    def _post(self, command: Callable[..., None], *args: Any) -> None:
        self._commands.put((command, args))
        self._wake_out.send_bytes(b"!")

    # The thread of `run`

    def run(self) -> None:
        """Serve until `close`."""
        state = self._state
        try:
            while not (state.closing and state.current is None):
                self._start_next()
                wait(self._waitables(), self._patience_s())
                self._obey()
                self._listen()
                self._mind_the_clock()
        finally:
            if state.worker is not None:
                state.worker.end()
            self._wake_in.close()
            self._wake_out.close()

    def _waitables(self) -> list[Connection | int]:
        worker = self._state.worker
        return [self._wake_in, *(worker.waitables if worker else [])]

    def _patience_s(self) -> float | None:
        """Time until a cancel has to be answered or enforced, None for ever."""
        current = self._state.current
        if current is None or current.cancelled_at_s is None:
            return None
        limit_s = self._kill_s() if current.is_answered else min(ANSWER_S, self._kill_s())
        return max(0.0, current.cancelled_at_s + limit_s - time.monotonic())

    def _kill_s(self) -> float:
        return CLOSE_S if self._state.closing else KILL_S

    def _obey(self) -> None:
        while self._wake_in.poll():
            self._wake_in.recv_bytes()
        while True:
            try:
                command, args = self._commands.get_nowait()
            except Empty:
                return
            command(*args)

    def _on_submit(self, job: int, message: Message) -> None:
        self._state.waiting.append(_Request(job, message))

    def _on_cancel(self, job: int) -> None:
        state = self._state
        for request in [r for r in state.waiting if r.job == job]:
            state.waiting.remove(request)
            self._answer(request, CANCELLED)
            self._report({"job": job, "finished": True})
        if state.current and state.current.job == job and state.current.cancelled_at_s is None:
            state.current.cancelled_at_s = time.monotonic()
            if state.worker:
                state.worker.send({"cancel": job})

    def _on_pause(self, job: int, paused: bool) -> None:
        current, worker = self._state.current, self._state.worker
        if current is not None and current.job == job and worker is not None:
            worker.send({"pause": job, "paused": paused})

    def _on_warm(self) -> None:
        if self._state.worker is None and not self._state.closing:
            self._try_to_start()

    def _on_rest(self) -> None:
        state = self._state
        if state.worker is not None and state.current is None and not state.waiting:
            worker, state.worker = state.worker, None
            worker.end()

    def _on_close(self) -> None:
        self._state.closing = True
        for request in list(self._state.waiting):
            self._on_cancel(request.job)
        if self._state.current:
            self._on_cancel(self._state.current.job)

    def _start_next(self) -> None:
        state = self._state
        while state.current is None and state.waiting:
            state.current = state.waiting.popleft()
            self._report({"job": state.current.job, "started": True})
            problem = self._try_to_start()
            if problem is not None:
                self._finish(problem)
            elif state.worker:
                state.worker.send(state.current.message)  # if it just died, `_listen` notices

    def _try_to_start(self) -> WorkerError | None:
        if self._state.worker is None:
            try:
                self._state.worker = self._start()
            except OSError as error:
                return WorkerError(
                    _("The background work could not be started."),
                    hint=_("Close other programs and try again."),
                    detail=str(error),
                )
        return None

    def _listen(self) -> None:
        worker = self._state.worker
        if worker is None:
            return
        is_dead = worker.is_dead()  # asked first: a dead worker's last messages are all in the pipe
        for message in worker.messages():
            self._pass_on(message)
        if is_dead:
            self._state.worker = None
            cause = worker.cause_of_death()
            worker.kill()
            self._died(cause)
            self._finish(cause)

    def _pass_on(self, message: Message) -> None:
        current = self._state.current
        if current is None or message["job"] != current.job:
            return
        if "end" in message:
            self._answer(current, message["end"], message.get("error"))
            self._finish()
        else:
            self._report(message)

    def _mind_the_clock(self) -> None:
        current, worker = self._state.current, self._state.worker
        if current is None or current.cancelled_at_s is None:
            return
        waited_s = time.monotonic() - current.cancelled_at_s
        if waited_s >= ANSWER_S:
            self._answer(current, CANCELLED)
        if waited_s >= self._kill_s() and worker is not None:
            self._state.worker = None
            worker.kill()
            self._finish()

    def _answer(self, request: _Request, end: str, error: Message | None = None) -> None:
        """Report the end of a job, the first time only."""
        if not request.is_answered:
            request.is_answered = True
            self._report({"job": request.job, "end": end, "error": error})

    def _finish(self, problem: WorkerError | None = None) -> None:
        """Let go of the current job, which failed or was cancelled unless its end was reported before."""
        current, self._state.current = self._state.current, None
        if current is None:
            return
        if problem is None or current.cancelled_at_s is not None:
            self._answer(current, CANCELLED)
        else:
            self._answer(current, FAILED, error_to_json(problem, str(current.message["task"])))
        self._report({"job": current.job, "finished": True})
