"""The presets of the advanced drawer: built-in and saved ones to choose, and saving, renaming and deleting."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from musemate.engine.savedpresets import LONGEST_NAME
from musemate.gui.plaintext import plain
from musemate.gui.widgets import describe
from musemate.language import _, mark

NOT_SAVED = mark("Choose one of your saved presets first; built-in ones stay as they are")


class _Name(QLineEdit):
    """Keeps Enter and Escape to itself: the window would press the button that is focused next."""

    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hear Escape too (Qt's hook)."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)
        event.accept()


class PresetBar(QWidget):
    """Asks for presets; names are typed in place, nothing pops up."""

    chosen = Signal(str, bool)
    """With a name, and whether it is a saved one."""
    save_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._renames = False
        self._build()

    def show_presets(self, built_in: list[tuple[str, str]], saved: list[tuple[str, str]], current: str) -> None:
        """Offer these presets.

        Parameters
        ----------
        built_in : list of (name, label)
        saved : list of (name, words)
        current : str
            The name of the chosen one.
        """
        box = self.presets
        box.clear()
        for name, text in built_in:
            box.addItem(text, (name, False))
        if saved:
            box.insertSeparator(box.count())
        for name, words in saved:
            box.addItem(name, (name, True))
            box.setItemData(box.count() - 1, plain(words), Qt.ItemDataRole.ToolTipRole)
        for index in range(box.count()):
            if (data := box.itemData(index)) and data[0] == current:
                box.setCurrentIndex(index)
        is_saved = self._is_saved
        texts = (_("Give this preset another name"), _("Delete this preset"))
        for button, text in zip((self.rename, self.delete), texts, strict=True):
            button.setEnabled(is_saved)
            button.setToolTip(text if is_saved else _(NOT_SAVED))

    @property
    def _is_saved(self) -> bool:
        data = self.presets.currentData()
        return bool(data and data[1])

    @property
    def is_naming(self) -> bool:
        """Whether a name is being typed."""
        return not self._naming.isHidden()

    def ask_name(self, *, renames: bool = False) -> None:
        """Let a name be typed."""
        self._renames = renames
        self.name.setText(self.presets.currentData()[0] if self._is_saved else "")
        self.accept.setText(_("Rename") if renames else _("Save"))
        self._naming.show()
        self.name.setFocus()
        self.name.selectAll()

    def stop_naming(self) -> None:
        """Type no name after all."""
        self._naming.hide()
        (self.rename if self._renames else self.save).setFocus()

    def _on_accept(self) -> None:
        name = self.name.text().strip()
        if not name:
            return
        self.stop_naming()
        if self._renames:
            self.rename_asked.emit(self.presets.currentData()[0], name)
        else:
            self.save_asked.emit(name)

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.presets = QComboBox()
        describe(self.presets, _("Start from this preset; yours stand below the built-in ones"), _("Preset"))
        self.presets.activated.connect(lambda: self.chosen.emit(*self.presets.currentData()))
        self.save, self.rename = QPushButton(_("Save as…")), QPushButton(_("Rename…"))
        self.delete = QPushButton(_("Delete"))
        describe(self.save, _("Keep these parameters under a name of yours"), _("Save as a preset"))
        self.save.clicked.connect(lambda: self.ask_name())
        describe(self.rename, _(NOT_SAVED), _("Rename the preset"))
        self.rename.clicked.connect(lambda: self.ask_name(renames=True))
        describe(self.delete, _(NOT_SAVED), _("Delete the preset"))
        self.delete.clicked.connect(lambda: self.delete_asked.emit(self.presets.currentData()[0]))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.presets)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.save, self.rename, self.delete):
            buttons.addWidget(button, 1)
        layout.addLayout(buttons)
        layout.addWidget(self._build_naming())

    def _build_naming(self) -> QWidget:
        self._naming = QWidget()
        self.name = _Name()
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(_("Name of the preset"))
        tip = _("What the preset shall be called (Enter saves, Escape does not)")
        describe(self.name, tip, _("Name of the preset"))
        self.name.returnPressed.connect(self._on_accept)
        self.name.given_up.connect(self.stop_naming)
        self.accept = QPushButton(_("Save"))
        describe(self.accept, _("Keep it under this name"), _("Save under this name"))
        self.accept.clicked.connect(self._on_accept)
        cancel = QPushButton(_("Cancel"))
        describe(cancel, _("Change nothing (Escape)"), _("Cancel"))
        cancel.clicked.connect(self.stop_naming)
        row = QHBoxLayout(self._naming)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name, 1)
        row.addWidget(self.accept)
        row.addWidget(cancel)
        self._naming.hide()
        return self._naming
