"""The window as a whole: sound or none, bad files, removal and undo, words for a screen reader, closing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bad_files import make_bad_files
from patience import takes_less
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.gui import dialogs
from musemate.gui.window import Window
from musemate.jobs.lane import Job
from musemate.project.store import Project
from tests.gui.take_cells import click_play


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    """Return a window on a project with one fragment and three takes."""
    window.open_paths([project_with_takes])
    assert window.parts.takes.ids == ["t3", "t2", "t1"]
    qtbot.waitUntil(lambda: not window.parts.stage.view.wave.is_empty)
    return window


def test_without_sound_it_says_so_once_and_everything_else_works(
    make_window: Callable[..., Window], qtbot: QtBot, sound: FakeSound, project_with_takes: Path
) -> None:
    sound.n_channels = 0
    window = make_window()
    assert "No sound device" in window.parts.messages.text
    window.parts.messages.dismiss()
    window.open_paths([project_with_takes])
    assert not window.parts.transport.play.isEnabled()
    assert "No sound device" in window.parts.transport.play.toolTip()
    assert "No sound device" in window.parts.takes.table.look.unplayable
    click_play(qtbot, window.parts.takes, "t1")
    assert not window.audition.is_playing
    assert window.parts.messages.text == ""
    assert window.parts.make.make.isEnabled()
    sound.n_channels = 2
    window.actions_by_name["find_sound"].trigger()
    assert window.parts.transport.play.isEnabled()
    assert window.parts.takes.table.look.unplayable == ""


def test_bad_files_show_their_reason_and_the_others_load(
    window: Window, qtbot: QtBot, song: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    bad = make_bad_files(folder)
    window.open_paths([*(file.path for file in bad), song])
    qtbot.waitUntil(lambda: len(window.session.fragments()) == 1 and not window.session.loading)
    assert [Path(refused.file) for refused in window.parts.tree.refused] == [file.path for file in bad]
    assert window.parts.messages.level == "error"
    assert window.listening.fragment is not None
    assert window.listening.fragment.name == "My song"


def test_folder_that_is_no_project_is_explained(window: Window, tmp_path: Path) -> None:
    assert not window.session.open_project(tmp_path)
    assert window.parts.messages.level == "error"
    assert window.session.project is None


def test_first_file_makes_a_project_with_its_name(window: Window, song: Path, qtbot: QtBot) -> None:
    projects = dialogs.projects_folder()
    assert not projects.exists()
    window.open_paths([song])
    qtbot.waitUntil(lambda: len(window.session.fragments()) == 1)
    assert Path(window.session.folder) == projects / "My song"
    assert window.memory.recent_projects() == [projects / "My song"]


@pytest.mark.x11
def test_new_project_and_recent_ones(
    window: Window, project_with_takes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_paths([project_with_takes])
    monkeypatch.setattr(dialogs, "ask_new_project", lambda parent: tmp_path / "Another")
    window.actions_by_name["new_project"].trigger()
    assert window.windowTitle().startswith("Another")
    assert not window.parts.is_workspace
    names = [action.text() for action in window.actions_by_name.recent.actions()]
    assert names == ["Another", "A project"]
    window.actions_by_name.recent.actions()[1].trigger()
    assert window.parts.takes.ids == ["t3", "t2", "t1"]


def test_devices_are_named_even_when_a_project_is_opened_meanwhile(
    make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot
) -> None:
    window = make_window(warm=True)
    window.open_paths([project_with_takes])
    device = window.parts.train.device
    qtbot.waitUntil(lambda: device.count() > 1)
    assert device.itemText(0) == f"Automatic: {device.itemText(1)}"
    assert device.itemData(device.count() - 1) == "cpu"


@pytest.mark.x11
def test_removed_take_comes_back(opened: Window, qtbot: QtBot) -> None:
    opened.parts.takes.select("t2")
    opened.parts.takes.table.setFocus()
    qtbot.keyClick(opened.parts.takes.table, Qt.Key.Key_Delete)
    assert opened.parts.takes.ids == ["t3", "t1"]
    qtbot.mouseClick(opened.parts.messages._button, Qt.MouseButton.LeftButton)
    assert opened.parts.takes.ids == ["t3", "t2", "t1"]


def test_removed_fragment_is_no_longer_shown(opened: Window) -> None:
    opened.view._on_remove("fragment", "f1")
    assert opened.listening.fragment is None
    assert not opened.parts.is_workspace
    opened.parts.messages._on_action()
    assert opened.parts.is_workspace


def test_switch_between_take_and_fragment_keeps_the_position(
    opened: Window, qtbot: QtBot, pumped: FakeSound, both_ready: Callable[[Window], None]
) -> None:
    opened.parts.takes.play_pressed.emit("t1")
    both_ready(opened)
    qtbot.waitUntil(lambda: opened.audition.position_s > 0.2)
    before = opened.audition.position_s
    opened.listening.switch("fragment")
    assert opened.audition.sound is not None and opened.audition.sound.kind == "fragment"
    assert opened.audition.position_s == pytest.approx(1.0 + before, abs=0.001)
    qtbot.waitUntil(lambda: opened.audition.position_s > 1.0 + before + 0.1)
    assert opened.audition.is_playing
    assert opened.parts.stage.subject is not None
    assert opened.parts.stage.subject.kind == "fragment"
    assert opened.parts.transport.sides.value == "fragment"


def test_click_outside_the_compared_stretch_hears_the_whole_fragment(opened: Window, qtbot: QtBot) -> None:
    opened.parts.takes.select("t1")
    opened.view._show_take("t1")
    opened.listening.switch("fragment")
    qtbot.waitUntil(lambda: opened.audition.sound is not None and opened.audition.sound.length_s == 3.0)
    opened.parts.stage.seeked.emit(5.0)
    assert opened.audition.sound.length_s is None
    qtbot.waitUntil(lambda: opened.audition.position_s == pytest.approx(5.0))


@pytest.mark.x11
def test_loop_follows_the_region(opened: Window, qtbot: QtBot, pumped: FakeSound) -> None:
    qtbot.waitUntil(lambda: opened.audition._is_loaded)
    opened.parts.stage.bar.edited.emit(2.0, 4.0)
    qtbot.mouseClick(opened.parts.transport.loop, Qt.MouseButton.LeftButton)
    opened.listening.seek(3.8)
    opened.audition.play()
    qtbot.waitUntil(lambda: 2.0 <= opened.audition.position_s < 3.0)
    assert opened.audition.is_playing


@pytest.mark.x11
def test_region_of_a_take_is_what_is_exported(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    opened.view._show_take("t1")
    opened.parts.stage.bar.edited.emit(0.5, 2.0)
    opened.exporting.ask()
    dialog = opened.exporting.dialog
    assert dialog is not None
    assert dialog.choices.region.isChecked()
    dialog.folder.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(opened.exporting.exported) as done:
        dialog.export.click()
    from musemate.audio.files import probe

    assert done.args is not None
    assert probe(done.args[0][0]).duration_s == pytest.approx(1.5, abs=0.01), "edges go to quiet places near by"
    assert opened.session.fragments()[0].start_s == 1.0, "the fragment's own region is another one"


def test_training_without_a_region_long_enough_is_explained(opened: Window) -> None:
    assert opened.session.project is not None
    opened.session.project.set_region("f1", 0.0, 1.0)
    opened.view.refresh()
    assert not opened.parts.train.train.isEnabled()
    assert "at least 2 seconds" in opened.parts.train.train.toolTip()


@pytest.mark.x11
def test_every_control_has_a_name_and_a_tooltip(opened: Window) -> None:
    nameless = []
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox)
    for widget in opened.findChildren(QWidget):
        internal = widget.objectName().startswith("qt_") or "QScrollBar" in type(widget).__name__
        if isinstance(widget, kinds) and widget.isVisible() and not internal:
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            if not (widget.accessibleName() or text) or not widget.toolTip():
                nameless.append(widget)
    assert nameless == []


@pytest.mark.x11
def test_tab_key_goes_through_the_work_in_its_order(opened: Window) -> None:
    order, widget = [], opened.parts.tree.tree
    for _ in range(400):
        widget = widget.nextInFocusChain()
        order.append(widget)
    parts = opened.parts
    stops = [parts.tree.open, parts.stage.view, parts.train.train, parts.make.make, parts.transport.play]
    assert sorted(stops, key=order.index) == stops


@pytest.mark.x11
def test_window_fits_a_small_screen_and_long_names(opened: Window, tmp_path: Path) -> None:
    opened.resize(1280, 800)
    opened.parts.stage.bar.title.setText("A very long name of a song " * 12)
    opened.parts.transport.name.setText("A very long name of a song " * 12)
    opened.layout().activate()
    assert opened.minimumSizeHint().width() <= 1280
    assert opened.minimumSizeHint().height() <= 760
    assert (opened.width(), opened.height()) == (1280, 800)


def test_closing_during_a_training_keeps_its_finished_scales(
    make_window: Callable[..., Window], qtbot: QtBot, project_with_takes: Path
) -> None:
    def attempt() -> float:
        window = make_window()
        window.open_paths([project_with_takes])
        window.trainer.options = {"tiny": True}
        window.parts.train.train.click()
        strip = window.parts.train.strip
        qtbot.waitUntil(lambda: bool(strip.buttons) and strip.buttons[0].property("state") == "done")
        began = time.monotonic()
        window.close()
        took_s = time.monotonic() - began
        with Project.open(project_with_takes) as project:
            run = project.runs()[-1]
            assert run.state in ("stopped", "finished")
            assert run.n_finished >= 1
        return took_s

    takes_less(5.0, attempt)


def test_stopped_training_of_another_day_shows_its_previews_and_goes_on(
    opened: Window, qtbot: QtBot, song: Path
) -> None:
    project = opened.session.project
    assert project is not None
    run = project.add_run(
        "f1",
        engine="frames",
        preset="sketch",
        device="cpu",
        seed=1,
        start_s=1.0,
        length_s=3.0,
        scales=("sound draft", "structure", "sound"),
        n_finished=1,
    )
    project.run_path(run.id).mkdir(parents=True, exist_ok=True)
    (project.run_path(run.id) / "preview-1.wav").write_bytes(song.read_bytes())
    opened.view.refresh()
    opened.view._on_tree("run", run.id)
    panel = opened.parts.train
    assert [button.property("state") for button in panel.strip.buttons] == ["done", "waiting", "waiting"]
    qtbot.mouseClick(panel.strip.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.parts.stage.bar.title.text() == "Preview of sound draft")
    assert opened.parts.make.make.isEnabled()
    with qtbot.waitSignal(panel.resume_asked) as asked:
        qtbot.mouseClick(panel.resume, Qt.MouseButton.LeftButton)
    assert asked.args == [run.id]
    assert opened.trainer.is_running
    opened.trainer.stop()
    qtbot.waitUntil(lambda: not opened.trainer.is_running)


@pytest.mark.x11
def test_region_under_the_mouse_is_not_pulled_away_by_news(opened: Window) -> None:
    opened.parts.stage.view.region.set_span(2.0, 4.5)
    opened.session.rows_changed.emit()
    assert opened.parts.stage.span == pytest.approx((2.0, 4.5))


def test_stop_is_answered_within_a_second(opened: Window, qtbot: QtBot) -> None:
    opened.trainer.options = {"tiny": True, "pyramid_steps": 1_000_000}

    def attempt() -> float:
        opened.parts.train.train.click()
        assert opened.trainer.current is not None
        job = opened.trainer.current.job
        assert isinstance(job, Job)
        with qtbot.waitSignal(job.progressed):
            pass
        began = time.monotonic()
        with qtbot.waitSignal(job.finished):
            opened.parts.train.stop.click()
            qtbot.waitUntil(lambda: job.state != "running")
            took_s = time.monotonic() - began
        assert not opened.parts.train.is_running
        return took_s

    takes_less(1.5, attempt)


@pytest.mark.x11
def test_zoom_with_the_wheel_keeps_the_time_under_the_mouse(opened: Window, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    view = opened.parts.stage.view
    place = view.place_of(4.0)
    wheel = QWheelEvent(
        QPointF(place),
        QPointF(view.viewport().mapToGlobal(place)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), wheel)
    first, last = view.visible_s
    assert last - first == pytest.approx(6.0 / 1.6, rel=0.01)
    assert abs(view.canvas.time_of(place.x()) - 4.0) < 0.02
