"""Fragment beside take, pictures on demand and the cursor that is followed, in the real window with real keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.audio.files import read_clip
from musemate.gui.lanes import ABOVE, ALONE, DIFFERENCE, LAYERS, OVERLAID
from musemate.gui.maplane import DifferenceLane
from musemate.gui.overlaylane import OverlayLane
from musemate.gui.stage import Stage
from musemate.gui.window import Window
from musemate.project.store import Project
from musemate.tasks.draw_pictures import draw_picture

pytestmark = pytest.mark.x11

Shoot = Callable[[QWidget, str], None]


@pytest.fixture
def opened(window: Window, qtbot: QtBot, project_with_takes: Path) -> Window:
    """A window on a take of a project whose pictures are drawn already: no worker has to start."""
    with Project.open(project_with_takes) as project:
        for audio in [project.fragment("f1").audio, *(take.audio for take in project.takes())]:
            clip = read_clip(project.audio_path(audio))
            for layer in LAYERS:
                draw_picture(layer, clip).save(project.cache_path(audio) / f"{layer}.npy")
    window.open_paths([project_with_takes])
    window.view._show_take("t1")
    qtbot.waitUntil(lambda: is_drawn(window.parts.stage))
    return window


def is_drawn(stage: Stage) -> bool:
    """Whether every lane has its picture."""
    return all(not lane.is_empty for lane in stage.view.canvas.lanes)


def press(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    qtbot.keyClick(window, key, Qt.KeyboardModifier.AltModifier)


def test_keys_put_the_take_beside_its_fragment(opened: Window, qtbot: QtBot, shoot: Shoot) -> None:
    stage = opened.parts.stage
    assert stage.bar.modes[ALONE].isChecked()
    press(qtbot, opened, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: is_drawn(stage))
    assert stage.bar.modes[ABOVE].isChecked()
    assert opened.actions_by_name["view_above"].isChecked()
    fragment, take = stage.view.canvas.lanes[:2]
    # the run was trained from second 1 on: there the take begins
    assert (fragment.heading, fragment.offset_s) == ("My song", -1.0)
    assert (take.heading, take.offset_s) == ("Take 1", 0.0)
    shoot(opened, "views-above")
    press(qtbot, opened, Qt.Key.Key_3)
    assert isinstance(stage.view.canvas.lanes[0], OverlayLane)
    shoot(opened, "views-overlaid")
    press(qtbot, opened, Qt.Key.Key_4)
    assert isinstance(stage.view.canvas.lanes[1], DifferenceLane)
    shoot(opened, "views-difference")
    qtbot.mouseClick(stage.bar.modes[OVERLAID], Qt.MouseButton.LeftButton)
    assert opened.memory.get("view_mode", "") == OVERLAID
    press(qtbot, opened, Qt.Key.Key_1)
    assert len(stage.view.canvas.lanes) == 2


def test_the_same_stretch_is_seen_on_both_sides_of_a_comparison(
    opened: Window, qtbot: QtBot, pumped: FakeSound
) -> None:
    stage = opened.parts.stage
    press(qtbot, opened, Qt.Key.Key_4)
    stage.view.show_stretch(0.5, 1.5)
    qtbot.waitUntil(lambda: opened.audition._is_loaded)
    qtbot.keyClick(opened, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: stage.subject is not None and stage.subject.kind == "fragment")
    assert stage.view.visible_s == pytest.approx((1.5, 2.5))
    assert isinstance(stage.view.canvas.lanes[1], DifferenceLane)
    qtbot.keyClick(opened, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: stage.subject is not None and stage.subject.kind == "take")
    assert stage.view.visible_s == pytest.approx((0.5, 1.5))


def test_a_fragment_alone_has_nothing_to_be_compared_with(window: Window, project_with_takes: Path) -> None:
    window.open_paths([project_with_takes])
    modes = window.parts.stage.bar.modes
    assert [mode for mode, button in modes.items() if button.isEnabled()] == [ALONE]
    assert "Choose a take" in modes[DIFFERENCE].toolTip()
    window.view._show_take("t1")
    assert all(button.isEnabled() for button in modes.values())


def test_pictures_on_demand_are_drawn_and_remembered(opened: Window, qtbot: QtBot, shoot: Shoot) -> None:
    stage = opened.parts.stage
    for key in (Qt.Key.Key_7, Qt.Key.Key_8, Qt.Key.Key_9):
        press(qtbot, opened, key)
    assert [lane.title for lane in stage.view.canvas.lanes] == ["", "Mel spectrogram", "STFT", "MFCC", "Chromagram"]
    qtbot.waitUntil(lambda: is_drawn(stage))
    shoot(opened, "views-all")
    assert opened.memory.get("view_layers", []) == ["peaks", "mel", "stft", "mfcc", "chroma"]
    for key in (Qt.Key.Key_9, Qt.Key.Key_8, Qt.Key.Key_7, Qt.Key.Key_6, Qt.Key.Key_5):
        press(qtbot, opened, key)
    assert len(stage.view.canvas.lanes) == 1, "the last picture stays"
    assert opened.actions_by_name["picture_peaks"].isChecked()


def test_the_line_below_reads_what_is_under_the_mouse(opened: Window, qtbot: QtBot) -> None:
    view = opened.parts.stage.view
    height = view.readout.height()
    qtbot.mouseMove(view.canvas, view.place_of(1.0, 1) + QPoint(1, 0))
    view.readout.show_place(QPointF(view.place_of(1.0, 1)))  # some platforms hold a mouse still that no hand moves
    text = view.readout.text()
    assert text.startswith(("0:01.0", "0:00.99"))
    assert "Hz" in text and "dB" in text
    view.readout.show_place(QPointF(view.place_of(1.0, 0)))
    assert "RMS" in view.readout.text()
    view.canvas.unpointed.emit()
    assert (view.readout.text(), view.readout.height()) == ("", height)


class Clock:
    """What the playhead asks of the player."""

    position_s = 0.0


def test_the_page_turns_when_the_cursor_runs_out_of_it(opened: Window, qtbot: QtBot) -> None:
    view, playhead = opened.parts.stage.view, opened.playhead
    clock = playhead._audition = Clock()  # type: ignore[assignment]
    view.show_stretch(0.0, 1.0)
    for clock.position_s in np.arange(0.2, 1.5, 0.1):
        playhead.tick()
    assert view.visible_s[0] == pytest.approx(1.1 - 0.04, abs=0.11)
    assert np.diff(view.visible_s) == pytest.approx([1.0])
    view.show_stretch(0.0, 0.5)  # a hand scrolled away: the cursor is not followed until it is seen again
    clock.position_s = 1.6
    playhead.tick()
    playhead.tick()
    assert view.visible_s == pytest.approx((0.0, 0.5))
    qtbot.keyClick(opened, Qt.Key.Key_F)
    assert not playhead.follows
    assert not opened.actions_by_name["follow"].isChecked()
