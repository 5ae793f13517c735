"""The sheet of a new study: which samples it takes, how it counts them, and what it asks for; by mouse and by keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from musemate.gui.study import samples
from musemate.gui.study.newstudy import NewStudy
from musemate.gui.study.samplemodel import GROUP, KIND, SET
from musemate.project.records import Fragment, Take
from musemate.study.balance import REAL, TAKE
from musemate.study.template import Template
from musemate.study.templates import bundled

FRAGMENT = Fragment("f1", "Riff", "riff.wav", "a.wav", 22_050, 2, 60.0, 5.0, 20.0, "")


@pytest.fixture(scope="module")
def template() -> Template:
    return bundled()["songwriter"]


@pytest.fixture
def sheet(qtbot: QtBot, style: None) -> Iterator[NewStudy]:
    found = bundled()
    parent = QWidget()  # the sheet deletes itself when it is closed
    qtbot.addWidget(parent)
    view = NewStudy({name: found[name] for name in ("songwriter", "engines", "which_is_real")}, parent)
    view.show()
    yield view


def takes(modes: Sequence[str]) -> list[Take]:
    return [
        Take(f"t{n}", "r1", "x.wav", 20.0, mode, 0.5, n, "", f"take {n}", engine="frames")
        for n, mode in enumerate(modes, 1)
    ]


def test_takes_go_where_their_mode_belongs_and_are_heard_once(template: Template) -> None:
    found = samples.of_takes(takes(["new", "variation", "reconstruction", "new"]), template, [])
    assert [sample.set for sample in found] == ["new_material", "variations", "variations", "new_material"]
    assert {sample.group for sample in found} == {"frames"}
    assert samples.of_takes(takes(["new", "variation"]), template, found) == []


def test_takes_fill_the_sets_of_a_questionnaire_that_names_no_modes() -> None:
    engines = bundled()["engines"]
    found = samples.of_takes(takes(["new"] * 3), engines, [])
    assert [sample.set for sample in found] == ["samples"] * 3


def test_a_study_is_filled_up_as_planned(sheet: NewStudy) -> None:
    many = takes(["new"] * 12 + ["variation"] * 4)
    many[0] = replace(many[0], stars=5)
    many[11] = replace(many[11], rejected=True)
    many[10] = replace(many[10], engine="instant")
    sheet.rules.longest.setValue(10)
    sheet.add_takes(many[4:5])
    sheet.fill_up(many, FRAGMENT)
    ids = [sample.source for sample in sheet.model.samples]
    assert ids[:2] == ["t5", "t1"], "what was chosen stays, stars go first"
    assert set(ids) == {"t5", "t1", "t10", "t9", "t8", "t7", "t6", "t4", "t16", "t15", "t14", "t13", "f1"}
    assert sheet.panel.balance.text().split("\n") == [
        "New material: 8 of 8 takes, 2 of 2 real excerpts",
        "Variations: 4 of 6 takes, 0 of 2 of another method, 2 of 2 real excerpts",
    ]
    before = sheet.model.samples
    sheet.fill_up(many, FRAGMENT)
    assert sheet.model.samples == before


def test_excerpts_come_as_many_as_are_missing_and_one_more_when_asked_again(template: Template) -> None:
    found = samples.of_fragment(FRAGMENT, template, [])
    assert [(sample.set, sample.part) for sample in found] == [
        *(("new_material", 0), ("new_material", 1), ("variations", 2), ("variations", 3)),
    ]
    assert all(sample.counts_as == REAL for sample in found)
    again = samples.of_fragment(FRAGMENT, template, found[1:])
    assert [(sample.set, sample.part) for sample in again] == [("new_material", 0)]
    assert [sample.part for sample in samples.of_fragment(FRAGMENT, template, found)] == [4]


def test_a_recording_gives_no_more_excerpts_than_it_holds(sheet: NewStudy) -> None:
    assert [samples.room_in(FRAGMENT, seconds) for seconds in (20.0, 10.0, 5.0, 60.0)] == [2, 5, 12, 0]
    sheet.add_takes(takes(["new"]))
    sheet.add_real(FRAGMENT)
    assert [sample.origin for sample in sheet.model.samples] == ["take", "fragment", "fragment"]
    assert sheet.said.text() == "“Riff” has room for 2 excerpts of 20.0 s. Shorter samples make room for more."
    sheet.rules.longest.setValue(10)
    sheet.add_real(FRAGMENT)
    assert len(sheet.model.samples) == 5
    assert "2 of 2 real excerpts" in sheet.panel.balance.text().split("\n")[1]


def test_files_are_another_method_unless_they_are_said_to_be_real(template: Template, sheet: NewStudy) -> None:
    found = samples.of_files(["/a/b/jukebox 1.wav", "/a/b/jukebox 1.wav"], "jukebox", template, [])
    assert [(sample.label, sample.set, sample.counts_as) for sample in found] == [("jukebox 1", "variations", "other")]
    assert found[0].wish == {"file": "/a/b/jukebox 1.wav", "set": "variations", "group": "jukebox", "real": False}
    sheet.add_files(["/x.wav"])
    model = sheet.model
    assert model.flags(model.index(0, KIND)) & Qt.ItemFlag.ItemIsEditable
    model.setData(model.index(0, KIND), True)
    assert model.samples[0].counts_as == REAL
    assert sheet.request["sounds"][0]["real"] is True
    sheet.add_takes(takes(["new"]))
    assert not model.flags(model.index(1, KIND)) & Qt.ItemFlag.ItemIsEditable
    assert model.samples[1].counts_as == TAKE


def test_the_balance_stands_beside_the_plan(sheet: NewStudy) -> None:
    assert not sheet.make.isEnabled()
    assert sheet.said.text() == "Add 2 samples at least."
    sheet.add_takes(takes(["new", "variation"]))
    assert sheet.panel.balance.text().split("\n") == [
        "New material: 1 of 8 takes, 0 of 2 real excerpts",
        "Variations: 1 of 6 takes, 0 of 2 of another method, 0 of 2 real excerpts",
    ]
    assert "nobody can tell skill from calling everything fake" in sheet.panel.notes.text()
    assert sheet.make.isEnabled()
    sheet.rules.longest.setValue(10)
    sheet.add_real(FRAGMENT)
    assert "2 of 2 real excerpts" in sheet.panel.balance.text()
    assert not sheet.panel.notes.isVisible()


def test_another_questionnaire_keeps_the_samples(sheet: NewStudy) -> None:
    sheet.add_takes(takes(["new", "variation"]))
    sheet.questionnaire.setCurrentIndex(sheet.questionnaire.findData("engines"))
    assert [sample.set for sample in sheet.model.samples] == ["samples", "samples"]
    assert sheet.panel.balance.text() == "Samples: 2 of 30 takes, 0 of 0 real excerpts"
    assert sheet.rules.longest.value() == 10
    assert sheet.request["rules"] == {}
    assert sheet.about.text().startswith("Samples of several engines")


def test_what_is_asked_for_says_only_what_differs(sheet: NewStudy, qtbot: QtBot) -> None:
    sheet.add_takes(takes(["new", "variation"]))
    QTest.keyClicks(sheet.title, "  Bridge   ideas ")
    sheet.rules.loop.click()
    sheet.rules.heard.setValue(5)
    sheet.rules.anchor.setCurrentIndex(1)
    sheet.rules.longest.setValue(12)
    with qtbot.waitSignal(sheet.wanted) as wanted:
        QTest.mouseClick(sheet.make, Qt.MouseButton.LeftButton)
    assert wanted.args[0] == {
        "sounds": [
            {"take": "t1", "set": "new_material", "group": "frames"},
            {"take": "t2", "set": "variations", "group": "frames"},
        ],
        "template": "songwriter",
        "title": "Bridge ideas",
        "rules": {"loop": True, "heard": 5, "anchor_hz": 3500, "longest_s": 12.0},
    }


def test_samples_are_taken_out_and_changed_by_keys(sheet: NewStudy, qtbot: QtBot) -> None:
    sheet.add_takes(takes(["new"] * 3))
    table = sheet.panel.table
    table.setFocus()
    table.setCurrentIndex(sheet.model.index(1, GROUP))
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert [sample.source for sample in sheet.model.samples] == ["t1", "t3"]
    table.setCurrentIndex(sheet.model.index(0, GROUP))
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, " long   training ")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sheet.model.samples[0].group == "long training")
    table.setCurrentIndex(sheet.model.index(0, SET))
    QTest.keyClick(table, Qt.Key.Key_F2)
    box = table.findChild(QComboBox)
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sheet.model.samples[0].set == "variations")


def test_files_are_dropped_or_chosen(
    sheet: NewStudy, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.wav").touch()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    sheet.panel.dropEvent(drop)
    assert [sample.label for sample in sheet.model.samples] == ["one"]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: (["/two.wav"], ""))
    sheet.panel.files_wanted.emit()
    assert [sample.label for sample in sheet.model.samples] == ["one", "two"]


def test_closing_while_it_is_made_stops_the_making(sheet: NewStudy, qtbot: QtBot) -> None:
    sheet.add_takes(takes(["new"] * 3))
    sheet.set_making(True)
    assert not sheet.make.isEnabled()
    assert not sheet.panel.isEnabled()
    sheet.set_progress("Preparing", 0.25)
    assert (sheet.said.text(), sheet.progress.value()) == ("Preparing", 25)
    with qtbot.waitSignal(sheet.cancelled):
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
