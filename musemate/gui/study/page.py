"""What all pages of the listening window share: a title, room in the middle, and the keys that they know."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from musemate.gui.scrolling import Column
from musemate.gui.study.answerbutton import AnswerButton, QuietScroll
from musemate.gui.widgets import label

WIDTH = 640
Hints = list[tuple[str, str]]
"""Keys as they are written, and what they do."""


class Page(QWidget):
    """One page."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("body")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def hints(self) -> Hints:
        """Return the keys that mean something here."""
        return []

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key asks for; False where it means nothing here."""
        return False

    def enter(self) -> None:
        """Take the keyboard: the page was opened."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)


class CalmPage(Page):
    """A page of few words in the middle of the window.

    Parameters
    ----------
    title, text : str
    """

    def __init__(self, title: str = "", text: str = "") -> None:
        super().__init__(title)
        self.title, self.text = label(title, "title", wrap=True), label(text, wrap=True)
        column = Column()
        column.setMaximumWidth(WIDTH)
        self.body = QVBoxLayout(column)
        self.body.setContentsMargins(24, 24, 24, 24)
        self.body.setSpacing(16)
        self.body.addWidget(self.title)
        self.body.addWidget(self.text)
        inner = QFrame()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(column, 100)
        row.addStretch(1)
        middle = QWidget()
        stack = QVBoxLayout(middle)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.addStretch(2)
        stack.addWidget(inner)
        stack.addStretch(3)
        area = QuietScroll()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def say(self, title: str, text: str) -> None:
        """Show other words."""
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(title)

    def add_buttons(self, *buttons: AnswerButton) -> None:
        """Add a row of buttons, the last one at the right."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in buttons[:-1]:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(buttons[-1])
        self.body.addLayout(row)
