"""The project at a glance: fragments, under them their runs and takes, and files that could not be used."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
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
from musemate.gui import icons, palette, wording
from musemate.gui.widgets import describe, label
from musemate.project.records import Fragment, Run, Take

ID = Qt.ItemDataRole.UserRole
KIND = Qt.ItemDataRole.UserRole + 1


class FragmentTree(QFrame):
    """Left panel; says what was chosen."""

    open_asked = Signal()
    chosen = Signal(str, str)
    """Kind ("fragment", "run", "take") and id."""
    remove_asked = Signal(str, str)
    resume_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._refused: list[FileRefused] = []
        self._loading: list[str] = []
        self._closed: set[str] = set()
        self._build()

    # what is shown -------------------------------------------------------------------------------------

    def set_rows(self, fragments: list[Fragment], runs: list[Run], takes: list[Take]) -> None:
        """Show a project; what was chosen and what was folded stays so."""
        kept = self.current
        self.tree.blockSignals(True)
        self.tree.clear()
        for fragment in fragments:
            item = self._fragment_item(fragment)
            mine = [run for run in runs if run.fragment == fragment.id and (run.is_usable or not run.is_instant)]
            for run in reversed(mine):
                self._add_run(item, run, [take for take in takes if take.run == run.id])
            self._unfold(item)
        for name in self._loading:
            self._row(self.tree, "loading", "", Path(name).name, "", palette.FAINT).setToolTip(0, "Loading…")
        for refused in self._refused:
            self._add_refused(refused)
        self.tree.blockSignals(False)
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
        return (item.data(0, KIND), item.data(0, ID)) if item is not None else ("", "")

    def select(self, kind: str, row_id: str) -> None:
        """Choose a row without saying so."""
        self.tree.blockSignals(True)
        item = self._find(kind, row_id)
        self.tree.setCurrentItem(item)  # type: ignore[arg-type]  # None is allowed: nothing chosen
        self.tree.blockSignals(False)

    def _find(self, kind: str, row_id: str) -> QTreeWidgetItem | None:
        found = self.tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive, 0)
        return next((item for item in found if (item.data(0, KIND), item.data(0, ID)) == (kind, row_id)), None)

    # events --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove the chosen row with Delete (Qt's hook)."""
        if event.key() == Qt.Key.Key_Delete and self.current[0]:
            self.remove_asked.emit(*self.current)
        else:
            super().keyPressEvent(event)

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.data(0, KIND) in ("fragment", "run", "take"):
            self.chosen.emit(item.data(0, KIND), item.data(0, ID))

    def _on_folded(self, item: QTreeWidgetItem, folded: bool) -> None:
        (self._closed.add if folded else self._closed.discard)(item.data(0, ID))

    def _on_menu(self, place: QPoint) -> None:
        item = self.tree.itemAt(place)
        if item is None or item.data(0, KIND) not in ("fragment", "run", "take", "refused"):
            return
        menu = QMenu(self)
        kind, row_id = item.data(0, KIND), item.data(0, ID)
        if kind == "run" and item.data(0, ID + 2) == "stopped":
            menu.addAction("Go on with this training", lambda: self.resume_asked.emit(row_id))
        if kind != "run":
            menu.addAction("Remove from the list", lambda: self.remove_asked.emit(kind, row_id))
        if menu.actions():
            menu.popup(self.tree.viewport().mapToGlobal(place))

    # building ------------------------------------------------------------------------------------------

    def _fragment_item(self, fragment: Fragment) -> QTreeWidgetItem:
        item = self._row(self.tree, "fragment", fragment.id, fragment.name, "wave", palette.FRAGMENT)
        item.setToolTip(0, f"{fragment.name}\n{wording.fragment_facts(fragment)}\nFrom {fragment.source}")
        return item

    def _add_run(self, parent: QTreeWidgetItem, run: Run, takes: list[Take]) -> None:
        icon = "wave" if run.is_instant else "sparkle"
        item = self._row(parent, "run", run.id, wording.run_facts(run), icon, palette.MUTED)
        item.setData(0, ID + 2, run.state)
        if run.is_instant:
            item.setToolTip(0, f"Spliced from {wording.stretch(run)} of the fragment, without any training")
        else:
            facts = f"Training {run.id} of {wording.stretch(run)}, seed {run.seed}"
            item.setToolTip(0, f"{facts}\n{run.reason}".strip())
        for take in reversed(takes):
            stars = f"  {'★' * take.stars}" if take.stars else ""
            row = self._row(item, "take", take.id, f"{take.name.capitalize()}{stars}", "demo", palette.TAKE)
            row.setToolTip(0, wording.take_facts(take))
        self._unfold(item)

    def _add_refused(self, refused: FileRefused) -> None:
        name = Path(refused.file).name
        item = self._row(self.tree, "refused", refused.file, name, "warning", palette.BAD)
        item.setForeground(0, palette.colour(palette.BAD))
        item.setToolTip(0, f"{refused.error}\n{refused.hint}".strip())
        reason = self._row(item, "reason", "", refused.error, "", palette.MUTED)
        reason.setForeground(0, palette.colour(palette.MUTED))
        reason.setToolTip(0, f"{refused.error}\n{refused.hint}".strip())
        self._unfold(item)

    def _unfold(self, item: QTreeWidgetItem) -> None:
        item.setExpanded(item.data(0, ID) not in self._closed)

    @staticmethod
    def _row(
        parent: QTreeWidget | QTreeWidgetItem, kind: str, row_id: str, text: str, icon: str, colour: str
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [text])
        item.setData(0, KIND, kind)
        item.setData(0, ID, row_id)
        if icon:
            item.setIcon(0, icons.icon(icon, colour))
        if kind == "loading":
            item.setForeground(0, palette.colour(palette.FAINT))
        return item

    def _build(self) -> None:
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(16)
        self.tree.setAccessibleName("Fragments, trainings and takes")
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._on_menu)
        self.tree.currentItemChanged.connect(self._on_current)
        self.tree.itemCollapsed.connect(lambda item: self._on_folded(item, True))
        self.tree.itemExpanded.connect(lambda item: self._on_folded(item, False))
        self.open = QPushButton(" Open audio…")
        self.open.setIcon(icons.icon("add", palette.TEXT))
        describe(self.open, "Choose sound files, or drop them onto the window (Ctrl+O)", "Open audio")
        self.open.clicked.connect(self.open_asked)
        head = QHBoxLayout()
        head.addWidget(label("Fragments", "heading"))
        head.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 10, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.open)
