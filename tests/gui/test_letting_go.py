"""What a songwriter has left is let go: projects, their rows, their jobs, and the work of their threads."""

from __future__ import annotations

import gc
import shutil
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QRunnable
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken, delete

from musemate.gui.background import N_THREADS, Background
from musemate.gui.fragmenttree import FragmentTree
from musemate.gui.window import Window
from tests.gui.test_tree import ELSE, FRAGMENT, RUN, take

N_ROUNDS = 2
N_WORKS = 40
WATCHED = (QTreeWidgetItem, QRunnable)


def living() -> Counter[str]:
    """Count the living objects of MuseMate's own classes, the rows of trees, and what was given to pools of threads."""
    gc.collect()
    kinds = map(type, gc.get_objects())
    ours = (kind for kind in kinds if str(kind.__module__).startswith("musemate.") or issubclass(kind, WATCHED))
    return Counter(kind.__qualname__ for kind in ours)


@contextmanager
def qt_objects_in_circles() -> Iterator[Counter[str]]:
    """Count the objects of Qt's that wait for the garbage collector, which may come to them in any thread."""
    found: Counter[str] = Counter()
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found.update(type(one).__qualname__ for one in gc.garbage if isinstance(one, Shiboken.Object))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def test_a_project_that_is_left_takes_all_of_its_own_with_it(
    window: Window, project_with_takes: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = shutil.copytree(project_with_takes, tmp_path / "Another project")
    takes = window.parts.takes

    def leave_and_come_back() -> Counter[str]:
        for folder in (other, project_with_takes):
            assert window.session.open_project(folder)
            qtbot.waitUntil(lambda: not window.parts.stage.view.mel.is_empty and not window.session.lanes.jobs)
            qtbot.waitUntil(lambda: all(takes.thumbnails.has(take.audio) for take in window.session.takes()))
            window.listening.play_take(window.session.takes()[0])
            qtbot.waitUntil(lambda: window.audition.is_playing)
            window.actions_by_name["stop"].trigger()
        background = window.session.background
        qtbot.waitUntil(lambda: not background._works and not background._pool.activeThreadCount())
        qtbot.waitUntil(lambda: not window.session.lanes.jobs)
        qtbot.wait(0)  # what was told to delete itself does so
        window.audition.clips.forget()  # it keeps little, but what it keeps depends on who was quicker
        return living()

    leave_and_come_back()
    before = leave_and_come_back()
    for _ in range(N_ROUNDS):
        after = leave_and_come_back()
    assert after - before == Counter()
    with qt_objects_in_circles() as found:
        leave_and_come_back()
    assert found == Counter()


def test_rows_that_go_are_let_go(qtbot: QtBot, style: None) -> None:
    tree = FragmentTree()
    qtbot.addWidget(tree)

    def come_and_go() -> None:
        for number in range(1, 6):
            for n_takes in range(3):
                tree.set_rows([FRAGMENT, ELSE], [RUN], [take(10 * number + k) for k in range(n_takes)])
                tree.select("take", f"t{10 * number}")
            tree.set_rows([replace(FRAGMENT, id="f9", audio="9.wav")], [], [])
        tree.set_rows([], [], [])

    come_and_go()  # icons and colours are made once
    before = living()
    come_and_go()
    assert living() - before == Counter()


def test_no_row_outlives_its_tree(qtbot: QtBot, style: None) -> None:
    """PySide believes what is left of a row that Qt has deleted to be what next lies at its place, and crashes."""
    gc.collect()
    before = rows()
    tree = FragmentTree()
    tree.set_rows([FRAGMENT, ELSE], [RUN], [take(1)])
    tree.set_rows([ELSE], [], [])
    assert rows() - before
    delete(tree)
    assert tree.refused == []  # what Python has of it lives on, as in a circle that no garbage collector has found yet
    assert not rows() - before


def rows() -> set[int]:
    """Return what the rows of trees are known by, those that PySide believes to be there."""
    return {id(one) for one in Shiboken.getAllValidWrappers() if isinstance(one, QTreeWidgetItem)}


class Work:
    """Something to do in a thread, which is over at once."""

    def __call__(self) -> int:
        return 1


class Listener(QObject):
    """Waits for a work as a panel does, and nobody else holds it; notes in which thread it ends."""

    def __init__(self, notes: list[int]) -> None:
        super().__init__()
        weakref.finalize(self, lambda: notes.append(threading.get_ident()))

    def hear(self, result: int) -> None:
        """Take a result, as Qt's slots do."""


def test_work_that_ends_at_once_is_let_go(qtbot: QtBot) -> None:
    background, done = Background(), []
    for number in range(N_WORKS):  # one by one: it ends before the call that starts it only in a thread that idles
        background.run(Work(), done.append, done.append)
        qtbot.waitUntil(lambda number=number: len(done) > number)
    background.close()
    assert done == [1] * N_WORKS
    assert not works()


def test_work_that_waits_when_all_is_closed_is_let_go_undone(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    background, done, gate = Background(), [], threading.Event()
    for _ in range(N_THREADS):
        background.run(gate.wait, done.append, done.append)
    for _ in range(N_WORKS):
        background.run(Work(), done.append, done.append)
    assert len(works()) == N_WORKS
    wait = background._pool.waitForDone
    monkeypatch.setattr(background._pool, "waitForDone", lambda ms: gate.set() or wait(ms))
    background.close()
    qtbot.wait(0)
    assert done == []
    assert not works()


def test_who_waits_for_a_work_is_let_go_in_the_windows_thread(qtbot: QtBot) -> None:
    background, ends = Background(), []
    for number in range(N_WORKS):
        listener = Listener(ends)
        background.run(partial(listener.hear, 1), listener.hear, listener.hear)
        del listener
        qtbot.waitUntil(lambda number=number: len(ends) > number)
    gate = threading.Event()
    for _ in range(N_WORKS):  # some are begun, some not when all is closed
        listener = Listener(ends)
        background.run(partial(gate.wait), listener.hear, listener.hear)
        del listener
    gate.set()
    background.close()
    assert ends == [threading.get_ident()] * 2 * N_WORKS


def works() -> list[Work]:
    gc.collect()
    return [one for one in gc.get_objects() if type(one) is Work]
