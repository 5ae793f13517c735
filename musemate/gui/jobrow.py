"""One job of the list in the job strip: how it stands, and what can be done about it with mouse and keys."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musemate.gui import icons, palette, wording
from musemate.gui.joblines import STATES, Line
from musemate.gui.widgets import ElidedLabel, describe, label, tool_button
from musemate.language import _

ICON_PX = 16
BAR_WIDTH = 120
TIME_WIDTH = 128
_FULL = 1000


class JobRow(QFrame):
    """Shows a `Line`; says what is wished, and by how much it is dragged.

    Keys on the focused row: Enter pauses or goes on, Delete stops or removes, Alt with the arrows moves it.
    """

    wished = Signal(str, str)
    """What ("pause", "go_on", "remove", "up", "down") and the id of the job."""
    dragged = Signal(str, QPointF)
    """The id and where the mouse is, on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("job")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.line = Line("", "", "", "")
        self._pressed_at: QPointF | None = None
        self._pressed = ""
        self._build()

    def show_line(self, line: Line) -> None:
        """Show a job as it stands now."""
        before, self.line = self.line, line
        self._title.setText(line.title)
        self._detail.setText(line.detail)
        self._detail.setVisible(bool(line.detail))
        self._time.setText(line.time)
        self.setAccessibleName(line.spoken)
        show_fraction(self._bar, line)
        if (before.state, before.is_training, before.can_stop) != (line.state, line.is_training, line.can_stop):
            self._show_state()

    def _show_state(self) -> None:
        line = self.line
        self._grip.setPixmap(icons.pixmap("grip", ICON_PX, palette.MUTED, self.devicePixelRatioF()))
        show_icon(self._icon, line.state)
        show_toggle(self.toggle, line)
        show_end(self.end, line)
        can_move = line.is_training and line.state in ("waiting", "paused", "failed")
        self._grip.setVisible(can_move)
        for button in (self.up, self.down):
            button.setVisible(can_move)
        self.setCursor(Qt.CursorShape.OpenHandCursor if can_move else Qt.CursorShape.ArrowCursor)

    # mouse and keys ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key asks for (Qt's hook)."""
        moves = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
        key = Qt.Key(event.key())
        if key in moves and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.wished.emit(moves[key], self.line.id)
        elif key in moves:
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.toggle.isHidden():
            self.toggle.click()
        elif key == Qt.Key.Key_Delete and not self.end.isHidden():
            self.end.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag (Qt's hook)."""
        if event.button() == Qt.MouseButton.LeftButton and not self._grip.isHidden():
            self._pressed_at = event.globalPosition()
            self._pressed = self.line.id  # once it has moved, this row shows another job
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag (Qt's hook)."""
        if self._pressed_at is None:
            return
        way = event.globalPosition() - self._pressed_at
        if way.manhattanLength() >= QApplication.startDragDistance():
            self.dragged.emit(self._pressed, event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go (Qt's hook)."""
        self._pressed_at = None
        self._show_state()

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of another scheme (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "end") and self.line.id:
            self._show_state()

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._grip, self._icon = QLabel(), QLabel()
        self._grip.setToolTip(_("Drag it to another place in the queue (Alt+Up, Alt+Down)"))
        self._title, self._detail = ElidedLabel(), ElidedLabel("small")
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._title)
        texts.addWidget(self._detail)
        self._bar = progress_bar()
        self._time = label(name="small")
        self._time.setFixedWidth(TIME_WIDTH)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.up = tool_button("up", _("Move it up in the queue (Alt+Up)"))
        self.down = tool_button("down", _("Move it down in the queue (Alt+Down)"))
        self.toggle, self.end = toggle_button(), end_button()
        for button in (self.up, self.down, self.toggle, self.end):
            keep_room(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        for widget in (self._grip, self._icon):
            row.addWidget(widget)
        row.addLayout(texts, 1)
        for part in (self._bar, self._time, self.up, self.down, self.toggle, self.end):
            row.addWidget(part)
        self.up.clicked.connect(lambda: self.wished.emit("up", self.line.id))
        self.down.clicked.connect(lambda: self.wished.emit("down", self.line.id))
        self.toggle.clicked.connect(partial(wish_toggle, self))
        self.end.clicked.connect(lambda: self.wished.emit("remove", self.line.id))


# What a row of the list and the strip itself have in common


def progress_bar() -> QProgressBar:
    """Return a thin bar of a fixed width."""
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setFixedWidth(BAR_WIDTH)
    bar.setAccessibleName(_("Progress"))
    keep_room(bar)
    return bar


def keep_room(widget: QWidget) -> None:
    """Let a widget keep its room while it is hidden, so that rows stay aligned."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def toggle_button() -> QToolButton:
    """Return the button that pauses, goes on or tries again."""
    return tool_button("pause", _("Pause"))


def end_button() -> QToolButton:
    """Return the button that stops or removes."""
    return tool_button("close", _("Stop"))


def show_fraction(bar: QProgressBar, line: Line) -> None:
    """Show how much is done; a moving bar where nobody knows."""
    is_busy = line.state in ("running", "pausing", "stopping")
    bar.setVisible(is_busy or line.fraction is not None)
    if line.fraction is None:
        bar.setRange(0, 0 if is_busy else _FULL)
        return
    bar.setRange(0, _FULL)
    bar.setValue(round(line.fraction * _FULL))
    bar.setAccessibleDescription(wording.percent(line.fraction))


def show_icon(icon: QLabel, state: str) -> None:
    """Show a state as a sign of its own, with its word as tooltip."""
    name, colour = {
        "running": ("sparkle", palette.ACCENT),
        "waiting": ("wait", palette.MUTED),
        "failed": ("warning", palette.BAD),
        "paused": ("pause", palette.MUTED),
    }.get(state, ("wait", palette.MUTED))
    icon.setPixmap(icons.pixmap(name, ICON_PX, colour, icon.devicePixelRatioF()))
    icon.setFixedSize(QSize(ICON_PX, ICON_PX))
    word = _(STATES.get(state, state))
    icon.setToolTip(word[:1].upper() + word[1:])


def show_toggle(button: QToolButton, line: Line) -> None:
    """Let a button offer what a job's state allows: pause it, go on with it or try it again."""
    name, words = {
        "running": ("pause", _("Let this training rest where it is and leave the processor to others")),
        "waiting": ("pause", _("Hold this training; the others go first")),
        "failed": ("again", _("Go on: from the step that was stored last")),
    }.get(line.state, ("play", _("Go on with this training")))
    button.setIcon(icons.icon(name, palette.TEXT))
    describe(button, words, words.split(":")[0])
    button.setVisible(line.is_training and line.state != "stopping")


def show_end(button: QToolButton, line: Line) -> None:
    """Let a button stop a job that runs, or take one that waits off the queue."""
    stops = line.state in ("running", "pausing") or (line.is_training and line.fraction is not None)
    words = _("Stop it and keep what is finished") if stops else _("Take it off the queue")
    button.setIcon(icons.icon("stop" if stops else "close", palette.TEXT))
    describe(button, words)
    button.setVisible(line.can_stop)


def wish_toggle(shown: JobRow) -> None:
    """Say what the first button of a row is pressed for."""
    what = "pause" if shown.line.state in ("running", "waiting") else "go_on"
    shown.wished.emit(what, shown.line.id)
