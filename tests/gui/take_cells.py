"""Where the cells of the table of takes are, and clicks into them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from musemate.gui.takecolumns import PLACES
from musemate.gui.takedelegates import PAD_PX, STAR_PX
from musemate.gui.takelist import TakeList

LEFT = Qt.MouseButton.LeftButton


def cell(takes: TakeList, take_id: str, column: str) -> QRect:
    """Return where a cell lies in the table's viewport, scrolled into view."""
    index = takes.model.index(takes.model.place(take_id), PLACES[column])
    assert index.isValid(), f"{take_id} is not shown"
    takes.table.scrollTo(index)
    return takes.table.visualRect(index)


def click_play(qtbot: QtBot, takes: TakeList, take_id: str) -> None:
    """Click the play sign of a row."""
    rect = cell(takes, take_id, "take")
    qtbot.mouseClick(takes.table.viewport(), LEFT, pos=QPoint(rect.left() + 20, rect.center().y()))


def click_star(qtbot: QtBot, takes: TakeList, take_id: str, number: int) -> None:
    """Click the n-th star of a row."""
    rect = cell(takes, take_id, "stars")
    place = QPoint(rect.left() + PAD_PX // 2 + (number - 1) * STAR_PX + STAR_PX // 2, rect.center().y())
    qtbot.mouseClick(takes.table.viewport(), LEFT, pos=place)
