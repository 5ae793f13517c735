"""Asks how a take is laid into its song, and where the song goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from musemate.export.placing import INSERT, REPLACE
from musemate.gui.exportchoices import DEPTHS
from musemate.gui.folderrow import folder_row
from musemate.gui.widgets import Choice, describe, label
from musemate.language import _, mark, pgettext

WAYS = [
    (REPLACE, mark("Over the song"), mark("For as long as it is; nothing behind it moves")),
    (INSERT, mark("Instead of its region"), mark("The song goes on behind it, earlier or later than before")),
]
WIDTH = 520


class PlaceDialog(QDialog):
    """Does not block: `export_asked` and `hear_asked` say what was decided.

    Parameters
    ----------
    take, song : str
        Their names.
    folder : Path
        Proposed folder.
    """

    export_asked = Signal(str, str, str, bool)
    """Folder, depth, mode, and whether the take is made as loud as what it replaces."""
    hear_asked = Signal(str, bool)
    """Mode, and whether the take is made as loud as what it replaces."""

    def __init__(self, take: str, song: str, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export in the song"))
        self.setMinimumWidth(WIDTH)
        self.way = Choice([(mode, _(text), _(tip)) for mode, text, tip in WAYS], _("Where the take lies"))
        self.match = QCheckBox(_("As loud as what it replaces"))
        self.bit_depth = Choice([(depth, _(text), _(tip)) for depth, text, tip in DEPTHS], _("Bit depth"))
        self.folder = QLineEdit(str(folder))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addWidget(label(_("{take} in “{song}”").format(take=take[:1].upper() + take[1:], song=song), "title"))
        layout.addWidget(label(self._about(), "muted", wrap=True))
        layout.addWidget(self.way)
        describe(self.match, _("Measured as broadcasters do (ITU-R BS.1770); by 12 dB at most"), _("Equal loudness"))
        layout.addWidget(self.match)
        layout.addWidget(self.bit_depth)
        to = folder_row(self.folder, _("Folder that the file goes to"))
        to.insertWidget(0, label(pgettext("folder", "To"), "muted"))
        layout.addLayout(to)
        layout.addSpacing(8)
        layout.addLayout(self._buttons())

    def show_choices(self, *, mode: object, match: object, depth: str) -> None:
        """Start from what was chosen the last time."""
        self.way.value, self.bit_depth.value = str(mode), depth
        self.match.setChecked(bool(match))

    @staticmethod
    def _about() -> str:
        where = _("It lies where it was learnt from; new material in metre begins on the nearest bar line.")
        how = _("The song is copied as WAV; nothing is ever overwritten.")
        return f"{where} {how}"

    def _buttons(self) -> QHBoxLayout:
        self.hear = QPushButton(_("Hear it"))
        describe(self.hear, _("Close this and hear the take in its song so"))
        self.hear.clicked.connect(self._on_hear)
        cancel = QPushButton(_("Cancel"))
        cancel.clicked.connect(self.reject)
        self.export = QPushButton(_("Export"))
        self.export.setObjectName("make")
        self.export.setDefault(True)
        self.export.clicked.connect(self._on_export)
        row = QHBoxLayout()
        row.addWidget(self.hear)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.export)
        return row

    def _on_hear(self) -> None:
        self.accept()
        self.hear_asked.emit(self.way.value, self.match.isChecked())

    def _on_export(self) -> None:
        self.accept()
        folder = self.folder.text().strip()
        self.export_asked.emit(folder, self.bit_depth.value, self.way.value, self.match.isChecked())
