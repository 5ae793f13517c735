"""A lane: a queue of jobs, one at a time, in a worker process that a QThread supervises."""

from __future__ import annotations

import logging
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, QTimer, Signal

from musemate.engine.events import Progressed, Working, event_from_json
from musemate.errors import MuseMateError, WorkerError
from musemate.jobs.messages import CANCELLED, FAILED, SUCCEEDED, Message, encode, error_from_json
from musemate.jobs.process import FIND_TASK, WorkerProcess
from musemate.jobs.supervisor import Supervisor

logger = logging.getLogger(__name__)


class Job(QObject):
    """One request to a lane. All signals are emitted in the thread of the lane, the window's.

    Exactly one of `succeeded`, `failed` and `cancelled` is emitted, then `finished`. After a cancel that
    the task does not answer at once, `cancelled` comes within a second and `finished` when the work has
    really stopped; events in between still arrive. After `finished` it has forgotten who listens; what it knows stays.
    """

    started = Signal()
    progressed = Signal(object)
    """Progressed or Working, at most ten a second."""
    happened = Signal(object)
    """Every other event."""
    succeeded = Signal()
    failed = Signal(object)
    """With the MuseMateError."""
    cancelled = Signal()
    finished = Signal()
    paused = Signal(bool)
    """The task rests where it is (True), or goes on."""

    def __init__(self, lane: Lane, number: int, task: str, args: dict[str, Any]) -> None:
        super().__init__()
        self._lane = lane
        self.number = number
        self.task = task
        self.args = args
        self.state = "waiting"
        """"waiting", "running", then "succeeded", "failed" or "cancelled"."""
        self.error: MuseMateError | None = None
        self.is_paused = False

    def cancel(self) -> None:
        """Ask the job to stop; nothing happens when it has ended."""
        self._lane.cancel(self)

    def pause(self, paused: bool = True) -> None:
        """Let a running job rest where it is, with all that it holds in memory, or go on.

        It does so when its task next asks whether it is cancelled; `paused` says when. Nothing happens to a job that
        waits or has ended.
        """
        self._lane.pause(self, paused)

    def hear(self, message: Message) -> None:
        """Turn a message of the supervisor into a signal."""
        if "event" in message:
            event = event_from_json(message["event"])
            is_progress = isinstance(event, Progressed | Working)
            (self.progressed if is_progress else self.happened).emit(event)
        elif "started" in message:
            self.state = "running"
            self.started.emit()
        elif "paused" in message:
            self.is_paused = message["paused"]
            self.paused.emit(self.is_paused)
        elif "end" in message:
            self._end(message["end"], message["error"])
        else:
            self.finished.emit()
            self._forget_listeners()

    def _forget_listeners(self) -> None:
        """Let go of all that hears this job.

        Who listens often holds the job too. That circle goes through C++, where no garbage collector looks; and
        `deleteLater` would delete the job while another thread may hold Python, and with it what is left of the job.
        """
        known = self.metaObject()  # not QMetaMethod.fromSignal(): PySide never lets go of what that is asked about
        for index in range(known.methodOffset(), known.methodCount()):
            signal = known.method(index)
            if self.isSignalConnected(signal):
                getattr(self, signal.name().toStdString()).disconnect()

    def _end(self, end: str, error: Message | None) -> None:
        self.state = end
        if end == FAILED and error is not None:
            self.error = error_from_json(error)
            logger.warning("%s failed: %s %s", self.task, self.error.message, self.error.detail)
            self.failed.emit(self.error)
        else:
            {SUCCEEDED: self.succeeded, CANCELLED: self.cancelled}[end].emit()


def _refuse(job: Job) -> None:
    job.hear({"end": CANCELLED, "error": None})
    job.hear({"finished": True})


class _Thread(QThread):
    """Runs the supervisor; `arrived` says that messages wait in `inbox`."""

    arrived = Signal()
    died = Signal(object)

    def __init__(self, name: str, finder: str, prewarm: tuple[str, ...], parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(f"lane {name}")
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.supervisor = Supervisor(lambda: WorkerProcess(name, finder, prewarm), self._report, self._on_died)

    def run(self) -> None:
        """Supervise until closed."""
        self.supervisor.run()

    def _report(self, message: Message) -> None:
        self.inbox.put(message)
        self.arrived.emit()

    def _on_died(self, cause: WorkerError) -> None:
        self.died.emit(cause)


class Lane(QObject):
    """Runs jobs one after the other in a process of its own, kept alive between them.

    `submitted` carries each new job, for those who show what is being done.

    Parameters
    ----------
    name : str
        Short name for logs.
    parent : QObject, optional
        Qt owner.
    prewarm : tuple of str
        Modules that the worker imports when it starts.
    finder : str
        "module:function" that finds a task by its name.
    """

    submitted = Signal(object)
    worker_died = Signal(object)
    """With the WorkerError: the process ended, and nobody had asked it to."""

    def __init__(
        self,
        name: str,
        parent: QObject | None = None,
        *,
        prewarm: tuple[str, ...] = (),
        finder: str = FIND_TASK,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self._numbers = count(1)
        self._jobs: dict[int, Job] = {}
        self._thread = _Thread(name, finder, prewarm, self)
        self._thread.arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._thread.died.connect(self.worker_died, Qt.ConnectionType.QueuedConnection)
        self._is_closed = False
        self._thread.start()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    @property
    def jobs(self) -> list[Job]:
        """The jobs that are not finished, the running one first."""
        return list(self._jobs.values())

    def submit(self, task: str, **args: Any) -> Job:
        """Queue a task and return its job; connect to its signals before returning to the event loop.

        A closed lane cancels the job: what a job's last event asks for while the window closes comes too late.

        Raises
        ------
        TypeError
            An argument is neither a JSON value nor a path.
        """
        number = next(self._numbers)
        message = {"job": number, "task": task, "args": args}
        encode(message)
        job = Job(self, number, task, args)
        if self._is_closed:
            QTimer.singleShot(0, self, partial(_refuse, job))  # later: who submits has yet to connect to its signals
            return job
        self._jobs[number] = job
        self._thread.supervisor.submit(number, message)
        self.submitted.emit(job)
        return job

    def cancel(self, job: Job) -> None:
        """Ask a job of this lane to stop."""
        if job.number in self._jobs and not self._is_closed:
            self._thread.supervisor.cancel(job.number)

    def pause(self, job: Job, paused: bool) -> None:
        """Let the running job rest, or go on."""
        if job.number in self._jobs and not self._is_closed:
            self._thread.supervisor.pause(job.number, paused)

    def warm(self) -> None:
        """Start the worker ahead of its first job."""
        if not self._is_closed:
            self._thread.supervisor.warm()

    def rest(self) -> None:
        """Give back the memory of a worker that has nothing to do."""
        if not self._is_closed:
            self._thread.supervisor.rest()

    def begin_close(self) -> None:
        """Cancel all jobs and let worker and thread end, without waiting; `close` must follow."""
        if not self._is_closed:
            self._is_closed = True
            self._thread.supervisor.close()

    def close(self) -> None:
        """Cancel all jobs, end worker and thread; returns within seconds, after the jobs' last signals."""
        self.begin_close()
        self._thread.wait()
        self._on_arrived()

    def _on_arrived(self) -> None:
        while True:
            try:
                message = self._thread.inbox.get_nowait()
            except Empty:
                return
            number = message["job"]
            job = self._jobs.pop(number) if "finished" in message else self._jobs[number]
            job.hear(message)
