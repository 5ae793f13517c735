"""Studies in the window: a new one of chosen takes, its results when somebody answered, copies out and answers in."""

from __future__ import annotations

from pathlib import Path

import pytest
from answered_study import answer, make_study
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from musemate.gui.study.chartview import ChartView
from musemate.gui.study.newstudy import NewStudy
from musemate.gui.study.studiesview import StudiesView
from musemate.gui.study.studylist import StudyLine
from musemate.gui.window import Window
from musemate.study.folder import StudyFolder

WAIT_MS = 150_000


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    """Return a window with a project of three takes."""
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: len(window.parts.takes.ids) == 3)
    return window


def sheet_of(window: Window, qtbot: QtBot) -> NewStudy:
    """Open the sheet of a new study by its action."""
    window.actions_by_name["new_study"].trigger()
    qtbot.waitUntil(lambda: window.studies.maker.view is not None)
    view = window.studies.maker.view
    assert view is not None
    return view


def studies_of(window: Window, qtbot: QtBot) -> StudiesView:
    """Open the sheet of studies by its action, and wait for the list."""
    window.actions_by_name["studies"].trigger()
    view = window.studies.view
    assert view is not None
    qtbot.waitUntil(lambda: bool(view.list.lines) or view._first.isVisible(), timeout=WAIT_MS)
    return view


def test_without_a_project_there_is_a_sentence(window: Window) -> None:
    for name in ("studies", "new_study"):
        window.actions_by_name[name].trigger()
        assert window.parts.messages.text.startswith("Open a project first.")
    assert window.studies.view is None


def test_a_project_without_studies_says_what_one_is(opened: Window, qtbot: QtBot) -> None:
    view = studies_of(opened, qtbot)
    assert view._notice.text().startswith("There is no study yet. A study plays takes and real excerpts blind")
    QTest.mouseClick(view._first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.studies.maker.view is not None)


def test_a_study_is_made_of_what_was_chosen_and_can_be_heard(opened: Window, qtbot: QtBot) -> None:
    opened.parts.takes.table.selectAll()
    sheet = sheet_of(opened, qtbot)
    assert [sample.source for sample in sheet.model.samples] == ["t1", "t2", "t3"]
    sheet.questionnaire.setCurrentIndex(sheet.questionnaire.findData("engines"))
    sheet.real_asked.emit()
    QTest.keyClicks(sheet.title, "Bridge")
    with qtbot.waitSignal(opened.studies.made, timeout=WAIT_MS) as done:
        QTest.mouseClick(sheet.make, Qt.MouseButton.LeftButton)
        assert sheet.progress.isVisible()
    made = Path(done.args[0])
    assert made == Path(opened.session.folder) / "studies" / "Bridge"
    assert opened.parts.messages.text.startswith("The study “Bridge” is ready: 4 samples.")
    view = opened.studies.view
    assert view is not None
    qtbot.waitUntil(lambda: view.list.folder == str(made), timeout=WAIT_MS)
    assert opened.studies.maker.view is None
    assert view.title.text() == "Bridge"
    assert view.results.notice.text().startswith("Nobody has listened yet.")
    assert not view.report.isEnabled()
    with qtbot.waitSignal(opened.studies.run_wanted) as wanted:
        QTest.mouseClick(view.run, Qt.MouseButton.LeftButton)
    assert wanted.args == [str(made)]
    with StudyFolder.open(made) as study:
        assert sorted(truth.take for truth in study.truths.values()) == ["", "t1", "t2", "t3"]


def test_results_are_shown_and_written(
    opened: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = make_study(Path(opened.session.folder) / "studies" / "one")
    view, messages = studies_of(opened, qtbot), opened.parts.messages
    qtbot.waitUntil(lambda: bool(view.results.sections), timeout=WAIT_MS)
    assert view.results.area.widget().findChildren(ChartView)
    assert view.list.lines[0].facts == "one rater · 15 answers"
    QTest.mouseClick(view.report, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: messages.text.startswith("The report is written."), timeout=WAIT_MS)
    pages = []
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda url: pages.append(QUrl(url)) or True))
    messages._button.click()
    assert Path(pages[0].toLocalFile()).parent.parent == Path(opened.session.folder) / "reports"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(tmp_path / "all"), ""))
    view.table_asked.emit(str(folder))
    qtbot.waitUntil(lambda: messages.text == "Written: all.csv", timeout=WAIT_MS)
    table = tmp_path / "all.csv"
    assert table.read_text(encoding="utf-8").count("\n") == 16
    table.write_text(
        table.read_text(encoding="utf-8").replace(",verdict,real,", ",verdict,perhaps,", 1), encoding="utf-8"
    )
    view.results.say("")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(table), ""))
    view.read_asked.emit()
    assert view.title.text() == "all.csv"
    qtbot.waitUntil(lambda: not view.results.notice.isVisible(), timeout=WAIT_MS)
    assert "14 answers" in view.results.area.widget().findChild(QLabel).text()
    assert "perhaps" in messages.text


def test_a_copy_goes_out_and_its_answers_come_back(
    opened: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = make_study(Path(opened.session.folder) / "studies" / "one")
    view, messages = studies_of(opened, qtbot), opened.parts.messages
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(tmp_path / "for Béla"), ""))
    QTest.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: messages.text == "Written: for Béla.zip", timeout=WAIT_MS)
    with StudyFolder.open(folder) as study:
        copy = study.copy_for_raters(tmp_path / "copy")
    with StudyFolder.open(copy) as study:
        answer(study, "Béla")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: ([str(copy / "study.json")], ""))
    view.merge_asked.emit(str(folder))
    qtbot.waitUntil(lambda: messages.text == "15 new answers were brought in.", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.list.lines[0].raters == 2, timeout=WAIT_MS)
    view.merge_asked.emit(str(folder))
    qtbot.waitUntil(lambda: messages.text == "There was nothing new in this copy.", timeout=WAIT_MS)


def test_what_cannot_be_made_is_said_in_the_sheet(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    view = sheet_of(opened, qtbot)
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    view.add_files([str(tmp_path / "broken.wav")])
    view.starred_asked.emit()
    assert view.said.text() == "No take has stars yet: press 1 to 5 in the table of takes."
    opened.parts.takes.table.selectAll()
    view.chosen_asked.emit()
    QTest.mouseClick(view.make, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "broken" in view.said.text() and not view.progress.isVisible(), timeout=WAIT_MS)
    assert view.make.isEnabled()
    assert not (Path(opened.session.folder) / "studies").exists() or not list(
        (Path(opened.session.folder) / "studies").iterdir()
    )


def test_another_project_closes_the_sheets(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    view = studies_of(opened, qtbot)
    sheet_of(opened, qtbot)
    assert view.isVisible()
    opened.session.create_project(tmp_path / "Another")
    qtbot.waitUntil(lambda: opened.studies.view is None and opened.studies.maker.view is None)


def test_sheets_fit_a_small_screen(opened: Window, qtbot: QtBot) -> None:
    sheets = (studies_of(opened, qtbot), sheet_of(opened, qtbot))
    for sheet in sheets:
        least = sheet.minimumSizeHint()
        assert least.width() <= 640 and least.height() <= 324, (type(sheet).__name__, least)


def test_a_study_that_cannot_be_opened_says_why(qtbot: QtBot, style: None) -> None:
    line = StudyLine.of({"name": "x", "folder": "/x", "title": None, "answers": None, "problem": "It is damaged."})
    assert (line.title, line.facts) == ("x", "cannot be opened")
    view = StudiesView()
    view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(view)
    chosen = []
    view.chosen.connect(chosen.append)
    view.set_lines([line, StudyLine("/y", "Y", created="2026-11-21T10:00:00", sounds=2, raters=2, answers=9)])
    assert view.results.notice.text() == "It is damaged."
    assert not view.run.isEnabled()
    QTest.keyClick(view.list, Qt.Key.Key_Down)
    assert chosen == ["", "/y"]
    assert view.run.isEnabled()
    assert view.about.text() == "2 samples · made 2026-11-21"
