"""Runs and the processes that train them: who may train, and what a dead process leaves behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musemate.errors import ProjectError
from musemate.language import _, mark
from musemate.project.locks import RunLock
from musemate.project.records import Run
from musemate.project.states import has_state

INTERRUPTED = mark("The training was interrupted before its first part was finished.")
"""Why a run failed, as it is stored: translated when it is shown."""
_PATIENCE_S = 1.0
"""How long a training tries to get its lock: a look by another process holds it for an instant."""


def verdict(run: Run, folder: Path) -> dict[str, Any]:
    """Return the changes that a run needs whose process died in the middle.

    Finished scales stay usable, and where a scale stands it can go on: such a run counts as stopped, and as failed only
    when its folder holds neither.
    """
    if run.is_usable or has_state(folder):
        return {"state": "stopped"}
    return {"state": "failed", "reason": INTERRUPTED}


@contextmanager
def abandoned(folder: Path) -> Iterator[bool]:
    """Tell whether no living process trains the run of this folder, and keep it so while the block runs."""
    lock = None
    try:
        lock = RunLock(folder) if RunLock.was_used(folder) else None
    except BlockingIOError:
        yield False
        return
    except OSError:  # a folder that cannot be written: nobody trains there
        pass
    try:
        yield True
    finally:
        if lock is not None:
            lock.release()


@contextmanager
def claim(folder: Path, run_id: str) -> Iterator[None]:
    """Hold the lock of a run while it trains.

    Raises
    ------
    ProjectError
        Another process trains it, or its folder cannot be written.
    """
    try:
        lock = _locked(folder)
    except BlockingIOError as error:
        raise ProjectError(
            _("Run {run} is being trained right now.").format(run=run_id), hint=_("Wait for it, or stop it first.")
        ) from error
    except OSError as error:
        raise ProjectError(
            _('The folder of run {run}, "{folder}", cannot be written.').format(run=run_id, folder=folder),
            hint=_("Check the free space and the rights of the project's folder."),
            detail=str(error),
        ) from error
    try:
        yield
    finally:
        lock.release()


def _locked(folder: Path) -> RunLock:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return RunLock(folder)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
