"""Help > Diagnosis, and what the next start says of a crash."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musemate import log, paths
from musemate.gui import diagnosis
from musemate.gui.diagnosisview import DiagnosisView
from musemate.gui.window import Window
from musemate.project.locks import RunLock

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")  # offscreen has no window manager


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "SOON_MS", 1)


@pytest.fixture
def folder() -> Path:
    """Return the folder of the log."""
    paths.log_folder().mkdir(parents=True)
    return paths.log_folder()


@pytest.fixture
def noted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the window's own file of notes, as `start_log` opens it."""
    file = folder / f"musemate{log.CRASH_SUFFIX}"
    with file.open("a", encoding="utf-8") as opened:
        monkeypatch.setattr(log, "_crash_files", [opened])
        yield file


def sheet(window: Window, qtbot: QtBot) -> DiagnosisView:
    """Return the sheet when it shows something."""
    qtbot.waitUntil(lambda: bool(window.findChildren(DiagnosisView)))
    view = window.findChild(DiagnosisView)
    qtbot.waitUntil(lambda: bool(view.text.toPlainText()))
    return view


@pytest.mark.x11
def test_the_diagnosis_is_collected_beside_the_work_and_copied(
    window: Window, qtbot: QtBot, shoot: Callable[..., None]
) -> None:
    window.actions_by_name["diagnosis"].trigger()
    view = window.findChild(DiagnosisView)
    assert not view.isModal()
    assert not view.copy.isEnabled()
    sheet(window, qtbot)
    shoot(view, "diagnosis")
    assert "passes the self-test" in view.text.toPlainText()
    qtbot.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == view.text.toPlainText()
    assert view.copied.text() == "Copied"


def test_a_diagnosis_that_ends_its_process_is_asked_again_without_what_did(window: Window, qtbot: QtBot) -> None:
    lane, left_out = window.session.lanes.doctor, []
    lane.submitted.connect(lambda job: left_out.append(job.args["leave_out"]))
    window.diagnosis.show()
    job = lane.jobs[0]
    job.started.connect(lambda: None)
    job.progressed.connect(lambda _: kill_worker(window))
    assert "it ended the process" in sheet(window, qtbot).text.toPlainText()
    assert left_out[:2] == [[], list(diagnosis.MAY_END_PROCESS)]


def kill_worker(window: Window) -> None:
    worker = window.session.lanes.doctor._thread.supervisor._state.worker
    if worker is not None and len(window.session.lanes.doctor.jobs) == 1:
        os.kill(worker.pid, signal.SIGKILL)


def test_a_worker_that_dies_leaves_a_diagnosis(window: Window, qtbot: QtBot, noted: Path) -> None:
    lane = window.session.lanes.analyse
    lane.warm()
    qtbot.waitUntil(lambda: lane._thread.supervisor._state.worker is not None)
    with qtbot.waitSignal(window.diagnosis.crash_noted) as crash:
        os.kill(lane._thread.supervisor._state.worker.pid, signal.SIGKILL)
    text = Path(crash.args[0]).read_text(encoding="utf-8")
    assert "The process of the lane analyse ended" in text
    assert "exit code -9" in text
    assert "passes the self-test" in text
    assert noted.read_text() == ""
    assert "crashed the last time" not in window.parts.messages.text


def test_the_next_start_offers_a_crash_once(
    make_window: Callable[..., Window], qtbot: QtBot, folder: Path, shoot: Callable[..., None]
) -> None:
    (folder / f"musemate{log.CRASH_SUFFIX}").write_text("Fatal Python error: Segmentation fault\n")
    window = make_window()
    window.diagnosis.look_back()
    messages = window.parts.messages
    qtbot.waitUntil(lambda: "crashed the last time" in messages.text)
    shoot(window, "crash-offered")
    qtbot.mouseClick(messages._button, Qt.MouseButton.LeftButton)
    assert sheet(window, qtbot).text.toPlainText().count("Segmentation fault") == 1
    messages.dismiss()
    window.close()

    again = make_window()
    asked = []
    again.session.background.run(lambda: None, asked.append, asked.append)
    again.diagnosis._look_back()
    again.session.background.run(lambda: None, asked.append, asked.append)
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert "last time" not in again.parts.messages.text


def test_a_window_that_was_killed_is_no_alarm(window: Window, qtbot: QtBot, folder: Path) -> None:
    RunLock(folder, "running-1.lock").release()
    window.diagnosis.look_back()
    qtbot.waitUntil(lambda: "not closed properly" in window.parts.messages.text)
    assert window.parts.messages.level == "info"
    assert list(folder.glob("running-*")) == []
