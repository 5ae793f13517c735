"""Has everything imported already, and forks windows that work at once, each with workers that do too.

On a machine with little to spare a window and its workers import for half a minute, work for two seconds and are
killed. Here only the importing is done once; windows and workers are processes of their own as ever. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver

PRELOADED = ["tests.reliability.warm"]


def serve() -> None:
    """Start a window for each line of standard input, a JSON object of `project`, `song`, `words` and `errors`.

    Each line is answered with the new process's id; the first line that is printed is the id of the workers' parent.
    """
    from tests.reliability import songwriter  # whatever windows import

    workers = _begin_workers()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for windows: the system clears them away
    print(workers, flush=True)
    for line in sys.stdin:
        wish = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_window(wish)
            with contextlib.suppress(BaseException):
                songwriter.main(wish["project"], wish["song"])
            os._exit(3)
        print(pid, flush=True)


def _begin_workers() -> int:
    """Start the process that workers are forked from, let all windows use it, and return its id."""
    import musemate.jobs.process as process

    multiprocessing.set_forkserver_preload(PRELOADED)
    server = forkserver._forkserver  # type: ignore[attr-defined]
    server.ensure_running()
    server.ensure_running = lambda: None  # a window that was forked is not its parent, and cannot ask
    context = multiprocessing.get_context("forkserver")
    process.multiprocessing.get_context = lambda kind: context  # type: ignore[attr-defined]
    return int(server._forkserver_pid)


def _become_window(wish: dict[str, str]) -> None:
    """Take the place of a process that was started for itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, wish["words"], os.O_WRONLY),
        (2, wish["errors"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        opened = os.open(name, flags)
        os.dup2(opened, number)
        os.close(opened)
