"""The line at the bottom: which keys mean something just now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from musemate.gui.scrolling import Sideways
from musemate.gui.study.page import Hints
from musemate.gui.widgets import label


class KeyHints(QFrame):
    """Keys in small frames, each with what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transport")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 8, 16, 8)
        self._row.setSpacing(8)
        self._shown: Hints = []

    def scrolled(self) -> QWidget:
        """Return it in a frame that scrolls where there is no room."""
        return Sideways(self)

    def show_keys(self, hints: Hints) -> None:
        """Show these."""
        if hints == self._shown:
            return
        self._shown = hints
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for key, text in hints:
            frame = label(key, "key")
            frame.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._row.addWidget(frame)
            self._row.addWidget(label(text, "small"))
            self._row.addSpacing(8)
        self._row.addStretch(1)
