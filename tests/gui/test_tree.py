"""The tree of songs, fragments, trainings and takes: what stands in it, and what stays when it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from musemate.gui.fragments import next_region
from musemate.gui.fragmenttree import FragmentTree
from musemate.gui.treerows import rows_of
from musemate.gui.window import Window
from musemate.project.records import Fragment, Run, Take

pytestmark = pytest.mark.x11

FRAGMENT = Fragment("f1", "Song", "/music/Song.wav", "1.wav", 44100, 2, 90.0, 0.0, 25.0, "")
OTHER = replace(FRAGMENT, id="f2", start_s=25.0)
ELSE = replace(FRAGMENT, id="f3", name="Else", audio="2.wav")
RUN = Run("r1", "f1", 0.0, 25.0, "frames", "sketch", "cpu", 1, "finished", ("a",), 1, 60.0, 900.0, "")
STOPPED = replace(RUN, id="r2", state="stopped")


def take(number: int, run: str = "r1") -> Take:
    return Take(f"t{number}", run, f"t{number}.wav", 25.0, "new", 0.5, number, "", f"take {number}")


@pytest.fixture
def tree(qtbot: QtBot, style: None) -> FragmentTree:
    tree = FragmentTree()
    qtbot.addWidget(tree)
    tree.resize(260, 500)
    tree.show()
    return tree


def texts(item: QTreeWidgetItem) -> list[str]:
    return [item.child(index).text(0) for index in range(item.childCount())]


def test_an_instant_row_names_its_region_only_where_it_is_another() -> None:
    instant = replace(RUN, engine="instant")
    (song,) = rows_of([FRAGMENT], [instant, replace(instant, id="r2", start_s=5.0)], [])
    assert [row.text for row in song.children[0].children] == ["Instant  ·  0:05–0:30", "Instant"]


def test_a_song_holds_its_fragments_and_they_their_trainings_and_takes() -> None:
    song, other = rows_of([FRAGMENT, ELSE, OTHER], [RUN, STOPPED], [take(1), take(2), take(3, "r2")])
    assert (song.text, other.text) == ("Song", "Else")
    assert [row.text for row in song.children] == ["0:00–0:25", "0:25–0:50"]
    first, second = song.children
    assert [row.id for row in first.children] == ["r2", "r1"], "the newest training first"
    assert [row.text for row in first.children[1].children] == ["Take 2", "Take 1"]
    assert (second.children, first.children[0].state) == ((), "stopped")


def test_what_is_unchanged_is_left_alone(tree: FragmentTree) -> None:
    takes = [take(number) for number in range(1, 4)]
    tree.set_rows([FRAGMENT], [RUN], takes)
    fragment = tree.tree.topLevelItem(0).child(0)
    run = fragment.child(0)
    run.setExpanded(True)
    tree.select("take", "t2")
    rows = [run.child(index) for index in range(3)]
    fragment.setExpanded(False)
    fragment.setExpanded(True)
    tree.set_rows([FRAGMENT], [RUN], [*takes[:1], replace(takes[1], stars=4), *takes[2:], take(4)])
    assert texts(run) == ["Take 4", "Take 3", "Take 2  ★★★★", "Take 1"]
    assert [run.child(index) for index in range(1, 4)] == rows, "the same items, one place lower"
    assert tree.current == ("take", "t2")
    tree.set_rows([FRAGMENT], [RUN], [takes[2], takes[0]])
    assert texts(run) == ["Take 1", "Take 3"], "in the order in which they come"
    tree.set_rows([], [], [])
    assert (tree.tree.topLevelItemCount(), tree.current) == (0, ("", ""))


def test_a_folded_run_stays_folded_and_stands_for_its_takes(tree: FragmentTree) -> None:
    tree.set_rows([FRAGMENT], [RUN], [take(number) for number in range(1, 4)])
    run = tree.tree.topLevelItem(0).child(0).child(0)
    assert not run.isExpanded(), "the table shows so many better"
    tree.select("take", "t3")
    assert (tree.current, run.isExpanded()) == (("run", "r1"), False)
    run.setExpanded(True)
    tree.select("take", "t3")
    tree.set_rows([FRAGMENT], [RUN], [take(number) for number in range(1, 5)])
    assert (tree.current, run.isExpanded()) == (("take", "t3"), True)


def test_the_row_of_a_song_shows_its_first_fragment(tree: FragmentTree, qtbot: QtBot) -> None:
    tree.set_rows([FRAGMENT, OTHER], [], [])
    song = tree.tree.visualItemRect(tree.tree.topLevelItem(0)).center()
    with qtbot.waitSignal(tree.chosen) as chosen:
        qtbot.mouseClick(tree.tree.viewport(), Qt.MouseButton.LeftButton, pos=song)
    assert chosen.args == ["fragment", "f1"]
    removed: list[tuple[str, str]] = []
    tree.remove_asked.connect(lambda kind, row: removed.append((kind, row)))
    qtbot.keyClick(tree.tree, Qt.Key.Key_Delete)
    assert removed == [("fragment", "f1"), ("fragment", "f2")]


def test_each_row_offers_what_can_be_done_with_it(tree: FragmentTree, qtbot: QtBot) -> None:
    (song,) = rows_of([FRAGMENT], [STOPPED], [take(1, "r2")])
    fragment, run = song.children[0], song.children[0].children[0]
    offered = {row.kind: {a.text(): a for a in tree.menu_of(row).actions()} for row in (song, fragment, run)}
    assert list(offered["song"]) == list(offered["fragment"]) == ["New fragment of this song", "Remove from the list"]
    for kind in ("song", "fragment"):
        with qtbot.waitSignal(tree.new_fragment_asked) as asked:
            offered[kind]["New fragment of this song"].trigger()
        assert asked.args == ["f1"]
    with qtbot.waitSignal(tree.resume_asked) as asked:
        offered["run"]["Go on with this training"].trigger()
    assert asked.args == ["r2"]


@pytest.mark.parametrize(
    ("start_s", "length_s", "next_one"),
    [(0.0, 25.0, (25.0, 25.0)), (60.0, 25.0, (85.0, 5.0)), (64.0, 25.0, (0.0, 25.0))],
)
def test_the_next_fragment_is_the_stretch_after(start_s: float, length_s: float, next_one: tuple[float, float]) -> None:
    assert next_region(replace(FRAGMENT, start_s=start_s, length_s=length_s)) == pytest.approx(next_one)


def test_another_fragment_of_the_song_is_added_and_shown(window: Window, qtbot: QtBot, song: Path) -> None:
    window.actions_by_name["new_fragment"].trigger()
    assert window.parts.messages.text.startswith("Choose a song first.")
    window.first_takes.is_wanted = False
    window.open_paths([song])
    qtbot.waitUntil(lambda: len(window.session.fragments()) == 1 and window.listening.fragment is not None)
    window.parts.stage.bar.edited.emit(0.0, 3.0)
    row = window.parts.tree.tree.topLevelItem(0).child(0)
    assert row.text(0).startswith("0:00–0:03"), "the row follows the region"
    window.actions_by_name["new_fragment"].trigger()
    first, second = window.session.fragments()
    assert (second.audio, second.start_s, second.length_s) == (first.audio, 3.0, 3.0)
    assert window.listening.fragment == second
    assert window.parts.tree.current == ("fragment", "f2")
    assert window.parts.tree.tree.topLevelItemCount() == 1
    assert window.parts.stage.span == (3.0, 6.0)
