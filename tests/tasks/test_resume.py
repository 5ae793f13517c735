"""Stopped and killed trainings of a project: state of the run, its losses, its weights, and what the window hears."""

from __future__ import annotations

import csv
import importlib
import multiprocessing
import signal
import sys
from pathlib import Path

import pytest
import torch

from musemate.engine.checkpoint import Checkpoint
from musemate.engine.events import Progressed, StateStored
from musemate.project.states import has_state
from musemate.tasks.train import train

KILLED = "the system ended it, probably for want of memory"


@pytest.fixture
def engines(monkeypatch):
    """Let each step be reported, logged and stored; return the module that says how."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    module = importlib.import_module("dying_engine")
    for target, name, value in module.tell_everything():
        monkeypatch.setattr(target, name, value)
    return module


@pytest.fixture
def begin(engines, perform, folder):
    """Return a function that trains the project's fragment with a tiny engine."""

    def run(engine, **more):
        request = {"engine": engine, "preset": engines.PRESETS[engine], "options": engines.OPTIONS[engine]}
        return perform(train, folder, "f1", device="cpu", seed=7, **request, **more)

    return run


def losses(folder):
    """Return part, step, name and value of each row of a run's log."""
    with (folder / "losses.csv").open(encoding="utf-8", newline="") as file:
        return [row[1:] for row in csv.reader(file)][1:]


def assert_same(folder, straight):
    one, other = Checkpoint(folder), Checkpoint(straight)
    assert one.parts == other.parts
    for part in other.parts:
        found, expected = one.load(part), other.load(part)
        assert [name for name in expected if not torch.equal(found[name], expected[name])] == []
    assert losses(folder) == losses(straight)
    assert len(losses(straight)) == len({tuple(row[:3]) for row in losses(straight)}) > 20
    assert not has_state(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("engine", "number", "at", "reason"),
    [
        ("classic", signal.SIGKILL, 7, KILLED),
        pytest.param("classic", signal.SIGKILL, 1, KILLED, marks=pytest.mark.slow),
        pytest.param("frames", signal.SIGSEGV, 5, "it crashed with SIGSEGV, a fault in memory", marks=pytest.mark.slow),
    ],
)
def test_a_worker_that_dies_inside_a_step_is_told_at_once_and_loses_nothing(
    qtbot, monkeypatch, engines, begin, perform, store, folder, engine, number, at, reason
):
    from musemate.jobs.lane import Lane

    begin(engine)
    monkeypatch.setenv(engines.VARIABLE, f"{int(number)} {at}")
    arguments = {"engine": engine, "preset": engines.PRESETS[engine], "options": engines.OPTIONS[engine]}
    lane = Lane("dying", finder="dying_engine:get_task")
    try:
        job = lane.submit("train", project=folder, fragment="f1", device="cpu", seed=7, **arguments)
        with qtbot.waitSignal(job.failed):
            job.happened.connect(lambda event: None)
        worker = [child for child in multiprocessing.active_children() if "dying" in child.name]
        assert worker == [], "told when it is gone"
    finally:
        lane.close()
    assert job.error.message == f"The background work ended unexpectedly ({reason})."
    killed = store.run("r2")
    assert killed.state == ("stopped" if at > 1 else "failed")
    steps = [event for event in perform(train, folder, run="r2") if isinstance(event, Progressed) and event.losses]
    assert (steps[0].step == 1) == (at == 1)
    assert store.run("r2").state == "finished"
    assert_same(store.run_path("r2"), store.run_path("r1"))


@pytest.mark.parametrize("engine", ["frames", "classic"])
def test_a_training_stopped_twice_inside_its_parts_logs_each_step_once(engine, begin, perform, store, folder):
    begin(engine)

    class Stop:
        def __init__(self, after):
            self.began, self.after = len(losses(store.run_path("r2"))) if len(store.runs()) > 1 else 0, after

        def __call__(self):
            return len(store.runs()) > 1 and len(losses(store.run_path("r2"))) >= self.began + self.after

    events = begin(engine, cancelled=Stop(2))
    assert [event.step for event in events if isinstance(event, StateStored)]
    stopped = store.run("r2")
    assert (stopped.state, stopped.n_finished, stopped.seconds > 0) == ("stopped", 0, True)
    perform(train, folder, run="r2", cancelled=Stop(9))
    assert store.run("r2").state == "stopped"
    perform(train, folder, run="r2")
    assert store.run("r2").seconds > stopped.seconds
    assert_same(store.run_path("r2"), store.run_path("r1"))


def test_rows_that_a_crash_left_behind_the_stored_step_are_taken_out(tmp_path):
    from musemate.tasks.loss_log import LossLog

    def look(step):
        return Progressed(0, 1, step, 9, {"a": step / 2, "b": 1.0}, 0.0, None)

    log = LossLog(tmp_path)
    for part, step in (("x", 1), ("x", 9), ("y", 2), ("y", 9)):
        log.note(part, look(step))
        log._last_s -= 5
    log.close()
    with (tmp_path / "losses.csv").open("a") as file:
        file.write("3.0,y,9")  # cut off
    again = LossLog(tmp_path, 100.0)
    again.note("y", Progressed(0, 1, 2, 9, {}, 0.0, None))
    again.note("y", look(3))
    again.close()
    rows = [row for row in losses(tmp_path) if row[2] == "a"]
    assert rows == [["x", "1", "a", "0.5"], ["x", "9", "a", "4.5"], ["y", "2", "a", "1"], ["y", "3", "a", "1.5"]]
    last = (tmp_path / "losses.csv").read_text().splitlines()[-1]
    assert 100 <= float(last.split(",")[0]) < 200
    assert sorted(file.name for file in tmp_path.iterdir()) == ["losses.csv"]
