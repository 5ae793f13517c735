"""Small building blocks that several panels share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from musemate.gui import icons
from musemate.gui.plaintext import plain

TITLE_BAR = 36
"""Height left for what the system draws around a window."""
BESIDE_TEXT = 6
"""What padding and border of a choice's button take at each side, as in the style sheet."""


def label(text: str = "", name: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label; `name` chooses its look in the style sheet."""
    result = QLabel(text)
    result.setObjectName(name)
    result.setWordWrap(wrap)
    result.setTextFormat(Qt.TextFormat.PlainText)
    return result


def tool_button(icon: str, tooltip: str, *, colour: str | None = None, checkable: bool = False) -> QToolButton:
    """Return a button that shows only an icon; the tooltip is its accessible name too."""
    result = QToolButton()
    result.setIcon(icons.icon(icon, colour))
    result.setCheckable(checkable)
    describe(result, tooltip)
    return result


def describe(widget: QWidget, tooltip: str, name: str = "") -> None:
    """Give a widget its tooltip and its name for a screen reader (the tooltip's first sentence if none is given)."""
    widget.setToolTip(plain(tooltip))
    widget.setAccessibleName(name or tooltip.split(" (")[0].split(". ")[0].rstrip("."))


def keep_focus(leaving: Sequence[QWidget], place: QWidget) -> None:
    """Put the keyboard on a quiet place beside widgets that are about to go: Qt would send it to some other control."""
    if any(widget.hasFocus() for widget in leaving):
        place.setFocus(Qt.FocusReason.OtherFocusReason)


def resize_within_screen(dialog: QWidget, width: int, height: int) -> None:
    """Make a window of its own that large, or as large as the screen allows: at 300 % that may be 640 x 360."""
    room = dialog.screen().availableSize() - QSize(0, TITLE_BAR)
    dialog.resize(QSize(width, height).boundedTo(room))


def panel() -> QFrame:
    """Return an empty rounded panel."""
    result = QFrame()
    result.setObjectName("panel")
    return result


class Picture(QWidget):
    """An icon that only says something; drawn anew, in the colours of the scheme in use, whenever it is shown."""

    def __init__(self, name: str = "", colour: str | None = None, size: int = 16) -> None:
        super().__init__()
        self._icon = QIcon()
        self.setFixedSize(size, size)
        if name:
            self.set_icon(name, colour)

    def set_icon(self, name: str, colour: str | None = None) -> None:
        """Show another icon."""
        self._icon = icons.icon(name, colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it (Qt's hook)."""
        with QPainter(self) as painter:
            self._icon.paint(painter, self.rect())


class ElidedLabel(QLabel):
    """One line of text that is shortened with an ellipsis, instead of widening the window, when it is too long.

    Parameters
    ----------
    name : str
        For the style sheet.
    mode : Qt.TextElideMode
        Where it is shortened: names in their middle, for both ends tell them apart.
    """

    def __init__(self, name: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Be content with a few letters (Qt's hook)."""
        return QSize(min(60, super().minimumSizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits (Qt's hook)."""
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        self.setToolTip(plain(self.text()) if shown != self.text() else "")
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.rect(), self.alignment(), shown)


def roomy(box: QAbstractSpinBox) -> QAbstractSpinBox:
    """Leave some air before the number: style sheets cannot, and return the box."""
    box.lineEdit().setTextMargins(7, 0, 0, 0)
    return box


class Choice(QWidget):
    """A few exclusive buttons side by side.

    Parameters
    ----------
    options : list of (value, label, tooltip)
        What can be chosen; the first is chosen at the start.
    """

    changed = Signal(str)

    def __init__(self, options: list[tuple[str, str, str]], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._values: list[str] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.set_options(options)
        self._group.idToggled.connect(self._on_toggled)

    def set_options(self, options: list[tuple[str, str, str]]) -> None:
        """Offer these instead; what was chosen stays chosen where it is among them, else the first is, silently."""
        values = [value for value, _, _ in options]
        if values == self._values:
            return
        kept = self.value if self._values and self.value in values else values[0]
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self._values = values
        for index, (_, text, tooltip) in enumerate(options):
            self._row.addWidget(self._button(index, text, tooltip, self.accessibleName()))
        self._group.blockSignals(True)
        self.value = kept
        self._group.blockSignals(False)

    def _button(self, index: int, text: str, tooltip: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        last = len(self._values) - 1
        button.setObjectName("left" if index == 0 else "right" if index == last else "between")
        _leave_room(button)
        describe(button, tooltip, f"{name}: {text}")
        self._group.addButton(button, index)
        return button

    def button(self, value: str) -> QAbstractButton:
        """Return the button of a value."""
        return self._group.button(self._values.index(value))

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._values[self._group.checkedId()]

    @value.setter
    def value(self, value: str) -> None:
        self._group.button(self._values.index(value)).setChecked(True)

    def _on_toggled(self, index: int, checked: bool) -> None:
        if checked:
            self.changed.emit(self._values[index])


def _leave_room(button: QPushButton) -> None:
    """Let a button be as wide as its text is when it is chosen, in bolder letters: Qt asks for the usual ones."""
    button.ensurePolished()
    bold = QFont(button.font())
    bold.setWeight(QFont.Weight.DemiBold)
    button.setMinimumWidth(QFontMetrics(bold).horizontalAdvance(button.text()) + 2 * BESIDE_TEXT)
