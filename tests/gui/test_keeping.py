"""Looking after whole projects in the window: who may change one, whether it is whole, and how it travels."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QPushButton

from musemate.project import backups, schema
from musemate.project.holding import Hold, is_free
from musemate.project.store import Project


def write_row(folder: Path, statement: str) -> None:
    """Change the database behind the store's back."""
    connection = sqlite3.connect(folder / "project.sqlite")
    connection.execute(statement)
    connection.commit()
    connection.close()


def press_action(qtbot, window) -> None:
    """Press what the message bar offers to do."""
    (button,) = [b for b in window.parts.messages.findChildren(QPushButton) if b.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def stars(folder: Path) -> list[int]:
    with Project.open(folder) as project:
        return [take.stars for take in project.takes()]


@pytest.mark.x11
def test_a_second_window_reads_and_takes_over_when_the_first_is_gone(qtbot, make_window, project_with_takes, shoot):
    first, second = make_window(), make_window()
    first.session.open_project(project_with_takes)
    second.session.open_project(project_with_takes)
    assert second.parts.messages.text.startswith("This project is open in another window (since ")
    assert second.windowTitle() == "A project (read-only) – MuseMate"
    assert first.windowTitle() == "A project – MuseMate"
    shoot(second, "keeping-second-window")
    second.choosing.give_stars(["t1"], 3)
    assert "another window" in second.parts.messages.text
    first.choosing.give_stars(["t1"], 4)
    assert stars(project_with_takes)[0] == 4
    assert second.session.project.take("t1").stars == 4  # what the first one changes is seen
    press_action(qtbot, second)
    assert second.session.protection is not None  # it is there still
    first.close()
    qtbot.waitUntil(lambda: "has let go" in second.parts.messages.text)
    second.parts.messages.dismiss()  # it is said again when something is to be changed
    second.choosing.give_stars(["t1"], 5)
    assert second.session.project.take("t1").stars == 4
    press_action(qtbot, second)
    assert second.session.protection is None
    assert second.windowTitle() == "A project – MuseMate"
    second.choosing.give_stars(["t1"], 2)
    assert stars(project_with_takes)[0] == 2


def test_closing_a_window_lets_go_of_its_project(make_window, project_with_takes, tmp_path):
    window = make_window()
    window.session.open_project(project_with_takes)
    assert not is_free(project_with_takes)
    window.session.create_project(tmp_path / "another")
    assert is_free(project_with_takes)
    assert not is_free(tmp_path / "another")
    window.session.open_project(tmp_path / "another")  # once more is no second window
    assert window.session.protection is None
    window.close()
    assert is_free(tmp_path / "another")


@pytest.fixture
def whole(project_with_takes):
    """Return a project whose training has a folder, as if it had learned something."""
    (project_with_takes / "runs" / "r1").mkdir()
    return project_with_takes


@pytest.fixture
def newer(project_with_takes):
    """Return a project of a version that is to come."""
    write_row(project_with_takes, "ALTER TABLE take ADD COLUMN colour TEXT")
    write_row(project_with_takes, f"PRAGMA user_version = {schema.VERSION + 1}")
    return project_with_takes


def test_a_newer_project_is_shown_and_everything_that_writes_says_why_not(qtbot, window, newer, song, shoot):
    lanes = window.session.lanes
    window.session.open_project(newer)
    assert "was made by a newer version of MuseMate" in window.parts.messages.text
    assert len(window.session.takes()) == 3
    shoot(window, "keeping-newer")
    wishes = {
        "train": window.on_train,
        "make": window.on_make,
        "instant": window.on_make_instant,
        "import": lambda: window.session.import_files([str(song)]),
        "stars": lambda: window.choosing.give_stars(["t1"], 3),
        "reject": lambda: window.choosing.reject(["t1"]),
        "remove": lambda: window.choosing.remove_takes(["t1"]),
        "region": lambda: window.choosing.set_region("f1", 0.0, 3.0),
        "fragment": window.fragments.add_to_current,
        "repair": lambda: window.keeping.checker.start(repair=True),
    }
    for name, wish in wishes.items():
        window.parts.messages.dismiss()
        wish()
        assert "newer version" in window.parts.messages.text, name
    busy = {job.task for job in (*lanes.train.jobs, *lanes.quick.jobs, *lanes.analyse.jobs)}
    assert busy <= {"draw_pictures"}
    assert not window.choosing.history.undo_text
    assert len(window.session.takes()) == 3


def test_a_sound_project_is_called_sound(qtbot, window, whole):
    window.session.open_project(whole)
    with qtbot.waitSignal(window.parts.messages.shown, check_params_cb=lambda text: "is sound" in text):
        window.actions_by_name["check_project"].trigger()
    qtbot.waitUntil(lambda: not window.keeping.checker.is_running)


def test_what_a_check_finds_is_shown_and_repaired(qtbot, window, whole, shoot):
    window.session.open_project(whole)
    write_row(whole, "UPDATE take SET stars = 1 WHERE number = 2")  # one bit of 0
    told = window.parts.messages.shown
    with qtbot.waitSignal(told, check_params_cb=lambda text: "One thing in the project is" in text):
        window.actions_by_name["check_project"].trigger()
    qtbot.waitUntil(lambda: not window.keeping.checker.is_running)
    shoot(window, "keeping-found")
    press_action(qtbot, window)
    view = window.keeping.checker.view
    assert "The entry t2 of the project is not as it was stored." in view.text.toPlainText()
    shoot(view, "keeping-findings")
    with qtbot.waitSignal(told, check_params_cb=lambda text: text == "One thing was repaired."):
        qtbot.mouseClick(view.repair, Qt.MouseButton.LeftButton)
    assert window.session.project.take("t2").stars == 0
    qtbot.waitUntil(lambda: not window.keeping.checker.is_running)


def test_opening_lays_a_backup_beside_what_has_changed(qtbot, window, project_with_takes):
    window.session.open_project(project_with_takes)
    qtbot.waitUntil(lambda: len(backups.generations(project_with_takes)) == 1)


def test_damage_is_said_when_a_project_is_opened(qtbot, window, project_with_takes):
    write_row(project_with_takes, "UPDATE take SET note = 'another' WHERE number = 2")
    window.session.open_project(project_with_takes)
    qtbot.waitUntil(lambda: "database is damaged" in window.parts.messages.text)
    assert backups.generations(project_with_takes) == []  # no damaged copy takes the place of a sound one


def test_a_project_is_packed_and_opened_again(qtbot, window, project_with_takes, tmp_path, monkeypatch):
    file = tmp_path / "packed"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **more: (str(file), ""))
    window.session.open_project(project_with_takes)
    told = window.parts.messages.shown
    with qtbot.waitSignal(told, check_params_cb=lambda text: "is packed: packed.zip" in text):
        window.actions_by_name["pack_project"].trigger()
    qtbot.waitUntil(lambda: not window.keeping.packer.is_running)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "packed.zip"))])
    drop = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(window.session.project_changed):
        window.dropEvent(drop)
    assert window.session.project.name == "packed"
    assert len(window.session.takes()) == 3
    qtbot.waitUntil(lambda: not window.keeping.packer.is_running)


def test_what_is_no_packed_project_is_a_sentence(qtbot, window, tmp_path):
    (tmp_path / "odd.zip").write_bytes(b"no zip")
    told = window.parts.messages.shown
    with qtbot.waitSignal(told, check_params_cb=lambda text: "is damaged, or no zip file" in text):
        window.open_paths([tmp_path / "odd.zip"])
    assert window.session.project is None
    qtbot.waitUntil(lambda: not window.keeping.packer.is_running)


def test_without_a_project_there_is_nothing_to_check_or_pack(window):
    for name in ("check_project", "pack_project"):
        window.parts.messages.dismiss()
        window.actions_by_name[name].trigger()
        assert window.parts.messages.text == "Open a project first."


def test_a_hold_that_is_left_by_a_failed_opening_is_let_go(window, tmp_path):
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "project.sqlite").write_bytes(b"no database at all" * 100)
    assert not window.session.open_project(folder)
    hold = Hold(folder)
    assert hold.take() is None
    hold.release()
