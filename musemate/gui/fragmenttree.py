"""The project at a glance: songs, their fragments, runs and takes, and files that could not be used."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from musemate.engine.events import FileRefused
from musemate.gui import icons, palette
from musemate.gui.plaintext import plain
from musemate.gui.treerows import Row, every, rows_of
from musemate.gui.widgets import describe, label
from musemate.language import _
from musemate.project.records import Fragment, Run, Take

ROW = Qt.ItemDataRole.UserRole
CHOSEN = ("fragment", "run", "take")
"""Rows that something can be shown of; of a song, its first fragment is."""


class _Top:
    """The top of a tree, with a row's manners (and Qt's names).

    Not `invisibleRootItem()`: PySide does not notice when Qt deletes that one. Kept, it would be taken for whatever
    comes to lie at its place in memory later, which ends in a crash; fetched anew each time, it never lets go of the
    rows that were put under one wrapper of it and taken from another.
    """

    def __init__(self, tree: QTreeWidget) -> None:
        self._tree = tree

    def childCount(self) -> int:
        return self._tree.topLevelItemCount()

    def child(self, index: int) -> QTreeWidgetItem | None:
        return self._tree.topLevelItem(index)

    def insertChild(self, index: int, item: QTreeWidgetItem) -> None:
        self._tree.insertTopLevelItem(index, item)

    def removeChild(self, item: QTreeWidgetItem) -> None:
        self._tree.takeTopLevelItem(self._tree.indexOfTopLevelItem(item))


class FragmentTree(QFrame):
    """Left panel; says what was chosen."""

    open_asked = Signal()
    chosen = Signal(str, str)
    """Kind ("fragment", "run", "take") and id."""
    remove_asked = Signal(str, str)
    resume_asked = Signal(str)
    new_fragment_asked = Signal(str)
    """With a fragment whose song shall have another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._refused: list[FileRefused] = []
        self._loading: list[str] = []
        self._rows: tuple[Row, ...] = ()
        self._items: dict[tuple[str, str], QTreeWidgetItem] = {}
        self._build()

    # what is shown -------------------------------------------------------------------------------------

    def set_rows(self, fragments: list[Fragment], runs: list[Run], takes: list[Take]) -> None:
        """Show a project; what was chosen and what was folded stays so, and only what changed is touched."""
        rows = rows_of(fragments, runs, takes, self._loading, self._refused)
        if rows == self._rows:
            return
        kept = self.current
        with QSignalBlocker(self.tree):
            self._match(_Top(self.tree), rows)
        here = {row.key for row in every(rows)}
        self._items = {key: item for key, item in self._items.items() if key in here}
        self._rows = rows
        self.select(*kept)

    def set_loading(self, files: list[str]) -> None:
        """Remember files that are being loaded; shown with the next `set_rows`."""
        self._loading = list(files)

    def add_refused(self, refused: FileRefused) -> None:
        """Remember a file that cannot be used; shown with the next `set_rows`."""
        self._refused = [old for old in self._refused if old.file != refused.file] + [refused]

    def forget_refused(self, file: str = "") -> None:
        """Drop the row of one file, or of all."""
        self._refused = [old for old in self._refused if file and old.file != file]

    @property
    def refused(self) -> list[FileRefused]:
        """The files that could not be used."""
        return list(self._refused)

    # what is chosen ------------------------------------------------------------------------------------

    @property
    def current(self) -> tuple[str, str]:
        """Kind and id of the chosen row, ("", "") for none."""
        item = self.tree.currentItem()
        return _row(item).key if item is not None else ("", "")

    def select(self, kind: str, row_id: str) -> None:
        """Choose a row without saying so; the run of a take where that is folded, for it shall stay so."""
        item = self._items.get((kind, row_id))
        run = item.parent() if item is not None and kind == "take" else None
        if run is not None and not run.isExpanded():
            item = run
        with QSignalBlocker(self.tree):
            self.tree.setCurrentItem(item)  # type: ignore[arg-type]  # None is allowed: nothing chosen

    # events --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove the chosen row with Delete (Qt's hook)."""
        item = self.tree.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self._remove(_row(item))
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Colour the rows anew: they keep their colours, unlike widgets (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for item in self._items.values():
                _colour(item, _row(item))

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        row = _row(item) if item is not None else None
        if row is not None and row.kind in CHOSEN:
            self.chosen.emit(*row.key)
        elif row is not None and row.kind == "song":
            self.chosen.emit(*row.children[0].key)

    def menu_of(self, row: Row) -> QMenu:
        """Return what can be done with a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.kind in ("song", "fragment"):
            fragment = row.children[0].id if row.kind == "song" else row.id
            menu.addAction(_("New fragment of this song"), lambda: self.new_fragment_asked.emit(fragment))
        if row.kind == "run" and row.state == "stopped":
            menu.addAction(_("Go on with this training"), lambda: self.resume_asked.emit(row.id))
        if row.kind in ("song", "fragment", "take", "refused"):
            menu.addAction(_("Remove from the list"), lambda: self._remove(row))
        return menu

    def _on_menu(self, place: QPoint) -> None:
        item = self.tree.itemAt(place)
        if item is not None and (menu := self.menu_of(_row(item))).actions():
            menu.popup(self.tree.viewport().mapToGlobal(place))

    def _remove(self, row: Row) -> None:
        """Ask for the removal of a row; of a song, all of its fragments."""
        for one in row.children if row.kind == "song" else (row,):
            self.remove_asked.emit(*one.key)

    # building ------------------------------------------------------------------------------------------

    def _match(self, parent: QTreeWidgetItem | _Top, rows: Sequence[Row]) -> None:
        """Bring the rows under an item, or at the top, to what they shall be."""
        wanted = {row.key for row in rows}
        for item in [parent.child(index) for index in range(parent.childCount())]:
            if item is not None and _row(item).key not in wanted:
                parent.removeChild(item)  # PySide never lets go of what `takeChild` returns
        for index, row in enumerate(rows):
            item = self._items.get(row.key) or QTreeWidgetItem()
            is_new = row.key not in self._items
            if parent.child(index) is not item:
                if not is_new:
                    parent.removeChild(item)
                parent.insertChild(index, item)
            if is_new or _row(item) != row:
                self._items[row.key] = item
                _fill(item, row)
                self._match(item, row.children)
            if is_new:
                item.setExpanded(not row.folded)

    def _build(self) -> None:
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(12)
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(_("Songs, fragments, trainings and takes"))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._on_menu)
        self.tree.currentItemChanged.connect(self._on_current)
        self.open = QPushButton(" " + _("Open audio…"))
        self.open.setIcon(icons.icon("add"))
        describe(self.open, _("Choose sound files, or drop them onto the window (Ctrl+O)"), _("Open audio"))
        self.open.clicked.connect(self.open_asked)
        head = QHBoxLayout()
        head.addWidget(label(_("Fragments"), "heading"))
        head.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 10, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.open)


def _row(item: QTreeWidgetItem | None) -> Row:
    assert item is not None
    row: Row = item.data(0, ROW)
    return row


def _fill(item: QTreeWidgetItem, row: Row) -> None:
    item.setData(0, ROW, row)
    item.setText(0, row.text)
    item.setToolTip(0, plain(row.tip))
    _colour(item, row)


def _colour(item: QTreeWidgetItem, row: Row) -> None:
    icon, colour = _looks(row)
    if icon:
        item.setIcon(0, icons.icon(icon, colour))
    if row.kind in ("refused", "reason", "loading"):
        item.setForeground(0, palette.colour(colour))


def _looks(row: Row) -> tuple[str, str]:
    """Return a row's icon and colour."""
    if row.kind == "run":
        return "sparkle" if row.state else "wave", palette.MUTED
    return {
        "song": ("wave", palette.FRAGMENT),
        "fragment": ("region", palette.FRAGMENT),
        "take": ("demo", palette.TAKE),
        "refused": ("warning", palette.BAD),
    }.get(row.kind, ("", palette.MUTED))
