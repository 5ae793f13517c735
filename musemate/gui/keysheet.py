"""Every action with its key, to look through, to search and to do; it stays beside the work."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from musemate.gui.actions import MENUS, Actions, Entry, keys_without_menu, plain
from musemate.gui.widgets import describe, label, resize_within_screen
from musemate.language import _

NAME = Qt.ItemDataRole.UserRole
_TYPED_ELSEWHERE = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class KeySheet(QDialog):
    """The help on keys.

    Parameters
    ----------
    actions : Actions
        Those of the window: a chosen row does what it says.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keysheet")
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self._build()
        for title, entries in MENUS.items():
            self._add_group(plain(_(title)), [(_keys(entry), entry.words, entry.name) for entry in entries])
        self._add_group(_("With the mouse, and in lists"), [(key, text, "") for key, text in keys_without_menu()])
        self.rows.expandAll()
        resize_within_screen(self, 840, 600)

    @classmethod
    def show_over(cls, window: QWidget, actions: Actions) -> KeySheet:
        """Show the sheet over a window, or bring it to the front where it is open already."""
        sheet = window.findChild(cls) or cls(actions, window)
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()
        sheet.search.setFocus()
        sheet.search.selectAll()
        return sheet

    def shown(self) -> list[tuple[str, str]]:
        """Return keys and texts of the rows that the search leaves."""
        return [(row.text(1), row.text(0)) for row in self._each() if not row.isHidden()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys go through the rows while one types (Qt's hook)."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _TYPED_ELSEWHERE:
                self.rows.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.rows.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _on_search(self, text: str) -> None:
        """Leave the rows that hold every word, and choose the first that can be done."""
        words = text.casefold().split()
        for group in _children(self.rows.invisibleRootItem()):
            for row in _children(group):
                whole = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in whole for word in words))
            group.setHidden(all(row.isHidden() for row in _children(group)))
        left = [row for row in self._each() if not row.isHidden()]
        self.rows.setCurrentItem(left[0] if left and words else None)  # type: ignore[arg-type]  # None: nothing chosen
        self._nothing.setVisible(not left)

    def _do(self, row: QTreeWidgetItem | None) -> None:
        """Do what a row says, and get out of its way."""
        name = row.data(0, NAME) if row is not None else ""
        if name and self._actions[name].isEnabled():
            self.close()
            self._actions[name].trigger()

    def _each(self) -> list[QTreeWidgetItem]:
        return [row for group in _children(self.rows.invisibleRootItem()) for row in _children(group)]

    # building ------------------------------------------------------------------------------------------

    def _add_group(self, title: str, rows: list[tuple[str, str, str]]) -> None:
        group = QTreeWidgetItem(self.rows, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        bold = QFont(self.rows.font())
        bold.setWeight(QFont.Weight.DemiBold)
        group.setFont(0, bold)
        group.setFirstColumnSpanned(True)
        for keys, text, name in rows:
            if text:
                row = QTreeWidgetItem(group, [text, keys])
                row.setToolTip(0, text)
                row.setData(0, NAME, name if name in self._actions else "")

    def _build(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search: zoom, export, Ctrl+T …"))
        self.search.setClearButtonEnabled(True)
        describe(self.search, _("Type a word or a key; Enter does the chosen action"), _("Search actions and keys"))
        self.search.textChanged.connect(self._on_search)
        self.search.installEventFilter(self)
        self.rows = QTreeWidget()
        self.rows.setColumnCount(2)
        self.rows.setHeaderHidden(True)
        self.rows.setRootIsDecorated(False)
        self.rows.setIndentation(16)
        self.rows.setUniformRowHeights(True)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.rows.header().setStretchLastSection(False)
        self.rows.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.rows.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        describe(self.rows, _("Double-click an action, or press Enter, to do it"), _("Actions and keys"))
        self.rows.itemActivated.connect(self._do)
        self._nothing = label(_("No action has these words. Try a shorter one."), "muted")
        self._nothing.hide()
        close = QPushButton(_("Close"))
        describe(close, _("Close this list (Esc)"), _("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        for widget in (label(_("Keyboard shortcuts"), "title"), self.search, self._nothing):
            layout.addWidget(widget)
        layout.addWidget(self.rows, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [child for index in range(item.childCount()) if (child := item.child(index)) is not None]


def _keys(entry: Entry) -> str:
    """Return the keys of an entry as the system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    either = _("or")
    return f"  {either}  ".join(QKeySequence(key).toString(native) for key in entry.keys)
