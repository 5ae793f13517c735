"""The analysis report in the window: from the key to the page that the browser is asked to open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from musemate.audio.clip import AudioClip
from musemate.engine.events import Reported
from musemate.gui.window import Window
from musemate.project.store import Project


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    """Return a window with a project of four takes, the last one silent."""
    with Project.open(project_with_takes) as project:
        audio = project.store_clip(AudioClip(np.zeros((2, 22_050), dtype=np.float32), 22_050))
        project.add_take("r1", audio, {"seconds": 1.0, "mode": "new", "closeness": 0.5, "seed": 9})
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: len(window.parts.takes.ids) == 4)
    return window


@pytest.fixture
def browsed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that the browser is asked to open, without opening one."""
    pages: list[Path] = []

    def open_url(url: QUrl) -> bool:
        pages.append(Path(url.toLocalFile()))
        return len(pages) == 1

    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(open_url))
    return pages


def test_a_report_on_the_chosen_take_is_written_and_opened(opened: Window, qtbot: QtBot, browsed: list[Path]) -> None:
    opened.parts.takes.select("t4")  # nothing of it is drawn, which is the most of the work
    with qtbot.waitSignal(opened.reporter.written) as done:
        asked = [action for action in opened.parts.takes.table.menu().actions() if "report" in action.text()]
        asked[0].trigger()
        assert opened.parts.messages.text == "Writing a report on 1 take of My song…"
        opened.actions_by_name["report"].trigger()
        assert "already" in opened.parts.messages.text
    page = Path(done.args[0])
    assert page.parent.parent == Path(opened.session.folder) / "reports"
    assert opened.parts.messages.text.startswith("The report is written. It is silent")
    opened.parts.messages._button.click()
    assert browsed == [page]
    opened.reporter.open(str(page))  # this time there is no browser
    assert opened.parts.messages.text == f"No browser was found to show the report. Open {page} yourself."
    qtbot.waitUntil(lambda: not opened.reporter.is_running)


def test_takes_that_could_not_be_measured_are_told(opened: Window) -> None:
    problems = ['"take 2" was not found.', "It is silent."]
    opened.reporter._on_event(Reported("/x/report.html", [], problems))
    assert opened.parts.messages.text == 'The report is written. "take 2" was not found. (1 more like this)'


def test_a_report_that_is_cancelled_leaves_nothing(opened: Window, qtbot: QtBot) -> None:
    opened.actions_by_name["report"].trigger()
    assert opened.parts.messages._button.text() == "Cancel"
    opened.parts.messages._button.click()
    qtbot.waitUntil(lambda: not opened.reporter.is_running)
    assert opened.parts.messages.text == "The report was cancelled; nothing was written."
    reports = Path(opened.session.folder) / "reports"
    assert not reports.exists() or list(reports.iterdir()) == []


def test_without_a_fragment_there_is_a_sentence(window: Window) -> None:
    window.actions_by_name["report"].trigger()
    assert window.parts.messages.text.startswith("Choose a fragment first.")
    assert not window.reporter.is_running
