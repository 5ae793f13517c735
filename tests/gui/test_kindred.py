"""The loop is closed in the window: inspiring takes come first, and more like them are made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from inspiring_study import make_inspiring_study
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musemate.analysis.marks import Marks
from musemate.audio.files import read_clip, write_wav
from musemate.gui.memory import Memory
from musemate.gui.takecolumns import PLACES
from musemate.gui.takelist import TakeList
from musemate.gui.takemodel import accessible_text, describe_take
from musemate.gui.takeorder import INSPIRING, NEWEST, PROPOSALS, Filter, Order, arranged
from musemate.gui.window import Window
from musemate.paths import resource
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.tasks.instant import instant

pytestmark = pytest.mark.x11

WAIT_MS = 150_000
SAID = {"t1": Marks(n_yes=2, quality_mean=6.5, n_fooled=1, n_verdicts=2), "t3": Marks(n_no=1), "t4": Marks(1, 0, 1)}


def take(number: int) -> Take:
    return Take(f"t{number}", "r1", f"{number}.wav", 3.0, "new", 0.5, number, "", f"take {number}")


FIVE = [take(number) for number in range(1, 6)]


@pytest.fixture
def takes(qtbot: QtBot, style: None) -> TakeList:
    panel = TakeList()
    qtbot.addWidget(panel)
    panel.resize(800, 300)
    panel.set_takes(FIVE)
    panel.show()
    return panel


def test_inspiring_takes_come_first_and_those_that_do_not_last() -> None:
    marked = [replace(each, marks=SAID.get(each.id)) for each in FIVE]
    assert [each.id for each in arranged(marked, Filter(), Order(INSPIRING))] == ["t1", "t4", "t5", "t2", "t3"]
    assert [each.id for each in arranged(marked, Filter(inspiring=True), Order())] == ["t4", "t1"]
    assert [each.id for each in arranged(FIVE, Filter(), Order(INSPIRING))] == ["t5", "t4", "t3", "t2", "t1"]


def test_marks_bring_column_filter_and_order_and_take_them_away(takes: TakeList) -> None:
    combo, only = takes.filter.order, takes.filter._only_inspiring
    shown = lambda: "inspires" in takes.table.columns.shown  # noqa: E731
    assert (combo.currentData(), shown(), only.isEnabled()) == (NEWEST, False, False)
    takes.set_marks(SAID)
    assert (combo.currentData(), shown(), only.isEnabled()) == (INSPIRING, True, True)
    assert takes.ids == ["t1", "t4", "t5", "t2", "t3"]
    assert [takes.model.index(row, PLACES["inspires"]).data() for row in range(5)] == ["Yes", "Maybe", "–", "–", "No"]
    only.trigger()
    assert (takes.ids, takes.filter.more.isChecked()) == (["t1", "t4"], True)
    takes.set_marks({})
    assert (combo.currentData(), shown(), only.isEnabled(), takes.filter.filter) == (NEWEST, False, False, Filter())
    assert takes.ids == ["t5", "t4", "t3", "t2", "t1"]


def test_an_order_that_was_chosen_stays(takes: TakeList, qtbot: QtBot) -> None:
    qtbot.keyClick(takes.filter.order, Qt.Key.Key_End)
    assert takes.model.order == Order(list(PROPOSALS)[-1])
    takes.set_marks(SAID)
    assert takes.model.order == Order(list(PROPOSALS)[-1])
    takes.set_marks({})
    assert takes.model.order == Order(list(PROPOSALS)[-1])


def test_chosen_columns_stay_as_they_are(takes: TakeList) -> None:
    takes.remember_with(Memory())
    takes.table.columns.toggle("tempo")
    takes.set_marks(SAID)
    assert "inspires" not in takes.table.columns.shown


def test_what_was_said_stays_when_takes_change_or_come(takes: TakeList) -> None:
    takes.set_marks(SAID)
    takes.update_takes([replace(FIVE[0], stars=4)])
    takes.set_takes([replace(FIVE[0], stars=4), *FIVE[1:], take(6)])
    found = takes.model.take("t1")
    assert found is not None
    assert (found.stars, found.marks) == (4, SAID["t1"])
    assert takes.ids == ["t1", "t4", "t6", "t5", "t2", "t3"]


def test_what_was_said_can_be_read_and_heard() -> None:
    said = replace(FIVE[0], marks=SAID["t1"])
    assert accessible_text(said, "inspires") == "Inspires: Yes"
    assert accessible_text(FIVE[1], "inspires") == "Inspires: unknown"
    text = "Does it inspire? Yes 2, maybe 0, no 0. Quality 6.5 on average. Taken for real 1 of 2 times."
    assert text in describe_take(said)


# in the window -----------------------------------------------------------------------------------------


@pytest.fixture
def listened(tmp_path: Path) -> Path:
    """A project of three instant takes, of which somebody called the first inspiring."""
    song = write_wav(tmp_path / "My song.wav", read_clip(resource("demo.flac"), 4.0, 6.0))
    with Project.create(tmp_path / "Song") as store:
        store.add_fragment(song)
    list(instant(str(tmp_path / "Song"), "f1", cancelled=lambda: False))
    make_inspiring_study(tmp_path / "Song", {"t1": "yes", "t2": "no"})
    return tmp_path / "Song"


def test_more_like_the_inspiring_takes_and_more_like_a_chosen_one(window: Window, qtbot: QtBot, listened: Path) -> None:
    window.open_paths([listened])
    takes = window.parts.takes
    qtbot.waitUntil(lambda: takes.ids == ["t1", "t3", "t2"], timeout=WAIT_MS)
    window.parts.make.count.setValue(2)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(takes.ids) == 5 and not window.taker.is_running, timeout=WAIT_MS)
    assert [take.tags for take in window.session.takes()[3:]] == [("like take 1",)] * 2
    assert takes.ids == ["t1", "t5", "t4", "t3", "t2"]
    takes.select("t3")
    takes.table.setFocus()
    QTest.keyClick(takes.table, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(takes.ids) == 7 and not window.taker.is_running, timeout=WAIT_MS)
    assert [take.tags for take in window.session.takes()[5:]] == [("like take 3",)] * 2
    # somebody else listened meanwhile, and the window is come back to
    make_inspiring_study(listened, {"t4": "yes"}, "again", seed=1)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    qtbot.waitUntil(lambda: takes.ids[:2] == ["t4", "t1"], timeout=WAIT_MS)


def test_without_anything_to_be_like_there_is_a_sentence(
    window: Window, qtbot: QtBot, project_with_takes: Path
) -> None:
    messages, takes = window.parts.messages, window.parts.takes
    window.actions_by_name["more_like"].trigger()
    assert messages.text.startswith("Choose takes that you like first.")
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: len(takes.ids) == 3)
    window.actions_by_name["more_inspiring"].trigger()
    assert messages.text.startswith(
        "No take of this fragment was called inspiring yet. Listen to them in a study first"
    )
    made = QSignalSpy(window.session.lanes.quick.submitted)
    takes.model.set_takes([replace(each, mode="reconstruction") for each in window.session.takes()])
    window.kindred.make_like(["t1"])
    assert messages.text.startswith("A reconstruction is the same each time")
    assert made.count() == 0
