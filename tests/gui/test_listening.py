"""Comparing and listening in the window: pins, equal loudness, loops on both sides, devices, the meter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.audio.files import read_clip
from musemate.audio.levels import Level
from musemate.audio.loudness import integrated_lufs
from musemate.gui.memory import Memory
from musemate.gui.meter import FALL_DB_S, FLOOR_DB, Meter
from musemate.gui.window import Window

Shoot = Callable[[QWidget, str], None]


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    """Return a window that has loaded its fragment."""
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.audition._is_loaded)
    return window


def _play(window: Window, qtbot: QtBot, take: str) -> None:
    """Play a take for a moment."""
    window.parts.takes.play_pressed.emit(take)
    qtbot.waitUntil(lambda: window.audition.is_playing and window.audition.position_s > 0.1)


def _press(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(window, key)


def _sides(window: Window) -> list[str]:
    return [window.parts.transport.sides.button(side).text() for side in ("fragment", "take")]


@pytest.mark.x11
def test_any_two_takes_are_compared_at_the_same_position(
    opened: Window, qtbot: QtBot, pumped: FakeSound, both_ready: Callable[[Window], None], shoot: Shoot
) -> None:
    _play(opened, qtbot, "t1")
    _press(opened, qtbot, Qt.Key.Key_P)
    assert opened.parts.transport.pin.isChecked()
    _play(opened, qtbot, "t2")
    assert _sides(opened) == ["A  Take 1", "B  Take 2"]
    assert opened.parts.transport.sides.value == "take"
    both_ready(opened)
    before_s = opened.audition.position_s
    _press(opened, qtbot, Qt.Key.Key_X)
    assert opened.listening.side == "fragment"
    assert opened.audition.sound is not None and opened.audition.sound.name == "Take 1"
    assert opened.audition.position_s == pytest.approx(before_s, abs=0.1)
    assert opened.audition.is_playing
    assert opened.parts.stage.subject is not None and opened.parts.stage.subject.id == "t1"
    assert opened.listening.take is not None and opened.listening.take.id == "t2", "still what would be exported"
    assert opened.listening.heard_take is not None and opened.listening.heard_take.id == "t1"
    shoot(opened, "ab-pinned")
    _press(opened, qtbot, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: opened.listening.side == "take")
    assert opened.audition.sound.name == "Take 2"
    qtbot.mouseClick(opened.parts.transport.pin, Qt.MouseButton.LeftButton)
    assert _sides(opened) == ["A  Fragment", "B  Take 2"]


def test_a_pinned_take_that_is_removed_is_compared_with_no_more(opened: Window, qtbot: QtBot) -> None:
    opened.view._show_take("t1")
    _press(opened, qtbot, Qt.Key.Key_P)
    opened.view._show_take("t2")
    opened.view._on_remove("take", "t1")
    assert opened.listening.comparison.pinned is None
    assert _sides(opened) == ["A  Fragment", "B  Take 2"]
    assert not opened.parts.transport.pin.isChecked()


def test_the_louder_side_is_turned_down_while_listening(opened: Window, qtbot: QtBot, pumped: FakeSound) -> None:
    transport, matching, project = opened.parts.transport, opened.listening.matching, opened.session.project
    assert project is not None
    _play(opened, qtbot, "t1")
    qtbot.waitUntil(lambda: matching.gains_db is not None)
    take, fragment = project.take("t1"), project.fragment("f1")
    lufs = [
        integrated_lufs(read_clip(project.audio_path(fragment.audio), 1.0, 3.0)),
        integrated_lufs(read_clip(project.audio_path(take.audio))),
    ]
    assert matching.gains_db is not None
    a_db, b_db = matching.gains_db
    assert max(a_db, b_db) == 0.0, "the quieter one stays as it is"
    assert lufs[0] + a_db == pytest.approx(lufs[1] + b_db)
    assert transport.match.text() in (f"A {a_db:+.1f} dB".replace("-", "−"), f"B {b_db:+.1f} dB".replace("-", "−"))
    player = opened.audition._player
    assert player is not None
    assert player._deck.wish.level == pytest.approx(10 ** (b_db / 20))
    _press(opened, qtbot, Qt.Key.Key_M)
    assert player._deck.wish.level == 1.0
    assert transport.match.text() == "As they are"
    assert Memory().get("match", True) is False


def test_what_is_looped_of_a_take_is_looped_of_the_fragment(opened: Window, qtbot: QtBot, pumped: FakeSound) -> None:
    opened.view._show_take("t1")
    opened.parts.stage.bar.edited.emit(0.5, 2.0)
    qtbot.mouseClick(opened.parts.transport.loop, Qt.MouseButton.LeftButton)
    assert opened.audition._loop == pytest.approx((0.5, 2.0))
    _press(opened, qtbot, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: opened.listening.side == "fragment")
    assert opened.audition._loop == pytest.approx((1.5, 3.0)), "the take was learnt from 1 s on"
    assert opened.parts.stage.span == pytest.approx((1.0, 4.0)), "the region to learn from is left alone"
    _press(opened, qtbot, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: opened.listening.side == "take")
    assert opened.audition._loop == pytest.approx((0.5, 2.0))
    assert opened.parts.stage.span == pytest.approx((0.5, 2.0))


def test_a_side_whose_file_is_gone_is_said_and_the_other_goes_on(
    opened: Window, qtbot: QtBot, pumped: FakeSound
) -> None:
    file = opened.session.take_file("t1")
    assert file is not None
    _play(opened, qtbot, "t1")
    _press(opened, qtbot, Qt.Key.Key_P)
    file.unlink()
    opened.audition.clips._kept.clear()
    _play(opened, qtbot, "t2")
    _press(opened, qtbot, Qt.Key.Key_A)
    said = "“Take 1” cannot be heard: its sound file is gone."
    qtbot.waitUntil(lambda: said in opened.parts.messages.text)
    assert opened.listening.side == "take"
    assert opened.audition.is_playing
    assert opened.parts.transport.sides.value == "take"


@pytest.mark.x11
def test_device_and_buffer_are_chosen_and_remembered(
    make_window: Callable[..., Window], sound: FakeSound, qtbot: QtBot, shoot: Shoot
) -> None:
    sound.names = ("Speakers", "Headphones")
    window = make_window()
    panel = window.sound_output.panel
    window.actions_by_name["sound_output"].trigger()
    assert [panel.device.itemText(index) for index in range(3)] == ["The system's default", "Speakers", "Headphones"]
    for box, text in ((panel.device, "Headphones"), (panel.buffer, "100 ms")):
        box.setCurrentIndex(box.findText(text))
        box.activated.emit(box.currentIndex())
    assert panel.state.text() == "Playing on “Headphones” at 44.1 kHz with a buffer of 100 ms."
    shoot(panel, "output-panel")
    panel.hide()
    another = make_window()
    assert (another.audition.output.name, another.audition.output.buffer_s) == ("Headphones", 0.1)


def test_playing_goes_on_with_the_default_device(
    make_window: Callable[..., Window], pumped: FakeSound, project_with_takes: Path, qtbot: QtBot
) -> None:
    pumped.names = ("Speakers", "Headphones")
    window = make_window()
    window.audition.choose_output("Headphones", 0.0)
    window.open_paths([project_with_takes])
    _play(window, qtbot, "t1")
    before_s = window.audition.position_s
    pumped.unplug("Headphones")
    qtbot.waitUntil(lambda: "is gone, so playing goes on with “Speakers”" in window.parts.messages.text)
    qtbot.waitUntil(lambda: window.audition.position_s > before_s + 0.2)
    assert window.audition.is_playing


def test_a_lost_device_is_found_again_by_itself(opened: Window, qtbot: QtBot, pumped: FakeSound) -> None:
    _play(opened, qtbot, "t1")
    pumped.unplug()
    qtbot.waitUntil(lambda: "The sound device is gone." in opened.parts.messages.text)
    assert not opened.parts.transport.play.isEnabled()
    lost_s = opened.audition.position_s
    pumped.n_channels = 2
    qtbot.waitUntil(lambda: opened.audition.position_s > lost_s + 0.1)
    qtbot.waitUntil(lambda: opened.parts.messages.text == "The sound device “Speakers” is back.")


def test_meter_rises_at_once_and_falls_evenly(style: None, qtbot: QtBot, shoot: Shoot) -> None:
    meter = Meter()
    qtbot.addWidget(meter)
    meter.show_level(Level((0.5, 1.2), (0.25, 0.5)))
    meter.step(0.033)
    assert meter.peak_db == pytest.approx([20 * np.log10(0.5), 20 * np.log10(1.2)])
    assert meter.has_clipped == [False, True]
    assert FLOOR_DB < meter.rms_db[0] < 20 * np.log10(0.25)
    shoot(meter, "meter")
    before = meter.peak_db[0]
    meter.step(0.5)
    assert meter.peak_db[0] == pytest.approx(before - 0.5 * FALL_DB_S)
    assert meter.has_clipped[1], "the light stays on"
    meter.step(5.0)
    assert meter.is_at_rest
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert meter.has_clipped == [False, False]


def test_meter_follows_what_is_played(opened: Window, qtbot: QtBot, pumped: FakeSound) -> None:
    meter = opened.parts.transport.meter
    _play(opened, qtbot, "t1")
    qtbot.waitUntil(lambda: max(meter.peak_db) > -40)
    opened.audition.stop()
    qtbot.waitUntil(lambda: meter.is_at_rest)
    assert not meter._timer.isActive()
