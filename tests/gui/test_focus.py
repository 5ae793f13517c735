"""Where the keyboard is while controls come and go."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from musemate.engine.events import RunFinished
from musemate.gui.window import Window


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
