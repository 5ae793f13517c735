"""The lines above the pictures: what is shown, the region in numbers, hints, and the zoom buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from musemate.gui import palette, wording
from musemate.gui.lanes import ABOVE, ALONE, DIFFERENCE, OVERLAID
from musemate.gui.plaintext import plain
from musemate.gui.style import set_state
from musemate.gui.widgets import ElidedLabel, Picture, describe, label, roomy, tool_button
from musemate.language import _, pgettext
from musemate.project.records import Beats


class RegionBar(QWidget):
    """Shows and edits the region; says when its length or a voice in it is worth a thought."""

    edited = Signal(float, float)
    """Start and end, typed by the songwriter."""
    zoom_asked = Signal(str)
    """"in", "out", "all" or "region"."""
    snap_toggled = Signal(bool)
    mode_asked = Signal(str)
    """How a take and its fragment are to be seen; see `lanes.MODES`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._beats: Beats | None = None
        self._voice: tuple[float, ...] = ()
        self._for_training = True
        self._build()

    def show_clip(
        self, name: str, facts: str, *, beats: Beats | None, voice: tuple[float, ...], caption: str, for_training: bool
    ) -> None:
        """Describe the clip; hints are given only where a region is chosen for training."""
        self.title.setText(name)
        set_state(self.title, tone="" if for_training else "take")
        self.facts.setText(facts)
        self._beats, self._voice, self._for_training = beats, voice, for_training
        self._caption.setText(caption)
        self.snap.setVisible(for_training and beats is not None and beats.is_sure)

    def set_limits(self, duration_s: float, shortest_s: float, longest_s: float) -> None:
        """Limit the numbers that can be typed."""
        self._quietly(self.start, 0.0, max(0.0, duration_s - shortest_s))
        self._quietly(self.length, min(shortest_s, duration_s), min(longest_s, duration_s))

    def set_region(self, start_s: float, end_s: float) -> None:
        """Show a region and what is to be said about it."""
        for box, value in ((self.start, start_s), (self.length, end_s - start_s)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.bars.setText(wording.bars(end_s - start_s, self._beats))
        hints = []
        if self._for_training:
            hints.append(wording.voice_hint(self._voice, start_s, end_s - start_s))
            hints.append(wording.length_hint(end_s - start_s))
        self._show_hint(next((hint for hint in hints if hint), ""))

    def _show_hint(self, text: str) -> None:
        self.hint.setText(text)
        self.hint.setToolTip(plain(text))
        self._hint_icon.setVisible(bool(text))

    @staticmethod
    def _quietly(box: QDoubleSpinBox, lowest: float, highest: float) -> None:
        box.blockSignals(True)
        box.setRange(lowest, highest)
        box.blockSignals(False)

    def _on_edited(self) -> None:
        start = self.start.value()
        self.edited.emit(start, start + self.length.value())

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = ElidedLabel("title")
        self.facts = ElidedLabel("muted", Qt.TextElideMode.ElideRight)
        first = QHBoxLayout()
        first.setSpacing(14)
        # where both have no room, the title stays: it says whose picture this is
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        first.addWidget(self.title)
        first.addWidget(self.facts, 1)
        first.addLayout(self._tools())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(first)
        layout.addLayout(self._numbers())

    def _tools(self) -> QHBoxLayout:
        """Lay out all buttons, close together: the title needs the room."""
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in self._mode_buttons():
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self._view_button())
        row.addSpacing(8)
        for button in self._zoom_buttons():
            row.addWidget(button)
        return row

    def show_mode(self, mode: str, reason: str) -> None:
        """Show how a take and its fragment are seen, or why they cannot be seen together."""
        for name, button in self.modes.items():
            button.setChecked(name == mode)
            button.setEnabled(not reason or name == ALONE)
            button.setToolTip(reason if reason and name != ALONE else str(button.property("usual_tooltip")))

    def _mode_buttons(self) -> list[QToolButton]:
        """Make the switch of how a take and its fragment are seen."""
        texts = {
            ALONE: _("See only what is chosen (Alt+1)"),
            ABOVE: _("See fragment and take one above the other (Alt+2)"),
            OVERLAID: _("See fragment and take overlaid (Alt+3)"),
            DIFFERENCE: _("See by how much the take differs from the fragment (Alt+4)"),
        }
        self.modes: dict[str, QToolButton] = {}
        for mode, text in texts.items():
            button = tool_button(f"see-{mode}", text, colour=palette.MUTED, checkable=True)
            button.setAutoExclusive(True)
            button.setProperty("usual_tooltip", text)
            button.clicked.connect(lambda _=False, mode=mode: self.mode_asked.emit(mode))
            self.modes[mode] = button
        return list(self.modes.values())

    def _view_button(self) -> QToolButton:
        """Make the button that drops down the choice of pictures."""
        self.views = tool_button("view", _("Choose which pictures are shown"), colour=palette.MUTED)
        self.views.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return self.views

    def _zoom_buttons(self) -> list[QToolButton]:
        self.snap = tool_button("wave", _("Snap the region to beats"), colour=palette.MUTED, checkable=True)
        self.snap.toggled.connect(self.snap_toggled)
        self.snap.hide()
        buttons = [self.snap]
        for icon, tooltip, what in (
            ("zoom-out", _("Zoom out (Ctrl+-)"), "out"),
            ("zoom-in", _("Zoom in (Ctrl++)"), "in"),
            ("region", _("Zoom to the region (Z)"), "region"),
            ("fit", _("Show everything (Ctrl+0)"), "all"),
        ):
            button = tool_button(icon, tooltip, colour=palette.MUTED)
            button.clicked.connect(lambda _=False, what=what: self.zoom_asked.emit(what))
            buttons.append(button)
        return buttons

    def _numbers(self) -> QHBoxLayout:
        self._caption = label(_("Region to learn from"), "muted")
        self.start = self._seconds(_("Start of the region in seconds. Or drag in the picture."))
        self.length = self._seconds(_("Length of the region in seconds. Or drag in the picture."))
        self.bars = label(name="muted")
        self.hint = label(name="hint", wrap=True)
        self._hint_icon = Picture("info", palette.WARN)
        self._hint_icon.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (
            self._caption,
            self.start,
            label(pgettext("between start and length of a region", "for"), "muted"),
            self.length,
            self.bars,
        ):
            row.addWidget(widget)
        row.addSpacing(10)
        row.addWidget(self._hint_icon)
        row.addWidget(self.hint, 1)
        return row

    def _seconds(self, tip: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setDecimals(2)
        box.setSuffix(" s")
        box.setSingleStep(0.5)
        box.setKeyboardTracking(False)
        box.setMinimumWidth(98)
        describe(box, tip)
        roomy(box)
        box.valueChanged.connect(self._on_edited)
        return box
