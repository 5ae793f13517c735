"""One question with its answers: buttons, a number, or words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from musemate.gui.study.answerbutton import AnswerButton, Flow
from musemate.gui.style import set_state
from musemate.gui.widgets import describe, label, roomy
from musemate.language import _
from musemate.study.keymap import OTHER, Option, options_of
from musemate.study.template import Question, Template

SAVE_MS = 700
"""What is typed is stored when nothing was typed for so long."""
LONGEST_TEXT = 4_000
_FIELD_LINES = 2


class Field(QPlainTextEdit):
    """Words of one's own: Enter ends them, Shift+Enter begins a new line, Escape leaves."""

    entered = Signal()
    left = Signal()
    ended = Signal(bool)
    """The rater is done here; whether with Enter, which goes on."""

    def __init__(self, name: str, *, lines: int = _FIELD_LINES) -> None:
        super().__init__()
        describe(self, "", name)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.ensurePolished()
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End with Enter and Escape (Qt's hook)."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self.ended.emit(is_enter)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say that keys are letters now (Qt's hook)."""
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that keys are keys again (Qt's hook)."""
        super().focusOutEvent(event)
        self.left.emit()


class QuestionView(QFrame):
    """A question; it only says what was answered, and shows what it is told.

    Parameters
    ----------
    template : Template
        Whose question it is; it knows the texts in the language in use.
    question : Question
    reserved : str
        Letters that answer nothing here.
    type_key : str
        Shown beside a field; "" for none.
    """

    answered = Signal(str)
    entered = Signal()
    """The mouse or Tab came here."""
    ended = Signal(bool)
    """The words are written; whether with Enter."""

    def __init__(self, template: Template, question: Question, *, reserved: str = "", type_key: str = "") -> None:
        super().__init__()
        self.setObjectName("question")
        self.question = question
        self.options: tuple[Option, ...] = options_of(question, reserved)
        self.buttons: dict[str, AnswerButton] = {}
        self.field: Field | None = None
        self.number: QSpinBox | None = None
        self.value = ""
        self._template, self._type_key = template, type_key
        self._save = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._save.timeout.connect(self.save)
        self._build()

    # what is shown -------------------------------------------------------------------------------------

    def show_value(self, value: str) -> None:
        """Show an answer; "" for none."""
        self.value = value
        is_other = value.startswith(OTHER)
        for given, button in self.buttons.items():
            button.setChecked(given == (OTHER if is_other else value))
        if self.field is not None:
            words = value.removeprefix(OTHER) if is_other else value if self.question.kind == "text" else ""
            if words != self.field.toPlainText().strip():
                self.field.blockSignals(True)
                self.field.setPlainText(words)
                self.field.blockSignals(False)
            self.field.setVisible(self.question.kind == "text" or is_other)
        if self.number is not None:
            self.number.blockSignals(True)
            self.number.setValue(int(value or self.question.least - 1))
            self.number.blockSignals(False)

    def set_current(self, current: bool) -> None:
        """Mark it as the one that the keys answer."""
        set_state(self, current=current)
        self._title.setAccessibleDescription(_("The keys answer this question.") if current else "")

    # answering -----------------------------------------------------------------------------------------

    def take_key(self, key: str) -> bool:
        """Answer with a key, a letter or a digit; False where it is none of this question's."""
        option = next((option for option in self.options if key in option.keys), None)
        if option is not None:
            self.choose(option.value)
        return option is not None

    def choose(self, value: str) -> None:
        """Answer; an answer in words asks for them first."""
        if value != OTHER:
            self.show_value(value)
            self.answered.emit(value)
            return
        assert self.field is not None
        for given, button in self.buttons.items():
            button.setChecked(given == OTHER)
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def write(self) -> bool:
        """Put the cursor into the field; False where there is none."""
        target = self.field if self.question.kind == "text" else self.number
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        return target is not None

    def save(self) -> None:
        """Answer with the words as they stand, where they are new."""
        self._save.stop()
        if self.field is None or self.field.isHidden():
            return
        words = self.field.toPlainText().strip()
        value = words if self.question.kind == "text" else OTHER + words if words else ""
        if value != self.value and (value or self.question.kind == "text" or self.value.startswith(OTHER)):
            self.value = value
            self.answered.emit(value)

    # Qt's hooks ----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make it the one that the keys answer (Qt's hook)."""
        self.entered.emit()
        super().mousePressEvent(event)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        """Notice Tab on a button (Qt's hook)."""
        if event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        return False

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 4, 16, 4)
        layout.setSpacing(4)
        text = self._template.shown(self.question.text)
        self._title = label(text, "heading", wrap=True)
        layout.addWidget(self._title)
        self.setAccessibleName(text)
        if self.options:
            layout.addLayout(self._row())
        elif self.question.kind == "scale":
            layout.addLayout(self._long_scale())
        if self.question.kind == "text" or self.question.other:
            self._add_field(layout, text)

    def _row(self) -> Flow:
        row = Flow()
        ends = (self.question.least_text, self.question.most_text) if self.question.kind == "scale" else ("", "")
        self._add_end(row, ends[0])
        for option in self.options:
            shown = self._template.shown(option.text) if option.value != OTHER else option.text
            key = option.keys[0].upper() if option.keys else ""
            # a number that is its own key needs no second one beside it
            button = AnswerButton(shown, "" if key == shown else key)
            button.setAccessibleName(f"{self._title.text()}: {button.accessibleName()}")
            button.clicked.connect(lambda _checked=False, value=option.value: self._on_clicked(value))
            button.installEventFilter(self)
            self.buttons[option.value] = button
            row.addWidget(button)
        self._add_end(row, ends[1])
        return row

    def _add_end(self, row: Flow, text: str) -> None:
        if text:
            end = label(self._template.shown(text), "muted")
            end.setMinimumHeight(32)
            row.addWidget(end)

    def _long_scale(self) -> Flow:
        row = Flow()
        self._add_end(row, self.question.least_text)
        self.number = QSpinBox()
        roomy(self.number)
        self.number.setRange(self.question.least - 1, self.question.most)
        self.number.setSpecialValueText("–")  # below the scale: not answered
        self.number.setAccessibleName(self._title.text())
        self.number.valueChanged.connect(self._on_number)
        self.number.installEventFilter(self)
        row.addWidget(self.number)
        self._add_end(row, self.question.most_text)
        return row

    def _add_field(self, layout: QVBoxLayout, text: str) -> None:
        field = self.field = Field(text, lines=_FIELD_LINES if self.question.kind == "text" else 1)
        if self.question.kind == "text":
            hint = _("Type here; {key} brings you here").format(key=self._type_key) if self._type_key else ""
            field.setPlaceholderText(hint or _("Type here"))
        else:
            field.setPlaceholderText(_("In your own words"))
            field.hide()
        field.entered.connect(self.entered)
        field.left.connect(self.save)
        field.textChanged.connect(self._on_typed)
        field.ended.connect(self._on_ended)
        layout.addWidget(field)

    def _on_number(self, value: int) -> None:
        self.value = str(value) if value >= self.question.least else ""
        self.answered.emit(self.value)

    def _on_clicked(self, value: str) -> None:
        self.entered.emit()
        self.choose(value)

    def _on_typed(self) -> None:
        assert self.field is not None
        text = self.field.toPlainText()
        if len(text) > LONGEST_TEXT:
            self.field.setPlainText(text[:LONGEST_TEXT])
        self._save.start()

    def _on_ended(self, with_enter: bool) -> None:
        self.save()
        self.ended.emit(with_enter)
