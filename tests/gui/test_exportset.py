"""Sets exported from the window: asked for by keys, written by the worker, said where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import rpp
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from musemate.gui.exportsetdialog import CHOSEN, STARRED, ExportSetDialog, Offer
from musemate.gui.window import Window
from musemate.project.records import Beats
from musemate.project.store import Project

KEY, MODIFIER = Qt.Key, Qt.KeyboardModifier
BOTH = (Offer(STARRED, ("t1", "t2"), ("My song",)), Offer(CHOSEN, ("t3",), ()))


@pytest.fixture
def opened(window: Window, project_with_takes: Path) -> Window:
    """Return a window on a project with three takes, one chosen, none with a star."""
    window.open_paths([project_with_takes])
    window.parts.takes.select("t2")
    window.parts.takes.table.setFocus()
    return window


def project_of(window: Window) -> Project:
    assert window.session.project is not None
    return window.session.project


def asked(window: Window, qtbot: QtBot) -> ExportSetDialog:
    """Ask for a set with the keys and return the dialogue."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, KEY.Key_E, MODIFIER.ControlModifier | MODIFIER.ShiftModifier)
    dialog = window.exporting.sets.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def tracks_of(file: str) -> list[str]:
    return [track.find("NAME")[1] for track in rpp.loads(Path(file).read_text("utf-8")).findall("TRACK")]


@pytest.mark.x11
def test_starred_takes_become_a_set_with_a_few_clicks(
    opened: Window, qtbot: QtBot, tmp_path: Path, shoot: Callable[[QWidget, str], None]
) -> None:
    project_of(opened).set_stars("t1", 4)
    project_of(opened).set_stars("t3", 2)
    dialog = asked(opened, qtbot)
    assert dialog.takes.value == STARRED
    shoot(dialog, "export-set")
    for kind in ("dawproject", "midi"):
        box = dialog.kinds[kind]
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(12, box.height() // 2))
    dialog.folder.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(opened.exporting.sets.exported) as done:
        qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert done.args is not None
    (file,) = done.args[0]
    assert file == str(tmp_path / "out" / "My-song" / "My-song.RPP")
    assert tracks_of(file) == ["Fragment", "take 1", "take 3"]
    assert opened.parts.messages.text == "Exported the set My-song"
    # what was asked for is proposed the next time
    dialog = asked(opened, qtbot)
    assert [kind for kind, box in dialog.kinds.items() if box.isChecked()] == ["rpp"]
    assert dialog.folder.text() == str(tmp_path / "out")
    dialog.reject()


def test_the_chosen_take_is_offered_where_none_has_a_star(opened: Window, qtbot: QtBot) -> None:
    dialog = asked(opened, qtbot)
    assert "Chosen takes (1)" in [text.text() for text in dialog.findChildren(QLabel)]
    with qtbot.waitSignal(opened.exporting.sets.exported) as done:
        qtbot.keyClick(dialog, KEY.Key_Return)
    assert done.args is not None
    assert [Path(file).suffix for file in done.args[0]] == [".RPP", ".dawproject", ".mid"]
    assert Path(done.args[0][0]).parent.parent == project_of(opened).exports_path


def test_several_chosen_takes_come_before_those_with_stars(opened: Window, qtbot: QtBot) -> None:
    project_of(opened).set_stars("t1", 4)
    opened.parts.takes.table.selectAll()
    dialog = asked(opened, qtbot)
    assert dialog.takes.value == CHOSEN
    dialog.reject()


def test_without_any_take_it_says_what_a_set_is_of(window: Window, qtbot: QtBot) -> None:
    window.exporting.sets.ask()
    assert window.exporting.sets.dialog is None
    assert "Star some takes" in window.parts.messages.text


def test_an_unsure_tempo_is_said_before_anything_is_written(opened: Window, qtbot: QtBot) -> None:
    dialog = asked(opened, qtbot)
    assert 'The tempo of "My song" is not sure' in dialog.tempo.text()
    assert dialog.tempo.isVisible()
    dialog.reject()
    project_of(opened).set_analysis("f1", Beats(240.0, 0.9, tuple(0.25 * beat for beat in range(24))), "", ())
    dialog = asked(opened, qtbot)
    assert not dialog.tempo.isVisible()
    dialog.reject()


def test_the_dialogue_answers_for_the_takes_that_are_chosen_in_it(qtbot: QtBot, style: None, tmp_path: Path) -> None:
    dialog = ExportSetDialog(BOTH, ["rpp"], tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.tempo.isVisible()
    dialog.takes.value = CHOSEN
    assert not dialog.tempo.isVisible()
    with qtbot.waitSignal(dialog.export_asked) as done:
        dialog.export.click()
    assert done.args == [["t3"], ["rpp"], str(tmp_path)]


def test_nothing_is_exported_where_nothing_is_asked_for(qtbot: QtBot, style: None, tmp_path: Path) -> None:
    dialog = ExportSetDialog(BOTH, ["rpp"], tmp_path)
    qtbot.addWidget(dialog)
    dialog.kinds["rpp"].setChecked(False)
    assert not dialog.export.isEnabled()
    dialog.kinds["midi"].setChecked(True)
    assert dialog.export.isEnabled()


def test_a_folder_that_cannot_be_written_is_a_sentence(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with qtbot.waitSignal(opened.session.said):
        opened.exporting.sets.write(["t1"], ["rpp"], tmp_path / "file")
        qtbot.waitUntil(lambda: '"file"' in opened.parts.messages.text)
