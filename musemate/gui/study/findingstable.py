"""A table of findings: words to the left, numbers to the right, to look through and to copy from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from musemate.analysis.findings import Table
from musemate.gui.plaintext import plain
from musemate.language import _

MOST_ROWS = 14
"""Longer tables scroll by themselves, so that a page stays one."""
LONGEST_COLUMN = 280


class FindingsTable(QTableWidget):
    """Shows a `Table`; long words are wrapped, the whole is as high as its rows up to `MOST_ROWS` of them."""

    def __init__(self, table: Table, parent: QWidget | None = None) -> None:
        super().__init__(len(table.rows), len(table.head), parent)
        self.setObjectName("foundTable")
        self._n_text = table.n_text
        for column, head in enumerate(table.head):
            item = QTableWidgetItem(head)
            item.setTextAlignment(self._side(column))
            self.setHorizontalHeaderItem(column, item)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(table.title or _("Table"))
        for row, cells in enumerate(table.rows):
            for column, cell in enumerate(cells[: len(table.head)]):
                self.setItem(row, column, self._item(cell, column))
        self._fit_columns()

    def copied(self) -> str:
        """Return the chosen cells as text with tabs between."""
        places = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, column in places:
            item = self.item(row, column)
            lines.setdefault(row, []).append(item.text() if item is not None else "")
        return "\n".join("\t".join(line) for line in lines.values())

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if column < self._n_text else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def _item(self, cell: str, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem(cell)
        item.setTextAlignment(self._side(column))
        item.setToolTip(plain(cell))
        return item

    def _fit_columns(self) -> None:
        """Make each column as wide as its cells; long words of the last column of words take what is left."""
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.resizeColumnsToContents()
        for column in range(min(self._n_text, self.columnCount())):
            is_long = self.columnWidth(column) > LONGEST_COLUMN
            if is_long and column == self._n_text - 1:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
            elif is_long:
                self.setColumnWidth(column, LONGEST_COLUMN)
        self._fit_height()

    def _fit_height(self) -> None:
        self.resizeRowsToContents()
        heights = [self.rowHeight(row) for row in range(min(MOST_ROWS, self.rowCount()))]
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + sum(heights) + 4 + below)

    # Qt's hooks ----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew (Qt's hook)."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit_height()

    def changeEvent(self, event: QEvent) -> None:
        """Fit letters of another size (Qt's hook)."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_n_text"):
            self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what is chosen (Qt's hook)."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)
