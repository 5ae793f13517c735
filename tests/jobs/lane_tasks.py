"""Tasks for the tests of the lanes; a real worker process finds them through `get_task`."""

from __future__ import annotations

import ctypes
import os
import time

from musemate.engine.events import FragmentAdded, Listed, Progressed, RunStarted, ScaleFinished, Warned, Working
from musemate.errors import TooShortError


def count(n, *, cancelled):
    for index in range(n):
        yield Warned(f"{index}")


def flood(seconds, least_steps, *, cancelled):
    """Progress far faster than ten a second, for some time and for longer where so many steps take longer."""
    began = time.monotonic()
    step = 0
    while step < least_steps or time.monotonic() - began < seconds:
        step += 1
        yield Progressed(0, 1, step, 0, {"loss": 1.0 / step}, 0.0, None)
    yield Listed([{"steps": step, "seconds": time.monotonic() - began}])


def until_cancelled(*, cancelled):
    yield Warned("running")
    while not cancelled():
        time.sleep(0.005)
    yield FragmentAdded("kept", "")


def counting(*, cancelled):
    """Progress with every step, until cancelled: what a pause must keep from moving on."""
    step = 0
    while not cancelled():
        step += 1
        yield Progressed(0, 1, step, 0, {}, 0.0, None)
        time.sleep(0.005)
    yield Listed([{"steps": step}])


def until_quit(file, *, cancelled):
    """Notes who runs it, and how it ended."""
    with open(file, "w", buffering=1) as notes:  # noqa: PTH123
        notes.write(f"{os.getpid()}\n")
        while not cancelled():
            time.sleep(0.005)
        notes.write("stopped cleanly\n")
    yield Warned("nobody hears this")


def deaf(*, cancelled):
    """Never asks whether it is cancelled."""
    yield Warned("running")
    time.sleep(60)


def slow_to_stop(file, *, cancelled):
    """Stops only when a file says that it may."""
    yield Warned("running")
    while not (cancelled() and os.path.exists(file)):  # noqa: PTH110
        time.sleep(0.005)


def fails(*, cancelled):
    yield Working("about to fail")
    raise TooShortError('"a.wav" is too short.', hint="Choose another.", detail="0.1 s")


def breaks(*, cancelled):
    yield Working("about to break")
    raise EOFError("an ordinary mistake")


def crashes(*, cancelled):
    yield Warned("last words")
    ctypes.string_at(0)


def exits(code, *, cancelled):
    yield Warned("last words")
    os._exit(code)


def facts(*, cancelled):
    yield Listed([{"pid": os.getpid(), "nice": os.nice(0), "waiting": os.environ["OMP_WAIT_POLICY"]}])


def train(project, fragment="", options=None, run=None, *, cancelled, **method):
    """Train nothing; the fragment says how it goes: "waits" until it is cancelled, "fails" or "dies" the first time."""
    yield RunStarted(run or f"r-{fragment}", "cpu", ["coarse", "fine"])
    yield ScaleFinished(0, "coarse", "", 0.0)
    if fragment == "fails" and run is None:
        raise TooShortError("It failed.", hint="Try again.")
    if fragment == "dies" and run is None:
        os.kill(os.getpid(), 9)
    step = 0
    while fragment == "waits" and not cancelled():
        step += 1
        yield Progressed(1, 2, step, 0, {}, 0.5, 60.0)
        time.sleep(0.005)
    if not cancelled():
        yield ScaleFinished(1, "fine", "", 0.0)


def get_task(name):
    return globals()[name]
