"""What every test shares: no screen, no trace in the home folder, no stray errors, nothing left running."""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from patient_bot import PatientBot
    from PySide6.QtWidgets import QApplication

REPOSITORY = Path(__file__).resolve().parents[1]
END_LIMIT_S = 60.0
"""How long a thread or process may take to end after its test; one that never ends is found all the same."""

# Set before anything imports Qt or torch. QT_QPA_PLATFORM=xcb from outside asks for real X windows instead.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Tests read English, whatever the system speaks.
os.environ["MUSEMATE_LANGUAGE"] = "en"
# Tiny models are faster on one thread, and workers started by tests must not fight over two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Send settings, logs, caches and default projects to a temporary folder, for workers too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("MUSEMATE_HOME", str(home / "MuseMate"))
        for name, folder in (
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        ):
            patch.setenv(name, str(home / folder))
        yield


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is a disk of its own with room for 256 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, timeout=10, check=False)
    except FileNotFoundError:
        pytest.skip("this system has no mount command")
    if done.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True, timeout=10)


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """Return the folder of real recordings that lies beside the repository; skip where it is missing."""
    folder = REPOSITORY.parent / "shared" / "audio"
    if not folder.is_dir():
        pytest.skip(f"the recordings are not on this machine: {folder} is missing")
    return folder


class _ErrorLog(logging.Handler):
    """Collects records of level ERROR and above, and the texts that a test says it expects."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")

    def check(self) -> None:
        """Fail on an error that nobody expected, and on an expected one that never came."""
        stray = [m for m in self.messages if not any(text in m for text in self.expected)]
        missing = [text for text in self.expected if not any(text in m for m in self.messages)]
        if stray or missing:
            pytest.fail(f"stray errors in the log: {stray}; expected but missing: {missing}", pytrace=False)


@pytest.fixture(autouse=True)
def _error_log() -> Iterator[_ErrorLog]:
    """Fail a test that logs an error, unless it expects it."""
    handler = _ErrorLog()
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    handler.check()


@pytest.fixture
def expect_error_log(_error_log: _ErrorLog) -> Callable[[str], None]:
    """Return a function that names part of an error message that this test must cause in the log."""
    return _error_log.expected.append


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a QThread or a process running."""
    threads, processes, native = set(threading.enumerate()), _child_processes(), _native_threads()
    yield
    deadline = time.monotonic() + END_LIMIT_S
    left: list[str] = []
    for thread in set(threading.enumerate()) - threads:
        if isinstance(thread, threading._DummyThread):
            continue  # Python's view of a foreign thread; it stays listed after that thread has ended
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            left.append(f"thread {thread.name}")
    if "qtbot" in request.fixturenames and (sys.platform != "linux" or _native_threads() - native):
        left += _running_qthreads(deadline)
    left += [f"process {pid}" for pid in _wait_for_children(processes, deadline)]
    if left:
        pytest.fail(f"left running: {', '.join(left)}", pytrace=False)


def _native_threads() -> set[str]:
    """Return the ids of this process's threads, without Qt's pooled ones, which outlive their work; Linux only.

    Where none is new, no QThread can have been left running, and the objects need not be looked through for one.
    """
    found = set()
    for thread in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(OSError):  # it has just ended
            if (thread / "comm").read_text() != "Thread (pooled)\n":
                found.add(thread.name)
    return found


def _running_qthreads(deadline: float) -> list[str]:
    """Return the names of QThreads that do not end in time."""
    from PySide6.QtCore import QThread
    from shiboken6 import isValid

    kinds, left = _with_subclasses(QThread), []
    for thread in [o for o in gc.get_objects() if type(o) in kinds and isValid(o)]:
        remaining_ms = max(1, round((deadline - time.monotonic()) * 1000))
        if thread.isRunning() and thread is not QThread.currentThread() and not thread.wait(remaining_ms):
            left.append(f"QThread {thread.objectName() or type(thread).__name__}")
    return left


def _with_subclasses(kind: type) -> set[type]:
    """Return a class and all that are derived from it: quicker to look through than to ask each object."""
    return {kind}.union(*(_with_subclasses(derived) for derived in kind.__subclasses__()))


def _child_processes() -> set[int]:
    """Return the ids of this process's living children, without multiprocessing's own helper."""
    children = {process.pid for process in multiprocessing.active_children() if process.pid}
    for listing in Path("/proc/self/task").glob("*/children"):  # Linux only; empty elsewhere
        children |= {int(pid) for pid in listing.read_text().split() if _is_alive(int(pid))}
    return children - {resource_tracker._resource_tracker._pid}


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs, rather than waiting to be collected by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for_children(known: set[int], deadline: float) -> set[int]:
    """Wait until only the known children are left; return the others at the deadline."""
    while left := _child_processes() - known:
        if time.monotonic() > deadline:
            return left
        threading.Event().wait(0.02)
    return set()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """Return pytest-qt's hand at mouse and keys, which waits longer."""
    from patient_bot import PatientBot

    return PatientBot(request)


@pytest.fixture(scope="session")
def fresh_python() -> Callable[..., str]:
    """Return a function that runs code in a new interpreter and gives what it printed."""
    import subprocess

    def run(code: str, timeout_s: float = 180.0) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
