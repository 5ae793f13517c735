"""Two engines in the window: chosen and remembered, estimated before the start, their scales heard one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav
from musemate.engine.events import Estimated, RunStarted
from musemate.errors import TooShortError
from musemate.gui.takecolumns import short_facts
from musemate.gui.takemodel import describe_take
from musemate.gui.takepanel import TakePanel, TakeWish
from musemate.gui.trainer import Trainer
from musemate.gui.trainpanel import TrainPanel
from musemate.gui.window import Window
from musemate.jobs.lane import Lane
from musemate.jobs.trainings import Item
from musemate.project.queue import QueuedTraining
from musemate.project.records import Beats, Layer, Run
from musemate.project.store import Project
from musemate.settings import load_settings
from tests.gui.conftest import make_clip
from tests.gui.take_cells import click_play

Shoot = Callable[[QWidget, str], None]
SCALES = ("320 Hz", "1000 Hz", "22050 Hz")


def labels(choice: QWidget) -> list[str]:
    return [button.text() for button in choice._group.buttons()]  # type: ignore[attr-defined]


# Choosing


def test_presets_follow_the_engine_and_are_remembered_for_each(qtbot: QtBot, style: None) -> None:
    panel = TrainPanel()
    qtbot.addWidget(panel)
    panel.set_ready("")
    assert (panel.engine.value, panel.preset.value) == ("frames", "balanced")
    panel.preset.value = "fine"
    panel.engine.value = "classic"
    assert (labels(panel.preset), panel.preset.value) == (["Quick", "Code", "Paper"], "quick")
    panel.preset.value = "paper"
    panel.engine.value = "frames"
    assert (labels(panel.preset), panel.preset.value) == (["Sketch", "Balanced", "Fine"], "fine")
    panel.engine.value = "classic"
    with qtbot.waitSignal(panel.train_asked) as asked:
        qtbot.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    assert asked.args == ["classic", "paper", "auto"]
    panel.set_method("frames", "paper")
    assert (panel.engine.value, panel.preset.value) == ("frames", "fine"), "a preset of another engine changes nothing"
    panel.set_method("magic", "sketch")
    assert panel.engine.value == "frames"


def test_the_engine_is_trained_with_and_remembered(
    make_window: Callable[..., Window], project_with_takes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    window.open_paths([project_with_takes])
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(window.trainer, "start", lambda fragment, *method: started.append(method))
    window.parts.train.engine.value = "classic"
    window.parts.train.preset.value = "code"
    window.parts.train.train.click()
    assert started == [("classic", "code", "auto")]
    assert (load_settings().engine, load_settings().preset) == ("classic", "code")
    other = make_window()
    assert (other.parts.train.engine.value, other.parts.train.preset.value) == ("classic", "code")


def run(engine: str, n_finished: int = 3) -> Run:
    return Run("r2", "f1", 0.0, 25.0, engine, "quick", "cpu", 0, "stopped", SCALES, n_finished, 1.0, 1.0, "")


def test_takes_are_offered_as_the_engine_makes_them(qtbot: QtBot, style: None) -> None:
    panel = TakePanel()
    qtbot.addWidget(panel)
    panel.show()
    assert labels(panel.mode) == ["New", "Variation"]
    panel.show_run(run("frames"))
    assert labels(panel.mode) == ["New", "Variation", "Rebuilt"]
    panel.mode.value = "variation"
    assert not panel.start.isVisible()
    panel.set_metre(Beats(120.0, 0.9, (0.0, 0.5)))
    panel.mode.value = "reconstruction"
    assert not any(widget.isEnabled() for widget in (panel.closeness, panel.count, panel.metre))
    panel.show_run(None)
    assert (labels(panel.mode), panel.mode.value) == (["New", "Variation"], "new")
    assert all(widget.isEnabled() for widget in (panel.closeness, panel.count, panel.metre))


def test_variations_may_start_from_a_scale_that_is_trained(qtbot: QtBot, style: None) -> None:
    panel = TakePanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.set_metre(Beats(120.0, 0.9, (0.0, 0.5)))
    panel.show_run(run("classic"))
    panel.set_ready("")
    assert panel._with.text() == "with training 2 (Classic, Quick)"
    assert not panel.closeness.isEnabled(), "its new material comes from noise alone"
    assert not panel.metre.isEnabled()
    assert not panel.start.isVisible()
    panel.mode.value = "variation"
    assert panel.start.isVisible()
    assert [panel.start.itemText(i) for i in range(panel.start.count())][1:] == [
        "Real up to 320 Hz",
        "Real up to 1 kHz",
    ]
    assert panel.closeness.isEnabled()
    qtbot.keyClick(panel.start, Qt.Key.Key_End)
    panel.start.activated.emit(2)
    assert not panel.closeness.isEnabled()
    panel.count.setValue(1)
    panel.seconds.setValue(5.0)
    assert panel.wish == TakeWish(1, 5.0, "variation", 0.5, True, 1)
    panel.show_run(run("classic"))
    assert panel.wish.scale == 1, "news of the project change no choice"
    panel.mode.value = "new"
    assert panel.wish.scale is None
    panel.mode.value = "variation"
    panel.show_run(run("classic", n_finished=1))
    assert not panel.start.isVisible()
    assert panel.wish.scale is None


# Estimating


class FakeJob(QObject):
    happened = Signal(object)
    failed = Signal(object)

    def __init__(self, args: dict[str, Any]) -> None:
        super().__init__()
        self.args, self.is_cancelled = args, False

    def cancel(self) -> None:
        self.is_cancelled = True


@pytest.fixture
def asked(window: Window, project_with_takes: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> list[FakeJob]:
    """Return the questions that the window of an opened project asks the analysis lane, and leave them to the test."""
    window.open_paths([project_with_takes])
    monkeypatch.setattr(Lane, "jobs", [])  # however long pictures take on this machine
    jobs: list[FakeJob] = []
    submit = window.session.lanes.analyse.submit

    def noted(task: str, **args: Any) -> Any:
        if task != "estimate":
            return submit(task, **args)
        jobs.append(FakeJob(args))
        return jobs[-1]

    monkeypatch.setattr(window.session.lanes.analyse, "submit", noted)
    window.estimator._timer.setInterval(1)
    window.estimator.is_wanted = True
    return jobs


def test_only_the_latest_question_is_asked_and_answered(window: Window, qtbot: QtBot, asked: list[FakeJob]) -> None:
    panel = window.parts.train
    panel.preset.value = "sketch"
    panel.preset.value = "fine"
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert panel.estimate.text() == "Estimating…"
    first = asked[0].args
    assert (first["fragment"], first["length_s"], first["engine"], first["preset"]) == ("f1", 3.0, "frames", "fine")
    panel.engine.value = "classic"
    assert asked[0].is_cancelled
    asked[0].happened.emit(Estimated(60.0, 500.0, "cpu"))
    assert panel.estimate.text() == "", "the answer came too late"
    qtbot.waitUntil(lambda: len(asked) == 2)
    asked[1].happened.emit(Estimated(23.2 * 86_400, 900.4, "cpu"))
    assert panel.estimate.text() == "Takes about 23 days on cpu"
    assert panel.estimate.toolTip() == "And about 900 MiB of memory"
    # what is known is not asked again
    panel.engine.value = "frames"
    assert panel.estimate.text() == "Takes about one minute on cpu"
    window.parts.stage.bar.edited.emit(0.5, 3.5)
    assert panel.estimate.text() == "Takes about one minute on cpu", "where the region starts does not matter"
    assert not window.estimator._timer.isActive()
    window.parts.stage.bar.edited.emit(0.5, 5.5)
    assert panel.estimate.text() == ""
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert asked[2].args["length_s"] == pytest.approx(5.0)
    asked[2].failed.emit(TooShortError("The region is too short for this.", hint="Choose a longer one."))
    assert panel.estimate.text() == "The region is too short for this. Choose a longer one."


def test_want_of_memory_is_said_and_asked_for_again(window: Window, qtbot: QtBot, asked: list[FakeJob]) -> None:
    panel = window.parts.train
    window.estimator.look()
    qtbot.waitUntil(lambda: len(asked) == 1)
    asked[0].happened.emit(Estimated(60.0, 9000.0, "cpu", "This training needs about 9.0 GB."))
    assert panel.estimate.text() == "Takes about one minute on cpu. This training needs about 9.0 GB."
    window.estimator.look()
    qtbot.waitUntil(lambda: len(asked) == 2)
    asked[1].happened.emit(Estimated(60.0, 9000.0, "cpu"))
    assert panel.estimate.text() == "Takes about one minute on cpu"


def test_nothing_is_measured_beside_a_training(
    window: Window, qtbot: QtBot, asked: list[FakeJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    window.estimator.look()
    qtbot.waitUntil(lambda: len(asked) == 1)
    monkeypatch.setattr(Trainer, "is_running", True)
    window.parts.train.preset.value = "fine"
    qtbot.waitUntil(lambda: not window.estimator._timer.isActive())
    assert len(asked) == 1
    monkeypatch.setattr(Trainer, "is_running", False)
    window.trainer.run_ended.emit("r1")
    qtbot.waitUntil(lambda: len(asked) == 2)


def test_an_estimate_waits_for_pictures_and_they_never_for_it(
    window: Window, qtbot: QtBot, asked: list[FakeJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [object()]
    monkeypatch.setattr(Lane, "jobs", pictures)
    timer, panel = window.estimator._timer, window.parts.train
    panel.preset.value = "sketch"
    with qtbot.waitSignal(timer.timeout):
        pass
    assert (asked, timer.isActive()) == ([], True), "they would make it wrong"
    pictures.clear()
    qtbot.waitUntil(lambda: len(asked) == 1)  # in the other lane


def test_a_real_estimate_is_shown(make_window: Callable[..., Window], qtbot: QtBot, project_with_takes: Path) -> None:
    window = make_window(estimate=True)
    window.trainer.options = {"tiny": True}
    window.open_paths([project_with_takes])
    panel = window.parts.train
    qtbot.waitUntil(lambda: panel.estimate.text().startswith("Takes "))
    assert panel.estimate.text().endswith(" on cpu")
    assert panel.estimate.isVisible()


# Hearing scales


@pytest.fixture
def layered(project_with_takes: Path) -> Path:
    """Return a project whose fourth take has three scales."""
    with Project.open(project_with_takes) as project:
        run = project.add_run(
            "f1", engine="classic", preset="quick", device="cpu", seed=1, start_s=1.0, length_s=3.0,
            state="finished", scales=SCALES, n_finished=3,
        )  # fmt: skip
        clip = make_clip(3.0, seed=40)
        coarse = [AudioClip(clip.samples[:, np.arange(3 * hz) * 22_050 // hz], hz) for hz in (320, 1000)]
        names = zip(SCALES, [*coarse, clip], strict=True)
        layers = [Layer(name, project.store_clip(clip), clip.rate_hz) for name, clip in names]
        request = {"seconds": 3.0, "mode": "variation", "closeness": 0.5, "seed": 5, "scale": 1}
        project.add_take(run.id, layers[-1].audio, request, layers=layers)
    return project_with_takes


def test_each_scale_of_a_take_is_heard_and_seen(
    window: Window, qtbot: QtBot, layered: Path, pumped: FakeSound, shoot: Shoot
) -> None:
    window.open_paths([layered])
    strip, stage = window.parts.takes.layers, window.parts.stage
    assert not strip.isVisible()
    window.view._show_take("t4")
    assert strip.isVisible()
    assert [button.text().strip() for button in strip.buttons] == ["320 Hz", "1 kHz", "22.05 kHz"]
    take = window.parts.takes.model.take("t4")
    assert take is not None
    assert "variation, real up to 1 kHz" in describe_take(take)
    assert short_facts(take) == "0:03 · variation · real up to 1 kHz"
    click_play(qtbot, window.parts.takes, "t4")
    qtbot.waitUntil(lambda: window.audition.position_s > 0.3)
    qtbot.mouseClick(strip.buttons[0], Qt.MouseButton.LeftButton)
    assert stage.bar.title.text() == "Take 4 of My song at 320 Hz"
    qtbot.waitUntil(lambda: window.audition.is_playing and window.audition._is_loaded)
    assert window.audition.position_s > 0.3, "it goes on where the take was"
    assert strip.buttons[0].property("playing") == "true"
    shoot(window, "layers")
    qtbot.mouseClick(strip.buttons[0], Qt.MouseButton.LeftButton)  # now: its pictures may take longer than its sound
    assert not window.audition.is_playing, "a second time pauses it"
    qtbot.waitUntil(lambda: not stage.view.wave.is_empty and not stage.view.mel.is_empty)
    assert stage.view.mel.picture is not None
    assert stage.view.mel.picture.rate_hz == 320
    assert stage.view.wave.has_samples, "so few samples are drawn one by one"
    # the scale against the fragment, and back to the take itself
    window.listening.switch("fragment")
    qtbot.waitUntil(lambda: stage.bar.title.text() == "My song")
    assert window.listening.layer == ""
    window.listening.switch("take")
    qtbot.waitUntil(lambda: stage.bar.title.text() == "Take 4 of My song at 320 Hz")
    qtbot.mouseClick(strip.buttons[1], Qt.MouseButton.LeftButton)
    click_play(qtbot, window.parts.takes, "t4")
    assert (window.listening.layer, stage.bar.title.text()) == ("", "Take 4 of My song")
    window.audition.stop()
    window.view._show_take("t1")
    assert not strip.isVisible()


def test_a_training_that_goes_on_offers_what_it_finished_before(
    window: Window, qtbot: QtBot, project_with_takes: Path, pumped: FakeSound
) -> None:
    window.open_paths([project_with_takes])
    project = window.session.project
    assert project is not None
    run = project.add_run(
        "f1", engine="classic", preset="quick", device="cpu", seed=1, start_s=1.0, length_s=3.0,
        scales=SCALES, n_finished=1,
    )  # fmt: skip
    project.run_path(run.id).mkdir(parents=True)
    tone = np.sin(2 * np.pi * 50 * np.arange(960) / 320)
    write_wav(project.run_path(run.id) / "preview-1.wav", AudioClip(0.5 * tone.astype(np.float32), 320))
    panel, stage = window.parts.train, window.parts.stage
    panel.show_begin()
    item = Item(QueuedTraining("f1", 1.0, 3.0, "classic", "quick"))
    window.trainer._on_event(item, RunStarted(run.id, "cpu", list(SCALES)))
    assert [button.property("state") for button in panel.strip.buttons] == ["done", "waiting", "waiting"]
    qtbot.mouseClick(panel.strip.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.audition.position_s > 0.1)
    qtbot.waitUntil(lambda: stage.bar.title.text() == "Preview of 320 Hz")
    qtbot.waitUntil(lambda: stage.view.wave.has_samples)
    window.audition.stop()


@pytest.mark.x11
def test_scales_are_exported_where_there_are_any(
    window: Window, qtbot: QtBot, layered: Path, tmp_path: Path, shoot: Shoot
) -> None:
    window.open_paths([layered])
    window.exporting.ask(["t1"])
    assert window.exporting.dialog is not None
    assert not window.exporting.dialog.layers.isVisible()
    window.exporting.dialog.reject()
    window.exporting.ask(["t4", "t1"])
    dialog = window.exporting.dialog
    assert dialog.layers.isVisible()
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.layers.click()
    shoot(dialog, "export-scales")
    with qtbot.waitSignal(window.exporting.exported):
        qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert [name.partition("take-")[2] for name in names] == [
        "01.wav", "04-scale-00-320-Hz.wav", "04-scale-01-1000-Hz.wav", "04.wav",
    ]  # fmt: skip
