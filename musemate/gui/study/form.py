"""The questions of a page, one below the other; keys answer the one that is marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from musemate.gui.scrolling import Column
from musemate.gui.study.answerbutton import QuietScroll
from musemate.gui.study.questionview import QuestionView
from musemate.language import _
from musemate.study.template import Question, Template

WIDTH = 760


class Form(Column):
    """Shows questions and says what was answered.

    Parameters
    ----------
    template : Template
    questions : sequence of Question
    reserved : str
        Letters that answer nothing here.
    type_key : str
        Shown beside fields; "" for none.
    """

    answered = Signal(str, str)
    """Name of the question, and the answer."""
    finished = Signal()
    """Enter was pressed at the end of words; nothing is left to ask here."""

    def __init__(
        self, template: Template, questions: Sequence[Question], *, reserved: str = "", type_key: str = ""
    ) -> None:
        super().__init__()
        self.setMaximumWidth(WIDTH)
        self._home: QWidget | None = None
        self._is_open = True
        self.current = ""
        self.views: dict[str, QuestionView] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for question in questions:
            view = QuestionView(template, question, reserved=reserved, type_key=type_key)
            view.answered.connect(lambda value, name=question.name: self._on_answered(name, value))
            view.entered.connect(lambda name=question.name: self.set_current(name))
            view.ended.connect(self._on_ended)
            self.views[question.name] = view
            layout.addWidget(view)
        layout.addStretch(1)

    def scrolled(self, home: QWidget) -> QScrollArea:
        """Return it in a frame that scrolls.

        Parameters
        ----------
        home : QWidget
            Gets the keyboard when nothing is typed.
        """
        self._home = home
        area = QuietScroll()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        area.setWidget(self)
        self._area = area
        area.verticalScrollBar().rangeChanged.connect(self._reveal)
        return area

    # what is shown -------------------------------------------------------------------------------------

    def show_answers(self, values: Mapping[str, str], asked: Sequence[Question], *, anew: bool) -> None:
        """Show what was answered, and only what is asked.

        Parameters
        ----------
        values : dict of str to str
            By the names of the questions.
        asked : sequence of Question
        anew : bool
            Another page: begin at its first question that is not answered.
        """
        names = [question.name for question in asked]
        for name, view in self.views.items():
            view.setVisible(name in names)
            if anew or values.get(name, "") != view.value:
                view.show_value(values.get(name, ""))
        if anew:
            self.set_current(self.next_open() or (names[0] if names else ""))
            self._area.verticalScrollBar().setValue(0)
        elif self.current not in names:
            self.set_current(self.next_open())

    def set_open(self, is_open: bool) -> None:
        """Let answers be given, or not yet."""
        self._is_open = is_open
        self.setEnabled(is_open)

    def set_current(self, name: str) -> None:
        """Let the keys answer this question; "" for none."""
        self.current = name
        for each, view in self.views.items():
            view.set_current(each == name)
        self._reveal()

    def next_open(self, after: str = "") -> str:
        """Return the next question without an answer, "" for none."""
        names = [name for name, view in self.views.items() if not view.isHidden()]
        place = names.index(after) + 1 if after in names else 0
        return next((name for name in names[place:] if not self.views[name].value), "")

    # keys ----------------------------------------------------------------------------------------------

    def take_key(self, key: str) -> bool:
        """Answer the marked question with a letter or digit."""
        view = self.views.get(self.current)
        return self._is_open and view is not None and view.take_key(key)

    def move(self, step: int) -> None:  # type: ignore[override]
        """Mark the next question, or the one before."""
        names = [name for name, view in self.views.items() if not view.isHidden()]
        if names:
            at = names.index(self.current) if self.current in names else (-1 if step > 0 else len(names))
            self.set_current(names[min(max(0, at + step), len(names) - 1)])

    def skip(self) -> bool:
        """Mark the next question without an answer below this one; False where none is left."""
        name = self.next_open(self.current)
        if name:
            self.set_current(name)
        return bool(name)

    def write(self) -> None:
        """Begin to type: in the marked question's field, or in the first there is."""
        current = self.views.get(self.current)
        fields = [view for view in self.views.values() if not view.isHidden() and view.question.kind == "text"]
        for view in [*([current] if current is not None else []), *fields]:
            if self._is_open and view.write():
                return

    def save(self) -> None:
        """Note what is typed and not answered yet."""
        for view in self.views.values():
            view.save()

    # inside --------------------------------------------------------------------------------------------

    def _on_answered(self, name: str, value: str) -> None:
        self.answered.emit(name, value)
        view = self.views[name]
        if value and (view.field is None or not view.field.hasFocus()):
            self.set_current(self.next_open(name) or self._first_needed())

    def _reveal(self) -> None:
        """Have the marked question in sight, now and whenever questions come or the window gets another size."""
        if self.current:
            self._area.ensureWidgetVisible(self.views[self.current], 0, 8)

    def _first_needed(self) -> str:
        views = (view for view in self.views.values() if not view.isHidden() and view.question.required)
        return next((view.question.name for view in views if not view.value), "")

    def _on_ended(self, with_enter: bool) -> None:
        if self._home is not None:
            self._home.setFocus(Qt.FocusReason.OtherFocusReason)
        if with_enter and not self.skip():
            self.finished.emit()
        elif with_enter and self.views[self.current].question.kind == "text":
            self.views[self.current].write()


def missing_text(missing: Sequence[Question], template: Template) -> str:
    """Say in a sentence which answer is missing."""
    return _("Still to answer: {question}").format(question=template.shown(missing[0].text))
