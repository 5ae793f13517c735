"""What the system's dialogs are asked, and where they begin to look."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from musemate.gui import dialogs
from musemate.paths import projects_folder

pytestmark = pytest.mark.x11


class Answer:
    """Answers like the system's dialog, and notes whether the folder that it was shown is there."""

    def __init__(self, chosen: str) -> None:
        self.chosen = chosen
        self.shown: list[tuple[Path, bool]] = []

    def get_save_file_name(self, parent: QWidget, title: str, proposed: str, kinds: str) -> tuple[str, str]:
        self.shown.append((Path(proposed), Path(proposed).parent.is_dir()))
        return self.chosen, kinds

    def get_existing_directory(self, parent: QWidget, title: str, folder: str) -> str:
        self.shown.append((Path(folder), Path(folder).is_dir()))
        return self.chosen


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def test_a_new_project_is_proposed_among_the_others_and_leaves_no_trace(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answer("")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer.get_save_file_name)
    assert dialogs.ask_new_project(parent) is None
    assert answer.shown == [(projects_folder() / "My song", True)]
    assert not projects_folder().exists(), "nothing was chosen"


def test_a_project_is_looked_for_among_the_others(parent: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    (projects_folder() / "One").mkdir(parents=True)
    answer = Answer(str(projects_folder() / "One"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", answer.get_existing_directory)
    assert dialogs.ask_project(parent) == projects_folder() / "One"
    assert answer.shown == [(projects_folder(), True)]
    assert (projects_folder() / "One").is_dir()
