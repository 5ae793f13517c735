"""Each panel by itself: what it shows for the events it hears, and what it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from musemate.engine.events import FileRefused, Progressed, RunFinished, RunStarted, ScaleFinished
from musemate.errors import MuseMateError
from musemate.gui.actions import MENUS, shortcut_table
from musemate.gui.fragmenttree import FragmentTree
from musemate.gui.memory import Memory
from musemate.gui.messagebar import MessageBar
from musemate.gui.scalestrip import ScaleStrip
from musemate.gui.takepanel import TakePanel, TakeWish
from musemate.gui.trainpanel import TrainPanel
from musemate.gui.transport import Transport
from musemate.project.records import Beats, Run

pytestmark = pytest.mark.x11


def progress(scale: int, step: int, **losses: float) -> Progressed:
    return Progressed(scale, 3, step, 10, losses, fraction=(10 * scale + step) / 30, left_s=125.0)


@pytest.fixture
def train(qtbot: QtBot, style: None) -> TrainPanel:
    panel = TrainPanel()
    qtbot.addWidget(panel)
    panel.set_ready("")
    return panel


def test_train_panel_follows_a_training(train: TrainPanel) -> None:
    train.show_begin()
    assert train.is_running
    assert train.train.text().strip() == "Queue another training"
    train.show_started(RunStarted("r1", "cuda:0", ["1/16", "1/8", "1/4"]))
    assert train.detail.text() == "On cuda:0"
    train.show_device("cpu")
    assert train.detail.text() == "On cpu"
    train.show_progress(progress(1, 5, critic=2.0))
    assert train.state.text() == "Scale 2 of 3 · 1/8"
    assert train.detail.text() == "Step 5 of 10  ·  about 2 min left"
    assert train.progress.value() == 500
    assert [button.property("state") for button in train.strip.buttons] == ["waiting", "current", "waiting"]
    train.show_end(RunFinished("r1", 65.0, 800.0, "cpu", complete=False))
    assert not train.is_running
    assert train.detail.text() == "Can go on from this step; it took 1:05 on cpu"


def test_preview_of_a_finished_scale_can_be_asked_for(train: TrainPanel, qtbot: QtBot) -> None:
    train.show_begin()
    train.show_started(RunStarted("r1", "cpu", ["1/16", "1/8"]))
    assert not train.strip.buttons[0].isEnabled()
    train.show_scale(ScaleFinished(0, "1/16", "/tmp/preview.wav", 3.0))
    with qtbot.waitSignal(train.preview_asked) as asked:
        qtbot.mouseClick(train.strip.buttons[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["/tmp/preview.wav", "1/16"]


def test_train_button_says_why_it_cannot_be_pressed(train: TrainPanel) -> None:
    train.set_ready("The region is too short.")
    assert not train.train.isEnabled()
    assert train.train.toolTip() == "The region is too short."


def test_remembered_device_is_chosen_when_it_is_found(train: TrainPanel, qtbot: QtBot) -> None:
    train.wanted_device = "cuda:0"
    train.set_devices([{"name": "cpu", "label": "Processor"}])
    assert train.device.currentData() == "auto"
    train.set_devices([{"name": "cpu", "label": "Processor"}, {"name": "cuda:0", "label": "A graphics card"}])
    with qtbot.waitSignal(train.train_asked) as asked:
        qtbot.mouseClick(train.train, Qt.MouseButton.LeftButton)
    assert asked.args == ["frames", "balanced", "cuda:0"]


def test_take_panel_asks_for_what_is_set(qtbot: QtBot, style: None) -> None:
    panel = TakePanel()
    qtbot.addWidget(panel)
    assert not panel.make.isEnabled()
    panel.show_run(run("frames"))
    panel.set_ready("")
    assert panel._with.text() == "with training 2 (Sketch)"
    assert "at 0 everything is made from noise" in panel.closeness.toolTip()
    panel.mode.value = "variation"
    assert "course stays" in panel.closeness.toolTip()
    panel.closeness.setValue(80)
    assert panel._percent.text() == "80%"
    panel.count.setValue(2)
    panel.seconds.setValue(400.0)
    with qtbot.waitSignal(panel.make_asked) as asked:
        qtbot.mouseClick(panel.make, Qt.MouseButton.LeftButton)
    assert asked.args == [TakeWish(2, 300.0, "variation", 0.8)]


def run(engine: str) -> Run:
    return Run("r2", "f1", 0.0, 25.0, engine, "sketch", "cpu", 0, "finished", ("a",), 1, 1.0, 1.0, "")


def test_take_panel_says_when_nothing_needs_to_be_trained(qtbot: QtBot, style: None) -> None:
    panel = TakePanel()
    qtbot.addWidget(panel)
    for made_with in (None, run("instant")):
        panel.show_run(made_with)
        panel.set_ready("")
        assert panel._with.text() == "instant, without training"
        assert "spliced from the region's own sound" in panel.make.toolTip()
        assert "noise" not in panel.closeness.toolTip()
    panel.show_run(run("frames"))
    panel.set_ready("")
    assert "what was learnt" in panel.make.toolTip()


def test_metre_is_kept_unless_unchecked_and_only_where_there_is_one(qtbot: QtBot, style: None) -> None:
    panel = TakePanel()
    qtbot.addWidget(panel)
    sure, unsure = Beats(120.0, 0.9, (0.0, 0.5)), Beats(97.0, 0.2, (0.0, 0.6))
    assert not panel.metre.isEnabled()
    assert "not known yet" in panel.metre.toolTip()
    panel.set_metre(sure)
    assert (panel.metre.isEnabled(), panel.metre.isChecked(), panel.wish.metre) == (True, True, True)
    panel.metre.click()
    assert not panel.wish.metre
    panel.set_metre(unsure)
    assert (panel.metre.isEnabled(), panel.metre.isChecked()) == (False, False)
    assert "No steady beat" in panel.metre.toolTip()
    panel.set_metre(sure)
    assert (panel.metre.isChecked(), panel.wish.metre) == (False, False), "what was chosen is remembered"
    panel.metre.click()
    assert panel.wish.metre


def test_message_bar_counts_failures_that_come_together(qtbot: QtBot, style: None) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.fail(MuseMateError("One failed.", hint="Do this."))
    bar.fail(MuseMateError("Two failed.", hint="Do that."))
    assert bar.text == "Two failed. Do that. (1 more before this one, see the log.)"
    bar.dismiss()
    assert bar.text == ""
    bar.fail(MuseMateError("Three failed."))
    assert bar.text == "Three failed."


def test_error_and_warning_do_not_push_each_other_away(qtbot: QtBot, style: None) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.say("There is no sound device.", level="warning")
    bar.fail(MuseMateError("One failed."))
    bar.say("Exported a take.", level="done")
    assert bar.text == "One failed."
    bar.dismiss()
    assert bar.text == "There is no sound device."
    bar.dismiss()
    assert bar.text == "Exported a take."
    bar.dismiss()
    assert bar.text == ""


def test_message_with_an_action_does_it_once(qtbot: QtBot, style: None) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    done: list[str] = []
    bar.say("Removed take 1.", action=("Undo", lambda: done.append("undone")))
    qtbot.mouseClick(bar._button, Qt.MouseButton.LeftButton)
    assert done == ["undone"]
    assert bar.level == ""


def test_transport_without_a_device_says_why(qtbot: QtBot, style: None) -> None:
    transport = Transport()
    qtbot.addWidget(transport)
    transport.set_available("There is no sound device.")
    for widget in (transport.play, transport.stop, transport.loop, transport.volume):
        assert not widget.isEnabled()
        assert widget.toolTip() == "There is no sound device."
    transport.set_available("")
    assert transport.play.isEnabled()
    assert transport.play.toolTip() == "Play or pause (Space)"


def test_refused_file_shows_its_reason(qtbot: QtBot, style: None) -> None:
    tree = FragmentTree()
    qtbot.addWidget(tree)
    tree.add_refused(FileRefused("/music/notes.wav", '"notes.wav" is no sound file.', "Choose another."))
    tree.set_rows([], [], [])
    item = tree.tree.topLevelItem(0)
    assert item is not None
    assert item.text(0) == "notes.wav"
    assert item.child(0).text(0) == '"notes.wav" is no sound file.'
    tree.forget_refused("/music/notes.wav")
    tree.set_rows([], [], [])
    assert tree.tree.topLevelItemCount() == 0


def test_state_of_a_run_is_told_in_words(qtbot: QtBot) -> None:
    from musemate.gui.wording import run_facts

    values = ("r1", "f1", 0.0, 20.0, "frames", "sketch", "cpu", 1)
    stopped = Run(*values, "stopped", ("a", "b", "c"), 2, 60.0, 900.0, "")
    assert run_facts(stopped) == "Sketch  ·  stopped, 2 of 3 scales"


def test_memory_survives_damage(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    Memory(file).put("volume", 30)
    assert Memory(file).get("volume", 80) == 30
    assert Memory(file).get("volume", "text") == "text"
    file.write_text("{ broken")
    assert Memory(file).get("volume", 80) == 80


def test_no_key_is_given_twice() -> None:
    keys = [key for entries in MENUS.values() for entry in entries for key in entry.keys]
    assert len(keys) == len(set(keys))
    assert ("Space", "Play or pause") in shortcut_table()


@pytest.mark.parametrize("width", [120, 284, 900])
def test_names_of_scales_are_not_cut(qtbot: QtBot, style: None, width: int) -> None:
    strip = ScaleStrip(per_row=9)
    qtbot.addWidget(strip)
    strip.set_scales(["320 Hz", "640 Hz", "1000 Hz", "2000 Hz", "5000 Hz", "11025 Hz", "22050 Hz"])
    strip.resize(width, 200)
    strip.show()
    for scale in range(7):
        strip.set_done(scale, f"preview-{scale}.wav")  # the play sign needs room too

    def lies_well() -> None:
        assert [button.text() for button in strip.buttons if button.width() < button.sizeHint().width()] == []
        assert (len({button.y() for button in strip.buttons}) == 1) == (width == 900)

    qtbot.waitUntil(lies_well)
