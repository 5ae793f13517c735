"""Takes are dragged with a real mouse onto another program's window, which says what it was given."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QProcess, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from musemate.audio.files import read_clip
from musemate.gui.window import Window
from tests.gui.take_cells import cell

pytestmark = pytest.mark.x11
STEPS = 12
WIGGLE = (0, 1)


@pytest.fixture(autouse=True)
def _real_screen(qapp: QGuiApplication) -> None:
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("another program can be dropped on only where there is a screen")
    if not shutil.which("xdotool"):
        pytest.skip("xdotool, which moves the mouse, is not installed")


class Target:
    """The other program, and what it has said."""

    def __init__(self, answer: str) -> None:
        self.said: list[dict[str, Any]] = []
        self._process = QProcess()
        self._process.readyReadStandardOutput.connect(self._on_line)
        self._process.start(sys.executable, [str(Path(__file__).with_name("drop_target.py")), answer])

    def _on_line(self) -> None:
        while self._process.canReadLine():
            self.said.append(json.loads(bytes(self._process.readLine().data())))

    def last(self, what: str) -> dict[str, Any] | None:
        return next((line for line in reversed(self.said) if line["what"] == what), None)

    def close(self) -> None:
        self._process.kill()
        self._process.waitForFinished()


@pytest.fixture
def make_target(qtbot: QtBot) -> Iterator[Callable[[str], Target]]:
    targets: list[Target] = []

    def make(answer: str) -> Target:
        targets.append(Target(answer))
        qtbot.waitUntil(lambda: targets[-1].last("shown") is not None)
        return targets[-1]

    yield make
    for target in targets:
        target.close()


def mouse(*words: object) -> None:
    subprocess.run(["xdotool", *map(str, words)], check=True)


class Hand:
    """Drags with the real mouse, a little way each time that the window has nothing else to do."""

    def __init__(self, widget: QWidget, place: QPoint, target: Target) -> None:
        self._target = target
        shown = target.last("shown")
        assert shown is not None
        self._start, self._end = widget.mapToGlobal(place), QPoint(shown["x"], shown["y"])
        self._n_moves = 0
        self.is_done = False
        mouse("mousemove", self._start.x(), self._start.y(), "mousedown", 1)
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _go_on(self) -> None:
        """Go to the target, tremble there until it has seen the drag, and let go."""
        self._n_moves += 1
        part = min(1.0, self._n_moves / STEPS)
        way = self._end - self._start
        tremble = WIGGLE[self._n_moves % 2]
        here = self._start + QPoint(round(way.x() * part) + tremble, round(way.y() * part) + tremble)
        mouse("mousemove", here.x(), here.y())
        if self._target.last("entered") is not None:
            self._timer.stop()
            mouse("mouseup", 1)
            self.is_done = True


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    window.move(0, 0)
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and len(window.parts.takes.ids) == 3)
    window.activateWindow()
    return window


def dragged(window: Window, qtbot: QtBot, widget: QWidget, place: QPoint, target: Target) -> Qt.DropAction:
    """Drag from a place onto the target, and return what the window was told of it."""
    with qtbot.waitSignal(window.carrying.dragged, timeout=30_000) as ended:
        hand = Hand(widget, place, target)
    assert hand.is_done
    return ended.args[0]


def test_a_take_is_dropped_as_the_file_in_the_projects_exports(
    opened: Window, qtbot: QtBot, make_target: Callable[[str], Target]
) -> None:
    target, takes = make_target("accept"), opened.parts.takes
    action = dragged(opened, qtbot, takes.table.viewport(), cell(takes, "t2", "take").center(), target)
    assert action == Qt.DropAction.CopyAction
    qtbot.waitUntil(lambda: target.last("dropped") is not None)
    dropped = target.last("dropped")
    assert dropped is not None and dropped["action"] == "CopyAction"
    (file,) = map(Path, dropped["files"])
    assert file.parent == opened.session.project.exports_path
    assert file.name == "My-song_take-02.wav"
    assert dropped["raw"].strip().startswith("file://")
    made = read_clip(opened.session.project.audio_path(opened.session.project.take("t2").audio))
    assert read_clip(file).n_frames == made.n_frames
    assert opened.parts.messages.text == "", "the drop itself says enough"


def test_the_region_is_dropped_by_its_grip(opened: Window, qtbot: QtBot, make_target: Callable[[str], Target]) -> None:
    opened.view.step_take(1)
    qtbot.waitUntil(lambda: opened.parts.stage.can_carry)
    stage, target = opened.parts.stage, make_target("accept")
    stage.set_edge(start_s=1.0, end_s=2.0)
    canvas = stage.view.canvas
    grip = canvas.grip()
    assert grip is not None
    dragged(opened, qtbot, canvas, grip.center().toPoint(), target)
    qtbot.waitUntil(lambda: target.last("dropped") is not None)
    dropped = target.last("dropped")
    assert dropped is not None
    (file,) = map(Path, dropped["files"])
    assert read_clip(file).duration_s == pytest.approx(1.0, abs=0.02)  # edges go to quiet places near by
    assert stage.span == (1.0, 2.0), "the region is where it was"


def test_a_drag_that_is_refused_leaves_everything_as_it_was(
    opened: Window, qtbot: QtBot, make_target: Callable[[str], Target]
) -> None:
    target, takes = make_target("refuse"), opened.parts.takes
    qtbot.mouseClick(takes.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(takes, "t2", "take").center())
    takes.table.selectAll()
    before = (takes.selected, opened.parts.stage.subject, opened.session.takes())
    action = dragged(opened, qtbot, takes.table.viewport(), cell(takes, "t2", "take").center(), target)
    assert action == Qt.DropAction.IgnoreAction
    assert target.last("dropped") is None
    entered = target.last("entered")
    assert entered is not None and len(entered["files"]) == 3
    assert (takes.selected, opened.parts.stage.subject, opened.session.takes()) == before
    assert opened.parts.messages.text == ""
    assert all(Path(file).is_file() for file in entered["files"]), "a program may still be reading them"
