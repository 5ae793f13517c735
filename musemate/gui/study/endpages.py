"""The pages at the end: the last questions, all answers to look through, and thanks."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidgetItem, QVBoxLayout, QWidget

from musemate.gui.study.answerbutton import AnswerButton, QuietList
from musemate.gui.study.form import WIDTH, Form
from musemate.gui.study.page import CalmPage, Hints, Page
from musemate.gui.widgets import describe, label
from musemate.language import _
from musemate.study.course import Course
from musemate.study.records import END
from musemate.study.template import Question, Template

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NUMBER = Qt.ItemDataRole.UserRole


class ClosingPage(Page):
    """The questions at the end, without a sound."""

    answered = Signal(str, str)
    next_asked = Signal()
    back_asked = Signal()

    def __init__(self, template: Template) -> None:
        super().__init__(_("At the end"))
        self.form = Form(template, template.closing)
        self.form.answered.connect(self.answered)
        self.form.finished.connect(self.next_asked)
        self.back = AnswerButton(_("Back"), "←", "plain")
        self.back.clicked.connect(self.back_asked)
        self.next = AnswerButton(_("Next"), _("Enter"), "primary")
        self.next.clicked.connect(self.next_asked)
        _fill(self, label(_("At the end"), "title"), self.form.scrolled(self), self.back, self.next)

    def enter(self) -> None:
        """Let words be typed at once: nothing sounds here."""
        super().enter()
        self.form.write()

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        keys = [("Tab", _("other question")), (_("Enter"), _("next")), (_("Shift+Enter"), _("new line"))]
        return [*keys, (_("Esc"), _("leave the field"))]

    def take_key(self, event: QKeyEvent) -> bool:
        """Answer, or go (see `Page`)."""
        key = event.key()
        if key in (*_ENTER, Qt.Key.Key_Right):
            self.next_asked.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.back_asked.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.form.move(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_F2:
            self.form.write()
        else:
            return bool(event.text()) and self.form.take_key(event.text().lower())
        return True


class ReviewPage(Page):
    """All answers in a list; each can still be changed."""

    chosen = Signal(int)
    """Number of a trial, or `END`."""
    back_asked = Signal()
    submitted = Signal()

    def __init__(self, template: Template) -> None:
        super().__init__(_("Your answers"))
        self._template = template
        text = _("Look through your answers and change what you like. Handed in, they stay as they are.")
        self.rows = QuietList()
        self.rows.setObjectName("answers")
        describe(self.rows, "", _("Your answers"))
        self.rows.itemDoubleClicked.connect(lambda item: self._on_row(item))
        self.back = AnswerButton(_("Back"), "←", "plain")
        self.back.clicked.connect(self.back_asked)
        self.hand_in = AnswerButton(_("Hand in"), _("Ctrl+Enter"), "primary")
        self.hand_in.clicked.connect(self.submitted)
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(_("Your answers"), "title"))
        column.addWidget(label(text, "muted", wrap=True))
        _fill(self, head, self.rows, self.back, self.hand_in)

    def show_course(self, course: Course) -> None:
        """List what was answered."""
        self.rows.clear()
        place = 0
        for trial in course.trials:
            is_lost = trial.number in course.lost
            place += not is_lost
            answers = "" if is_lost else "  ·  ".join(self._words(course, trial.number))
            text = _("Sample {n}").format(n=place) if not is_lost else _("A sample without its sound")
            shown = answers or (_("left out") if is_lost else _("no answer"))
            item = QListWidgetItem(f"{text}:  {shown}", self.rows)
            item.setData(_NUMBER, trial.number)
            if is_lost:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
        if course.study.template.closing:
            words = "  ·  ".join(self._words(course, END)) or _("no answer")
            item = QListWidgetItem(_("At the end") + f":  {words}", self.rows)
            item.setData(_NUMBER, END)
        self.rows.setCurrentRow(0)

    def enter(self) -> None:
        """Let the list be gone through."""
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        return [("↑ ↓", _("choose")), (_("Enter"), _("change it")), (_("Ctrl+Enter"), _("hand in")), ("←", _("back"))]

    def take_key(self, event: QKeyEvent) -> bool:
        """Change one, go back, or hand in (see `Page`)."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in _ENTER and control:
            self.submitted.emit()
        elif event.key() in _ENTER and self.rows.currentItem() is not None:
            self._on_row(self.rows.currentItem())
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.back_asked.emit()
        else:
            return False
        return True

    def _on_row(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen.emit(int(item.data(_NUMBER)))

    def _words(self, course: Course, number: int) -> Iterator[str]:
        values = course.values(number)
        for question in course.asked(number):
            if question.name in values:
                yield self._said(question, values[question.name])

    def _said(self, question: Question, value: str) -> str:
        texts = {choice.value: choice.text for choice in question.choices}
        shown = self._template.shown(texts[value]) if value in texts else value.removeprefix("other: ")
        return " ".join(shown.split())


class ThanksPage(CalmPage):
    """The end."""

    again = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__(_("Thank you."), _("All answers are kept. Whoever listens next can begin now."))
        again = AnswerButton(_("Next person"), "N", "plain")
        again.clicked.connect(self.again)
        close = AnswerButton(_("Close"), _("Enter"), "primary")
        close.clicked.connect(self.closed)
        self.add_buttons(again, close)

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        return [("N", _("next person")), (_("Enter"), _("close"))]

    def take_key(self, event: QKeyEvent) -> bool:
        """Begin anew, or close (see `Page`)."""
        if event.key() == Qt.Key.Key_N:
            self.again.emit()
        elif event.key() in _ENTER:
            self.closed.emit()
        else:
            return False
        return True


class BreakPage(CalmPage):
    """A rest."""

    done = Signal()

    def __init__(self) -> None:
        super().__init__(
            _("Time for a break"),
            _("Rest your ears for some minutes. You can also close this window, and go on another day."),
        )
        go = AnswerButton(_("Go on"), _("Enter"), "primary")
        go.clicked.connect(self.done)
        self.add_buttons(go)

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        return [(_("Enter"), _("go on"))]

    def take_key(self, event: QKeyEvent) -> bool:
        """Go on (see `Page`)."""
        if event.key() in (*_ENTER, Qt.Key.Key_Right):
            self.done.emit()
            return True
        return False


def _fill(page: QWidget, head: QWidget, body: QWidget, back: QWidget, way_on: QWidget) -> None:
    """Lay a page out: its head, what scrolls, and the two ways to go."""
    inner = QWidget()
    inner.setMaximumWidth(WIDTH)
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(16)
    column.addWidget(head)
    column.addWidget(body, 1)
    row = QHBoxLayout()
    row.addWidget(back)
    row.addStretch(1)
    row.addWidget(way_on)
    column.addLayout(row)
    outer = QHBoxLayout(page)
    outer.setContentsMargins(16, 16, 16, 16)
    outer.addStretch(1)
    outer.addWidget(inner, 100)
    outer.addStretch(1)
