"""Takes in their song in the window: heard there and back with one key, compared with the song as it was, exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from patience import HANG_S
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from musemate.audio.files import read_clip
from musemate.gui.insong import LEAD_S
from musemate.gui.placing import MODE
from musemate.gui.window import Window
from musemate.project.songcopies import FOLDER
from musemate.project.store import Project

SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
HANG_MS = 1_000 * HANG_S
START_S, TAKE_S, SONG_S = 2.0, 3.0, 6.0


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    """Return a window that has loaded its fragment."""
    with Project.open(project_with_takes) as project:
        project.update_run("r1", start_s=START_S)
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.audition._is_loaded)
    return window


@pytest.fixture
def heard(opened: Window, qtbot: QtBot) -> Window:
    """Return a window in which the second take is heard in its song."""
    opened.parts.takes.play_pressed.emit("t2")
    qtbot.waitUntil(lambda: opened.audition.is_playing)
    qtbot.keyClick(opened, Qt.Key.Key_H)
    _wait_for_song(opened, qtbot)
    return opened


def _wait_for_song(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.listening.in_song is not None and window.audition._is_loaded, timeout=HANG_MS)


@pytest.mark.x11
def test_one_key_plays_the_song_from_before_the_take_and_back(
    heard: Window, qtbot: QtBot, shoot: Callable[[QWidget, str], None]
) -> None:
    audition, stage = heard.audition, heard.parts.stage
    assert audition.is_playing
    assert audition.position_s == pytest.approx(max(0.0, START_S - LEAD_S), abs=0.1)
    assert stage.span == (START_S, START_S + TAKE_S)
    assert heard.parts.transport.name.text() == "Take 2 in its song"
    assert stage.view.duration_s == SONG_S
    qtbot.waitUntil(lambda: stage.view.mel.picture is not None, timeout=HANG_MS)
    shoot(heard, "in-song")
    in_song = heard.listening.in_song
    assert in_song is not None
    clip = audition.clips.kept(in_song.sound)
    song = read_clip(heard.session.project.audio_path(in_song.fragment.audio))  # type: ignore[union-attr]
    n = round(START_S * song.rate_hz)
    assert clip is not None
    assert np.array_equal(clip.samples[:, :n], song.samples[:, :n])
    assert not np.array_equal(clip.samples[:, n : 2 * n], song.samples[:, n : 2 * n])

    sides = [heard.parts.transport.sides.button(side).text() for side in ("fragment", "take")]
    assert sides == ["A  Song", "B  Take 2"]
    audition.seek(START_S + 0.5)
    qtbot.keyClick(heard, Qt.Key.Key_A)
    assert audition.sound == in_song.original
    qtbot.waitUntil(lambda: audition._is_loaded)
    assert audition.position_s == pytest.approx(START_S + 0.5, abs=0.1)
    assert stage.view.canvas._cursor_s == pytest.approx(START_S + 0.5, abs=0.1)
    qtbot.keyClick(heard, Qt.Key.Key_B)
    assert audition.sound == in_song.sound
    assert audition.position_s == pytest.approx(START_S + 0.5, abs=0.1)
    assert stage.span == (START_S, START_S + TAKE_S)

    qtbot.keyClick(heard, Qt.Key.Key_H)
    assert heard.listening.in_song is None
    assert audition.sound is not None
    assert (audition.sound.kind, audition.is_playing) == ("take", True)
    qtbot.waitUntil(lambda: audition._is_loaded)
    assert audition.position_s == pytest.approx(0.5, abs=0.1)


@pytest.mark.x11
def test_as_the_dialogue_says_both_sides_are_at_the_same_music_behind_an_inserted_take(
    opened: Window, qtbot: QtBot
) -> None:
    with Project.open(opened.session.folder) as project:
        project.update_run("r1", length_s=1.0)
    opened.parts.takes.play_pressed.emit("t1")
    opened.exporting.placing.ask()
    dialog = opened.exporting.placing.dialog
    assert dialog is not None
    qtbot.mouseClick(dialog.way.button("insert"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.hear, Qt.MouseButton.LeftButton)
    _wait_for_song(opened, qtbot)
    assert opened.parts.stage.bar.facts.text().endswith("the song goes on 2.0 s later")
    opened.audition.seek(START_S + TAKE_S + 0.5)
    opened.actions_by_name["switch"].trigger()
    assert opened.audition.position_s == pytest.approx(START_S + 1.0 + 0.5, abs=0.1)
    opened.actions_by_name["switch"].trigger()
    assert opened.audition.position_s == pytest.approx(START_S + TAKE_S + 0.5, abs=0.1)
    opened.listening.show_fragment(opened.session.fragments()[0])
    assert opened.listening.in_song is None


def test_another_choice_is_not_played_over(opened: Window, qtbot: QtBot) -> None:
    opened.parts.takes.play_pressed.emit("t1")
    qtbot.waitUntil(lambda: opened.audition.is_playing)
    qtbot.keyClick(opened, Qt.Key.Key_H)
    (job,) = opened.session.lanes.jobs
    with qtbot.waitSignal(job.finished, timeout=HANG_MS):
        opened.parts.takes.play_pressed.emit("t3")
    assert opened.listening.in_song is None
    assert opened.audition.sound is not None
    assert opened.audition.sound.name == "Take 3"


def test_without_a_take_it_is_said_what_to_do(opened: Window, qtbot: QtBot) -> None:
    opened.listening.show_fragment(opened.session.fragments()[0])
    opened.parts.takes.table.clearSelection()
    for key, modifier in ((Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_H, SHIFT)):
        opened.parts.messages.dismiss()
        qtbot.keyClick(opened, key, modifier)
        assert opened.parts.messages.text == "Choose a take first."


@pytest.mark.x11
def test_the_song_is_exported_as_the_dialogue_says(
    opened: Window, qtbot: QtBot, tmp_path: Path, shoot: Callable[[QWidget, str], None]
) -> None:
    opened.parts.takes.play_pressed.emit("t1")
    qtbot.keyClick(opened, Qt.Key.Key_H, SHIFT)
    dialog = opened.exporting.placing.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    assert not dialog.isModal() or opened.audition.is_playing
    shoot(dialog, "export-in-song")
    dialog.folder.setText(str(tmp_path / "out"))
    qtbot.mouseClick(dialog.way.button("insert"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.bit_depth.button("32f"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(opened.exporting.exported, timeout=HANG_MS) as written:
        qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    (file,) = map(Path, written.args[0])  # type: ignore[index]
    assert file == tmp_path / "out" / "My-song_take-01-in-song.wav"
    assert read_clip(file).duration_s == pytest.approx(SONG_S, abs=0.01)
    assert opened.memory.get(MODE, "") == "insert"
    assert not list((Path(opened.session.folder) / "cache").glob(f"{FOLDER}/*"))
