"""Five stars that can be clicked; the same star again takes them away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from musemate.gui import icons, palette
from musemate.gui.widgets import describe

MOST = 5


class Stars(QWidget):
    """A rating from 0 to 5."""

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"Stars of {name}")
        self._value = 0
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._buttons = [self._button(number, name) for number in range(1, MOST + 1)]
        for button in self._buttons:
            layout.addWidget(button)
        self.set_value(0)

    @property
    def value(self) -> int:
        """Number of stars."""
        return self._value

    def set_value(self, value: int) -> None:
        """Show this many stars."""
        self._value = value
        for number, button in enumerate(self._buttons, start=1):
            full = number <= value
            button.setIcon(icons.icon("star-full" if full else "star", palette.TAKE if full else palette.FAINT))

    def _button(self, number: int, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("star")
        button.setFixedSize(22, 24)
        button.setIconSize(QSize(16, 16))
        # the keys 0 to 5 do the same; five more stops a row would make the Tab key useless
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plural = "star" if number == 1 else "stars"
        describe(button, f"{number} {plural} (key {number})", f"{number} {plural} for {name}")
        button.clicked.connect(lambda: self._on_clicked(number))
        return button

    def _on_clicked(self, number: int) -> None:
        self.set_value(0 if number == self._value else number)
        self.chosen.emit(self._value)
