"""Somebody at the keyboard of the listening window."""

from __future__ import annotations

from collections.abc import Callable

from living import live
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from musemate.gui.study.runner import Runner

RETURN, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Space


class Waiter:
    """Waits where there is no pytest."""

    def waitUntil(self, is_so: Callable[[], object]) -> None:  # noqa: N802 - pytest-qt's own name
        """Let the window live until something is so."""
        while not is_so():
            live(5)


class Listener:
    """Somebody at the keyboard."""

    def __init__(self, window: Runner, qtbot: QtBot | Waiter) -> None:
        self.window, self._qtbot = window, qtbot

    def press(self, *keys: Qt.Key, control: bool = False) -> None:
        """Press keys one after the other, wherever the keyboard is."""
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        for key in keys:
            QTest.keyClick(self.window.focusWidget() or self.window, key, held)

    def type(self, text: str) -> None:
        """Type letters and digits, wherever the keyboard is."""
        for letter in text:
            QTest.keyClicks(self.window.focusWidget() or self.window, letter)

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait."""
        self._qtbot.waitUntil(lambda: bool(is_so()))

    def begin(self, name: str = "Anna") -> None:
        """Give a name and go on to the first trial."""
        window = self.window
        self.until(lambda: window.page is window.start and window.sitting.desk is not None)
        self.type(name)
        self.press(RETURN)
        self.until(lambda: window.page is not window.start)
        if window.page is window.before.headphones:
            self.press(Qt.Key.Key_S)
        assert window.page is window.before.level
        self.press(RETURN)
        assert window.page is not window.before.level

    def go_on(self) -> None:
        """Press Enter, and wait for the next page."""
        course = self.window.sitting.course
        assert course is not None
        before = course.step
        self.press(RETURN)
        self.until(lambda: course.step != before)

    def hear(self) -> None:
        """Listen until the answers are open."""
        trial = self.window.trial
        assert trial is not None
        self.until(trial.form.isEnabled)
