"""Who listens: a new name, somebody who listened before, or a session that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidgetItem

from musemate.gui.study.answerbutton import AnswerButton, QuietList
from musemate.gui.study.page import CalmPage, Hints
from musemate.gui.study.sitting import Desk, Waiting
from musemate.gui.widgets import describe, label
from musemate.language import _, ngettext
from musemate.study.pace import seconds_left
from musemate.study.records import Rater, Study

_WHO = Qt.ItemDataRole.UserRole
_MOST_ROWS = 6


class StartPage(CalmPage):
    """The first page."""

    begun = Signal(object)
    """A new name (str), or a `Rater` who listens once more."""
    resumed = Signal(object)
    """A `Session`."""

    def __init__(self) -> None:
        super().__init__(_("The questionnaire is being opened…"))
        self._facts = label(name="muted", wrap=True)
        self._who = label(_("Who listens?"), "heading")
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("A new name, or initials"))
        self.name.setMaxLength(80)
        describe(self.name, "", _("Name of who listens"))
        self.name.textChanged.connect(self._show_may_begin)
        self.name.installEventFilter(self)
        self.known = QuietList()
        self.known.setObjectName("people")
        describe(self.known, "", _("Who listened before"))
        self.known.itemClicked.connect(self._on_row)
        self._or = label(_("Or go on as"), "muted")
        self.go = AnswerButton(_("Begin"), _("Enter"), "primary")
        self.go.clicked.connect(self._on_go)
        for row in (self._facts, self._who, self.name, self._or, self.known):
            self.body.addWidget(row)
        self.add_buttons(self.go)
        self._is_ready = False
        self._show_known([])
        for widget in (self._who, self.name, self.go):
            widget.hide()

    def show_desk(self, desk: Desk) -> None:
        """Show what a study is about, and who may go on."""
        study = desk.folder.study
        template = study.template
        self.say(study.title or template.shown(template.title), template.shown(template.about))
        self._facts.setText(_facts(study, desk))
        for widget in (self._who, self.name, self.go):
            widget.show()
        waiting = {one.rater.id for one in desk.waiting}
        rows: list[tuple[str, object]] = [(_waiting_text(one), one.session) for one in desk.waiting]
        rows += [(_("{name}, once more").format(name=r.name), r) for r in desk.raters if r.id not in waiting]
        self._show_known(rows)
        self.name.clear()
        self._is_ready = True
        self._show_may_begin()

    def enter(self) -> None:
        """Let a name be typed."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        begin = [(_("Enter"), _("begin"))] if self._is_ready else []
        return [*begin, ("↑ ↓", _("go on as somebody"))] if self.known.count() else begin

    def take_key(self, event: QKeyEvent) -> bool:
        """Begin with Enter (see `Page`)."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        row = self.known.currentItem()
        if self.known.hasFocus() and row is not None:
            self._on_row(row)
        else:
            self._on_go()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the name into the list below it (Qt's hook)."""
        is_down = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if is_down and event.key() == Qt.Key.Key_Down and self.known.count():  # type: ignore[attr-defined]
            self.known.setFocus(Qt.FocusReason.OtherFocusReason)
            self.known.setCurrentRow(max(0, self.known.currentRow()))
            return True
        return super().eventFilter(watched, event)

    def _on_go(self) -> None:
        name = " ".join(self.name.text().split())
        if name and self._is_ready:
            self._is_ready = False
            self._show_may_begin()
            self.begun.emit(name)

    def try_again(self) -> None:
        """Let another name be given: this one was refused."""
        self._is_ready = True
        self._show_may_begin()

    def _on_row(self, item: QListWidgetItem) -> None:
        who = item.data(_WHO)
        (self.begun if isinstance(who, Rater) else self.resumed).emit(who)

    def _show_may_begin(self) -> None:
        self.go.setEnabled(self._is_ready and bool(self.name.text().strip()))

    def _show_known(self, rows: Sequence[tuple[str, object]]) -> None:
        self.known.clear()
        for text, who in rows:
            item = QListWidgetItem(text, self.known)
            item.setData(_WHO, who)
        self._or.setVisible(bool(rows))
        self.known.setVisible(bool(rows))
        height = self.known.sizeHintForRow(0) + 4 if rows else 0
        self.known.setFixedHeight(min(len(rows), _MOST_ROWS) * height + 12)


def _waiting_text(one: Waiting) -> str:
    return _("{name}, go on after {n} of {total} samples").format(name=one.rater.name, n=one.n_done, total=one.n_trials)


def _facts(study: Study, desk: Desk) -> str:
    trials = [t for t in study.trials_of(0) if desk.left_out.isdisjoint(t.tokens)]
    lengths_s = {stimulus.token: stimulus.duration_s for stimulus in study.stimuli}
    heard_s = [sum(lengths_s[token] for token in trial.tokens) for trial in trials]
    minutes = max(1, round(seconds_left([], heard_s, len(study.template.questions)) / 60))
    pair = study.template.trial == "pair"
    count = (
        ngettext("{n} pair of samples", "{n} pairs of samples", len(trials))
        if pair
        else ngettext("{n} sample", "{n} samples", len(trials))
    )
    return "  ·  ".join(
        [count, _("about {n} min").format(n=minutes), _("every answer is kept at once; you can stop and go on later")]
    )
