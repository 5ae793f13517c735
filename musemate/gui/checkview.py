"""The sheet that names what a check has found; it stays beside the work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from musemate.engine.events import Found
from musemate.gui.widgets import describe, label
from musemate.language import _


class CheckView(QDialog):
    """Shows findings, and offers to repair them.

    Parameters
    ----------
    found : list of Found
    can_repair : bool
        Whether a repair would put something right.
    parent : QWidget, optional
    """

    repair_asked = Signal()

    def __init__(self, found: list[Found], can_repair: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findings")
        self.setWindowTitle(_("What the check has found"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 480)
        self.text = QPlainTextEdit("\n\n".join(map(_told, found)))
        self.text.setReadOnly(True)
        describe(self.text, _("Each thing, and what still works"), _("What the check has found"))
        self.repair, self.close_button = QPushButton(_("Repair")), QPushButton(_("Close"))
        self.repair.setEnabled(can_repair)
        describe(self.repair, _("Put right what can be; nothing is deleted"), _("Repair"))
        describe(self.close_button, _("Close this sheet (Esc)"), _("Close"))
        self.repair.clicked.connect(self._on_repair)
        self.close_button.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.repair)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(_("What the check has found"), "title"))
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)

    def _on_repair(self) -> None:
        self.repair_asked.emit()
        self.close()


def _told(found: Found) -> str:
    """Return a finding as a paragraph: what is wrong, what was done or still works, and where it is."""
    place = "" if found.place in found.message else found.place
    return "\n".join(filter(None, (found.message, found.repaired or found.rest, place)))
