"""The row of a dialogue in which a folder is typed or chosen."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton

from musemate.gui.plaintext import plain
from musemate.gui.widgets import describe
from musemate.language import _


def folder_row(folder: QLineEdit, about: str) -> QHBoxLayout:
    """Lay out a field for a folder with a button that asks for another one.

    Parameters
    ----------
    folder : QLineEdit
    about : str
        What the folder is for.
    """

    def ask() -> None:
        chosen = QFileDialog.getExistingDirectory(folder.window(), _("Export to"), folder.text())
        if chosen:
            folder.setText(chosen)
            folder.setToolTip(plain(chosen))  # it may be longer than the field

    describe(folder, about, _("Folder"))
    choose = QPushButton(_("Choose…"))
    describe(choose, _("Choose another folder"))
    choose.clicked.connect(ask)
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(folder, 1)
    row.addWidget(choose)
    return row
