"""The transport at the bottom: play, stop, loop, A/B, position and volume."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from musemate.gui import icons, palette, wording
from musemate.gui.style import set_state
from musemate.gui.widgets import Choice, ElidedLabel, Picture, describe, label, tool_button

FRAGMENT, TAKE = "fragment", "take"


class Transport(QFrame):
    """Buttons and read-outs; it only says what was asked for, and shows what it is told."""

    play_pressed = Signal()
    stop_pressed = Signal()
    loop_toggled = Signal(bool)
    side_chosen = Signal(str)
    """"fragment" or "take"."""
    volume_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._build_buttons()
        self._build_readouts()
        self._build_layout()
        self.set_clip("", 0.0, is_take=False)

    # what is shown -------------------------------------------------------------------------------------

    def set_available(self, reason: str) -> None:
        """Enable playback, or disable it all with the reason as tooltip."""
        for widget in (self.play, self.stop, self.loop, self.volume):
            widget.setEnabled(not reason)
            widget.setToolTip(reason or str(widget.property("usual_tooltip")))

    def set_playing(self, playing: bool) -> None:
        """Show the pause sign while sound plays."""
        self.play.setIcon(icons.icon("pause" if playing else "play", palette.ON_ACCENT))
        self.play.setAccessibleName("Pause" if playing else "Play")

    def set_clip(self, name: str, duration_s: float, *, is_take: bool) -> None:
        """Show which clip is heard."""
        self.name.setText(name or "Nothing chosen")
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

    # building ------------------------------------------------------------------------------------------

    def _build_buttons(self) -> None:
        self.play = QToolButton()
        self.play.setObjectName("round")
        self.play.setFixedSize(40, 40)
        self.play.setIconSize(QSize(22, 22))
        describe(self.play, "Play or pause (Space)", "Play")
        self.stop = tool_button("stop", "Stop and go back to the start (S)")
        self.loop = tool_button("loop", "Loop the region (L)", checkable=True)
        for button in (self.stop, self.loop):
            button.setIconSize(QSize(20, 20))
        for widget in (self.play, self.stop, self.loop):
            widget.setProperty("usual_tooltip", widget.toolTip())
        self.play.clicked.connect(self.play_pressed)
        self.stop.clicked.connect(self.stop_pressed)
        self.loop.toggled.connect(self.loop_toggled)
        self.set_playing(False)
        self.sides = Choice(
            [
                (FRAGMENT, "A  Fragment", "Hear the fragment at the same position (A; X switches)"),
                (TAKE, "B  Take", "Hear the take at the same position (B; X switches)"),
            ],
            "Compare",
        )
        self.sides.setObjectName("sides")
        self.sides.setFixedWidth(230)
        self.sides.changed.connect(self.side_chosen)

    def _build_readouts(self) -> None:
        self.position = label("0:00.0", "position")
        font = QFont(self.position.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        self.position.setFont(font)
        self.position.setMinimumWidth(84)
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.position.setAccessibleName("Position")
        self.length = label(name="muted")
        self.length.setMinimumWidth(64)
        self.name = ElidedLabel()
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 100)
        self.volume.setValue(80)
        self.volume.setFixedWidth(110)
        describe(self.volume, "Volume (Ctrl+Up, Ctrl+Down)", "Volume")
        self.volume.setProperty("usual_tooltip", self.volume.toolTip())
        self.volume.valueChanged.connect(lambda value: self.volume_changed.emit(value / 100))

    def _build_layout(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 18, 10)
        layout.setSpacing(8)
        for widget in (self.play, self.stop, self.loop):
            layout.addWidget(widget)
        layout.addSpacing(6)
        layout.addWidget(self.position)
        layout.addWidget(self.length)
        layout.addSpacing(10)
        names = QVBoxLayout()
        names.addWidget(self.name)
        layout.addLayout(names, 1)
        layout.addWidget(self.sides)
        layout.addSpacing(16)
        layout.addWidget(Picture("volume", palette.MUTED, size=20))
        layout.addWidget(self.volume)
