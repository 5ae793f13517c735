"""The sheet that shows a diagnosis: to read, to copy, to ask again; it stays beside the work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from musemate.gui.widgets import describe, label
from musemate.language import _


class DiagnosisView(QDialog):
    """Shows one text."""

    again_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagnosis")
        self.setWindowTitle(_("Diagnosis"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self.resize(720, 600)

    def come_forward(self) -> None:
        """Show the sheet, or bring it to the front where it is open already."""
        self.show()
        self.raise_()
        self.activateWindow()

    def wait(self) -> None:
        """Show that the text is still to come."""
        self.text.setPlainText("")
        self.text.setPlaceholderText(_("Looking at this computer…"))
        self.copy.setEnabled(False)
        self.again.setEnabled(False)

    def show_text(self, text: str) -> None:
        """Show a text."""
        self.text.setPlaceholderText(_("There is nothing to show any more."))
        self.text.setPlainText(text)
        self.copy.setEnabled(bool(text))
        self.again.setEnabled(True)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())
        self.copied.setText(_("Copied"))

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.copied = label("", "muted")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.textChanged.connect(lambda: self.copied.setText(""))
        describe(self.text, _("What is known of this computer and of the last crash"), _("Diagnosis"))
        self.copy, self.again, close = QPushButton(_("Copy")), QPushButton(_("Look again")), QPushButton(_("Close"))
        describe(self.copy, _("Copy all of it, to paste it into a bug report"), _("Copy"))
        describe(self.again, _("Ask everything anew"), _("Look again"))
        describe(close, _("Close this sheet (Esc)"), _("Close"))
        self.copy.clicked.connect(self._copy)
        self.again.clicked.connect(lambda: self.again_asked.emit())
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.copy, self.again):
            buttons.addWidget(button)
        buttons.addWidget(self.copied)
        buttons.addStretch(1)
        buttons.addWidget(close)
        said = label(
            _("For a bug report. It names no songs and not you, and nothing of it is sent anywhere."),
            "muted",
            wrap=True,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(_("Diagnosis"), "title"))
        layout.addWidget(said)
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)
