"""The whole way of a songwriter through the real window: drop, choose, train, listen, make, export, come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.audio.files import read_clip, write_wav
from musemate.gui.window import Window
from musemate.paths import resource
from tests.gui.take_cells import click_play

pytestmark = pytest.mark.x11

Shoot = Callable[[QWidget, str], None]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Return six seconds of the demo: the pictures of this test show what a songwriter sees."""
    return write_wav(tmp_path / "My song.wav", read_clip(resource("demo.flac"), 4.0, 6.0))


def drop(window: Window, *paths: Path) -> None:
    """Drop files onto the middle of the window, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = window.rect().center()
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(place, action, data, left, none)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    dropped = QDropEvent(QPointF(place), action, data, left, none)
    QApplication.sendEvent(window, dropped)
    assert dropped.isAccepted()


def place_of(window: Window, time_s: float, row: int = 0) -> QPoint:
    """Return where a time lies in the waveform (row 0) or the spectrogram (row 1)."""
    return window.parts.stage.view.place_of(time_s, row)


def drag(
    window: Window,
    start_s: float,
    end_s: float,
    row: int = 0,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Draw with the left mouse button from one time to another."""
    viewport = window.parts.stage.view.viewport()
    first, last = place_of(window, start_s, row), place_of(window, end_s, row)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    kind = QEvent.Type
    moves = [first + (last - first) * float(part) for part in np.linspace(0, 1, 9)]
    steps = [(kind.MouseMove, first, none, none), (kind.MouseButtonPress, first, left, left)]
    steps += [(kind.MouseMove, place, none, left) for place in moves] + [(kind.MouseButtonRelease, last, left, none)]
    for step, place, button, buttons in steps:
        there = QPointF(viewport.mapToGlobal(place))
        QApplication.sendEvent(viewport, QMouseEvent(step, QPointF(place), there, button, buttons, modifiers))
        QApplication.processEvents()


def test_songwriter_gets_from_a_dropped_file_to_an_export(
    make_window: Callable[..., Window],
    qtbot: QtBot,
    pumped: FakeSound,
    both_ready: Callable[[Window], None],
    song: Path,
    tmp_path: Path,
    shoot: Shoot,
) -> None:
    window = make_window()
    shoot(window, "1-welcome")
    load(window, qtbot, song)
    shoot(window, "2-loaded")
    choose(window)
    shoot(window, "3-region")
    train(window, qtbot, shoot)
    listen(window, qtbot, pumped)
    make(window, qtbot)
    shoot(window, "6-takes")
    compare(window, qtbot, both_ready)
    shoot(window, "7-compared")
    exported = export(window, qtbot, tmp_path / "for my DAW", shoot)
    check_export(window, exported)
    folder = window.session.folder
    window.close()
    come_back(make_window(), qtbot, Path(folder), shoot)


def load(window: Window, qtbot: QtBot, song: Path) -> None:
    assert not window.parts.is_workspace
    drop(window, song)
    view = window.parts.stage.view
    qtbot.waitUntil(lambda: not view.wave.is_empty and not view.mel.is_empty)
    assert window.parts.is_workspace
    assert window.listening.fragment is not None
    assert window.listening.fragment.name == "My song"
    assert window.session.folder.endswith("My song")
    assert view.visible_s == pytest.approx((0.0, 6.0))


def choose(window: Window) -> None:
    """Draw a region with the mouse, move it, shorten it at its right handle, draw another one over it and go back."""
    assert window.parts.stage.span == pytest.approx((0.0, 6.0))
    drag(window, 2.5, 5.5)
    assert window.parts.stage.span == pytest.approx((2.5, 5.5), abs=0.05)
    drag(window, 4.0, 2.5, row=1)  # by its body, in the other picture
    assert window.parts.stage.span == pytest.approx((1.0, 4.0), abs=0.05)
    drag(window, window.parts.stage.span[1], 3.5)
    assert window.parts.stage.span == pytest.approx((1.0, 3.5), abs=0.05)
    drag(window, 1.5, 4.5, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert window.parts.stage.span == pytest.approx((1.5, 4.5), abs=0.05)
    window.parts.stage.bar.edited.emit(1.0, 3.5)
    fragment = window.session.fragments()[0]
    assert (fragment.start_s, fragment.length_s) == pytest.approx((1.0, 2.5), abs=0.05)
    assert "short" in window.parts.stage.bar.hint.text()


def train(window: Window, qtbot: QtBot, shoot: Shoot) -> None:
    window.trainer.options = {"tiny": True}
    panel = window.parts.train
    panel.preset.value = "sketch"
    qtbot.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    assert panel.is_running
    qtbot.waitUntil(lambda: panel.losses.n_points > 1)
    assert panel.state.text().startswith("Scale ")
    qtbot.waitUntil(lambda: panel.strip.buttons[0].property("state") == "done")
    shoot(window, "4-training")
    qtbot.waitUntil(lambda: not window.trainer.is_running)
    assert [run.state for run in window.session.runs()] == ["finished"]
    assert panel.state.text() == "Training finished"
    assert panel.detail.text().startswith("Took 0:")
    shoot(window, "5-trained")


def listen(window: Window, qtbot: QtBot, sound: FakeSound) -> None:
    """Click into the spectrogram, and hear the fragment from there; then the preview of the last scale."""
    qtbot.mouseClick(window.parts.stage.view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(window, 2.0, row=1))
    qtbot.waitUntil(lambda: abs(window.audition.position_s - 2.0) < 0.05)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.audition.position_s > 2.3)
    assert float(window.parts.stage.view.canvas.cursor_s) > 2.2
    assert np.abs(sound.pump(2_000)).max() > 0.01
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.audition.is_playing
    preview = window.parts.train.strip.buttons[-1]
    qtbot.mouseClick(preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.audition.is_playing and window.audition.position_s > 0.1)
    assert window.listening.preview.endswith(".wav")
    window.audition.stop()


def make(window: Window, qtbot: QtBot) -> None:
    panel = window.parts.make
    panel.count.setValue(2)
    panel.seconds.setValue(3.0)
    panel.mode.value = "variation"
    panel.closeness.setValue(70)
    qtbot.mouseClick(panel.make, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.taker.is_running)
    takes = window.session.takes()
    assert [(take.mode, take.closeness, take.seconds) for take in takes] == [("variation", 0.7, 3.0)] * 2
    assert takes[0].seed != takes[1].seed
    assert window.parts.takes.ids == ["t2", "t1"]
    audio = [take.audio for take in takes]
    qtbot.waitUntil(lambda: all(window.parts.takes.thumbnails.has(name) for name in audio))


def compare(window: Window, qtbot: QtBot, both_ready: Callable[[Window], None]) -> None:
    """Play a take, switch to the fragment and back: the position stays."""
    click_play(qtbot, window.parts.takes, "t1")
    both_ready(window)
    qtbot.waitUntil(lambda: window.audition.position_s > 0.3)
    run = window.session.runs()[0]
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: window.audition.position_s > run.start_s + 0.3)
    assert window.audition.is_playing
    assert window.listening.side == "fragment"
    assert window.audition.position_s < run.start_s + 2.0
    qtbot.keyClick(window, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: window.audition.sound is not None and window.audition.sound.kind == "take")
    assert window.audition.position_s > 0.3
    window.audition.pause()
    window.parts.takes.table.setFocus()
    qtbot.keyClick(window.parts.takes.table, Qt.Key.Key_4)
    assert window.session.takes()[0].stars == 4


def export(window: Window, qtbot: QtBot, folder: Path, shoot: Shoot) -> list[str]:
    window.parts.takes.select("t1")
    window.actions_by_name["export"].trigger()
    dialog = window.exporting.dialog
    assert dialog is not None
    dialog.folder.setText(str(folder))
    dialog.choices.bit_depth.value = "32f"
    shoot(dialog, "8-export")
    with qtbot.waitSignal(window.exporting.exported) as done:
        qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert "Exported" in window.parts.messages.text
    shoot(window, "9-exported")
    assert done.args is not None
    return [str(file) for file in done.args[0]]


def check_export(window: Window, files: list[str]) -> None:
    assert len(files) == 1
    assert Path(files[0]).name.startswith("My-song")
    take = window.session.takes()[0]
    assert window.session.project is not None
    made = read_clip(window.session.project.audio_path(take.audio))
    written = read_clip(files[0])
    assert written.rate_hz == made.rate_hz
    np.testing.assert_array_equal(written.samples, made.samples)
    assert not made.is_silent


def come_back(window: Window, qtbot: QtBot, folder: Path, shoot: Shoot) -> None:
    """Open the project again: everything is as it was left."""
    drop(window, folder)
    qtbot.waitUntil(lambda: not window.parts.stage.view.wave.is_empty)
    assert window.listening.fragment is not None
    assert window.listening.fragment.length_s == pytest.approx(2.5, abs=0.05)
    assert window.parts.takes.ids == ["t2", "t1"]
    assert [take.stars for take in window.session.takes()] == [4, 0]
    assert window.parts.make.make.isEnabled()
    shoot(window, "10-reopened")
