"""One trial: what sounds, when the answers open, and the questions."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from musemate.gui import icons, palette
from musemate.gui.study.answerbutton import AnswerButton
from musemate.gui.study.form import WIDTH, Form
from musemate.gui.study.page import Hints, Page
from musemate.gui.study.trialsound import TrialSound
from musemate.gui.style import set_state
from musemate.gui.widgets import describe, label, tool_button
from musemate.language import _
from musemate.study.keymap import PAIR_LETTERS, letters_of
from musemate.study.template import Template

_ROUND, _ICON = 40, 20
_LINE_PX = 4
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlayLine(QWidget):
    """How far the sample is: alike for all, for all are equally long."""

    def __init__(self) -> None:
        super().__init__()
        self._part = 0.0
        self.setFixedHeight(24)
        self.setMinimumWidth(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def part(self) -> float:
        """How far it is, 0-1."""
        return self._part

    def set_part(self, part: float) -> None:
        """Show how far it is, 0-1."""
        if round(part * self.width()) != round(self._part * self.width()):
            self.update()
        self._part = part

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it (Qt's hook)."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            top = (self.height() - _LINE_PX) / 2
            for width, colour in ((float(self.width()), palette.LINE), (self._part * self.width(), palette.ACCENT)):
                painter.setBrush(palette.colour(colour))
                painter.drawRoundedRect(QRectF(0, top, width, _LINE_PX), 2, 2)


class TrialPage(Page):
    """Plays and asks; what is answered goes to whoever keeps it.

    Parameters
    ----------
    template : Template
    sound : TrialSound
    """

    answered = Signal(str, str)
    next_asked = Signal()
    back_asked = Signal()
    held = Signal()
    """An answer was given before enough was heard."""

    def __init__(self, template: Template, sound: TrialSound) -> None:
        super().__init__(_("Sample"))
        self._sound = sound
        self._is_pair = template.trial == "pair"
        self._letters = letters_of(template)
        self._said_reason = ""
        reserved = PAIR_LETTERS if self._is_pair else ""
        self._type_key = self._letters["type"].upper() or "F2"
        self.form = Form(template, template.questions, reserved=reserved, type_key=self._type_key)
        self.form.answered.connect(self.answered)
        self.form.finished.connect(self.next_asked)
        self.gate = label(name="muted", wrap=True)
        self.line = PlayLine()
        self.extra = QVBoxLayout()
        """Room for pictures."""
        self._build()
        sound.moved.connect(self._on_moved)
        sound.changed.connect(self._show_playing)
        sound.opened.connect(self.show_gate)

    # what is shown -------------------------------------------------------------------------------------

    def show_gate(self) -> None:
        """Say how much is still to be heard before the answers open, and open them when it was."""
        left_s = self._sound.heard.left_s
        self.form.set_open(left_s <= 0)
        if self._sound.reason != self._said_reason:
            self._said_reason = self._sound.reason
            set_state(self.gate, tone="warn" if self._said_reason else "muted")
        if self._sound.reason:
            again = _("{key} looks for a sound device again.").format(key=_("Ctrl+Shift+D"))
            self.gate.setText(f"{self._sound.reason} {again}")
        elif left_s <= 0:
            self.gate.setText(_("Answer when you are ready; you can hear it as often as you like."))
        elif self._is_pair:
            text = _("Hear both first: the answers open after {n} s more of {sides}.")
            unheard = self._sound.unheard
            sides = _("A and B") if len(unheard) > 1 else "AB"[unheard[0]]
            self.gate.setText(text.format(n=math.ceil(left_s), sides=sides))
        else:
            text = _("Listen first: the answers open after {n} s more.").format(n=math.ceil(left_s))
            self.gate.setText(text)

    def set_may_go(self, back: bool) -> None:
        """Show whether there is a page before this one."""
        self.back.setEnabled(back)

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        keys = [(_("Space"), _("play or pause"))]
        keys += [("A B", _("hear one of them"))] if self._is_pair else []
        keys += [(self._replay_key, _("from the start"))]
        keys += [(self._loop_key, _("loop")), ("↑ ↓", _("other question"))]
        return [*keys, (_("Enter"), _("next")), ("←", _("back"))]

    # keys ----------------------------------------------------------------------------------------------

    def take_key(self, event: QKeyEvent) -> bool:
        """Play, answer, or go (see `Page`)."""
        key, text = event.key(), event.text().lower()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self._is_pair and text in PAIR_LETTERS and text and not control:
            self._sound.choose(PAIR_LETTERS.index(text))
        elif self._plays(key, text, control) or self._goes(key):
            pass
        elif key == Qt.Key.Key_F2 or (text and text == self._letters["type"] and not control):
            self.form.write()
        elif text and not control and (text.isalnum()):
            if not self.form.isEnabled():
                self.held.emit()
            else:
                return self.form.take_key(text)
        else:
            return False
        return True

    def _plays(self, key: int, text: str, control: bool) -> bool:
        letters = self._letters
        if key == Qt.Key.Key_Space:
            self._sound.toggle()
        elif key == Qt.Key.Key_Home or (text and text == letters["replay"] and not control):
            self._sound.replay()
        elif key == Qt.Key.Key_L and (control or text == letters["loop"]):
            self.loop.click()
        else:
            return False
        return True

    def _goes(self, key: int) -> bool:
        if key in (*_ENTER, Qt.Key.Key_Right):
            self.next_asked.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.back_asked.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.form.move(1 if key == Qt.Key.Key_Down else -1)
        else:
            return False
        return True

    # inside --------------------------------------------------------------------------------------------

    @property
    def _replay_key(self) -> str:
        return self._letters["replay"].upper() or _("Home")

    @property
    def _loop_key(self) -> str:
        return self._letters["loop"].upper() or _("Ctrl+L")

    def _on_moved(self, part: float) -> None:
        if self.isVisible():
            self.line.set_part(part)
            if not self.form.isEnabled():
                self.show_gate()

    def _show_playing(self) -> None:
        playing = self._sound.is_playing
        if (self._said_reason or self._sound.reason) and self.isVisible():
            self.show_gate()
        self.play.setIcon(icons.icon("pause" if playing else "play", palette.ON_ACCENT))
        self.play.setAccessibleName(_("Pause") if playing else _("Play"))
        self.loop.setChecked(self._sound.loops)
        for place, button in enumerate(self.sides):
            button.setChecked(place == self._sound.side)

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(self._play_row())
        column.addWidget(self.gate)
        column.addLayout(self.extra)
        column.addWidget(self.form.scrolled(self), 1)
        column.addLayout(self._way_row())
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        inner.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.addStretch(1)
        outer.addWidget(inner, 100)
        outer.addStretch(1)

    def _play_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        self.play = QToolButton()
        self.play.setObjectName("round")
        self.play.setFixedSize(_ROUND, _ROUND)
        self.play.setIconSize(QSize(_ICON, _ICON))
        describe(self.play, _("Play or pause (Space)"), _("Play"))
        self.play.clicked.connect(self._sound.toggle)
        self.sides = [AnswerButton(text, "") for text in ("A", "B")] if self._is_pair else []
        for place, (button, spoken) in enumerate(
            zip(self.sides, (_("Hear the first"), _("Hear the second")), strict=False)
        ):
            button.setAccessibleName(spoken)
            button.clicked.connect(lambda _checked=False, place=place: self._sound.choose(place))
        self.replay = tool_button("again", _("From the start ({key})").format(key=self._replay_key))
        self.replay.clicked.connect(self._sound.replay)
        self.loop = tool_button("loop", _("Loop ({key})").format(key=self._loop_key), checkable=True)
        self.loop.clicked.connect(self._sound.set_loops)
        for tool in (self.play, self.replay, self.loop):
            tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(self.play)
        for side in self.sides:
            row.addWidget(side)
        row.addWidget(self.line, 1)
        row.addWidget(self.replay)
        row.addWidget(self.loop)
        return row

    def _way_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.back = AnswerButton(_("Back"), "←", "plain")
        self.back.clicked.connect(self.back_asked)
        self.next = AnswerButton(_("Next"), _("Enter"), "primary")
        self.next.clicked.connect(self.next_asked)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.next)
        return row
