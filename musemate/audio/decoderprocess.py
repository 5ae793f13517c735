"""The process that decodes a file from outside, as seen from the one that wants its sound: start, ask, listen, end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from musemate.audio.decoderworker import ANSWER, BLOCK
from musemate.audio.limits import DECODE, TOO_MUCH_MEMORY, Job

MEMORY_BYTES = 3 << 29
"""Address space of the process; decoding needs a tenth of it."""
CPU_S = 120
"""Computing time of the process; the longest file that can be loaded needs a tenth of it."""
SILENT_S = 30.0
"""How long the process may say nothing: a network drive may have to wake up first."""
TOO_LONG, MEMORY, CRASH = "too long", "memory", "crash"
"""Why a process broke."""

_MOST_TEXT_BYTES = 1 << 16
_MOST_BLOCK_BYTES = 1 << 24
_MOST_DETAIL_BYTES = 4000
_LAST_S = 2.0
"""How long a process whose output ended may take to be gone."""
# -P and the path of this process: what lies in the current folder is never taken for our code; -S: a quicker start
_CODE = (
    "import sys; sys.path[:] = sys.argv.pop(1).split('\\n')\n"
    "from musemate.__main__ import main; sys.exit(main())"
)  # fmt: skip


class BrokenProcessError(Exception):
    """The process says nothing more, or something that cannot be."""


class DecoderProcess:
    """A process that limits its own memory and time, reads lines and gives answers.

    Raises
    ------
    OSError
        The system cannot start it.
    """

    def __init__(self) -> None:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0
        pipe, environment = subprocess.PIPE, _environment()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - `end` closes it
        try:
            self._process = subprocess.Popen(
                _command(),
                stdin=pipe,
                stdout=pipe,
                stderr=self._errors,
                env=environment,
                creationflags=flags,
                start_new_session=True,
            )
        except BaseException:
            self._errors.close()
            raise
        self._job = Job(self._process, MEMORY_BYTES, CPU_S)
        self._heard_s = time.monotonic()
        self._is_over = threading.Event()
        self._was_silent = False
        self._watch = threading.Thread(target=self._mind_the_clock, name="decoder watch", daemon=True)
        self._watch.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def ask(self, line: str) -> None:
        """Send a line; that the process is gone is noticed when it is listened to."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(line.encode("ascii") + b"\n")
            self._process.stdin.flush()

    def listen(self) -> tuple[bytes, bytes]:
        """Wait for an answer: its letter and its content.

        Raises
        ------
        BrokenProcessError
            None comes, or one of an impossible size.
        """
        self._heard_s = time.monotonic()
        letter, size = ANSWER.unpack(self._read(ANSWER.size))
        if size > (_MOST_BLOCK_BYTES if letter == BLOCK else _MOST_TEXT_BYTES):
            raise BrokenProcessError(f"an answer of {size} bytes")
        return letter, self._read(size)

    def autopsy(self) -> tuple[str, str]:
        """Tell why the process broke, and what it left to say."""
        self._stop_watching()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_S)
        code = self._process.returncode
        self._errors.seek(0)
        detail = self._errors.read(_MOST_DETAIL_BYTES).decode("utf-8", "replace")
        return self._cause(code), f"exit code {code}\n{detail}"

    def end(self) -> None:
        """End the process, with all that it started; may be called twice."""
        self._stop_watching()
        if self._process.returncode is None:  # else its number may be another process's by now
            self._job.end()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):  # what it never read cannot be delivered
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()
        self._job.close()

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise BrokenProcessError("the answer ends too early")
        return data

    def _cause(self, code: int | None) -> str:
        if self._was_silent or code == -getattr(signal, "SIGXCPU", 0):
            return TOO_LONG
        # the system itself kills with -9 when all memory is used up
        return MEMORY if code in (TOO_MUCH_MEMORY, -getattr(signal, "SIGKILL", 9)) else CRASH

    def _mind_the_clock(self) -> None:
        while not self._is_over.wait(min(0.5, SILENT_S)):
            if time.monotonic() - self._heard_s > SILENT_S:
                self._was_silent = True
                self._job.end()
                return

    def _stop_watching(self) -> None:
        self._is_over.set()
        self._watch.join()


def _command() -> list[str]:
    """Return how this program starts itself, packaged or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, DECODE]
    package = str(Path(__file__).parents[2])  # last: an editable installation has it in no other place
    path = "\n".join([*(place or str(Path.cwd()) for place in sys.path), package])
    return [sys.executable, "-P", "-S", "-c", _CODE, path, DECODE]


def _environment() -> dict[str, str]:
    """Return the environment without what would reserve much address space: threads, and heaps for them."""
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
