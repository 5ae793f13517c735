"""Where a packaged MuseMate starts: the same command line and window, and one check for the smoke test."""

from __future__ import annotations

import json
import sys
from multiprocessing import freeze_support
from multiprocessing.connection import wait
from typing import Any

CHECK = "--check-worker"


def check_worker(task: str, arguments: dict[str, Any]) -> int:
    """Run one task in a worker process of this package and print what it says, one JSON object a line.

    Parameters
    ----------
    task : str
        Name of a task.
    arguments : dict
        What it is called with.

    Returns
    -------
    int
        0 when the task succeeded, else 1.
    """
    from musemate.jobs.messages import SUCCEEDED
    from musemate.jobs.process import WorkerProcess

    worker = WorkerProcess("check")
    worker.send({"job": 1, "task": task, "args": arguments})
    end = None
    while end is None:
        wait(worker.waitables)
        for message in worker.messages():
            print(json.dumps(message), flush=True)
            end = message.get("end", end)
        if end is None and worker.is_dead():
            end = worker.cause_of_death().detail
            print(json.dumps({"end": end}), flush=True)
    worker.end()
    return 0 if end == SUCCEEDED else 1


def main() -> int:
    """Start what the arguments ask for."""
    if sys.argv[1:2] == [CHECK]:
        return check_worker(sys.argv[2], json.loads(sys.argv[3]))
    from musemate.__main__ import main as musemate

    return musemate() or 0


if __name__ == "__main__":
    freeze_support()  # a worker process of a packaged program starts here too, and goes no further
    sys.exit(main())
