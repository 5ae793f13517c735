"""Before the first trial: are these headphones, and is the volume right?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider

from musemate.gui.study.answerbutton import AnswerButton
from musemate.gui.study.page import CalmPage, Hints
from musemate.gui.study.trialsound import TrialSound
from musemate.gui.widgets import describe, label
from musemate.language import _
from musemate.study.headphones import N_TONES, outcome, tone_at

VOLUME_STEP = 5
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HeadphonesPage(CalmPage):
    """Six times three tones: which is the softest?

    Parameters
    ----------
    sound : TrialSound
        Plays them.
    """

    done = Signal(str)
    """"passed", "failed", or "" for left out."""

    def __init__(self, sound: TrialSound) -> None:
        super().__init__(
            _("Are these headphones?"),
            _("You hear three tones, six times. Say which of the three is the softest; a guess will do."),
        )
        self._sound = sound
        self._tones: Sequence[tuple[Path, float, int]] = ()
        self._place = self._n_right = 0
        self._progress = label(name="muted")
        self.body.addWidget(self._progress)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons = [AnswerButton(text, str(n)) for n, text in enumerate((_("first"), _("second"), _("third")), 1)]
        for place, button in enumerate(self.buttons):
            button.clicked.connect(lambda _checked=False, place=place: self.answer(place))
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        leave = AnswerButton(_("Leave the check out"), "S", "link")
        leave.setCheckable(False)
        leave.clicked.connect(lambda: self.done.emit(""))
        self.body.addSpacing(16)
        self.body.addWidget(leave, 0, Qt.AlignmentFlag.AlignLeft)
        sound.moved.connect(self._on_moved)
        sound.opened.connect(self._on_opened)

    def begin(self, tones: Sequence[tuple[Path, float, int]]) -> None:
        """Play the first three tones."""
        self._tones, self._place, self._n_right = tones, 0, 0
        self._play()

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        return [("1 2 3", _("the softest tone")), (_("Space"), _("hear them again")), ("S", _("leave the check out"))]

    def take_key(self, event: QKeyEvent) -> bool:
        """Answer, hear again, or leave out (see `Page`)."""
        if event.key() == Qt.Key.Key_Space:
            self._sound.replay()
        elif event.key() == Qt.Key.Key_S:
            self.done.emit("")
        elif event.text() in ("1", "2", "3"):
            self.answer(int(event.text()) - 1)
        else:
            return False
        return True

    def answer(self, place: int) -> None:
        """Note which tone was called the softest, and play the next ones."""
        if not self.buttons[place].isEnabled():
            return
        self._n_right += place == self._tones[self._place][2]
        self._place += 1
        if self._place == len(self._tones):
            self.done.emit(outcome(self._n_right))
        else:
            self._play()

    def _play(self) -> None:
        path, length_s, _softest = self._tones[self._place]
        for button in self.buttons:
            button.setChecked(False)
            button.setEnabled(False)
        place = _("Tones {n} of {total}").format(n=self._place + 1, total=len(self._tones))
        self._progress.setText(place)
        self._sound.begin({"tones": (path, length_s)}, loops=False)

    def _on_moved(self, part: float) -> None:
        """Mark the tone that sounds."""
        if self.isVisible() and self._tones and self._place < len(self._tones):
            now = tone_at(part * self._tones[self._place][1]) if self._sound.is_playing else -1
            for place in range(N_TONES):
                self.buttons[place].setChecked(place == now)

    def _on_opened(self) -> None:
        if self.isVisible():
            for button in self.buttons:
                button.setEnabled(True)


class LevelPage(CalmPage):
    """Music as loud as the samples: the volume is set once, and stays."""

    done = Signal()
    volume_changed = Signal(int)

    def __init__(self, sound: TrialSound) -> None:
        super().__init__(
            _("Set the volume"),
            _("This music is as loud as the samples are. Make it as loud as you like to listen, then leave it there."),
        )
        self._sound = sound
        row = QHBoxLayout()
        row.setSpacing(16)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 100)
        describe(self.volume, "", _("Volume"))
        self.volume.valueChanged.connect(self._on_volume)
        self._percent = label(name="muted")
        self._percent.setMinimumWidth(48)
        row.addWidget(label(_("Volume"), "muted"))
        row.addWidget(self.volume, 1)
        row.addWidget(self._percent)
        self.body.addLayout(row)
        go = AnswerButton(_("Go on"), _("Enter"), "primary")
        go.clicked.connect(self.done)
        self.add_buttons(go)

    def begin(self, music: tuple[Path, float]) -> None:
        """Play the music, over and over."""
        self._sound.begin({"level": music}, loops=True)

    def hints(self) -> Hints:
        """Return the keys (see `Page`)."""
        keys = [("↑", _("louder")), ("↓", _("softer")), (_("Space"), _("play or pause"))]
        return [*keys, (_("Enter"), _("go on"))]

    def take_key(self, event: QKeyEvent) -> bool:
        """Change the volume, or go on (see `Page`)."""
        if event.key() == Qt.Key.Key_Space:
            self._sound.toggle()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(1 if event.key() == Qt.Key.Key_Up else -1)
        elif event.key() in (*_ENTER, Qt.Key.Key_Right):
            self.done.emit()
        else:
            return False
        return True

    def set_volume(self, value: int) -> None:
        """Begin with this volume, and say so even where the slider stands there already."""
        self.volume.setValue(value)
        self._on_volume(value)

    def step(self, steps: int) -> None:
        """Make it louder or softer."""
        self.volume.setValue(self.volume.value() + steps * VOLUME_STEP)

    def _on_volume(self, value: int) -> None:
        # For translators: a share; many languages set a space before the sign
        self._percent.setText(_("{n}%").format(n=value))
        self.volume_changed.emit(value)
