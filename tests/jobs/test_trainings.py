"""The queue of trainings: order, pause, failure and death, and what is left for the next window."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from patience import takes_less
from PySide6.QtCore import QEventLoop

from musemate.engine.events import Progressed
from musemate.errors import TooShortError, WorkerError
from musemate.jobs.lane import Lane
from musemate.jobs.trainings import TrainingQueue
from musemate.project.queue import FAILED, PAUSED, WAITING, QueuedTraining, queued


@pytest.fixture(autouse=True)
def _tasks_can_be_found(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def lane(qtbot):
    lane = Lane("train", finder="lane_tasks:get_task")
    yield lane
    lane.close()


@pytest.fixture
def queue(lane, tmp_path):
    queue = TrainingQueue(lane, tmp_path)
    yield queue
    queue.leave()
    lane.close()
    assert queue.current is None


def training(fragment):
    return QueuedTraining(fragment, 0.0, 3.0, "frames", "sketch")


def shown(queue):
    return [(item.training.fragment, item.state) for item in queue.items]


def stored(folder):
    return [(entry.fragment, entry.state, entry.run) for entry, _ in queued(folder)]


def wait_until_it_runs(qtbot, queue):
    qtbot.waitUntil(lambda: queue.current is not None and queue.current.progress is not None)


def test_trainings_run_one_after_the_other(qtbot, queue, tmp_path):
    ends = []
    queue.ended.connect(lambda item: ends.append((item.training.fragment, item.training.run, item.n_finished)))
    for name in ("f1", "f2", "f3"):
        queue.add(training(name))
    assert shown(queue) == [("f1", "running"), ("f2", "waiting"), ("f3", "waiting")]
    assert stored(tmp_path) == [("f1", WAITING, ""), ("f2", WAITING, ""), ("f3", WAITING, "")]
    qtbot.waitUntil(lambda: len(ends) == 3)
    assert ends == [("f1", "r-f1", 2), ("f2", "r-f2", 2), ("f3", "r-f3", 2)]
    assert (queue.items, stored(tmp_path)) == ([], [])


def test_what_waits_can_be_moved_held_and_removed(qtbot, queue, tmp_path):
    running, first, second, third = (queue.add(training(name)) for name in ("waits", "f1", "f2", "f3"))
    wait_until_it_runs(qtbot, queue)
    queue.move(third.id, 0)
    assert [name for name, _ in shown(queue)] == ["waits", "f3", "f1", "f2"], "the running one stays first"
    queue.move(running.id, 3)
    queue.move(first.id, 9)
    queue.pause(third.id)
    assert shown(queue) == [("waits", "running"), ("f3", "paused"), ("f2", "waiting"), ("f1", "waiting")]
    queue.remove(first.id)
    assert stored(tmp_path) == [("waits", WAITING, "r-waits"), ("f3", PAUSED, ""), ("f2", WAITING, "")]
    ends = []
    queue.ended.connect(ends.append)
    queue.remove(running.id)
    assert queue.items[0].state == "stopping"
    assert stored(tmp_path) == [("f3", PAUSED, ""), ("f2", WAITING, "")], "a stopped one does not come back"
    qtbot.waitUntil(lambda: ends == [running, second])  # the paused one is left out
    assert shown(queue) == [("f3", "paused")]
    with qtbot.waitSignal(queue.ended):
        queue.go_on_with_all()
    assert queue.items == []


def test_a_paused_training_rests_and_goes_on(qtbot, queue, tmp_path):
    item, _ = queue.add(training("waits")), queue.add(training("f2"))
    queue.pause(item.id)  # before its worker has started
    assert item.state == "pausing"
    qtbot.waitUntil(lambda: item.state == "paused")
    assert stored(tmp_path)[0] == ("waits", PAUSED, "r-waits")
    queue.go_on(item.id)
    assert item.state == "running"

    def attempt():
        queue.go_on(item.id)
        wait_until_it_runs(qtbot, queue)
        assert isinstance(item.progress, Progressed)
        before = time.monotonic()
        queue.pause(item.id)
        qtbot.waitUntil(lambda: item.state == "paused")
        return time.monotonic() - before

    takes_less(1.0, attempt)
    assert shown(queue)[1] == ("f2", "waiting"), "a pause is for the computer's other work"
    queue.remove(item.id)
    qtbot.waitUntil(lambda: queue.items == [])


@pytest.mark.parametrize(("fragment", "kind"), [("fails", TooShortError), ("dies", WorkerError)])
def test_a_failed_one_stays_and_goes_on_with_its_run(qtbot, queue, tmp_path, fragment, kind):
    if sys.platform == "win32" and fragment == "dies":
        pytest.skip("Windows has no kill -9")
    failures, ends = [], []
    queue.failed.connect(lambda item, error: failures.append(error))
    queue.ended.connect(lambda item: ends.append(item.training.fragment))
    item, _ = queue.add(training(fragment)), queue.add(training("f2"))
    qtbot.waitUntil(lambda: ends == [fragment, "f2"])
    assert isinstance(failures[0], kind)
    assert shown(queue) == [(fragment, "failed")]
    assert stored(tmp_path) == [(fragment, FAILED, f"r-{fragment}")]
    assert item.training.reason == failures[0].message
    queue.pause(item.id)
    assert item.state == "failed"
    with qtbot.waitSignal(queue.ended):
        queue.go_on(item.id)
    assert (len(failures), queue.items) == (1, [])


def test_what_is_left_comes_back_paused_with_its_run(qtbot, queue, lane, tmp_path):
    queue.add(training("waits"))
    queue.add(training("f2"))
    wait_until_it_runs(qtbot, queue)
    later = TrainingQueue(lane, tmp_path)
    assert later.take_over() == [], "the other window still keeps it"
    with qtbot.waitSignal(queue.left):
        queue.leave()
    assert [item.training.fragment for item in later.take_over(lambda entry: entry.fragment != "f2")] == ["waits"]
    assert shown(later) == [("waits", "paused")]
    assert later.items[0].training.run == "r-waits"
    assert stored(tmp_path) == [("waits", PAUSED, "r-waits")], "what nobody wants any more is forgotten"
    fresh = later.add(training("f3"))
    with qtbot.waitSignal(later.ended) as ended:
        pass
    assert ended.args[0] is fresh, "what is asked for now does not wait for it"
    later.leave()


def test_closing_the_lane_keeps_the_running_one(qtbot, queue, lane, tmp_path):
    queue.add(training("waits"))
    loop = QEventLoop()  # closed before the run's name has come back: the last messages are heard while it closes
    queue.current.job.started.connect(loop.quit)
    loop.exec()
    left = []
    queue.left.connect(lambda: left.append(stored(tmp_path)))
    queue.leave()
    lane.close()
    assert len(left) == 1
    assert [name for name, _, _ in left[0]] == ["waits"]
    assert [is_kept for _, is_kept in queued(tmp_path)] == [False]
