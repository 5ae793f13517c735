"""Where the sound goes: the small panel above the transport for device and buffer, and what is remembered of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QPushButton, QVBoxLayout, QWidget

from musemate.audio.player import BUFFERS_S
from musemate.gui import wording
from musemate.gui.audition import Audition
from musemate.gui.memory import Memory
from musemate.gui.sound import Output
from musemate.gui.widgets import describe, label
from musemate.language import _

NAME_KEY, BUFFER_KEY = "output_device", "output_buffer_ms"
WIDTH = 336


class OutputPanel(QFrame):
    """Asks for device and buffer; what sounds goes on meanwhile."""

    chosen = Signal(str, float)
    """Name of the device ("" for the system's default) and buffer in seconds (0 for automatic)."""
    look_again = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setFixedWidth(WIDTH)
        self.device, self.buffer = QComboBox(), QComboBox()
        describe(self.device, _("Where the sound goes"), _("Sound device"))
        describe(
            self.buffer,
            _("Short buffers answer at once, long ones never drop out. Automatic takes the shortest that works here"),
            _("Buffer"),
        )
        for box in (self.device, self.buffer):
            box.activated.connect(self._on_activated)
        for buffer_s in BUFFERS_S:
            self.buffer.addItem(buffer_text(buffer_s), buffer_s)
        self.state = label(name="small", wrap=True)
        self.again = QPushButton(_("Look again"))
        tip = _("Look for sound devices that were connected meanwhile (Ctrl+Shift+D)")
        describe(self.again, tip, _("Look again"))
        self.again.clicked.connect(self.look_again)
        self._build()

    def show_output(self, output: Output, reason: str) -> None:
        """Show what is chosen and what is in use."""
        self.device.clear()
        self.device.addItem(_("The system's default"), "")
        for name in output.names:
            self.device.addItem(name, name)
        index = self.device.findData(output.wanted)
        if index < 0:
            self.device.addItem(_("{device} (not connected)").format(device=output.wanted), output.wanted)
            index = self.device.count() - 1
        self.device.setCurrentIndex(index)
        self.buffer.setCurrentIndex(max(0, self.buffer.findData(output.buffer_s)))
        self.state.setText(reason or state_text(output))

    def open_above(self, anchor: QWidget) -> None:
        """Show it above a button, with the right edges in line."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(anchor.width(), -8))
        window = anchor.window()  # in a narrow one the button may be scrolled out of sight
        edge = window.mapToGlobal(QPoint(window.width() - 8, 0)).x()
        top = anchor.screen().availableGeometry().top()
        self.move(max(0, min(corner.x(), edge) - self.width()), max(top, corner.y() - self.height()))
        self.show()
        self.device.setFocus()

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(_("Device"), "muted"), self.device)
        form.addRow(label(_("Buffer"), "muted"), self.buffer)
        self.device.setMinimumContentsLength(16)
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(label(_("Sound output"), "heading"))
        layout.addLayout(form)
        layout.addWidget(self.state)
        layout.addWidget(self.again, 0, Qt.AlignmentFlag.AlignRight)

    def _on_activated(self) -> None:
        self.chosen.emit(str(self.device.currentData()), float(self.buffer.currentData()))


class SoundOutput(QObject):
    """Keeps the panel, the audition and the memory in step.

    Parameters
    ----------
    audition : Audition
        Has not been started yet: it starts with what is remembered.
    anchor : QWidget
        The button that the panel opens above.
    """

    def __init__(self, audition: Audition, memory: Memory, anchor: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._audition, self._memory, self._anchor = audition, memory, anchor
        self.panel = OutputPanel(parent)
        self.panel.chosen.connect(self._on_chosen)
        self.panel.look_again.connect(audition.retry)
        audition.changed.connect(self._show)
        buffer_s = int(memory.get(BUFFER_KEY, 0)) / 1000
        audition.choose_output(str(memory.get(NAME_KEY, "")), buffer_s if buffer_s in BUFFERS_S else 0.0)

    def open(self) -> None:
        """Show the panel."""
        self._show(always=True)
        self.panel.open_above(self._anchor)

    def _on_chosen(self, name: str, buffer_s: float) -> None:
        self._memory.put(NAME_KEY, name)
        self._memory.put(BUFFER_KEY, round(1000 * buffer_s))
        self._audition.choose_output(name, buffer_s)

    def _show(self, *, always: bool = False) -> None:
        if always or self.panel.isVisible():
            self.panel.show_output(self._audition.output, self._audition.reason)


def buffer_text(buffer_s: float) -> str:
    """Return a buffer as it is chosen."""
    return f"{round(1000 * buffer_s)} ms" if buffer_s else _("Automatic")


def state_text(output: Output) -> str:
    """Say in a sentence what is in use."""
    if not output.name:
        return _("No sound device is in use.")
    return _("Playing on “{device}” at {rate} with a buffer of {n} ms.").format(
        device=output.name, rate=wording.rate(output.rate_hz), n=round(1000 * output.latency_s)
    )
