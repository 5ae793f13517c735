"""The job strip: what it says, what mouse and keys do in it, and what comes back after the window was closed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from musemate.engine.events import Estimated, Progressed
from musemate.gui import joblines
from musemate.gui.jobrow import JobRow
from musemate.gui.jobstrip import ROW_HEIGHT, JobStrip, chief_of
from musemate.gui.window import Window
from musemate.jobs.lane import Job, Lane
from musemate.jobs.trainings import Item
from musemate.project.queue import FAILED, PAUSED, QueuedTraining, QueueFile, queued
from musemate.project.store import Project

NOW = datetime(2026, 11, 21, 21, 10, 30)


class Worked:
    """A job as far as an item looks at it."""

    is_paused = False


def training(fragment: str = "f1", **changes: Any) -> QueuedTraining:
    values = {"engine": "frames", "preset": "sketch", "options": {"tiny": True}, **changes}
    return QueuedTraining(fragment, 1.0, 2.5, **values)


def running(left_s: float | None) -> Item:
    progress = Progressed(1, 3, 40, 600, {}, 0.25, left_s)
    job: Job = Worked()  # type: ignore[assignment]
    return Item(training(), job, scales=("sound draft", "structure", "sound"), progress=progress)


def waiting(seconds: float | None, **changes: Any) -> Item:
    estimate = None if seconds is None else Estimated(seconds, 500.0, "cpu")
    return Item(training(**changes), estimate=estimate)


# Words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (100, "at about 21:12"),
        (1860, "at about 21:45"),
        (3 * 3600, "tomorrow at about 0:10"),
        (50 * 3600, "on Monday at about 23:10"),
        (8 * 86_400, "in about 8 days"),
    ],
)
def test_the_hour_when_it_is_done_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert joblines.clock_time(NOW, seconds) == said


def test_the_sum_is_said_only_where_all_of_it_is_known() -> None:
    assert joblines.summary([running(600.0), waiting(1200.0)], NOW) == "1 waits  ·  done at about 21:40"
    assert joblines.summary([running(600.0), waiting(None)], NOW) == "1 waits"
    held = waiting(1200.0, state=PAUSED)
    assert joblines.summary([running(60.0), held, waiting(60.0, state=FAILED)], NOW) == (
        "1 paused  ·  1 failed  ·  done at about 21:11"
    )
    rests = running(600.0)
    rests.wants_pause = True
    assert joblines.summary([rests, waiting(60.0)], NOW) == "1 waits"


def test_each_line_says_how_a_training_stands() -> None:
    line = joblines.training_line(running(600.0), "Prelude")
    assert (line.title, line.detail) == ("Prelude  ·  Sketch", "scale 2 of 3 structure  ·  step 40 of 600")
    assert (line.time, line.fraction, line.state) == ("about 10 min left", 0.25, "running")
    line = joblines.training_line(waiting(1200.0, engine="classic"), "Prelude")
    assert line.spoken == (
        "Prelude  ·  Classic, sketch, region 0:01 to 0:04  ·  takes about 500 MiB of memory, about 20 minutes"
    )
    begun = waiting(1200.0, state=PAUSED, run="r3")
    begun.scales, begun.n_finished = ("a", "b", "c", "d"), 2
    line = joblines.training_line(begun, "Prelude")
    assert line.detail == "paused  ·  2 of 4 scales finished  ·  takes about 500 MiB of memory"
    assert line.time == "about 10 minutes", "half of it is done"
    failed = waiting(None, state=FAILED, reason="The loss is no longer a number.")
    assert joblines.training_line(failed, "Prelude").detail == "The loss is no longer a number."


def test_the_strip_itself_says_what_counts_most() -> None:
    lines = [joblines.training_line(waiting(None, state=PAUSED), "a"), joblines.training_line(waiting(None), "b")]
    failed = joblines.training_line(waiting(None, state=FAILED), "c")
    work = joblines.work_line("quick-3", "import_audio", "", None)
    assert chief_of(lines).title.startswith("a")
    assert chief_of([*lines, work]) is work
    assert chief_of([*lines, work, failed]) is failed
    assert chief_of([failed, joblines.training_line(running(None), "d")]).title.startswith("d")


# The strip by itself


@pytest.fixture
def strip(qtbot: QtBot, style: None) -> JobStrip:
    strip = JobStrip()
    qtbot.addWidget(strip)
    strip.resize(900, 240)
    lines = [joblines.training_line(item, "song") for item in (running(60.0), waiting(60.0), waiting(None))]
    strip.set_lines(lines, "2 wait")
    strip.set_open(True)
    strip.show()
    return strip


@pytest.mark.x11
def test_a_row_is_moved_and_removed_with_keys(strip: JobStrip, qtbot: QtBot) -> None:
    row = strip.rows[1]
    said: list[tuple[str, str]] = []
    strip.wished.connect(lambda *wish: said.append(wish))
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(row, Qt.Key.Key_Return)
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert said == [(what, row.line.id) for what in ("down", "up", "pause", "remove")]
    assert not strip.rows[0].up.isVisible(), "the running one stays first"


@pytest.mark.x11
def test_a_row_is_dragged_with_the_mouse(strip: JobStrip, qtbot: QtBot) -> None:
    placed: list[tuple[str, int]] = []
    strip.placed.connect(lambda *place: placed.append(place))
    drag(strip.rows[2], -ROW_HEIGHT)
    assert set(placed) == {(strip.rows[2].line.id, 1)}
    placed.clear()
    drag(strip.rows[0], ROW_HEIGHT)
    assert placed == [], "the running one stays first"


def drag(row: JobRow, way: int) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    start = QPointF(60, row.height() / 2)
    steps = [(QEvent.Type.MouseButtonPress, 0, left, left)]
    steps += [(QEvent.Type.MouseMove, way * part // 4, none, left) for part in (1, 2, 3, 4)]
    steps += [(QEvent.Type.MouseButtonRelease, way, left, none)]
    there = QPointF(row.mapToGlobal(start))
    for kind, moved, button, buttons in steps:
        at = QPointF(0, moved)
        event = QMouseEvent(kind, start + at, there + at, button, buttons, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(row, event)


def test_without_jobs_there_is_no_strip(strip: JobStrip) -> None:
    strip.set_lines([], "")
    assert not strip.isVisible()
    assert strip.rows == []


# In the window


@pytest.fixture
def left_behind(project_with_takes: Path) -> Path:
    """Return a project whose last window was closed with three trainings to come."""
    queue = QueueFile(project_with_takes)
    queue.write([training(seed=1), training(seed=2, preset="balanced"), training(seed=3, preset="fine")])
    queue.close()
    return project_with_takes


def presets(window: Window) -> list[str]:
    return [item.training.preset for item in window.trainer.items]


@pytest.mark.x11
def test_what_was_left_comes_back_and_is_put_in_order(
    window: Window, qtbot: QtBot, left_behind: Path, shoot: Callable[[QWidget, str], None]
) -> None:
    window.open_paths([left_behind])
    messages, strip = window.parts.messages, window.parts.jobs
    assert messages.text.startswith("3 trainings are left from another time.")
    assert not window.trainer.is_running, "opening a project takes no power"
    qtbot.waitUntil(lambda: strip.isVisible() and len(strip.rows) == 3)
    window.actions_by_name["show_jobs"].trigger()
    shoot(window, "jobs-left")
    row = strip.rows[2]
    assert row.accessibleName().startswith("My song  ·  Fine, paused")
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert presets(window) == ["sketch", "fine", "balanced"]
    assert strip.rows[1].hasFocus(), "the keys stay with what was moved"
    drag(strip.rows[1], ROW_HEIGHT)
    assert presets(window) == ["sketch", "balanced", "fine"]
    qtbot.mouseClick(strip.rows[1].end, Qt.MouseButton.LeftButton)
    assert presets(window) == ["sketch", "fine"]
    assert messages.text == "Took My song off the queue."
    messages._on_action()
    assert presets(window) == ["sketch", "balanced", "fine"]
    window.resize(1280, 800)
    window.layout().activate()
    assert window.minimumSizeHint().height() <= 760, "the list gives way on a small screen"
    window.close()
    assert [entry.preset for entry, is_kept in queued(left_behind) if not is_kept] == ["sketch", "balanced", "fine"]


def test_a_second_window_leaves_the_first_one_its_queue(
    make_window: Callable[..., Window], left_behind: Path, qtbot: QtBot
) -> None:
    first, second = make_window(), make_window()
    first.open_paths([left_behind])
    second.open_paths([left_behind])
    assert (len(presets(first)), presets(second)) == (3, [])
    assert not second.parts.jobs.isVisible()


@pytest.fixture
def toy_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workers of the window train with the engine that costs nothing."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "tasks"))
    monkeypatch.setattr(
        "musemate.jobs.lanes.Lane", lambda name, parent, **_: Lane(name, parent, finder="toy_engine:get_task")
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
@pytest.mark.usefixtures("toy_lanes")
def test_trainings_queue_rest_survive_a_death_and_the_end_of_the_window(
    make_window: Callable[..., Window],
    qtbot: QtBot,
    project_with_takes: Path,
    shoot: Callable[[QWidget, str], None],
) -> None:
    window = make_window()
    window.open_paths([project_with_takes])
    panel, strip, trainer = window.parts.train, window.parts.jobs, window.trainer
    trainer.options = {"wait_at": 1}
    qtbot.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    assert [item.state for item in trainer.items] == ["running", "waiting"]
    # pause
    qtbot.waitUntil(lambda: bool(trainer.current and trainer.current.n_finished))
    qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(trainer.current and trainer.current.state == "paused"))
    assert (panel.state.text(), panel.pause.text()) == ("Paused where it is", "Go on")
    qtbot.waitUntil(lambda: strip.line.state == "paused")
    shoot(window, "jobs-paused")
    qtbot.mouseClick(strip.toggle, Qt.MouseButton.LeftButton)
    assert panel.pause.text() == "Pause"
    # death: said as soon as the lane knows of it, and one click goes on
    current = trainer.current
    assert current is not None
    worker = window.session.lanes.train._thread.supervisor._state.worker
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: current.state == "failed")
    assert "probably for want of memory" in window.parts.messages.text
    assert window.parts.messages._button.text() == "Go on"
    run = current.training.run
    assert window.session.project is not None
    assert window.session.project.run(run).state == "stopped"
    trainer.stop()  # the second one, so that the first goes on
    window.parts.messages._on_action()
    qtbot.waitUntil(lambda: trainer.current is current and bool(current.progress))
    assert current.training.run == run
    # quitting
    window.close()
    with Project.open(project_with_takes) as project:
        assert project.run(run).state in ("stopped", "finished")
    left = queued(project_with_takes)
    assert [entry.run for entry, _ in left] == ([run] if left else [])


def test_other_work_shows_when_it_takes_long(
    window: Window, qtbot: QtBot, project_with_takes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musemate.gui.jobsview.SHOWN_AFTER_MS", 0)
    window.open_paths([project_with_takes])
    strip = window.parts.jobs
    job = window.session.lanes.quick.submit("instant", project=window.session.folder, fragment="f1", count=100)
    qtbot.waitUntil(lambda: strip.line.title == "Making instant takes" and strip.isVisible())
    assert not strip.toggle.isVisible(), "quick work is stopped, not paused"
    with qtbot.waitSignal(job.finished):
        qtbot.mouseClick(strip.end, Qt.MouseButton.LeftButton)
    assert job.state == "cancelled"
    qtbot.waitUntil(lambda: all(row.line.title != "Making instant takes" for row in strip.rows))
