"""The takes of the current fragment, newest first; rows can be dragged into a DAW."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from musemate.analysis.peaks import Peaks
from musemate.gui import icons
from musemate.gui.scalestrip import ScaleStrip
from musemate.gui.takerow import HEIGHT, TakeRow
from musemate.gui.widgets import describe, label
from musemate.project.records import Take

ID = Qt.ItemDataRole.UserRole
LAYERS_PER_ROW = 9
"""Of the published method's 16 scales, as many as there is room for."""


class _Rows(QListWidget):
    """The list itself: keys for playing and rating, drag of the takes' files."""

    key_pressed = Signal(str, int)
    """ "play", "stars" or "remove", and the number of stars."""

    def __init__(self, file_of: Callable[[str], Path | None]) -> None:
        super().__init__()
        self._file_of = file_of
        self.setAccessibleName("Takes")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSpacing(1)

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        """Drag real files of the project, so that a DAW can take them (Qt's hook)."""
        data = QMimeData()
        files = [self._file_of(item.data(ID)) for item in items]
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files if file is not None])
        return data

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that work on the chosen takes (Qt's hook)."""
        key = event.key()
        if Qt.Key.Key_0 <= key <= Qt.Key.Key_5 and not event.modifiers():
            self.key_pressed.emit("stars", key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.key_pressed.emit("play", 0)
        elif key == Qt.Key.Key_Delete:
            self.key_pressed.emit("remove", 0)
        else:
            super().keyPressEvent(event)


class TakeList(QFrame):
    """Shows takes; says which is chosen, played, rated, exported or removed."""

    chosen = Signal(str)
    play_pressed = Signal(str)
    stars_chosen = Signal(str, int)
    export_asked = Signal(list)
    remove_asked = Signal(list)
    layer_asked = Signal(str, str)
    """File and name of the scale at which the current take is to be heard."""

    def __init__(self, file_of: Callable[[str], Path | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._rows = _Rows(file_of)
        self._unplayable = ""
        self._layers: list[tuple[str, str]] = []
        self._build()
        self._rows.currentItemChanged.connect(self._on_current)
        self._rows.itemSelectionChanged.connect(self._on_selection)
        self._rows.key_pressed.connect(self._on_key)
        self.set_takes([])

    # what is shown -------------------------------------------------------------------------------------

    def set_takes(self, takes: list[Take]) -> None:
        """Show these takes; rows that are there already stay as they are."""
        if [take.id for take in reversed(takes)] == self.ids:
            for take in takes:
                row = self.row(take.id)
                assert row is not None
                row.update_take(take)
            return
        kept = self.current
        self._rows.blockSignals(True)
        self._rows.clear()
        for take in reversed(takes):
            self._add(take)
        self._rows.blockSignals(False)
        self.select(kept)
        self._count.setText(f"{len(takes)}" if takes else "")
        self._stack.setCurrentIndex(1 if takes else 0)
        self._on_selection()

    def set_hint(self, *, can_make: bool, is_making: bool = False) -> None:
        """Say what to do, or to wait for, while there are no takes."""
        ready = "Ready: make your first takes." if can_make else "Your takes will appear here."
        self._empty.setText("Your first takes are being made…" if is_making else ready)

    def show_layers(self, layers: list[tuple[str, str]]) -> None:
        """Offer the scales of the current take to be heard: name and file of each, coarse to fine; none hides them."""
        if layers != self._layers:
            self._layers = layers
            self.layers.set_scales([name for name, _ in layers])
            for scale, (_, file) in enumerate(layers):
                self.layers.set_done(scale, file)
        self.layers.setVisible(bool(layers))

    def set_playing(self, take_id: str, part: float, *, playing: bool) -> None:
        """Show which take is heard and how far; "" for none."""
        for row in self.rows():
            mine = row.take.id == take_id
            row.set_playing(mine and playing)
            row.thumbnail.set_played(part if mine else 0.0)

    def set_playable(self, reason: str) -> None:
        """Enable the play buttons, or disable them with a reason."""
        self._unplayable = reason
        for row in self.rows():
            row.set_playable(reason)

    def set_peaks(self, audio: str, peaks: Peaks) -> None:
        """Show the picture of the takes with that audio file."""
        for row in self.rows():
            if row.take.audio == audio:
                row.thumbnail.set_peaks(peaks)

    @property
    def without_peaks(self) -> list[str]:
        """Audio files whose picture is not shown yet."""
        return [row.take.audio for row in self.rows() if not row.thumbnail.has_peaks]

    # what is chosen ------------------------------------------------------------------------------------

    @property
    def ids(self) -> list[str]:
        """Ids of the takes from top to bottom."""
        return [str(self._rows.item(index).data(ID)) for index in range(self._rows.count())]

    @property
    def current(self) -> str:
        """Id of the take that the keyboard is on, "" for none."""
        item = self._rows.currentItem()
        return str(item.data(ID)) if item is not None else ""

    @property
    def selected(self) -> list[str]:
        """Ids of all chosen takes."""
        return [str(item.data(ID)) for item in self._rows.selectedItems()]

    def select(self, take_id: str) -> None:
        """Choose a take without saying so."""
        self._rows.blockSignals(True)
        if take_id in self.ids:
            self._rows.setCurrentRow(self.ids.index(take_id))
        else:
            self._rows.setCurrentRow(-1)
            self._rows.clearSelection()
        self._rows.blockSignals(False)
        self._on_selection()

    def row(self, take_id: str) -> TakeRow | None:
        """Return the row of a take."""
        return next((row for row in self.rows() if row.take.id == take_id), None)

    def rows(self) -> list[TakeRow]:
        """Return all rows."""
        widgets = [self._rows.itemWidget(self._rows.item(index)) for index in range(self._rows.count())]
        return [widget for widget in widgets if isinstance(widget, TakeRow)]

    # building and events -------------------------------------------------------------------------------

    def _add(self, take: Take) -> None:
        item = QListWidgetItem()
        item.setData(ID, take.id)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, take.full_name)
        item.setSizeHint(QSize(0, HEIGHT))
        row = TakeRow(take)
        row.set_playable(self._unplayable)
        row.play_pressed.connect(self.play_pressed)
        row.stars_chosen.connect(self.stars_chosen)
        row.export_pressed.connect(lambda take_id: self.export_asked.emit([take_id]))
        self._rows.addItem(item)
        self._rows.setItemWidget(item, row)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(ID)))

    def _on_selection(self) -> None:
        n_selected = len(self._rows.selectedItems())
        self.export.setEnabled(n_selected > 0)
        self.export.setText(f" Export {n_selected} takes…" if n_selected > 1 else " Export…")

    def _on_key(self, what: str, stars: int) -> None:
        if what == "remove" and self.selected:
            self.remove_asked.emit(self.selected)
        elif what == "play" and self.current:
            self.play_pressed.emit(self.current)
        elif what == "stars":
            for take_id in self.selected:
                self.stars_chosen.emit(take_id, stars)

    def _build(self) -> None:
        self._count = label(name="muted")
        self.export = QPushButton(" Export…")
        self.export.setIcon(icons.icon("export"))
        describe(self.export, "Export the chosen takes as WAV for your DAW (Ctrl+E)", "Export takes")
        self.export.clicked.connect(lambda: self.export_asked.emit(self.selected))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Takes", "heading"))
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self.export)
        self._empty = label("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.set_hint(can_make=False)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addLayout(self._stack, 1)
        self.layers = ScaleStrip(per_row=LAYERS_PER_ROW, hint="Hear the take as its scale {} holds it", name="Scale {}")
        self.layers.preview_asked.connect(self.layer_asked)
        self.layers.hide()
        layout.addWidget(self.layers)
