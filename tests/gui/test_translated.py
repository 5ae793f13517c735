"""Every word that the window shows or speaks comes out of the catalogue."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QMenu, QWidget
from pytestqt.qtbot import QtBot

from musemate import language
from musemate.gui.keysheet import KeySheet
from musemate.gui.window import Window

SPOKEN = ("text", "toolTip", "accessibleName", "accessibleDescription", "placeholderText", "title", "prefix", "suffix")
NAMES = {"My", "song", "project", "MuseMate", "kHz", "Hz", "dB", "ms", "cpu"}
NAMES |= {"Ctrl", "Shift", "Alt", "Space", "Left", "Right", "Up", "Down"}
"""What stays as it is: the test's own names, units, and keys, which Qt translates."""
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)


class Marked(gettext.NullTranslations):
    """A language in which every text that was looked up can be seen."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


def cells(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    """Yield what a model shows and tells."""
    for column in range(model.columnCount(parent)):
        yield from (str(model.headerData(column, Qt.Orientation.Horizontal, role) or "") for role in ROLES)
        for row in range(model.rowCount(parent)):
            index = model.index(row, column, parent)
            yield from (str(index.data(role) or "") for role in ROLES)
            yield from cells(model, index) if column == 0 else ()


def words(surface: QWidget) -> Iterator[str]:
    """Yield all that a widget and what is in it show or tell."""
    for one in (surface, *surface.findChildren(QWidget), *surface.findChildren(QAction)):
        for name in SPOKEN:
            said = getattr(one, name, None)
            yield said() if callable(said) and isinstance(said(), str) else ""
        if isinstance(one, QMenu):
            yield from (action.text() for action in one.actions())
        if isinstance(one, QComboBox | QAbstractItemView):
            model = one.model()
            yield from cells(model, QModelIndex()) if model is not None else ()


def left_over(texts: Iterator[str]) -> set[str]:
    """Return the texts with words that were not looked up and are no names; a name may be cut off a longer text."""
    found = set()
    for text in texts:
        left, before = text, ""
        while left != before:  # what was filled in may be looked up too
            left, before = re.sub("⟦[^⟦⟧]*(⟧|$)", "", left), left
        if set(re.findall("[A-Za-z]{2,}", left)) - NAMES:
            found.add(text)
    return found


def test_every_word_of_the_window_is_translated(
    make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "_catalogue", Marked())
    window = make_window()
    assert left_over(words(window)) == set()
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    spoken = [text.replace(str(project_with_takes.parent), "") for text in words(window)]
    assert len([text for text in spoken if "⟦" in text]) > 300
    assert left_over(iter(spoken)) == set()
    assert left_over(words(KeySheet.show_over(window, window.actions_by_name))) == set()


def test_what_was_forgotten_is_noticed() -> None:
    assert left_over(iter(["⟦Play⟧ now", "⟦Take {n}⟧", "⟦Play⟦er⟧⟧: 3 Hz"])) == {"⟦Play⟧ now"}
