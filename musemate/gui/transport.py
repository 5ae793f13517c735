"""The transport at the bottom: play, stop, loop, position, A/B, level and volume."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from musemate.gui import icons, palette, wording
from musemate.gui.meter import Meter
from musemate.gui.plaintext import plain
from musemate.gui.style import set_state
from musemate.gui.widgets import Choice, ElidedLabel, Picture, describe, label, tool_button
from musemate.language import _, mark

FRAGMENT, TAKE = "fragment", "take"
SIDE_WIDTH, LEAST_SIDE_WIDTH = 120, 92
"""Of A and of B; the least where the window is narrow."""
VOLUME_WIDTH, LEAST_VOLUME_WIDTH = 96, 56
BESIDE_NAME = 36
"""What the letter and the edges of A and B take."""
PIN = mark("Keep what is heard as A, to compare others with it (P)")
UNPIN = mark("Compare with the fragment again (P)")


class Transport(QFrame):
    """Buttons and read-outs; it only says what was asked for, and shows what it is told."""

    play_pressed = Signal()
    stop_pressed = Signal()
    loop_toggled = Signal(bool)
    side_chosen = Signal(str)
    """"fragment" for A or "take" for B."""
    pin_pressed = Signal()
    match_toggled = Signal(bool)
    output_pressed = Signal()
    volume_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._is_playing = False
        self._names: dict[str, tuple[str, str]] = {}
        """Letter and name of each side."""
        self._build_buttons()
        self._build_readouts()
        self._build_layout()
        self.set_clip("", 0.0, is_take=False)

    # what is shown -------------------------------------------------------------------------------------

    def set_available(self, reason: str) -> None:
        """Enable playback, or disable it all with the reason as tooltip."""
        for widget in (self.play, self.stop, self.loop, self.volume):
            widget.setEnabled(not reason)
            widget.setToolTip(plain(reason) or str(widget.property("usual_tooltip")))

    def set_playing(self, playing: bool) -> None:
        """Show the pause sign while sound plays."""
        self.play.setIcon(icons.icon("pause" if playing else "play", palette.ON_ACCENT))
        self.play.setAccessibleName(_("Pause") if playing else _("Play"))
        if playing and not self._is_playing:
            self.meter.reset()
        self._is_playing = playing

    def set_clip(self, name: str, duration_s: float, *, is_take: bool) -> None:
        """Show which clip is heard."""
        self.name.setText(name or _("Nothing chosen"))
        self.length.setText(f"/ {wording.clock(duration_s, tenths=True)}" if name else "")
        set_state(self.name, tone="take" if is_take else "fragment" if name else "muted")
        if not name:
            self.set_position(0.0)

    def set_position(self, position_s: float) -> None:
        """Show the position."""
        text = wording.clock(position_s, tenths=True)
        if text != self.position.text():
            self.position.setText(text)

    def set_sides(self, side: str, *, can_switch: bool) -> None:
        """Show whether the fragment or the take is heard."""
        self.sides.blockSignals(True)
        self.sides.value = side
        self.sides.blockSignals(False)
        self.sides.setEnabled(can_switch)

    def set_names(self, a: tuple[str, str], b: tuple[str, str]) -> None:
        """Show what A and B are: their names and kinds ("fragment" or "take")."""
        for side, letter, (name, kind) in ((FRAGMENT, "A", a), (TAKE, "B", b)):
            button = self.sides.button(side)
            if button.property("tone") != kind:
                set_state(button, tone=kind)
            self._names[side] = (letter, name)
            tip = _("Hear “{name}” at the same position ({letter}; X switches)").format(name=name, letter=letter)
            describe(button, tip, _("Compare: {letter}, {name}").format(name=name, letter=letter))

        self._show_names()

    def _show_names(self) -> None:
        """Show as much of the names as there is room for."""
        room = self.sides.width() // 2 - BESIDE_NAME
        for side, (letter, name) in self._names.items():
            button = self.sides.button(side)
            shown = button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
            if button.text() != f"{letter}  {shown}":
                button.setText(f"{letter}  {shown}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more of the names, or less (Qt's hook)."""
        super().resizeEvent(event)
        self._show_names()

    def set_pinned(self, pinned: bool, *, can_pin: bool) -> None:
        """Show whether A was chosen by hand."""
        self.pin.setChecked(pinned)
        self.pin.setEnabled(pinned or can_pin)
        describe(self.pin, _(UNPIN if pinned else PIN))

    def set_match(self, text: str, explanation: str, *, on: bool) -> None:
        """Show how A and B are made equally loud."""
        self.match.setChecked(on)
        self.match.setText(text)
        describe(self.match, explanation, _("Equal loudness: {gain}").format(gain=text))

    # building ------------------------------------------------------------------------------------------

    def _build_buttons(self) -> None:
        self.play = QToolButton()
        self.play.setObjectName("round")
        self.play.setFixedSize(40, 40)
        self.play.setIconSize(QSize(22, 22))
        describe(self.play, _("Play or pause (Space)"), _("Play"))
        self.stop = tool_button("stop", _("Stop and go back to the start (S)"))
        self.loop = tool_button("loop", _("Loop the region (L)"), checkable=True)
        for button in (self.stop, self.loop):
            button.setIconSize(QSize(20, 20))
        for widget in (self.play, self.stop, self.loop):
            widget.setProperty("usual_tooltip", widget.toolTip())
        self.play.clicked.connect(self.play_pressed)
        self.stop.clicked.connect(self.stop_pressed)
        self.loop.toggled.connect(self.loop_toggled)
        self._build_comparison()

    def _build_comparison(self) -> None:
        self.pin = tool_button("pin", _(PIN), checkable=True)
        self.pin.setIconSize(QSize(20, 20))
        self.pin.clicked.connect(self.pin_pressed)
        self.sides = Choice([(FRAGMENT, "A", _("Hear A")), (TAKE, "B", _("Hear B"))], _("Compare"))
        self.sides.setObjectName("sides")
        self.sides.setMinimumWidth(2 * LEAST_SIDE_WIDTH)
        self.sides.setMaximumWidth(2 * SIDE_WIDTH)
        self.sides.changed.connect(self.side_chosen)
        self.match = tool_button("match", _("Play A and B equally loud (M)"), checkable=True)
        self.match.setIconSize(QSize(20, 20))
        self.match.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.match.setFixedWidth(120)
        self.match.setChecked(True)
        self.match.toggled.connect(self.match_toggled)
        self.set_names((_("Fragment"), FRAGMENT), (_("Take"), TAKE))
        self.set_match(_("Match"), _("Play A and B equally loud (M)"), on=True)

    def _build_readouts(self) -> None:
        self.position = label(wording.clock(0.0, tenths=True), "position")
        font = QFont(self.position.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        self.position.setFont(font)
        self.position.setMinimumWidth(84)
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.position.setAccessibleName(_("Position"))
        self.length = label(name="muted")
        self.length.setMinimumWidth(64)
        self.name = ElidedLabel()
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 100)
        self.volume.setValue(80)
        self.volume.setMinimumWidth(LEAST_VOLUME_WIDTH)
        self.volume.setMaximumWidth(VOLUME_WIDTH)
        describe(self.volume, _("Volume (Ctrl+Up, Ctrl+Down)"), _("Volume"))
        self.volume.setProperty("usual_tooltip", self.volume.toolTip())
        self.volume.valueChanged.connect(lambda value: self.volume_changed.emit(value / 100))
        self.meter = Meter()
        self.output = tool_button("output", _("Sound output: device and buffer (Ctrl+D)"))
        self.output.setIconSize(QSize(20, 20))
        self.output.clicked.connect(self.output_pressed)
        self.set_playing(False)

    def _build_layout(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(8)
        for widget in (self.play, self.stop, self.loop):
            layout.addWidget(widget)
        layout.addSpacing(8)
        layout.addWidget(self.position)
        layout.addWidget(self.length)
        layout.addSpacing(8)
        names = QVBoxLayout()
        names.addWidget(self.name)
        layout.addLayout(names, 1)
        layout.addWidget(self.pin)
        layout.addWidget(self.sides, 4)
        layout.addWidget(self.match)
        layout.addSpacing(8)
        layout.addWidget(self.meter)
        layout.addSpacing(8)
        layout.addWidget(Picture("volume", palette.MUTED, size=20))
        layout.addWidget(self.volume, 2)
        layout.addWidget(self.output)
