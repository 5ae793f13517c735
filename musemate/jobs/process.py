"""One worker process as seen from the window's side: start, talk, notice its death, end it. Free of Qt."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait

from musemate.errors import WorkerError
from musemate.jobs import worker
from musemate.jobs.messages import Message, receive, send
from musemate.language import _, mark

FIND_TASK = "musemate.tasks.registry:get_task"
_QUIT_S = 2.0


class WorkerProcess:
    """A spawned process that runs `worker.main`.

    Parameters
    ----------
    name : str
        Name of the lane.
    finder : str
        "module:function" that returns a task by its name.
    prewarm : tuple of str
        Modules to import before the first request.

    Raises
    ------
    OSError
        The system cannot start a process.
    """

    def __init__(self, name: str, finder: str = FIND_TASK, prewarm: tuple[str, ...] = ()) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=worker.main, args=(theirs, name, finder, prewarm), name=f"musemate {name}", daemon=True
        )
        try:
            self._process.start()
        except BaseException:
            self._connection.close()
            raise
        finally:
            theirs.close()  # else the end of the worker would not end the pipe

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid or 0

    @property
    def waitables(self) -> list[Connection | int]:
        """What to wait for: messages and the end of the process."""
        return [self._connection, self._process.sentinel]

    def send(self, message: Message) -> bool:
        """Send a message; False when the worker is gone."""
        try:
            send(self._connection, message)
        except OSError:
            return False
        return True

    def messages(self) -> Iterator[Message]:
        """Return what has arrived, without waiting."""
        try:
            while self._connection.poll():
                yield receive(self._connection)
        except (EOFError, OSError):
            return

    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return bool(wait([self._process.sentinel], timeout=0))

    def end(self, grace_s: float = _QUIT_S) -> None:
        """End the process: ask it, then kill it; returns when it is gone."""
        self.send({"quit": True})
        self._process.join(grace_s)
        self.kill()

    def kill(self) -> None:
        """End the process at once; nothing happens when it is gone."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._connection.close()

    def cause_of_death(self) -> WorkerError:
        """Describe how the process ended, after it did."""
        self._process.join()
        code = self._process.exitcode
        hint = _("Everything stored before is safe. Go on, or try again.")
        if code in _SHORT_OF_MEMORY:
            hint = _("Everything stored before is safe. Close other programs, then go on; a shorter region takes less.")
        return WorkerError(
            _("The background work ended unexpectedly ({reason}).").format(reason=_reason(code)),
            hint=hint,
            detail=f"worker {self.pid} exit code {code}",
        )


def _reason(code: int | None) -> str:
    """Say why a process ended, from its exit code: on POSIX, minus the number of a signal; on Windows, a status."""
    if code is None or code >= 0:
        return _(_EXITS[code]) if code in _EXITS else _("exit code {n}").format(n=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = _("signal {n}").format(n=-code)
    return _(_SIGNALS[name]) if name in _SIGNALS else _("it crashed with {signal}").format(signal=name)


_SIGNALS = {
    "SIGKILL": mark("the system ended it, probably for want of memory"),
    "SIGSEGV": mark("it crashed with SIGSEGV, a fault in memory"),
    "SIGBUS": mark("it crashed with SIGBUS, a fault in memory or on the disk"),
    "SIGABRT": mark("it crashed with SIGABRT, it gave itself up"),
    "SIGILL": mark("it crashed with SIGILL, this processor lacks an instruction"),
    "SIGTERM": mark("another program asked it to end"),
}
_EXITS: dict[int | None, str] = {
    0xC0000005: mark("it crashed with a fault in memory"),
    0xC0000017: mark("the system has no memory left"),
}
"""Windows' own, NTSTATUS: access violation and no memory."""
_SHORT_OF_MEMORY = (-9, 0xC0000017)
