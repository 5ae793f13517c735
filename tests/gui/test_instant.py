"""Instant takes in the window: there by themselves after loading, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.gui.takemodel import accessible_text
from musemate.gui.window import Window
from musemate.gui.wording import take_facts
from musemate.paths import resource
from musemate.project.store import Project
from tests.gui.take_cells import click_play

Shoot = Callable[[QWidget, str], None]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Return six seconds of the demo."""
    return write_wav(tmp_path / "My song.wav", read_clip(resource("demo.flac"), 4.0, 6.0))


@pytest.fixture
def window(make_window: Callable[..., Window]) -> Window:
    """Return a window that makes instant takes."""
    return make_window(instant=True)


def wait_for_takes(window: Window, qtbot: QtBot, n: int) -> None:
    qtbot.waitUntil(lambda: len(window.parts.takes.ids) == n and not window.first_takes.fragment)


def test_takes_come_by_themselves_while_the_fragment_is_heard(
    window: Window, qtbot: QtBot, song: Path, pumped: FakeSound, shoot: Shoot
) -> None:
    window.open_paths([song])
    qtbot.waitUntil(lambda: bool(window.first_takes.fragment))
    assert "are being made" in window.parts.takes._empty.text()
    assert window.parts.train.train.isEnabled()
    window.audition.play()
    wait_for_takes(window, qtbot, 3)
    takes = window.session.takes()
    assert [(take.is_instant, take.mode, take.closeness, take.seconds) for take in takes] == [
        (True, "new", 0.5, pytest.approx(6.0))
    ] * 3
    said = [accessible_text(take, "take") for take in takes]
    assert said == [f"instant take {number}, {take_facts(takes[0])}" for number in (1, 2, 3)]
    # what is looked at and heard stays
    assert (window.listening.take, window.parts.takes.current, window.listening.side) == (None, "", "fragment")
    assert window.parts.tree.current == ("fragment", "f1")
    assert window.parts.messages.text == ""
    shoot(window, "instant")
    # and they are ordinary takes: played, compared, rated
    click_play(qtbot, window.parts.takes, "t2")
    qtbot.waitUntil(lambda: window.audition.position_s > 0.1)
    assert window.parts.stage.bar.title.text() == "Instant take 2 of My song"
    window.actions_by_name["hear_fragment"].trigger()
    assert window.audition.sound is not None
    assert (window.listening.side, window.audition.sound.length_s) == ("fragment", pytest.approx(6.0))
    qtbot.keyClick(window.parts.takes.table, Qt.Key.Key_3)
    assert window.session.takes()[1].stars == 3
    window.audition.stop()


def test_more_can_be_made_of_another_region_until_something_is_trained(
    window: Window, qtbot: QtBot, song: Path
) -> None:
    window.open_paths([song])
    wait_for_takes(window, qtbot, 3)
    panel = window.parts.make
    assert window.view.current_run() is None
    assert panel._with.text() == "instant, without training"
    window.parts.stage.bar.edited.emit(1.0, 4.0)
    panel.count.setValue(1)
    panel.mode.value = "variation"
    qtbot.mouseClick(panel.make, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.taker.is_running and len(window.session.takes()) == 4)
    made, project = window.session.takes()[-1], window.session.project
    assert project is not None
    assert (made.is_instant, made.mode, made.seconds) == (True, "variation", pytest.approx(3.0))
    assert (project.run(made.run).start_s, project.run(made.run).length_s) == pytest.approx((1.0, 3.0))
    trained = project.add_run(
        "f1", engine="frames", preset="sketch", device="cpu", seed=1, start_s=0.0, length_s=6.0, n_finished=1
    )
    window.view.refresh()
    assert panel._with.text() == "with training 3 (Sketch)"
    window.view._show_take("t1")
    assert window.view.current_run() == trained, "listening to an instant take changes nothing"
    window.parts.tree.chosen.emit("run", "r1")
    assert panel._with.text() == "instant, without training"
    window.trainer.run_started.emit(trained.id)
    assert window.view.current_run() == trained, "a new training counts, not what was chosen before it"
    window.actions_by_name["make_instant_takes"].trigger()
    qtbot.waitUntil(lambda: not window.taker.is_running and len(window.session.takes()) == 5)
    assert window.session.takes()[-1].is_instant


def test_the_list_of_trainings_stays_clear(window: Window, project_with_takes: Path) -> None:
    with Project.open(project_with_takes) as project:
        for n_finished in (0, 1):
            project.add_run(
                "f1", engine="instant", preset="sketch", device="cpu", seed=0, start_s=0.0, length_s=6.0,
                n_finished=n_finished,
            )  # fmt: skip
    window.open_paths([project_with_takes])
    fragment = window.parts.tree.tree.topLevelItem(0).child(0)
    rows = [fragment.child(index).text(0) for index in range(fragment.childCount())]
    assert rows == ["Instant  ·  0:00–0:06", "Sketch  ·  finished"]
    assert "without any training" in fragment.child(0).toolTip(0)
    window.parts.tree.chosen.emit("run", "r3")
    assert not window.parts.train.report.isVisible(), "it is no training to look back at"
    assert window.parts.make._with.text() == "instant, without training"


def test_a_file_too_short_for_takes_loads_without_a_word(window: Window, qtbot: QtBot, song: Path) -> None:
    clip: AudioClip = read_clip(song)
    short = write_wav(song.with_name("short.wav"), clip.region(0.0, 1.5))
    window.open_paths([short])
    qtbot.waitUntil(lambda: not window.parts.stage.view.wave.is_empty)
    assert window.first_takes.fragment == ""
    assert window.parts.messages.text == ""
    assert window.parts.takes._empty.text() == "Your takes will appear here."
    assert not window.parts.make.make.isEnabled()
    assert "at least 2 seconds" in window.parts.make.make.toolTip()


def test_what_fails_is_not_said(window: Window, qtbot: QtBot, song: Path) -> None:
    """A region without sound in it cannot be arranged; nobody asked for it, so only the log knows."""
    clip = read_clip(song)
    samples = clip.samples.copy()
    samples[:, : 3 * clip.rate_hz] = 0
    write_wav(song, AudioClip(samples, clip.rate_hz), overwrite=True)
    window.first_takes.is_wanted = False
    window.open_paths([song])
    qtbot.waitUntil(lambda: not window.parts.stage.view.wave.is_empty)
    assert window.session.project is not None
    window.session.project.set_region("f1", 0.0, 2.5)
    window.first_takes.is_wanted = True
    window.session.rows_changed.emit()
    assert window.first_takes.fragment == "f1"
    qtbot.waitUntil(lambda: not window.session.lanes.quick.jobs)
    assert window.first_takes.fragment == ""
    assert window.session.takes() == []
    assert window.parts.messages.text == ""


def test_a_project_that_is_opened_again_is_left_as_it_was(
    window: Window, qtbot: QtBot, project_with_takes: Path
) -> None:
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: not window.parts.stage.view.wave.is_empty)
    assert not any(job.task == "instant" for job in window.session.lanes.jobs)
    assert not any(take.is_instant for take in window.session.takes())


def test_of_several_files_the_one_looked_at_gets_takes(
    window: Window, qtbot: QtBot, song: Path, tmp_path: Path
) -> None:
    other = write_wav(tmp_path / "Another.wav", read_clip(resource("demo.flac"), 10.0, 5.0))
    window.open_paths([song, other])
    wait_for_takes(window, qtbot, 3)
    assert window.listening.fragment is not None
    looked_at = window.listening.fragment.id
    assert {window.session.fragment_of(take).id for take in window.session.takes()} == {looked_at}
    unseen = next(fragment for fragment in window.session.fragments() if fragment.id != looked_at)
    window.listening.show_fragment(unseen)
    qtbot.waitUntil(lambda: len(window.session.takes(unseen.id)) == 3)
