"""The table of takes by itself: what it shows, in which order, and what keys and mouse ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from musemate.analysis.figures import Figures
from musemate.gui.memory import Memory
from musemate.gui.takecolumns import COLUMNS, PLACES, short_facts
from musemate.gui.takeheader import WIDTHS
from musemate.gui.takelist import NOTHING_FOUND, TABLE, TakeList
from musemate.gui.takemodel import accessible_text
from musemate.gui.takeorder import PROPOSALS, Filter, Order, arranged
from musemate.gui.taketable import MEANT_PX
from musemate.project.records import Take
from tests.gui.take_cells import cell, click_play, click_star

pytestmark = pytest.mark.x11

KEY = Qt.Key


def take(number: int, **values: object) -> Take:
    made = Take(f"t{number}", "r1", f"{number}.wav", 3.0 + number, "new", 0.5, number, "", f"take {number}")
    return replace(made, **values)  # type: ignore[arg-type]


def figures(similarity: float, novelty: float) -> Figures:
    return Figures(similarity, novelty, None, -14.0, (similarity, novelty))


THREE = [
    take(1, figures=figures(0.5, 0.7), tags=("dark", "Chorus"), stars=2),
    take(2, figures=figures(0.9, 0.1), note="for the bridge", rejected=True, mode="variation"),
    take(3, stars=4),
]


@pytest.fixture
def takes(qtbot: QtBot, style: None) -> TakeList:
    panel = TakeList()
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.set_takes(THREE)
    panel.show()
    return panel


def test_takes_are_arranged_by_proposals_and_columns() -> None:
    def ids(order: Order, chosen: Filter = Filter()) -> list[str]:  # noqa: B008  # frozen
        return [each.id for each in arranged(THREE, chosen, order)]

    assert ids(Order()) == ["t3", "t2", "t1"]
    assert ids(Order("closest")) == ["t2", "t1", "t3"], "what is not compared yet comes last"
    assert ids(Order("strangest")) == ["t1", "t2", "t3"]
    assert ids(Order("stars")) == ["t3", "t1", "t2"]
    assert ids(Order("", "length", False)) == ["t1", "t2", "t3"]
    assert ids(Order("", "novelty", True)) == ["t1", "t2", "t3"]
    assert ids(Order("", "novelty", False)) == ["t2", "t1", "t3"], "last either way"
    assert ids(Order("", "tags", False)) == ["t1", "t3", "t2"]
    for column in COLUMNS:
        assert sorted(ids(Order("", column.name))) == ["t1", "t2", "t3"]
    for name in PROPOSALS:
        assert sorted(ids(Order(name))) == ["t1", "t2", "t3"]


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (Filter("CHO dark"), ["t1"]),
        (Filter("bridge"), ["t2"]),
        (Filter("take 3"), ["t3"]),
        (Filter("nothing of this"), []),
        (Filter(stars=2), ["t3", "t1"]),
        (Filter(rejected=False), ["t3", "t1"]),
        (Filter(mode="variation"), ["t2"]),
        (Filter(run="r2"), []),
        (Filter(run="r1", stars=4), ["t3"]),
    ],
)
def test_filter_shows_what_is_asked_for(chosen: Filter, ids: list[str]) -> None:
    assert [each.id for each in arranged(THREE, chosen, Order())] == ids
    assert chosen.is_active


def test_what_is_chosen_stays_when_takes_come_and_rows_move(takes: TakeList) -> None:
    takes.select("t1")
    chosen = QSignalSpy(takes.chosen)
    takes.set_takes([*THREE, take(4)])
    assert (takes.ids, takes.current, takes.selected) == (["t4", "t3", "t2", "t1"], "t1", ["t1"])
    takes._on_order(Order("closest"))
    assert (takes.ids[0], takes.current, takes.selected) == ("t2", "t1", ["t1"])
    assert chosen.count() == 0


def test_keys_choose_play_rate_and_remove(takes: TakeList, qtbot: QtBot) -> None:
    table = takes.table
    takes.select("t3")
    with qtbot.waitSignal(takes.chosen) as chosen:
        qtbot.keyClick(table, KEY.Key_Down)
    assert chosen.args == ["t2"]
    qtbot.keyClick(table, KEY.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert takes.selected == ["t2", "t1"]
    assert takes.export.text() == " Export 2…"
    heard = [QSignalSpy(signal) for signal in (takes.play_pressed, takes.stars_chosen, takes.remove_asked)]
    for key in (KEY.Key_Return, KEY.Key_5, KEY.Key_0, KEY.Key_Delete):
        qtbot.keyClick(table, key)
    said = [[spy.at(index) for index in range(spy.count())] for spy in heard]
    assert said == [[["t1"]], [[["t2", "t1"], 5], [["t2", "t1"], 0]], [[["t2", "t1"]]]]


def test_stars_and_play_sign_are_clicked(takes: TakeList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(takes.stars_chosen) as rated:
        click_star(qtbot, takes, "t1", 4)
    assert rated.args == [["t1"], 4]
    with qtbot.waitSignal(takes.stars_chosen) as rated:
        click_star(qtbot, takes, "t3", 4)  # it has four already
    assert rated.args == [["t3"], 0]
    with qtbot.waitSignal(takes.play_pressed) as played:
        click_play(qtbot, takes, "t2")
    assert played.args == ["t2"]
    takes.set_playable("There is no sound device.")
    spy = QSignalSpy(takes.play_pressed)
    click_play(qtbot, takes, "t2")
    qtbot.mouseClick(
        takes.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(takes, "t1", "sound").center()
    )  # fmt: skip
    assert spy.count() == 0


def test_clicked_head_sorts_and_clicked_again_turns_it_round(takes: TakeList, qtbot: QtBot) -> None:
    assert takes.filter.order.currentText() == "Newest"
    header = takes.table.horizontalHeader()
    place = [column.name for column in COLUMNS].index("similarity")
    middle = QPoint(header.sectionViewportPosition(place) + header.sectionSize(place) // 2, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert takes.ids == ["t2", "t1", "t3"]
    assert takes.filter.order.currentIndex() == -1
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert takes.ids == ["t1", "t2", "t3"]
    takes.filter.order.setCurrentIndex(0)
    takes.filter.order.activated.emit(0)
    assert takes.ids == ["t3", "t2", "t1"]
    assert header.sortIndicatorSection() == -1


def test_search_line_filters_while_it_is_typed_and_leads_on(takes: TakeList, qtbot: QtBot) -> None:
    takes.search()
    qtbot.keyClicks(takes.filter.text, "dark")
    assert (takes.ids, takes._count.text()) == (["t1"], "1 of 3")
    qtbot.keyClicks(takes.filter.text, "er")
    assert takes._stack.currentIndex() == NOTHING_FOUND
    qtbot.keyClick(takes.filter.text, KEY.Key_Escape)
    assert (takes.ids, takes._stack.currentIndex()) == (["t3", "t2", "t1"], TABLE)
    takes.activateWindow()
    qtbot.keyClick(takes.filter.text, KEY.Key_Down)
    assert takes.current == "t3"


def test_rejected_takes_can_be_hidden_and_then_go_as_they_are_rejected(takes: TakeList) -> None:
    takes.filter._hide_rejected.trigger()
    assert takes.ids == ["t3", "t1"]
    assert takes.filter.more.isChecked()
    takes.select("t3")
    takes.update_takes([replace(THREE[2], rejected=True)])
    assert (takes.ids, takes.current) == (["t1"], "")
    takes.filter.clear()
    assert takes.ids == ["t3", "t2", "t1"]
    assert not takes.filter.more.isChecked()


def test_name_is_typed_into_the_row_and_news_do_not_overwrite_it(takes: TakeList, qtbot: QtBot) -> None:
    takes.select("t2")
    takes.edit("take")
    editor = takes.table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Take 2"
    editor.selectAll()
    qtbot.keyClicks(editor, "Bridge")
    takes.update_takes([replace(THREE[1], figures=figures(0.8, 0.2))])
    takes.set_takes([THREE[0], replace(THREE[1], stars=1), THREE[2]])
    assert editor.text() == "Bridge"
    with qtbot.waitSignal(takes.edited) as edited:
        qtbot.keyClick(editor, KEY.Key_Return)
    assert edited.args == [["t2"], "name", "Bridge"]


def test_tags_are_typed_for_all_chosen_takes_into_a_column_that_is_shown_for_it(
    takes: TakeList, qtbot: QtBot, tmp_path: Path
) -> None:
    memory = Memory(tmp_path / "window.json")
    takes.remember_with(memory)
    assert "tags" not in takes.table.columns.shown
    takes.select("t1")
    qtbot.keyClick(takes.table, KEY.Key_A, Qt.KeyboardModifier.ControlModifier)
    takes.edit("tags")
    assert "tags" in takes.table.columns.shown
    editor = takes.table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "dark, Chorus"
    qtbot.keyClick(editor, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not takes.table.findChildren(QLineEdit))
    takes.edit("tags")
    editor = takes.table.findChild(QLineEdit)
    assert editor is not None
    editor.end(False)
    qtbot.keyClicks(editor, ", slow")
    with qtbot.waitSignal(takes.edited) as edited:
        qtbot.keyClick(editor, KEY.Key_Return)
    assert edited.args is not None
    assert (edited.args[0][0], sorted(edited.args[0])) == ("t1", ["t1", "t2", "t3"])
    assert edited.args[1:] == ["tags", "dark, Chorus, slow"]
    # and the column is there the next time
    again = TakeList()
    qtbot.addWidget(again)
    again.remember_with(Memory(tmp_path / "window.json"))
    assert "tags" in again.table.columns.shown
    again.table.columns.reset()
    assert "tags" not in again.table.columns.shown


def test_columns_come_with_the_room_there_is(takes: TakeList, qtbot: QtBot) -> None:
    assert takes.table.columns.shown == ["take", "sound", "similarity", "novelty", "tempo", "stars"]
    assert not takes.table.horizontalScrollBar().isVisible()
    takes.resize(1300, 300)
    qtbot.waitUntil(lambda: takes.table.columns.shown[-4:] == ["loudness", "stars", "tags", "note"])
    takes.table.columns.menu().actions()[0].trigger()
    assert "sound" not in takes.table.columns.shown


def test_takes_are_dragged_only_when_the_mouse_goes_a_way(takes: TakeList, qtbot: QtBot) -> None:
    table, left = takes.table, Qt.MouseButton.LeftButton
    meant, asked, played = (QSignalSpy(signal) for signal in (table.carry_meant, table.carry_asked, takes.play_pressed))
    place = cell(takes, "t1", "take").center()
    qtbot.mouseClick(table.viewport(), left, pos=place)
    assert (meant.count(), asked.count()) == (0, 0), "nothing is exported for a click"
    qtbot.mouseClick(table.viewport(), left, Qt.KeyboardModifier.ControlModifier, cell(takes, "t3", "take").center())
    qtbot.mousePress(table.viewport(), left, pos=place)
    for way in (1, MEANT_PX, 30, 31, 32, 33):
        qtbot.mouseMove(table.viewport(), place + QPoint(0, way))
    assert [meant.at(index) for index in range(meant.count())] == [[["t3", "t1"]]]
    assert asked.count() >= 2, "until a drag begins"
    assert asked.at(0) == [["t3", "t1"]]
    qtbot.mouseRelease(table.viewport(), left, pos=place)
    assert (takes.selected, played.count()) == (["t3", "t1"], 0)


def test_a_screen_reader_hears_what_the_eye_sees() -> None:
    assert accessible_text(THREE[1], "take") == "take 2, 0:05  ·  variation, closeness 50%, rejected"
    assert accessible_text(THREE[0], "similarity") == "Similarity: 50%"
    assert accessible_text(THREE[0], "tempo") == "Tempo: unknown"
    assert accessible_text(THREE[2], "tags") == "Tags: none"
    assert short_facts(THREE[1]) == "rejected · 0:05 · variation · 50%"
    assert short_facts(take(1, mode="reconstruction")) == "0:04 · rebuilt"


def test_menu_of_a_row_says_what_it_does(takes: TakeList, qtbot: QtBot) -> None:
    takes.select("t2")
    texts = [action.text().partition("\t")[0] for action in takes.table.menu().actions() if action.text()]
    assert texts == [
        "Play", "Rename", "Edit tags", "Edit note", "Stars", "Keep again", "More like these",
        "Copy file", "Show in folder", "Send to folder", "Send to another folder…", "Export…",
        "Analysis report", "Remove from the list",
    ]  # fmt: skip
    with qtbot.waitSignal(takes.reject_asked) as asked:
        takes.table.menu().actions()[6].trigger()
    assert asked.args == [["t2"]]


def test_a_thousand_takes_need_no_more_widgets_than_three(takes: TakeList) -> None:
    before = len(takes.findChildren(QWidget))
    takes.set_takes([take(number, figures=figures(0.5, number / 1000)) for number in range(1, 1001)])
    QApplication.processEvents()
    takes.table.scrollToBottom()
    QApplication.processEvents()
    assert (len(takes.ids), takes._count.text()) == (1000, "1000")
    assert len(takes.findChildren(QWidget)) == before
    takes._on_order(Order("", "novelty", False))
    assert takes.ids[:3] == ["t1", "t2", "t3"]
    takes.filter.text.setText("take 997")
    assert takes.ids == ["t997"]


def test_width_of_a_column_is_remembered(takes: TakeList, qtbot: QtBot, tmp_path: Path, style: None) -> None:
    memory = Memory(tmp_path / "window.json")
    takes.remember_with(memory)
    header = takes.table.horizontalHeader()
    edge = QPoint(header.sectionViewportPosition(PLACES["take"]) + header.sectionSize(PLACES["take"]) - 1, 8)
    drag(header.viewport(), edge, edge + QPoint(40, 0))
    assert header.sectionSize(PLACES["take"]) == 184 + 40
    other = TakeList()
    qtbot.addWidget(other)
    other.remember_with(Memory(tmp_path / "window.json"))
    assert other.table.columnWidth(PLACES["take"]) == 184 + 40
    assert other.table.columnWidth(PLACES["stars"]) == 112
    other.table.columns.reset()
    assert other.table.columnWidth(PLACES["take"]) == 184
    assert Memory(tmp_path / "window.json").get(WIDTHS, {"take": 0}) == {}


@pytest.mark.parametrize("kept", [{"take": 9}, {"take": 10**9}, {"take": "wide"}, {"no such column": 80}, ["take"]])
def test_odd_remembered_widths_are_not_used(takes: TakeList, tmp_path: Path, kept: object) -> None:
    memory = Memory(tmp_path / "window.json")
    memory.put(WIDTHS, kept)
    takes.remember_with(memory)
    assert takes.table.columnWidth(PLACES["take"]) == 184


def drag(widget: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    for place in (start + QPoint(10, 0), end):
        QTest.mouseMove(widget, place)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)
