"""The advanced drawer in the real window: searching, changing, impossible values, presets, training again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from musemate.engine.catalogue import parameters
from musemate.engine.frames.config import TINY
from musemate.engine.savedpresets import load_presets, presets_file, save_preset
from musemate.gui.advanced import Drawer
from musemate.gui.dialmemory import KEY, keep, kept
from musemate.gui.dials import Dials
from musemate.gui.memory import Memory
from musemate.gui.parameterrow import ParameterRow
from musemate.gui.window import Window
from musemate.project.store import Project


@pytest.fixture
def opened(make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot) -> Window:
    """Return a window with a project, its drawer open."""
    window = make_window()
    window.open_paths([project_with_takes])
    open_drawer(window, qtbot)
    return window


def open_drawer(window: Window, qtbot: QtBot) -> Drawer:
    qtbot.mouseClick(window.parts.train.advanced, Qt.MouseButton.LeftButton)
    drawer = window.advancing.drawer
    qtbot.waitUntil(lambda: drawer.is_filled and window.advancing._saved.keys() == {"frames", "classic"})
    return drawer


def shown(drawer: Drawer) -> list[str]:
    return [name for name, row in drawer.rows.items() if not row.isHidden()]


def typed(row: ParameterRow, text: str, qtbot: QtBot) -> None:
    assert isinstance(row.editor, QLineEdit)
    qtbot.mouseClick(row.editor, Qt.MouseButton.LeftButton)
    row.editor.selectAll()
    qtbot.keyClick(row.editor, Qt.Key.Key_Backspace)
    qtbot.keyClicks(row.editor, text)


def test_every_parameter_of_the_engine_stands_there_with_what_it_does(opened: Window, qtbot: QtBot) -> None:
    drawer = opened.advancing.drawer
    assert list(drawer.rows) == [parameter.name for parameter in parameters("frames")]
    row = drawer.rows["pyramid_steps"]
    assert isinstance(row.editor, QLineEdit)
    assert (row.name.text(), row.editor.text(), row.is_changed) == ("pyramid_steps", "1000", False)
    texts = [child.text() for child in (row._words, row._range)]
    assert texts == ["Steps of each scale of the pyramid", "1 to 1,000,000 steps  ·  Balanced: 1000"]
    assert all(row.editor.accessibleName() == name for name, row in drawer.rows.items())
    opened.parts.train.engine.value = "classic"
    qtbot.waitUntil(lambda: drawer.is_filled)
    assert list(drawer.rows) == [parameter.name for parameter in parameters("classic")]


@pytest.mark.x11
def test_it_lies_beside_the_panel_whose_training_it_is_about(opened: Window, shoot: Callable[..., None]) -> None:
    drawer, panel = opened.advancing.drawer, opened.parts.train
    shoot(opened, "advanced")
    left = panel.mapTo(opened, panel.rect().topLeft()).x()
    right = drawer.mapTo(opened, drawer.rect().topRight()).x()
    assert 0 < left - right <= 16
    opened.resize(opened.width() + 200, opened.height())
    QApplication.processEvents()
    moved = panel.mapTo(opened, panel.rect().topLeft()).x() - drawer.mapTo(opened, drawer.rect().topRight()).x()
    assert moved == left - right


@pytest.mark.x11
def test_a_search_finds_by_name_and_by_what_it_does(opened: Window, qtbot: QtBot) -> None:
    drawer = opened.advancing.drawer
    assert QApplication.focusWidget() is drawer.search, "ready to be typed into"
    qtbot.keyClicks(drawer.search, "discriminators steps")
    assert shown(drawer) == ["draft_steps", "sound_steps"], "every word counts"
    drawer.search.setText("adam")
    assert shown(drawer) == ["learning_rate"]
    drawer.search.setText("no such thing")
    assert shown(drawer) == []
    assert not drawer._nothing.isHidden()
    drawer.search.clear()
    drawer.only_changed.click()
    assert shown(drawer) == []
    assert drawer._nothing.text() == "Nothing is changed: the preset is as it is."


def test_what_is_changed_is_marked_passed_on_and_reset(
    opened: Window, qtbot: QtBot, shoot: Callable[..., None]
) -> None:
    drawer, panel = opened.advancing.drawer, opened.parts.train
    heard: list[None] = []
    panel.settings_changed.connect(lambda: heard.append(None))
    typed(drawer.rows["pyramid_steps"], "800", qtbot)
    typed(drawer.rows["snapshots"], "100 400", qtbot)
    assert opened.trainer.options == {"pyramid_steps": 800, "snapshots": (100, 400)}
    assert heard, "the estimate follows"
    assert json.loads(json.dumps(opened.trainer.options))["snapshots"] == [100, 400]
    assert [name for name, row in drawer.rows.items() if row.is_changed] == ["pyramid_steps", "snapshots"]
    assert panel.advanced.text() == " Advanced: 2 changed"
    shoot(opened, "advanced-changed")
    qtbot.mouseClick(drawer.rows["snapshots"].reset, Qt.MouseButton.LeftButton)
    assert opened.trainer.options == {"pyramid_steps": 800}
    assert drawer.rows["snapshots"].editor.text() == "250, 500"  # type: ignore[union-attr]
    typed(drawer.rows["pyramid_steps"], "1,000", qtbot)
    assert opened.trainer.options is None, "what the preset has anyway is no change"
    typed(drawer.rows["sound_steps"], "7", qtbot)
    qtbot.mouseClick(drawer.reset_all, Qt.MouseButton.LeftButton)
    assert opened.trainer.options is None
    assert "put aside" in opened.parts.messages.text
    opened.parts.messages._button.click()
    assert opened.trainer.options == {"sound_steps": 7}


@pytest.mark.x11
def test_places_and_switches(opened: Window, qtbot: QtBot) -> None:
    drawer = opened.advancing.drawer
    places = drawer.rows["phases"].editor
    assert isinstance(places, QComboBox)
    places.setFocus()
    qtbot.keyClick(places, Qt.Key.Key_Down)
    qtbot.keyClick(places, Qt.Key.Key_Return)
    places.activated.emit(places.currentIndex())
    assert opened.trainer.options == {"phases": 8}
    opened.parts.train.engine.value = "classic"
    qtbot.waitUntil(lambda: drawer.is_filled)
    assert opened.trainer.options is None, "each engine has its own"
    drawer.rows["speech"].editor.click()  # type: ignore[union-attr]
    assert opened.trainer.options == {"speech": True}
    opened.parts.train.engine.value = "frames"
    assert opened.trainer.options == {"phases": 8}


def test_impossible_values_are_said_at_the_field(opened: Window, qtbot: QtBot, shoot: Callable[..., None]) -> None:
    drawer = opened.advancing.drawer
    row = drawer.rows["pyramid_steps"]
    typed(row, "0", qtbot)
    assert row.fault == "pyramid_steps = 0 is not possible. Choose 1 to 1,000,000 steps."
    assert row.editor.accessibleDescription() == row.fault
    shoot(opened, "advanced-impossible")
    drawer.search.setText("phases")
    assert shown(drawer) == ["pyramid_steps", "phases"], "what is wrong always shows"
    drawer.search.clear()
    typed(row, "lots", qtbot)
    assert row.fault.startswith("pyramid_steps = lots is not possible.")
    typed(row, "30", qtbot)
    assert row.fault == ""
    typed(drawer.rows["n_generated"], "500", qtbot)
    assert drawer.rows["n_generated"].fault.startswith("n_generated must lie between 1 and n_components.")
    assert opened.trainer.options == {"pyramid_steps": 30, "n_generated": 500}, "the engine refuses it in these words"
    qtbot.mouseClick(drawer.presets.save, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(drawer.presets.name, "Odd")
    qtbot.keyClick(drawer.presets.name, Qt.Key.Key_Return)
    assert "n_generated must lie" in opened.parts.messages.text
    assert load_presets("frames") == []


@pytest.mark.x11
def test_presets_are_saved_chosen_renamed_and_deleted(
    opened: Window, qtbot: QtBot, make_window: Callable[..., Window], project_with_takes: Path
) -> None:
    drawer, messages = opened.advancing.drawer, opened.parts.messages
    presets = drawer.presets
    assert not presets.rename.isEnabled()
    typed(drawer.rows["pyramid_steps"], "800", qtbot)
    qtbot.mouseClick(presets.save, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(presets.name, "Free nights")
    qtbot.keyClick(presets.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: presets.presets.currentText() == "Free nights")
    assert not presets.is_naming
    assert opened.parts.train.advanced.text() == " Advanced: Free nights"
    assert [(p.name, p.base, p.values) for p in load_presets("frames")] == [
        ("Free nights", "balanced", {"pyramid_steps": 800})
    ]
    choose(presets.presets, "Sketch")
    assert (opened.parts.train.preset.value, opened.trainer.options) == ("sketch", None)
    assert messages.text.startswith("Saved"), "nothing unsaved was lost"
    choose(presets.presets, "Free nights")
    assert (opened.parts.train.preset.value, opened.trainer.options) == ("balanced", {"pyramid_steps": 800})

    qtbot.mouseClick(presets.rename, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(presets.name, "Free days")
    qtbot.keyClick(presets.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: presets.presets.currentText() == "Free days")
    qtbot.mouseClick(presets.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: messages.text == "Deleted the preset “Free days”.")
    qtbot.waitUntil(lambda: presets.presets.findText("Free days") < 0)
    assert opened.trainer.options == {"pyramid_steps": 800}, "what is set stays"
    messages._button.click()
    qtbot.waitUntil(lambda: presets.presets.findText("Free days") >= 0)
    other = make_window()
    other.open_paths([project_with_takes])
    assert open_drawer(other, qtbot).presets.presets.findText("Free days") >= 0


def choose(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_a_name_can_be_given_up_and_must_not_be_built_in(opened: Window, qtbot: QtBot) -> None:
    drawer = opened.advancing.drawer
    presets = drawer.presets
    qtbot.mouseClick(presets.save, Qt.MouseButton.LeftButton)
    qtbot.keyClick(presets.name, Qt.Key.Key_Escape)
    assert (presets.is_naming, drawer.isVisible()) == (False, True)
    qtbot.mouseClick(presets.save, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(presets.name, "fine")
    qtbot.mouseClick(presets.accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is a built-in preset" in opened.parts.messages.text)
    qtbot.keyClick(drawer.search, Qt.Key.Key_Escape)
    assert not drawer.isVisible()
    assert QApplication.focusWidget() is opened.parts.train.advanced


def test_a_damaged_file_of_presets_is_said_once_and_the_rest_works(
    make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot
) -> None:
    file = presets_file("frames")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("nonsense")
    window = make_window()
    window.open_paths([project_with_takes])
    qtbot.mouseClick(window.parts.train.advanced, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "saved presets cannot be read" in window.parts.messages.text)
    qtbot.waitUntil(lambda: window.advancing.drawer.is_filled)
    typed(window.advancing.drawer.rows["pyramid_steps"], "9", qtbot)
    assert window.trainer.options == {"pyramid_steps": 9}


def test_another_preset_in_the_panel_starts_anew_and_changes_come_back(opened: Window, qtbot: QtBot) -> None:
    typed(opened.advancing.drawer.rows["pyramid_steps"], "800", qtbot)
    opened.parts.train.preset.value = "fine"
    assert opened.trainer.options is None
    assert opened.parts.messages.text == "Your change was put aside."
    opened.parts.messages._button.click()
    assert (opened.parts.train.preset.value, opened.trainer.options) == ("balanced", {"pyramid_steps": 800})


def test_a_training_says_what_it_was_trained_with_and_is_repeated(opened: Window, qtbot: QtBot) -> None:
    project = opened.session.project
    assert project is not None
    panel = opened.parts.train
    opened.view._on_tree("run", "r1")
    assert panel.trained_with.text.text() == "Trained with Sketch as it is"
    options = {"pyramid_steps": 800, "sound_steps": 9, "phases": 2, "n_generated": 4, "wings": 2}
    project.update_run("r1", options=options)
    opened.view._on_tree("run", "r1")
    assert panel.trained_with.text.text() == (
        "Trained with Sketch: pyramid_steps 800 instead of 400, sound_steps 9 instead of 700, phases 2 instead of 4 "
        "and 2 more"
    )
    qtbot.mouseClick(panel.trained_with.again, Qt.MouseButton.LeftButton)
    assert (panel.engine.value, panel.preset.value) == ("frames", "sketch")
    del options["wings"]
    assert opened.trainer.options == options
    assert "Without wings, which this version does not take." in opened.parts.messages.text
    started: list[tuple[str, ...]] = []
    opened.trainer.start = lambda fragment, *method: started.append(method)  # type: ignore[method-assign]
    qtbot.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    assert started == [("frames", "sketch", "auto")]


def test_every_control_of_the_drawer_has_a_name(opened: Window) -> None:
    drawer = opened.advancing.drawer
    kinds = ("QPushButton", "QToolButton", "QComboBox", "QLineEdit", "QCheckBox")
    controls = [
        w
        for w in drawer.findChildren(QWidget)
        if w.metaObject().className() in kinds and not w.parent().inherits("QLineEdit")
    ]
    assert len(controls) > 2 * len(drawer.rows)
    assert [w for w in controls if not w.accessibleName()] == []


def test_a_saved_preset_is_trained_and_its_points_make_takes(
    make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot
) -> None:
    few = {"draft_steps": 2, "pyramid_steps": 6, "sound_steps": 6, "snapshots": (2, 4), "time_scales": (1,)}
    save_preset("frames", "Tiny", "sketch", {**TINY, **few})
    window = make_window()
    window.open_paths([project_with_takes])
    drawer = open_drawer(window, qtbot)
    choose(drawer.presets.presets, "Tiny")
    with qtbot.waitSignal(window.trainer.run_ended):
        qtbot.mouseClick(window.parts.train.train, Qt.MouseButton.LeftButton)
    with Project.open(project_with_takes) as project:
        run = project.runs()[-1]
    assert (run.preset, run.state, run.options["snapshots"]) == ("sketch", "finished", [2, 4])
    point = window.parts.make.point
    qtbot.waitUntil(lambda: point.count() == 3)
    assert [point.itemText(i) for i in range(3)] == ["Training point: its end", "As after 4 steps", "As after 2 steps"]
    point.setCurrentIndex(2)
    window.parts.make.count.setValue(1)
    window.parts.make.seconds.setValue(1.0)
    with qtbot.waitSignal(window.taker.made):
        qtbot.mouseClick(window.parts.make.make, Qt.MouseButton.LeftButton)
    with Project.open(project_with_takes) as project:
        take = project.takes(run=run.id)[-1]
    assert take.request["at_steps"] == 2
    qtbot.waitUntil(lambda: not window.taker.is_running)
    assert point.currentData() == 2, "what was chosen stays chosen"


def test_what_is_set_and_not_saved_is_there_at_the_next_start(
    opened: Window, make_window: Callable[..., Window], qtbot: QtBot
) -> None:
    opened.parts.train.preset.value = "fine"
    typed(opened.advancing.drawer.rows["pyramid_steps"], "800", qtbot)
    opened.parts.train.engine.value = "classic"
    typed(opened.advancing.drawer.rows["num_epochs"], "300", qtbot)
    opened.close()
    again = make_window()
    assert again.parts.messages.text == ""
    panel = again.parts.train
    panel.engine.value = "frames"
    assert (panel.preset.value, again.trainer.options) == ("fine", {"pyramid_steps": 800})
    assert panel.advanced.text().strip() == "Advanced: 1 changed"
    panel.engine.value = "classic"
    assert again.trainer.options == {"num_epochs": 300}
    assert again.parts.messages.text == "", "nothing was put aside on the way"


def test_a_saved_preset_stays_chosen_until_the_next_start(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "window.json")
    dials = Dials("frames", "sketch")
    dials.take_over("sketch", {"pyramid_steps": 800}, "Mine")
    dials.set(next(p for p in dials.parameters if p.name == "pyramid_steps"), 900)
    keep(memory, [dials])
    (again,) = kept(Memory(tmp_path / "window.json"))
    assert again == dials
    assert again.is_edited


@pytest.mark.parametrize(
    "values",
    [
        [],
        {"frames": 3},
        {"frames": {"base": "no such preset", "changed": {"pyramid_steps": 800}}},
        {"no such engine": {"base": "sketch", "changed": {}}},
    ],
)
def test_what_cannot_be_restored_is_left_out(tmp_path: Path, values: object) -> None:
    memory = Memory(tmp_path / "window.json")
    memory.put(KEY, values)
    assert kept(memory) == []


def test_only_values_that_a_parameter_can_have_are_restored(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "window.json")
    changed = {"pyramid_steps": 800, "no_such_parameter": 1, "time_scales": [4, [2]], "seed": {"a": 1}}
    memory.put(KEY, {"frames": {"base": "sketch", "changed": changed, "saved": 5}})
    (dials,) = kept(memory)
    assert (dials.changed, dials.saved) == ({"pyramid_steps": 800}, "")
