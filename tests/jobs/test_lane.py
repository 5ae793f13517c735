"""Lanes with real worker processes: order, cancel, crashes, closing."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from patience import HANG_S, takes_less

from musemate.engine.events import FragmentAdded, Listed, Progressed, Warned
from musemate.errors import TooShortError, WorkerError
from musemate.jobs.lane import Lane
from musemate.jobs.lanes import Lanes

FINDER = "lane_tasks:get_task"


class Diary:
    """Notes every signal of a job in order."""

    def __init__(self, job):
        self.job = job
        self.entries = []
        self.times = {}
        for name in ("started", "succeeded", "cancelled", "finished"):
            getattr(job, name).connect(lambda name=name: self._note(name))
        job.failed.connect(lambda error: self._note("failed"))
        self.events = []
        job.happened.connect(self.events.append)
        self.progress = []
        job.progressed.connect(self.progress.append)

    def _note(self, name):
        self.entries.append(name)
        self.times[name] = time.monotonic()

    @property
    def warnings(self):
        return [event.message for event in self.events if isinstance(event, Warned)]


@pytest.fixture(autouse=True)
def _tasks_can_be_found(monkeypatch):
    """A spawned worker takes over the path of this process, and with it finds `lane_tasks`."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def lane(qtbot):
    lane = Lane("test", finder=FINDER)
    yield lane
    lane.close()
    assert multiprocessing.active_children() == []


def run(qtbot, lane, task, **args):
    """Run one job to its end and return its diary."""
    diary = Diary(lane.submit(task, **args))
    with qtbot.waitSignal(diary.job.finished):
        pass
    return diary


def wait_for_event(qtbot, diary):
    qtbot.waitUntil(lambda: bool(diary.events))


def wait_for(condition):
    """Wait for a condition outside of Qt, and return its value."""
    deadline = time.monotonic() + HANG_S
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.02)
    return value


def facts(qtbot, lane):
    return run(qtbot, lane, "facts").events[0].rows[0]


def test_a_job_tells_everything_in_order_and_ends_once(qtbot, lane):
    diary = run(qtbot, lane, "count", n=300)
    assert diary.warnings == [str(i) for i in range(300)]
    assert diary.entries == ["started", "succeeded", "finished"]
    assert diary.job.state == "succeeded"
    assert lane.jobs == []


def test_a_job_that_ended_is_let_go_with_all_that_heard_it(qtbot, lane):
    diary = run(qtbot, lane, "count", n=1)
    job, gone = diary.job, weakref.ref(diary)
    gc.disable()  # no collector is needed, which could come to it in another thread
    try:
        del diary
        qtbot.waitUntil(lambda: gone() is None)
        job.cancel()
        job.pause()
        assert (job.state, job.task, job.error, job.is_paused) == ("succeeded", "count", None, False)
        gone = weakref.ref(job)
        del job
        assert gone() is None
    finally:
        gc.enable()


def test_jobs_queue_and_share_one_worker(qtbot, lane):
    order = []
    jobs = [lane.submit("count", n=1) for _ in range(3)]
    for number, job in enumerate(jobs):
        job.started.connect(lambda n=number: order.append(("started", n)))
        job.finished.connect(lambda n=number: order.append(("finished", n)))
    assert [job.state for job in lane.jobs] == ["waiting"] * 3
    with qtbot.waitSignal(jobs[2].finished):
        pass
    assert order == [(what, n) for n in range(3) for what in ("started", "finished")]
    assert facts(qtbot, lane)["pid"] == facts(qtbot, lane)["pid"]


def test_the_worker_is_polite(qtbot, lane):
    row = facts(qtbot, lane)
    assert row["pid"] != os.getpid()
    assert row["waiting"] == os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
    if sys.platform != "win32":
        assert row["nice"] == min(19, os.nice(0) + 5)


def test_progress_comes_at_most_ten_times_a_second_and_the_last_one_is_kept(qtbot, lane):
    diary = run(qtbot, lane, "flood", seconds=0.5, least_steps=100)
    row = diary.events[0].rows[0]
    assert 2 <= len(diary.progress) <= 10 * row["seconds"] + 2
    assert len(diary.progress) < 0.5 * row["steps"]
    assert diary.progress[-1] == Progressed(0, 1, row["steps"], 0, {"loss": 1.0 / row["steps"]}, 0.0, None)


def test_a_running_job_stops_within_a_second_and_keeps_what_is_finished(qtbot, lane):
    def attempt():
        diary = Diary(lane.submit("until_cancelled"))
        wait_for_event(qtbot, diary)
        before = time.monotonic()
        with qtbot.waitSignal(diary.job.finished):
            diary.job.cancel()
            diary.job.cancel()
        assert diary.entries == ["started", "cancelled", "finished"]
        assert diary.events[-1] == FragmentAdded("kept", "")
        return diary.times["cancelled"] - before

    takes_less(1.0, attempt)


def test_a_waiting_job_is_cancelled_at_once_and_never_starts(qtbot, lane):
    first = Diary(lane.submit("until_cancelled"))

    def attempt():
        second = Diary(lane.submit("count", n=1))
        before = time.monotonic()
        with qtbot.waitSignal(second.job.finished):
            second.job.cancel()
        assert second.entries == ["cancelled", "finished"]
        return second.times["cancelled"] - before

    takes_less(1.0, attempt)
    first.job.cancel()
    with qtbot.waitSignal(first.job.finished):
        pass


def test_a_slow_stop_is_answered_within_a_second_and_finished_when_it_is(qtbot, lane, tmp_path, monkeypatch):
    monkeypatch.setattr("musemate.jobs.supervisor.KILL_S", HANG_S)
    may_stop = tmp_path / "may stop"

    def attempt():
        may_stop.unlink(missing_ok=True)
        diary = Diary(lane.submit("slow_to_stop", file=may_stop))
        wait_for_event(qtbot, diary)
        before = time.monotonic()
        with qtbot.waitSignal(diary.job.cancelled):
            diary.job.cancel()
        assert diary.entries == ["started", "cancelled"]
        with qtbot.waitSignal(diary.job.finished):
            may_stop.touch()
        assert diary.entries == ["started", "cancelled", "finished"]
        return diary.times["cancelled"] - before

    takes_less(1.0, attempt)


def test_a_deaf_task_is_ended_with_its_process_and_the_lane_goes_on(qtbot, lane, monkeypatch):
    monkeypatch.setattr("musemate.jobs.supervisor.KILL_S", 1.2)

    def attempt():
        diary = Diary(lane.submit("deaf"))
        wait_for_event(qtbot, diary)
        before = time.monotonic()
        with qtbot.waitSignal(diary.job.finished):
            diary.job.cancel()
        assert diary.entries == ["started", "cancelled", "finished"]
        return diary.times["cancelled"] - before

    takes_less(1.0, attempt)
    assert run(qtbot, lane, "count", n=1).entries[-2:] == ["succeeded", "finished"]


def test_a_failure_arrives_with_its_kind_sentence_and_hint(qtbot, lane):
    diary = run(qtbot, lane, "fails")
    assert diary.entries == ["started", "failed", "finished"]
    error = diary.job.error
    assert type(error) is TooShortError
    assert (error.message, error.hint, error.detail) == ('"a.wav" is too short.', "Choose another.", "0.1 s")


def test_an_unexpected_exception_becomes_a_sentence_and_the_worker_lives_on(qtbot, lane):
    pid = facts(qtbot, lane)["pid"]
    diary = run(qtbot, lane, "breaks")
    assert diary.entries == ["started", "failed", "finished"]
    assert diary.job.error.message == 'Something unexpected went wrong in "breaks".'
    assert "EOFError: an ordinary mistake" in diary.job.error.detail
    assert facts(qtbot, lane)["pid"] == pid


@pytest.mark.parametrize(
    ("task", "args", "reason"),
    [("crashes", {}, "crashed with SIGSEGV"), ("exits", {"code": 3}, "exit code 3")],
)
def test_a_dying_worker_fails_its_job_only(qtbot, lane, task, args, reason):
    if sys.platform == "win32" and task == "crashes":
        pytest.skip("Windows has no signals to name")
    diary, following = Diary(lane.submit(task, **args)), Diary(lane.submit("count", n=2))
    with qtbot.waitSignal(following.job.finished):
        pass
    assert diary.entries == ["started", "failed", "finished"]
    assert isinstance(diary.job.error, WorkerError)
    assert reason in diary.job.error.message
    assert diary.warnings == ["last words"]
    assert following.warnings == ["0", "1"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_killed_worker_is_reported_within_two_seconds(qtbot, lane):
    def attempt():
        pid = facts(qtbot, lane)["pid"]
        diary = Diary(lane.submit("until_cancelled"))
        wait_for_event(qtbot, diary)
        before = time.monotonic()
        with qtbot.waitSignal(diary.job.finished):
            os.kill(pid, signal.SIGKILL)
        assert "probably for want of memory" in diary.job.error.message
        assert facts(qtbot, lane)["pid"] != pid
        return diary.times["failed"] - before

    takes_less(2.0, attempt)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_worker_killed_between_jobs_is_replaced(qtbot, lane):
    pid = facts(qtbot, lane)["pid"]
    os.kill(pid, signal.SIGKILL)
    supervised = lane._thread.supervisor._state
    qtbot.waitUntil(lambda: supervised.worker is None)
    assert facts(qtbot, lane)["pid"] != pid


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_worker_ends_with_its_killed_window(tmp_path):
    window = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from musemate.jobs.lane import Lane\n"
        "app = QCoreApplication([])\n"
        "lane = Lane('window', finder='lane_tasks:get_task')\n"
        "job = lane.submit('until_quit', file=sys.argv[2])\n"
        "app.exec()"
    )
    notes = tmp_path / "notes"
    args = [sys.executable, "-c", window, str(Path(__file__).parent), str(notes)]
    with subprocess.Popen(args, cwd=Path(__file__).parents[2]) as process:
        pid = int(wait_for(lambda: notes.exists() and notes.read_text().partition("\n")[0]))
        process.kill()
    wait_for(lambda: notes.read_text() == f"{pid}\nstopped cleanly\n")
    wait_for(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())


def test_warm_starts_the_worker_ahead(qtbot, lane):
    lane.warm()
    qtbot.waitUntil(lambda: len(multiprocessing.active_children()) == 1)
    pid = multiprocessing.active_children()[0].pid
    assert facts(qtbot, lane)["pid"] == pid


@pytest.mark.parametrize("task", ["until_cancelled", "deaf"])
def test_closing_during_a_job_ends_it_cleanly(qtbot, task, monkeypatch):
    monkeypatch.setattr("musemate.jobs.supervisor.CLOSE_S", 0.5)
    lane = Lane("closing", finder=FINDER)
    running, waiting = Diary(lane.submit(task)), Diary(lane.submit("count", n=1))
    wait_for_event(qtbot, running)
    lane.close()
    assert running.entries == ["started", "cancelled", "finished"]
    assert waiting.entries == ["cancelled", "finished"]
    assert multiprocessing.active_children() == []
    assert lane.jobs == []
    lane.close()


def test_a_closed_lane_cancels_what_comes_too_late(qtbot):
    lane = Lane("test", finder=FINDER)
    lane.close()
    job = lane.submit("nothing")
    diary = Diary(job)
    job.cancel()
    qtbot.waitUntil(lambda: "finished" in diary.entries)
    assert diary.entries == ["cancelled", "finished"]
    assert job.state == "cancelled" and lane.jobs == []


def test_arguments_must_be_json(qtbot, lane):
    with pytest.raises(TypeError):
        lane.submit("count", n=object())
    assert lane.jobs == []


def test_an_unknown_task_of_the_real_registry_is_a_failure(qtbot):
    lanes = Lanes()
    try:
        diary = run(qtbot, lanes.quick, "no_such_task")
        assert diary.job.error.message == 'There is no task "no_such_task".'
        assert not any(isinstance(event, Listed) for event in diary.events)
    finally:
        lanes.close()
    assert multiprocessing.active_children() == []


# Pausing


def rest(qtbot, job):
    """Let a job rest, and return how long that took."""
    before = time.monotonic()
    with qtbot.waitSignal(job.paused) as told:
        job.pause()
    assert told.args == [True]
    return time.monotonic() - before


def go_on(qtbot, job):
    with qtbot.waitSignal(job.paused) as told:
        job.pause(False)
    assert told.args == [False]


def test_a_paused_job_rests_within_a_second_and_goes_on_where_it_was(qtbot, lane):
    diary = Diary(lane.submit("counting"))
    qtbot.waitUntil(lambda: bool(diary.progress))

    def attempt():
        if diary.job.is_paused:
            go_on(qtbot, diary.job)
        return rest(qtbot, diary.job)

    takes_less(1.0, attempt)
    assert diary.job.is_paused
    seen = len(diary.progress)
    following = Diary(lane.submit("count", n=1))  # hears nothing before the paused one has ended
    qtbot.wait(300)
    assert len(diary.progress) <= seen + 1, "one look may have been on its way"
    assert following.entries == []
    go_on(qtbot, diary.job)
    qtbot.waitUntil(lambda: len(diary.progress) > seen + 1)
    steps = [event.step for event in diary.progress]
    assert steps == sorted(steps)
    with qtbot.waitSignal(following.job.finished):
        diary.job.cancel()
    assert diary.entries == ["started", "cancelled", "finished"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the work of a process from /proc")
def test_a_paused_job_leaves_the_processor_alone(qtbot, lane):
    pid = facts(qtbot, lane)["pid"]
    diary = Diary(lane.submit("counting"))
    qtbot.waitUntil(lambda: bool(diary.progress))
    rest(qtbot, diary.job)

    def ticks():
        return sum(int(n) for n in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])

    before = ticks()
    qtbot.wait(500)
    assert ticks() - before <= 1


def test_a_paused_job_can_be_cancelled_at_once(qtbot, lane):
    def attempt():
        diary = Diary(lane.submit("counting"))
        qtbot.waitUntil(lambda: bool(diary.progress))
        rest(qtbot, diary.job)
        before = time.monotonic()
        with qtbot.waitSignal(diary.job.finished):
            diary.job.cancel()
        assert diary.entries == ["started", "cancelled", "finished"]
        assert not diary.job.is_paused
        return time.monotonic() - before

    takes_less(1.0, attempt)
    assert run(qtbot, lane, "count", n=1).entries[-2:] == ["succeeded", "finished"]


def test_closing_while_a_job_is_paused_ends_it_cleanly(qtbot, monkeypatch):
    monkeypatch.setattr("musemate.jobs.supervisor.CLOSE_S", HANG_S)  # or it would be killed on a slow machine
    lane = Lane("closing", finder=FINDER)
    diary = Diary(lane.submit("counting"))
    qtbot.waitUntil(lambda: bool(diary.progress))
    rest(qtbot, diary.job)
    lane.close()
    assert diary.entries == ["started", "cancelled", "finished"]
    assert any(isinstance(event, Listed) for event in diary.events), "the task came to its own end"
    assert multiprocessing.active_children() == []


def test_a_pause_of_a_job_that_waits_is_ignored(qtbot, lane):
    running, waiting = Diary(lane.submit("counting")), Diary(lane.submit("count", n=1))
    qtbot.waitUntil(lambda: bool(running.progress))
    waiting.job.pause()
    with qtbot.waitSignal(waiting.job.finished):
        running.job.cancel()
    assert waiting.entries == ["started", "succeeded", "finished"]
