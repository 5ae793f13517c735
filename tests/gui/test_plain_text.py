"""Names, notes and paths from files and projects are shown as they are, never as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from musemate.engine.savedpresets import save_preset
from musemate.errors import AudioFileError
from musemate.gui.plaintext import plain
from musemate.gui.window import Window
from musemate.project.store import Project

EVIL = '<b>x</b><img src="file:///etc/passwd">&lt;'


@pytest.mark.x11
@pytest.mark.parametrize("text", [EVIL, "a <b> c", "1 < 2 & 3 > 2", "&lt;b&gt;", "two\nlines <i>", "Rock & Roll"])
def test_every_character_of_a_tooltip_is_shown(qtbot: QtBot, text: str) -> None:
    shown = QTextDocument()
    shown.setHtml(plain(text))
    assert shown.toPlainText() == text


def test_what_cannot_be_html_stays_as_it_is() -> None:
    assert plain("My song – 曲\n1:23") == "My song – 曲\n1:23"


@pytest.fixture
def evil_project(project_with_takes: Path) -> Path:
    with Project.open(project_with_takes) as store:
        store._database.update("fragment", "f1", name=EVIL, source=f"/music/{EVIL}.wav", key=EVIL)
        store._database.update("run", "r1", preset=EVIL, device=EVIL, options={EVIL: EVIL}, reason=EVIL)
        store.change_takes({"t1": {"name": EVIL, "tags": [EVIL[:40]], "note": EVIL}})
    folder = project_with_takes.with_name("<b>project<b>")
    return project_with_takes.rename(folder)


def cells(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[QModelIndex]:
    """Yield every cell of a model, those inside others too."""
    inside = parent or QModelIndex()
    for row in range(model.rowCount(inside)):
        for column in range(model.columnCount(inside)):
            index = model.index(row, column, inside)
            yield index
            if column == 0:
                yield from cells(model, index)


def tooltips(window: QWidget) -> Iterator[str]:
    """Yield every tooltip that is there, of widgets, actions and cells."""
    for widget in (window, *window.findChildren(QWidget)):
        yield widget.toolTip()
        yield from (action.toolTip() for action in widget.actions())
        if isinstance(widget, QAbstractItemView | QComboBox) and widget.model() is not None:
            for index in cells(widget.model()):
                yield str(index.data(Qt.ItemDataRole.ToolTipRole) or "")


def labels(window: QWidget) -> Iterator[QLabel]:
    yield from window.findChildren(QLabel)


def test_nothing_in_the_window_is_html(make_window: Callable[..., Window], evil_project: Path, qtbot: QtBot) -> None:
    save_preset("frames", "<b>mine</b><img src=x>", "sketch", {})
    window = make_window()
    window.open_paths([evil_project])
    qtbot.waitUntil(lambda: any(EVIL in str(index.data()) for index in cells(window.parts.takes.table.model())))
    window.parts.messages.fail(AudioFileError(EVIL, hint=EVIL))
    window.grab()  # what is shortened has its tooltip only once it was drawn
    found = set(filter(None, tooltips(window)))
    assert [text for text in found if "<img" in text or "<b>" in text] == []
    assert any("&lt;img" in text for text in found)
    rich = [label.text() for label in labels(window) if label.textFormat() != Qt.TextFormat.PlainText and label.text()]
    assert [text for text in rich if "<" in text] == []
    assert any(EVIL in label.text() for label in labels(window))
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
        assert [action.toolTip() for action in menu.actions() if "<b>" in action.toolTip()] == []
