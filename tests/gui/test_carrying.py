"""Takes leave the window: exported once, dragged when their files are there, copied, sent and shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from musemate.audio.files import read_clip
from musemate.gui import carrying, revealing
from musemate.gui.actions import MENUS
from musemate.gui.dragging import file_data
from musemate.gui.window import Window
from tests.gui.take_cells import cell

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
Drags = list[tuple[list[Path], str]]


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and len(window.parts.takes.ids) == 3)
    return window


@pytest.fixture
def drags(monkeypatch: pytest.MonkeyPatch) -> Drags:
    """Return the drags that began, each with its files and its text; nothing is dropped."""
    begun: Drags = []

    def drag_files(source: QWidget, files: list[Path], text: str) -> Qt.DropAction:
        begun.append((files, text))
        return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(carrying, "drag_files", drag_files)
    return begun


def move(qtbot: QtBot, widget: QWidget, start: QPoint, *ways: int) -> None:
    for way in ways:
        qtbot.mouseMove(widget, start + QPoint(way, 0))


def show_take(window: Window, qtbot: QtBot, take_id: str = "t2") -> None:
    takes = window.parts.takes
    qtbot.mouseClick(takes.table.viewport(), LEFT, pos=cell(takes, take_id, "take").center())
    qtbot.waitUntil(lambda: window.parts.stage.can_carry)


@pytest.mark.x11
def test_a_drag_waits_for_the_files_and_the_next_one_does_not(opened: Window, qtbot: QtBot, drags: Drags) -> None:
    takes, files = opened.parts.takes, opened.carrying.files
    viewport, place = takes.table.viewport(), cell(takes, "t2", "take").center()
    show_take(opened, qtbot)
    assert list(opened.session.project.exports_path.iterdir()) == [], "a click exports nothing"
    with qtbot.waitSignal(files.ended):
        qtbot.mousePress(viewport, LEFT, pos=place)
        move(qtbot, viewport, place, 2, 4, 20, 22, 24, 26)
    assert drags == [], "the file was not there yet"
    move(qtbot, viewport, place, 28)
    (file,) = opened.session.project.exports_path.iterdir()
    assert drags == [([file], "take 2")]
    qtbot.mouseRelease(viewport, LEFT, pos=place)
    lanes = opened.session.lanes
    with qtbot.assertNotEmitted(lanes.analyse.submitted), qtbot.assertNotEmitted(lanes.quick.submitted):
        qtbot.mousePress(viewport, LEFT, pos=place)
        move(qtbot, viewport, place, 2, 4, 20, 22, 24)
    assert drags[1:2] == [([file], "take 2")], "at once"
    qtbot.mouseRelease(viewport, LEFT, pos=place)
    assert takes.selected == ["t2"]


@pytest.mark.x11
def test_who_lets_go_too_early_is_told_when_the_file_is_there(opened: Window, qtbot: QtBot, drags: Drags) -> None:
    takes = opened.parts.takes
    viewport, place = takes.table.viewport(), cell(takes, "t1", "take").center()
    with qtbot.waitSignal(opened.carrying.files.ended):
        qtbot.mousePress(viewport, LEFT, pos=place)
        move(qtbot, viewport, place, 2, 4, 20, 22, 24)
        qtbot.mouseRelease(viewport, LEFT, pos=place)
    assert (drags, opened.parts.messages.text) == ([], "take 1 is ready now: drag it again.")


def test_a_deleted_file_is_written_anew(opened: Window, qtbot: QtBot, drags: Drags) -> None:
    files = opened.carrying.files
    wish = opened.carrying._wish(["t1", "t3"])
    with qtbot.waitSignal(files.ended):
        files.want(wish)
    first = files.ready(wish)
    assert [file.name for file in first] == ["My-song_take-01.wav", "My-song_take-03.wav"]
    first[1].unlink()
    assert files.ready(wish) == []
    with qtbot.waitSignal(files.ended):
        files.want(wish)
    assert files.ready(wish) == first, "only what was missing"
    opened.session.project.change_takes({"t1": {"name": "Best"}})
    opened.session.takes_changed.emit(["t1"])
    assert files.ready(wish) == [], "its name is another one"


@pytest.mark.x11
@pytest.mark.parametrize("way", ["grip", "ctrl"])
def test_the_region_is_dragged_out_of_the_picture(opened: Window, qtbot: QtBot, drags: Drags, way: str) -> None:
    stage = opened.parts.stage
    canvas = stage.view.canvas
    assert canvas.grip() is None, "a fragment is not exported"
    show_take(opened, qtbot)
    stage.set_edge(start_s=1.0, end_s=2.0)
    grip = canvas.grip()
    assert grip is not None
    place, keys = grip.center().toPoint(), Qt.KeyboardModifier.NoModifier
    if way == "ctrl":
        place, keys = stage.view.place_of(1.3), CTRL
    seeked = QSignalSpy(canvas.seeked)
    with qtbot.waitSignal(opened.carrying.files.ended):
        qtbot.mousePress(canvas, LEFT, keys, place)
        move(qtbot, canvas, place, 3, 5, 20)
    move(qtbot, canvas, place, 30)
    assert len(drags) == 1
    assert read_clip(drags[0][0][0]).duration_s == pytest.approx(1.0, abs=0.02)  # edges go to quiet places near by
    qtbot.mouseRelease(canvas, LEFT, keys, place)
    assert (stage.span, seeked.count()) == ((1.0, 2.0), 0)
    opened.listening.show_fragment(opened.session.fragments()[0])
    assert canvas.grip() is None


def test_the_grip_gives_way_to_a_narrow_region(opened: Window, qtbot: QtBot) -> None:
    show_take(opened, qtbot)
    canvas = opened.parts.stage.view.canvas
    whole = canvas.grip()
    assert whole is not None and canvas.rects()[0].contains(whole.toAlignedRect())
    opened.parts.stage.set_edge(start_s=1.0, end_s=1.1)
    assert canvas.grip() is None


@pytest.mark.x11
def test_files_are_copied_for_other_programs(opened: Window, qtbot: QtBot) -> None:
    show_take(opened, qtbot)
    opened.actions_by_name["copy_files"].trigger()
    qtbot.waitUntil(lambda: "clipboard" in opened.parts.messages.text)
    data = QGuiApplication.clipboard().mimeData()
    (url,) = data.urls()
    assert Path(url.toLocalFile()).parent == opened.session.project.exports_path
    assert bytes(data.data("x-special/gnome-copied-files").data()) == b"copy\n" + url.toEncoded().data()
    assert opened.parts.messages.text == "take 2 is on the clipboard: paste it into your DAW or into a folder."


@pytest.mark.x11
def test_with_the_keyboard_in_the_picture_its_region_is_meant(opened: Window, qtbot: QtBot) -> None:
    show_take(opened, qtbot)
    opened.parts.stage.set_edge(start_s=0.5, end_s=2.0)
    assert opened.carrying._chosen().length_s is None
    opened.activateWindow()
    opened.parts.stage.view.canvas.setFocus()
    qtbot.waitUntil(opened.parts.stage.view.canvas.hasFocus)
    assert (opened.carrying._chosen().start_s, opened.carrying._chosen().length_s) == (0.5, 1.5)


@pytest.mark.x11
def test_takes_are_sent_to_the_folder_of_the_last_time(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    show_take(opened, qtbot)
    opened.actions_by_name["send"].trigger()
    dialog = opened.carrying.dialog
    assert dialog is not None
    dialog.reject()
    opened.carrying._on_folder(str(tmp_path / "samples"))  # what the system's own dialogue says in the end
    qtbot.waitUntil(lambda: opened.parts.messages.text == 'take 2 is in the folder "samples" now.')
    show_take(opened, qtbot, "t3")
    opened.actions_by_name["send"].trigger()
    qtbot.waitUntil(lambda: opened.parts.messages.text == 'take 3 is in the folder "samples" now.')
    sent = sorted(file.name for file in (tmp_path / "samples").iterdir())
    assert sent == ["My-song_take-02.wav", "My-song_take-03.wav"]
    (tmp_path / "samples").rename(tmp_path / "unplugged")
    opened.actions_by_name["send"].trigger()
    qtbot.waitUntil(lambda: "is not there" in opened.parts.messages.text)
    assert not (tmp_path / "samples").exists()


def test_the_exported_file_is_shown(opened: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(carrying, "reveal", shown.append)
    show_take(opened, qtbot)
    opened.actions_by_name["show_files"].trigger()
    qtbot.waitUntil(lambda: bool(shown))
    assert shown[0].name == "My-song_take-02.wav"
    assert shown[0].is_file()


@pytest.mark.parametrize("name", ["copy_files", "send", "send_elsewhere", "show_files"])
def test_without_a_take_it_is_said_what_to_do(window: Window, name: str) -> None:
    window.actions_by_name[name].trigger()
    assert window.parts.messages.text == "Choose a take first."
    (entry,) = (entry for entries in MENUS.values() for entry in entries if entry.name == name)
    assert entry.keys, "each has a key"


def test_each_system_is_asked_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("/songs/a b.wav")
    for platform, command in {
        "win32": ["explorer.exe", "/select,", "/songs/a b.wav"],
        "darwin": ["open", "-R", "/songs/a b.wav"],
        "linux": None,
    }.items():
        monkeypatch.setattr(revealing.sys, "platform", platform)
        assert revealing._revealer(file) == command


def test_names_with_signs_and_spaces_are_addresses_that_others_read(tmp_path: Path) -> None:
    file = tmp_path / "Für Elise #1 100%.wav"
    data = file_data([file])
    assert data.urls()[0].toLocalFile() == str(file)
    assert b"%231%20100%25.wav" in bytes(data.data("text/uri-list").data())


def test_a_drag_waits_behind_no_other_work(opened: Window) -> None:
    lanes, files = opened.session.lanes, opened.carrying.files
    assert files._lane() is lanes.analyse, "the quick one draws pictures when a take is chosen"
    lanes.analyse.submit("list_presets")
    assert files._lane() is lanes.quick
    lanes.quick.submit("list_presets")
    assert files._lane() is lanes.analyse
    lanes.analyse.submit("list_presets")
    assert files._lane() is lanes.quick


def test_a_mouse_that_comes_to_the_takes_has_the_worker_made_ready_once(opened: Window, qtbot: QtBot) -> None:
    asked: list[str] = []
    opened.session.lanes.analyse.submitted.connect(lambda job: asked.append(job.task))
    table = opened.parts.takes.table
    for _ in range(2):
        table.approached.emit()
        qtbot.waitUntil(lambda: not opened.session.lanes.analyse.jobs)
    assert asked == ["get_ready_to_export"]
    assert opened.parts.messages.text == ""
