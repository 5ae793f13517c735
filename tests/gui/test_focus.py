"""Where the keyboard is while controls come and go, and what the mouse's wheel may change."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from musemate.engine.events import RunFinished
from musemate.gui.window import Window

pytestmark = pytest.mark.x11


@pytest.fixture
def workspace(window: Window, qtbot: QtBot) -> Window:
    window.parts.show_workspace(True)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def focused(window: Window) -> QWidget | None:
    return window.focusWidget()


@pytest.mark.parametrize("complete", [True, False])
def test_focus_does_not_jump_to_another_control_when_a_training_ends(workspace: Window, complete: bool) -> None:
    panel = workspace.parts.train
    panel.show_begin()
    panel.stop.setFocus()
    panel.show_state("stopping")  # the button cannot be pressed any more
    assert focused(workspace) is panel.report
    panel.show_end(RunFinished("r1", 65.0, 800.0, "cpu", complete=complete))
    assert focused(workspace) is panel.report


def test_focus_stays_where_it_was_when_a_training_ends(workspace: Window) -> None:
    panel = workspace.parts.train
    panel.set_ready("")
    panel.train.setFocus()
    panel.show_begin()
    panel.show_end(RunFinished("r1", 65.0, 800.0, "cpu", complete=True))
    assert focused(workspace) is panel.train
    panel.show_begin()
    panel.pause.setFocus()
    panel.show_end(None, "It failed.")
    assert focused(workspace) is panel.report


def test_focus_comes_back_to_the_button_that_made_takes(workspace: Window) -> None:
    panel = workspace.parts.make
    panel.set_ready("")
    panel.make.setFocus()
    panel.show_working("Making take 1 of 4…", None)
    assert focused(workspace) is panel
    panel.show_end()
    assert focused(workspace) is panel.make


def turn(control: QWidget) -> None:
    """Turn the wheel over the middle of a control, as the window system would."""
    window = control.window()
    middle = QPointF(control.mapTo(window, control.rect().center()))
    QTest.wheelEvent(window.windowHandle(), middle, QPoint(0, -120))


def test_wheel_scrolls_and_changes_no_number_that_nobody_looks_at(workspace: Window, qtbot: QtBot) -> None:
    make, area = workspace.parts.make, workspace.parts.right
    bar = area.verticalScrollBar()
    workspace.resize(1280, 480)  # too low for the panels at the right
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    make.count.setValue(4)
    for control in (workspace.parts.train.device, make.count, make.seconds, make.closeness):
        top = control.mapTo(area.widget(), control.rect().center()).y() - area.viewport().height() // 2
        bar.setValue(min(top, bar.maximum() - 8))  # there is something left to scroll
        before = bar.value(), make.seconds.value(), make.closeness.value()
        turn(control)
        assert bar.value() > before[0]
        assert (make.count.value(), make.seconds.value(), make.closeness.value()) == (4, *before[1:])
        assert not control.hasFocus()


def test_wheel_changes_the_number_that_the_keyboard_is_on(workspace: Window) -> None:
    count = workspace.parts.make.count
    count.setValue(4)
    count.setFocus()
    turn(count)
    assert count.value() == 3
