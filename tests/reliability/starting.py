"""Starts windows that work by themselves: each from nothing, as ever, or forked from one that is warm."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

REPOSITORY = Path(__file__).resolve().parents[2]
COLD = "import sys; from tests.reliability.songwriter import main; main(*sys.argv[1:])"
WARM = "from tests.reliability.zygote import serve; serve()"


@dataclass(frozen=True)
class Started:
    """A window's process.

    Parameters
    ----------
    pid : int
    words : file
        What it says, line by line, to its end.
    wait : callable
        Returns when it is gone.
    workers : callable
        Returns the ids of its workers.
    """

    pid: int
    words: IO[bytes]
    wait: Callable[[], object]
    workers: Callable[[], list[int]]


class Starter(Protocol):
    """Starts windows."""

    def start(self, project: Path, song: Path, errors: Path) -> Started:
        """Start one."""

    def close(self) -> None:
        """Let go of what it holds."""


class ColdStarter:
    """Starts each window in a fresh interpreter, and so do the windows with their workers.

    Parameters
    ----------
    home : Path
        Takes settings, logs and temporary files.
    code : str
        What to start.
    """

    def __init__(self, home: Path, code: str = COLD) -> None:
        self._environment, self._code = _environment(home), code

    def start(self, project: Path, song: Path, errors: Path) -> Started:
        """Start one."""
        command = [sys.executable, "-c", self._code, str(project), str(song)]
        with errors.open("ab") as file:
            process = subprocess.Popen(
                command, env=self._environment, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=file
            )
        assert process.stdout is not None
        return Started(process.pid, process.stdout, process.wait, lambda: workers_of(process.pid))

    def close(self) -> None:
        """Nothing is held."""


class WarmStarter:
    """Forks windows from one process that has imported everything; see `zygote`.

    Parameters
    ----------
    home : Path
        Takes settings, logs and temporary files.
    """

    def __init__(self, home: Path) -> None:
        self._words = home / "words"
        self._process = subprocess.Popen(
            [sys.executable, "-c", WARM],
            env=_environment(home),
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        os.mkfifo(self._words)
        self._workers = self._answer()

    def start(self, project: Path, song: Path, errors: Path) -> Started:
        """Start one."""
        assert self._process.stdin is not None
        wish = {"project": project, "song": song, "words": self._words, "errors": errors}
        self._process.stdin.write(json.dumps(wish, default=str).encode() + b"\n")
        self._process.stdin.flush()
        words = self._words.open("rb")
        return Started(self._answer(), words, lambda: None, lambda: children_of(self._workers))

    def close(self) -> None:
        """End the process; it ends what workers are forked from."""
        for file in (self._process.stdin, self._process.stdout):
            assert file is not None
            file.close()
        self._process.wait()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def _environment(home: Path) -> dict[str, str]:
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    ours = {"MUSEMATE_HOME": str(home), "TMPDIR": str(home / "tmp"), "QT_QPA_PLATFORM": "offscreen"}
    calm = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": str(REPOSITORY)}
    return {**os.environ, **ours, **calm}


def workers_of(pid: int) -> list[int]:
    """Return the ids of the workers that a process has spawned."""
    return [child for child in children_of(pid) if b"spawn_main" in _read(child, "cmdline")]


def children_of(pid: int) -> list[int]:
    """Return the ids of the living children of a process."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in listing.read_text().split()]
        except OSError:
            continue
    return [child for child in found if is_alive(child)]


def is_alive(pid: int) -> bool:
    """Whether a process runs, rather than waiting to be cleared away."""
    state = _read(pid, "stat").rpartition(b")")[2].split()
    return bool(state) and state[0] != b"Z"


def kill(pid: int) -> None:
    """Kill a process, if it is still there."""
    if is_alive(pid):
        os.kill(pid, signal.SIGKILL)


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
