"""Buttons that show the key that presses them, and the rows that they stand in."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLayout,
    QLayoutItem,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from musemate.gui import palette
from musemate.gui.style import SMALL
from musemate.gui.widgets import describe
from musemate.language import _

GAP = 8
_BESIDE_KEY = 5
"""Air within the key's frame, at each side."""
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class AnswerButton(QPushButton):
    """A button with its key in a small frame behind the text.

    Only Tab gives it the keyboard: after a click, keys go on to answer and to play.

    Parameters
    ----------
    text : str
    key : str
        As it is shown; "" for none.
    name : str
        For the style sheet: "answer" for one that can be chosen, "primary" for the way on.
    """

    def __init__(self, text: str, key: str = "", name: str = "answer") -> None:
        super().__init__(text)
        self.setObjectName(name)
        self.setCheckable(name == "answer")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.key = ""
        self.set_key(key)

    def set_key(self, key: str) -> None:
        """Show another key."""
        self.key = key
        # For translators: for a screen reader: an answer, or what a button does, and the key for it
        spoken = _("{text}, key {key}").format(text=self.text(), key=key) if key else self.text()
        describe(self, "", spoken)
        self.updateGeometry()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Be pressed with Enter; Space plays, and everything else answers (Qt's hook)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        """Leave room for the key, and for bolder letters (Qt's hook)."""
        self.ensurePolished()
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        content = QSize(self._text_width() + self._key_width(), self.fontMetrics().height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, content, self)

    def minimumSizeHint(self) -> QSize:
        """Never cut the text (Qt's hook)."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, its text and its key (Qt's hook)."""
        with QStylePainter(self) as painter:
            option = QStyleOptionButton()
            self.initStyleOption(option)
            option.text = ""
            painter.drawControl(QStyle.ControlElement.CE_PushButton, option)  # type: ignore[attr-defined]
            is_bright = self.isChecked() or self.objectName() == "primary"
            tone = palette.ON_ACCENT if is_bright else palette.ACCENT if self.objectName() == "link" else palette.TEXT
            painter.setPen(palette.colour(tone if self.isEnabled() else palette.FAINT))
            painter.setFont(_bold(self.font()) if is_bright else self.font())
            place = QRect(0, 0, self._text_width(), self.height())
            place.moveLeft((self.width() - self._text_width() - self._key_width()) // 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.text())
            if self.key:
                self._paint_key(painter, place.left() + place.width() + GAP)

    def _paint_key(self, painter: QPainter, left: int) -> None:
        font = _small(self.font())
        metrics = QFontMetrics(font)
        height = metrics.height() + 2
        frame = QRectF(left + 0.5, (self.height() - height) // 2 + 0.5, self._key_width() - GAP - 1, height - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(frame, 4, 4)
        painter.setFont(font)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self.key)

    def _text_width(self) -> int:
        return QFontMetrics(_bold(self.font())).horizontalAdvance(self.text())

    def _key_width(self) -> int:
        if not self.key:
            return 0
        metrics = QFontMetrics(_small(self.font()))
        return GAP + max(metrics.height() + 2, metrics.horizontalAdvance(self.key) + 2 * _BESIDE_KEY)


class Flow(QLayout):
    """Widgets beside each other, in as many rows as the width asks for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(GAP)

    def addItem(self, item: QLayoutItem) -> None:
        """Put something behind the others (Qt's hook)."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many there are (Qt's hook)."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one of them (Qt's hook)."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one out (Qt's hook)."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Say that narrow rows are more rows (Qt's hook)."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the rows (Qt's hook)."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Lay the widgets out (Qt's hook)."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """Ask for one row (Qt's hook)."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Need the widest of them (Qt's hook)."""
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, row = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, row = rect.x(), y + row + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            row = max(row, size.height())
        return y + row - rect.y()


class QuietScroll(QScrollArea):
    """Scrolls with the mouse only: the arrow keys mean something else."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave all keys to the window (Qt's hook)."""
        event.ignore()


class QuietList(QListWidget):
    """A list to go up and down in; all other keys mean something to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or leave the key to the window (Qt's hook)."""
        if event.key() in _MOVES:
            super().keyPressEvent(event)
        else:
            event.ignore()


def _bold(font: QFont) -> QFont:
    result = QFont(font)
    result.setWeight(QFont.Weight.DemiBold)
    return result


def _small(font: QFont) -> QFont:
    result = QFont(font)
    result.setWeight(QFont.Weight.Normal)
    result.setPixelSize(round(font.pixelSize() * SMALL) if font.pixelSize() > 0 else 12)
    return result
