"""Asks how and where takes are exported."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from musemate.gui import wording
from musemate.gui.widgets import Choice, describe, label
from musemate.language import _, mark, ngettext, pgettext

DEPTHS = [
    ("16", mark("16 bit"), mark("For CDs and small files; dithered")),
    ("24", mark("24 bit"), mark("The usual choice for a DAW")),
    ("32f", mark("32 bit float"), mark("Exactly what was made")),
]


class ExportDialog(QDialog):
    """Does not block: `export_asked` says what was decided.

    Parameters
    ----------
    names : list of str
        Names of the takes.
    folder : Path
        Proposed folder.
    span : (start, end) in seconds, optional
        The region of the one take that is shown, when it leaves something out.
    has_layers : bool
        Whether takes have scales that can be exported too.
    """

    export_asked = Signal(str, str, object, bool)
    """Folder, depth, (start, length) in seconds or None for all, and whether the signals of the scales are wanted."""

    def __init__(
        self,
        names: list[str],
        folder: Path,
        span: tuple[float, float] | None,
        depth: str = "24",
        *,
        has_layers: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export"))
        self.setMinimumWidth(520)
        self._span = span
        self.bit_depth = Choice([(depth, _(text), _(tip)) for depth, text, tip in DEPTHS], _("Bit depth"))
        self.bit_depth.value = depth
        self.folder = QLineEdit(str(folder))
        self.region = QCheckBox()
        self.layers = QCheckBox(
            _("The signals of their scales too") if len(names) > 1 else _("The signals of its scales too")
        )
        self.layers.setVisible(has_layers)
        self._build(names)

    def _build(self, names: list[str]) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 20)
        layout.setSpacing(12)
        what = _("Export {take}").format(take=names[0])
        if len(names) > 1:
            what = ngettext("Export {n} take", "Export {n} takes", len(names))
        layout.addWidget(label(what, "title"))
        layout.addWidget(
            label(_("WAV, at the rate of your fragment. Nothing is ever overwritten."), "muted", wrap=True)
        )
        layout.addWidget(self.bit_depth)
        layout.addLayout(self._folder_row())
        if self._span is not None:
            start, end = (wording.clock(edge, tenths=True) for edge in self._span)
            self.region.setText(_("Only the region from {start} to {end}").format(start=start, end=end))
            self.region.setChecked(True)
            describe(self.region, _("Cut the region out, with short fades at its edges"), _("Only the region"))
            layout.addWidget(self.region)
        describe(self.layers, _("One more file for each scale, at the scale's own rate"), _("Scales too"))
        layout.addWidget(self.layers)
        layout.addSpacing(6)
        layout.addLayout(self._buttons())

    def _folder_row(self) -> QHBoxLayout:
        describe(self.folder, _("Folder that the files go to"), _("Folder"))
        choose = QPushButton(_("Choose…"))
        describe(choose, _("Choose another folder"))
        choose.clicked.connect(self._on_choose)
        row = QHBoxLayout()
        row.addWidget(label(pgettext("folder", "To"), "muted"))
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        return row

    def _buttons(self) -> QHBoxLayout:
        cancel = QPushButton(_("Cancel"))
        cancel.clicked.connect(self.reject)
        self.export = QPushButton(_("Export"))
        self.export.setObjectName("make")
        self.export.setDefault(True)
        self.export.clicked.connect(self._on_export)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.export)
        return row

    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("Export to"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _on_export(self) -> None:
        span = None
        if self._span is not None and self.region.isChecked():
            span = (self._span[0], self._span[1] - self._span[0])
        self.accept()
        self.export_asked.emit(self.folder.text().strip(), self.bit_depth.value, span, self.layers.isChecked())
