"""The one place where the window speaks to the songwriter; the log says what was said, without the names in it."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from musemate.errors import MuseMateError
from musemate.gui import palette
from musemate.gui.plaintext import plain
from musemate.gui.style import set_state
from musemate.gui.widgets import Picture, label, tool_button
from musemate.language import _

log = logging.getLogger(__name__)

GOES_AWAY_MS = {"info": 8_000, "done": 8_000, "warning": 20_000}
"""How long a message stays by its level; an error stays until it is closed."""
READING_MS = 6_000
"""How long an error is safe from smaller messages."""
MOST_WAITING = 5
_LOOKS = {
    "info": ("info", "ACCENT"),
    "done": ("check", "ACCENT"),
    "warning": ("warning", "WARN"),
    "error": ("error", "BAD"),
}
"""Icon and colour by the level; each level has a shape of its own too."""


_PASSING_ON = (__name__, "musemate.gui.window")


@dataclass(frozen=True)
class Message:
    """Something to say."""

    text: str
    hint: str
    level: str
    action: tuple[str, Callable[[], object]] | None = None


class MessageBar(QFrame):
    """One message at a time: a sentence, a hint, at most one action. Several failures in a row are counted.

    An error that has just come is not pushed away by a smaller message, nor a warning by an error: they wait.
    """

    shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAccessibleName(_("Message"))
        self.level = ""
        self.visibility: Callable[[bool], object] = self.setVisible
        """Shows and hides the bar together with the room around it."""
        self._errors: list[str] = []
        self._current: Message | None = None
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._since = QElapsedTimer()
        self._build()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)

    @property
    def text(self) -> str:
        """What is being said, hint included."""
        return f"{self._text.text()} {self._hint.text()}".strip() if self.level else ""

    def say(
        self, text: str, hint: str = "", *, level: str = "info", action: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Show a message.

        Parameters
        ----------
        text, hint : str
            What happened, and what to do next.
        level : str
            "info", "done" and "warning" go away by themselves; "error" stays until it is closed.
        action : (label, function), optional
            One thing to do about it.
        """
        # where it comes from names the sentence, in every language and without what the songwriter called things
        log.info("said (%s) from %s", level, _place())
        message = Message(text, hint, level, action)
        if self.level == "error" and self._since.elapsed() < READING_MS:
            self._waiting.append(message)
            return
        self._errors.clear()
        self._put(message)

    def fail(self, error: MuseMateError) -> None:
        """Show a failure; failures that come while another is shown are counted, none gets lost in the log."""
        log.warning("%s %s [%s]", error.message, error.hint, error.detail)
        if error.message not in self._errors:
            self._errors.append(error.message)
        more = len(self._errors) - 1
        before = _("({n} more before this one, see the log.)").format(n=more)
        hint = f"{error.hint} {before}" if more else error.hint
        if self._current is not None and self.level == "warning":
            self._waiting.appendleft(self._current)
        self._put(Message(error.message, hint, "error"))

    def dismiss(self) -> None:
        """Hide what is shown, and show what waits."""
        self._errors.clear()
        self._current = None
        self.level = ""
        if self._waiting:
            self._put(self._waiting.popleft())
        else:
            self.visibility(False)

    def _put(self, message: Message) -> None:
        self._current, self.level = message, message.level
        self._text.setText(message.text)
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        name, colour = _LOOKS[message.level]
        self._icon.set_icon(name, getattr(palette, colour))
        self._button.setText(message.action[0] if message.action else "")
        self._button.setToolTip(plain(self._button.text()))
        self._button.setVisible(message.action is not None)
        self.setAccessibleDescription(f"{message.text} {message.hint}".strip())
        set_state(self, level=message.level)
        self.visibility(True)
        # nobody looks there with a screen reader: it is told to read the message out
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._since.start()
        self._timer.stop()
        if message.level in GOES_AWAY_MS:
            self._timer.start(GOES_AWAY_MS[message.level])
        self.shown.emit(message.text)

    def _build(self) -> None:
        self._icon = Picture(size=20)
        self._text = label(wrap=True)
        self._hint = label(name="small", wrap=True)
        self._button = QPushButton()
        self._button.clicked.connect(self._on_action)
        close = tool_button("close", _("Close this message"), colour=palette.MUTED)
        close.clicked.connect(self.dismiss)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._text)
        texts.addWidget(self._hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addLayout(texts, 1)
        layout.addWidget(self._button)
        layout.addWidget(close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _on_action(self) -> None:
        message = self._current
        self.dismiss()
        if message is not None and message.action is not None:
            message.action[1]()


def _place() -> str:
    """Return module and line of the code that speaks, past those that only pass it on."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__") in _PASSING_ON:
        frame = frame.f_back
    return f"{frame.f_globals.get('__name__')}:{frame.f_lineno}"
