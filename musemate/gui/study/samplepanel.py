"""Where the samples of a new study are chosen: takes, excerpts of one's own, files of another method."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from musemate.gui import dropping
from musemate.gui.study.samplemodel import GROUP, KIND, NAME, SET, SampleModel
from musemate.gui.widgets import describe, label
from musemate.language import _

Index = QModelIndex | QPersistentModelIndex
LEAST_TABLE = 128


class SamplePanel(QWidget):
    """Shows samples and how they stand against the plan; says which ones are wished for."""

    plan_wanted = Signal()
    chosen_wanted = Signal()
    starred_wanted = Signal()
    real_wanted = Signal()
    files_wanted = Signal()
    dropped = Signal(list)
    """With the paths of files."""

    def __init__(self, model: SampleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.setAcceptDrops(True)
        self._build()
        self.table.installEventFilter(self)
        model.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def rows(self) -> list[int]:
        """The selected rows."""
        return sorted({index.row() for index in self.table.selectedIndexes()})

    def remove(self) -> None:
        """Take the selected samples out."""
        rows = self.rows
        self.model.remove(rows)
        if rows and self.model.samples:
            self.table.selectRow(min(rows[0], len(self.model.samples) - 1))

    def set_balance(self, lines: list[str], notes: list[str]) -> None:
        """Show how many of what each set holds, and what should be known."""
        self.balance.setText("\n".join(lines))
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def _on_changed(self) -> None:
        n = len(self.model.samples)
        self.empty.setVisible(n == 0)
        self.table.setVisible(n > 0)
        self._remove.setEnabled(bool(self.rows))

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.empty = label(
            _("Add takes and real excerpts here, or drop sound files of another method."), "muted", wrap=True
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.balance, self.notes = label("", "muted", wrap=True), label("", "hint", wrap=True)
        describe(self.balance, _("How many samples of each kind every set holds"), _("Balance"))
        self._make_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(_("Samples"), "section"))
        layout.addLayout(self._buttons())
        layout.addWidget(self.table, 1)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.balance)
        layout.addWidget(self.notes)

    def _make_table(self) -> None:
        self.table = table = QTableView()
        table.setMinimumHeight(LEAST_TABLE)
        table.setObjectName("foundTable")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(32)
        chooser = _ChoiceDelegate(self.model, table)
        for column in (KIND, SET):
            table.setItemDelegateForColumn(column, chooser)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((KIND, 120), (GROUP, 120), (SET, 136)):
            table.setColumnWidth(column, width)
        describe(table, _("F2 or a double click changes group and set, Delete takes a sample out"), _("Samples"))
        table.selectionModel().selectionChanged.connect(lambda *_: self._remove.setEnabled(bool(self.rows)))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, tip, wish in (
            (_("Fill up"), _("Add takes, the starred ones first, and real excerpts, as planned"), self.plan_wanted),
            (_("Chosen takes"), _("Add the takes that are selected in the table"), self.chosen_wanted),
            (_("Starred takes"), _("Add all takes with stars"), self.starred_wanted),
            (_("Real excerpts"), _("Add excerpts of your own recording, as many as the plan wants"), self.real_wanted),
            (_("Files…"), _("Add sound files that another method has made"), self.files_wanted),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            describe(button, tip, text.rstrip("…"))
            button.clicked.connect(lambda _checked=False, wish=wish: wish.emit())
            row.addWidget(button)
        row.addStretch(1)
        self._remove = QPushButton(_("Remove"))
        self._remove.setAutoDefault(False)
        self._remove.setEnabled(False)
        describe(self._remove, _("Take the selected samples out (Delete)"))
        self._remove.clicked.connect(self.remove)
        row.addWidget(self._remove)
        return row

    # Qt's hooks ----------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take samples out with Delete (Qt's hook)."""
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if is_key and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.rows:  # type: ignore[attr-defined]
            self.remove()
            return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files (Qt's hook)."""
        if dropping.dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take files in (Qt's hook)."""
        event.acceptProposedAction()
        self.dropped.emit(dropping.sound_files(dropping.dropped_paths(event.mimeData())))


class _ChoiceDelegate(QStyledItemDelegate):
    """Lets one of a few values be chosen."""

    def __init__(self, model: SampleModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Offer all values (Qt's hook)."""
        box = QComboBox(parent)
        for text, value in self._model.options(index.column()):
            box.addItem(text, value)
        box.activated.connect(lambda *_: self.commitData.emit(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the value of now (Qt's hook)."""
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(max(0, editor.findData(index.data(Qt.ItemDataRole.EditRole))))

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        """Take the chosen value in (Qt's hook)."""
        assert isinstance(editor, QComboBox)
        self._model.setData(index, editor.currentData())
