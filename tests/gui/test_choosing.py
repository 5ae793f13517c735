"""Choosing in the real window, and undoing: stars, tags, names, rejecting, removing, regions, figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from musemate.analysis.figures import Figures
from musemate.gui.history import MERGE_S, History
from musemate.gui.takeorder import Order
from musemate.gui.window import Window
from musemate.project.store import Project
from tests.gui.take_cells import click_play, click_star

pytestmark = pytest.mark.x11

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(window: Window, project_with_takes: Path) -> Window:
    """Return a window on a project with one fragment and three takes, the keyboard on the second."""
    window.open_paths([project_with_takes])
    window.parts.takes.select("t2")
    window.parts.takes.table.setFocus()
    return window


def project_of(window: Window) -> Project:
    assert window.session.project is not None
    return window.session.project


def undo(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, KEY.Key_Z, CTRL)


def redo(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, KEY.Key_Z, CTRL | SHIFT)


def test_everything_said_of_a_take_is_undone_and_done_again(opened: Window, qtbot: QtBot) -> None:
    project, table, menu = project_of(opened), opened.parts.takes.table, opened.actions_by_name
    assert not menu["undo"].isEnabled()
    before = project.take("t2")
    qtbot.keyClick(table, KEY.Key_4)
    assert menu["undo"].text() == "&Undo giving 4 stars to take 2"
    click_star(qtbot, opened.parts.takes, "t2", 3)
    qtbot.keyClick(opened, KEY.Key_R)
    assert menu["undo"].text() == "&Undo rejecting take 2"
    for key, text in ((KEY.Key_F2, "Bridge"), (KEY.Key_T, "dark, slow"), (KEY.Key_N, "Try it louder.")):
        qtbot.keyClick(opened, key)
        editor = table.findChild(QLineEdit)
        assert editor is not None
        editor.selectAll()
        qtbot.keyClicks(editor, text)
        qtbot.keyClick(editor, KEY.Key_Return)
        qtbot.waitUntil(lambda: not table.findChildren(QLineEdit))
    after = project.take("t2")
    assert (after.stars, after.rejected, after.name) == (3, True, "Bridge")
    assert (after.tags, after.note) == (("dark", "slow"), "Try it louder.")
    for _ in range(6):
        undo(opened, qtbot)
    assert project.take("t2") == before
    assert opened.parts.messages.text == "Undone: giving 4 stars to take 2."
    assert not menu["undo"].isEnabled()
    assert menu["redo"].text() == "&Redo giving 4 stars to take 2"
    for _ in range(6):
        redo(opened, qtbot)
    assert project.take("t2") == after
    take = opened.parts.takes.model.take("t2")
    assert take == after


def test_several_takes_are_changed_and_undone_as_one(opened: Window, qtbot: QtBot) -> None:
    project, takes = project_of(opened), opened.parts.takes
    project.change_takes({"t1": {"tags": ["old", "dark"]}, "t2": {"tags": ["old"]}})
    opened.session.takes_changed.emit(["t1", "t2"])
    qtbot.keyClick(takes.table, KEY.Key_A, CTRL)
    qtbot.keyClick(takes.table, KEY.Key_5)
    assert [take.stars for take in project.takes()] == [5, 5, 5]
    opened.choosing.edit(["t2", "t1", "t3"], "tags", "new")
    assert [take.tags for take in project.takes()] == [("dark", "new"), ("new",), ("new",)]
    undo(opened, qtbot)
    assert [take.tags for take in project.takes()] == [("old", "dark"), ("old",), ()]
    qtbot.keyClick(opened, KEY.Key_R)
    assert all(take.rejected for take in project.takes())
    qtbot.keyClick(takes.table, KEY.Key_Delete)
    assert takes.ids == []
    undo(opened, qtbot)
    undo(opened, qtbot)
    undo(opened, qtbot)
    assert takes.ids == ["t3", "t2", "t1"]
    assert [(take.stars, take.rejected) for take in project.takes()] == [(0, False)] * 3


def test_removal_is_undone_from_its_message_too_and_only_once(opened: Window, qtbot: QtBot) -> None:
    takes = opened.parts.takes
    qtbot.keyClick(takes.table, KEY.Key_Delete)
    takes.select("t1")
    qtbot.keyClick(takes.table, KEY.Key_2)
    assert "Removed take 2" in opened.parts.messages.text
    qtbot.mouseClick(opened.parts.messages._button, Qt.MouseButton.LeftButton)
    assert takes.ids == ["t3", "t2", "t1"]
    assert project_of(opened).take("t1").stars == 2
    assert opened.actions_by_name["undo"].text() == "&Undo giving 2 stars to take 1"


def test_removed_fragment_comes_back_with_its_takes(opened: Window, qtbot: QtBot) -> None:
    opened.parts.tree.remove_asked.emit("fragment", "f1")
    assert not opened.parts.is_workspace
    assert opened.actions_by_name["undo"].text() == "&Undo removing My song"
    opened.actions_by_name["undo"].trigger()
    assert opened.parts.is_workspace
    assert [fragment.id for fragment in opened.session.fragments()] == ["f1"]
    assert len(opened.session.takes()) == 3


def test_region_is_undone_and_shown_where_it_was(opened: Window, qtbot: QtBot) -> None:
    opened.listening.show_fragment(opened.session.fragments()[0])
    bar, stage = opened.parts.stage.bar, opened.parts.stage
    bar.edited.emit(0.5, 4.0)
    bar.edited.emit(0.5, 4.5)  # at once after it: the same step
    assert opened.session.fragments()[0].length_s == pytest.approx(4.0)
    undo(opened, qtbot)
    assert stage.span == pytest.approx((1.0, 4.0))
    assert opened.session.fragments()[0].start_s == pytest.approx(1.0)
    redo(opened, qtbot)
    assert stage.span == pytest.approx((0.5, 4.5))
    assert opened.actions_by_name["undo"].text() == "&Undo the region of My song"


def test_another_project_has_a_history_of_its_own(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.keyClick(opened.parts.takes.table, KEY.Key_3)
    assert opened.actions_by_name["undo"].isEnabled()
    opened.session.create_project(tmp_path / "Another")
    assert not opened.actions_by_name["undo"].isEnabled()


def test_a_change_that_is_not_possible_is_said_and_is_no_step(opened: Window) -> None:
    opened.choosing.edit(["t2"], "name", "x" * 100)
    assert "too long" in opened.parts.messages.text
    assert not opened.actions_by_name["undo"].isEnabled()
    assert project_of(opened).take("t2").name == "take 2"


def test_takes_get_figures_in_the_background_and_one_whose_file_is_gone_says_so(
    make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot
) -> None:
    with Project.open(project_with_takes) as project:
        gone = project.take("t2").audio
        project.audio_path(gone).unlink()
        shutil.rmtree(project.cache_path(gone))
    window = make_window(compare=True)
    window.open_paths([project_with_takes])
    takes = window.parts.takes
    takes._on_order(Order("closest"))

    def shown(take_id: str) -> Figures | None:
        take = takes.model.take(take_id)
        assert take is not None
        return take.figures

    qtbot.waitUntil(lambda: shown("t1") is not None and shown("t3") is not None)
    qtbot.waitUntil(lambda: not window.comparing.is_running and takes.thumbnails.is_missing(gone))
    first, third = shown("t1"), shown("t3")
    assert first is not None
    assert third is not None
    apart = first.novelty - first.similarity, third.novelty - third.similarity
    assert takes.ids == (["t1", "t3", "t2"] if apart[0] < apart[1] else ["t3", "t1", "t2"])
    assert shown("t2") is None
    assert window.parts.messages.text == "", "nobody asked for figures, so nothing is said"
    click_play(qtbot, takes, "t2")
    qtbot.waitUntil(lambda: window.parts.messages.level == "error")
    takes.select("t1")
    qtbot.keyClick(takes.table, KEY.Key_5)
    assert project_of(window).take("t1").stars == 5


def test_filter_key_leads_to_the_search_line(opened: Window, qtbot: QtBot) -> None:
    opened.activateWindow()
    qtbot.keyClick(opened, KEY.Key_F, CTRL)
    qtbot.waitUntil(opened.parts.takes.filter.text.hasFocus)
    qtbot.keyClicks(opened.parts.takes.filter.text, "take 3")
    assert opened.parts.takes.ids == ["t3"]
    opened.actions_by_name["show_all"].trigger()
    assert opened.parts.takes.ids == ["t3", "t2", "t1"]


def test_steps_of_one_thing_are_joined_only_while_they_follow_one_another() -> None:
    now = [0.0]
    value = [0]

    def put(number: int) -> Callable[[], bool]:
        def change() -> bool:
            value[0] = number
            return True

        return change

    history = History(clock=lambda: now[0])
    history.do("one", put(1), put(0), key="same")
    history.do("two", put(2), put(1), key="same")
    history.undo()
    assert (value, history.undo_text) == ([0], "")
    history.redo()
    now[0] = MERGE_S + 1
    history.do("three", put(3), put(2), key="same")
    history.undo()
    assert (value, history.undo_text, history.redo_text) == ([2], "two", "three")
    assert history.do("four", lambda: False, put(0)) is None
    assert history.redo_text == "three", "what failed changes nothing"


def test_the_title_follows_the_name_of_the_take_that_is_shown(opened: Window, qtbot: QtBot) -> None:
    opened.view._show_take("t2")
    title = opened.parts.stage.bar.title
    assert title.text() == "Take 2 of My song"
    opened.parts.takes.table.setFocus()
    qtbot.keyClick(opened, KEY.Key_F2)
    editor = opened.parts.takes.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "Bridge")
    qtbot.keyClick(editor, KEY.Key_Return)
    qtbot.waitUntil(lambda: title.text() == "Bridge of My song")
    undo(opened, qtbot)
    qtbot.waitUntil(lambda: title.text() == "Take 2 of My song")
