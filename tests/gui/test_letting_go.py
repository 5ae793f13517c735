"""What a songwriter has left is let go: the rows of the tree."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import replace

from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken, delete

from musemate.gui.fragmenttree import FragmentTree
from tests.gui.test_tree import ELSE, FRAGMENT, RUN, take


def living() -> Counter[str]:
    """Count the living objects of MuseMate's own classes, and the rows of trees."""
    gc.collect()
    kinds = map(type, gc.get_objects())
    ours = (kind for kind in kinds if str(kind.__module__).startswith("musemate.") or issubclass(kind, QTreeWidgetItem))
    return Counter(kind.__qualname__ for kind in ours)


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
