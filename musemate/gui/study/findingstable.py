"""A table of findings: words to the left, numbers to the right, to look through and to copy from."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from musemate.analysis.findings import Table
from musemate.gui.plaintext import plain
from musemate.language import _

Index = QModelIndex | QPersistentModelIndex
MOST_ROWS = 14
"""Longer tables scroll by themselves, so that a page stays one."""
LONGEST_COLUMN = 280
PAD_PX = 8
"""Beside a text, at each side; with the one of the style sheet."""
_ROOT = QModelIndex()


class TableModel(QAbstractTableModel):
    """The cells of a `Table`."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def side(self, column: int) -> Qt.AlignmentFlag:
        """Return to which side a column is set."""
        side = Qt.AlignmentFlag.AlignLeft if column < self.table.n_text else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    # Qt's hooks ----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of rows (Qt's hook)."""
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns (Qt's hook)."""
        return 0 if parent.isValid() else len(self.table.head)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the head of a column (Qt's hook)."""
        if way != Qt.Orientation.Horizontal:
            return None
        return {
            Qt.ItemDataRole.DisplayRole: self.table.head[section],
            Qt.ItemDataRole.TextAlignmentRole: self.side(section),
        }.get(Qt.ItemDataRole(role))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows (Qt's hook)."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.side(index.column())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self.table.rows[index.row()]
        text = row[index.column()] if index.column() < len(row) else ""
        return plain(text) if role == Qt.ItemDataRole.ToolTipRole else text


class FindingsTable(QTableView):
    """Shows a `Table`; long words are wrapped, the whole is as high as its rows up to `MOST_ROWS` of them."""

    def __init__(self, table: Table, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = table
        self.setObjectName("foundTable")
        self.setModel(TableModel(table))
        self.model().setParent(self)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(table.title or _("Table"))
        self._long = -1
        """The column whose words are wrapped, -1 for none."""
        self._fit_columns()

    def copied(self) -> str:
        """Return the chosen cells as text with tabs between."""
        places = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, column in places:
            lines.setdefault(row, []).append(str(self.model().index(row, column).data() or ""))
        return "\n".join("\t".join(line) for line in lines.values())

    def _fit_columns(self) -> None:
        """Make each column as wide as its cells; the last one of words takes what is left, where it is long."""
        self.ensurePolished()
        header, words = self.horizontalHeader(), self.fontMetrics()
        self._long = -1
        for column, head in enumerate(self.shown.head):
            cells = (row[column] for row in self.shown.rows if column < len(row))
            width = max([header.fontMetrics().horizontalAdvance(head), *map(words.horizontalAdvance, cells)])
            is_long = column < self.shown.n_text and width > LONGEST_COLUMN
            if is_long and column == min(self.shown.n_text, len(self.shown.head)) - 1:
                self._long = column
            self.setColumnWidth(column, (LONGEST_COLUMN if is_long else width) + 2 * PAD_PX)
            mode = QHeaderView.ResizeMode.Stretch if column == self._long else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, mode)
        self._fit_height()

    def _fit_height(self) -> None:
        """Give each row its height: reckoned here, for Qt asks for every cell several times."""
        line = self.fontMetrics().height()
        least = line + 2 * PAD_PX
        self.verticalHeader().setDefaultSectionSize(least)
        n_shown = min(MOST_ROWS, len(self.shown.rows))
        height = n_shown * least
        if self._long >= 0:
            room = QRect(0, 0, max(1, self.columnWidth(self._long) - 2 * PAD_PX), 0)
            how = int(Qt.TextFlag.TextWordWrap)
            texts = [row[self._long] for row in self.shown.rows]
            tall = [self.fontMetrics().boundingRect(room, how, text).height() + 2 * PAD_PX for text in texts]
            for row, needed in enumerate(tall):
                self.setRowHeight(row, max(least, needed))
            height = sum(max(least, needed) for needed in tall[:n_shown])
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + height + 4 + below)

    # Qt's hooks ----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew (Qt's hook)."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit_height()

    def changeEvent(self, event: QEvent) -> None:
        """Fit letters of another size (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_long"):
            self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what is chosen (Qt's hook)."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)
