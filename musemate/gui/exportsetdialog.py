"""Asks which takes go into a set for a DAW, and what the set is to hold beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from musemate.export.setplan import DAWPROJECT, MIDI, RPP
from musemate.gui.folderrow import folder_row
from musemate.gui.widgets import Choice, describe, label
from musemate.language import _, mark, pgettext

STARRED, CHOSEN = "starred", "chosen"
KINDS = (
    (RPP, mark("Reaper project (.RPP)"), mark("One track a take, the fragment on top, tempo and bar lines")),
    (DAWPROJECT, mark("DAWproject (.dawproject)"), mark("For Bitwig, Studio One, Cubase and others: all in one file")),
    (MIDI, mark("Tempo and bar lines (.mid)"), mark("For every DAW: import it first, then drag the files in")),
)


@dataclass(frozen=True)
class Offer:
    """Some takes that a set can be made of.

    Parameters
    ----------
    name : str
        "starred" or "chosen".
    takes : tuple of str
        Ids.
    unsure : tuple of str
        Names of the songs among them whose tempo is not sure, or moves.
    """

    name: str
    takes: tuple[str, ...]
    unsure: tuple[str, ...]


class ExportSetDialog(QDialog):
    """Does not block: `export_asked` says what was decided.

    Parameters
    ----------
    offers : sequence of Offer
        The first one is proposed; one at least.
    kinds : sequence of str
        What was asked for the last time.
    folder : Path
        Proposed folder.
    """

    export_asked = Signal(list, list, str)
    """Ids of takes, kinds and folder."""

    def __init__(
        self, offers: Sequence[Offer], kinds: Sequence[str], folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export a set"))
        self.setMinimumWidth(520)
        self._offers = {offer.name: offer for offer in offers}
        self.takes = Choice([(offer.name, _words(offer), _tip(offer)) for offer in offers], _("Takes"))
        self.kinds = {kind: QCheckBox(_(text)) for kind, text, _tip_text in KINDS}
        for kind, text, tip in KINDS:
            describe(self.kinds[kind], _(tip), _(text))
            self.kinds[kind].setChecked(kind in kinds)
            self.kinds[kind].toggled.connect(self._refresh)
        self.folder = QLineEdit(str(folder))
        self.tempo = label("", "muted", wrap=True)
        self.takes.changed.connect(self._refresh)
        self._build()
        self._refresh()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(label(_("Export a set for the DAW"), "title"))
        what = _(
            "A folder with the takes and their fragment, each at its place in the song, and what opens them there."
        )
        layout.addWidget(label(what, "muted", wrap=True))
        layout.addWidget(self.takes if len(self._offers) > 1 else label(_words(*self._offers.values())))
        for kind, _text, tip in KINDS:
            row = QVBoxLayout()
            row.setSpacing(0)
            row.addWidget(self.kinds[kind])
            said = label(_(tip), "small")
            said.setContentsMargins(28, 0, 0, 0)
            row.addWidget(said)
            layout.addLayout(row)
        layout.addWidget(self.tempo)
        to = folder_row(self.folder, _("Folder that the set's own folder goes to"))
        to.insertWidget(0, label(pgettext("folder", "To"), "muted"))
        layout.addLayout(to)
        layout.addSpacing(8)
        layout.addLayout(self._buttons())

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

    def _refresh(self, *_ignored: object) -> None:
        unsure = self._offers[self.takes.value].unsure
        said = _("The tempo of {songs} is not sure or moves: the set claims none, and marks stand at their second.")
        self.tempo.setText(said.format(songs=", ".join(f'"{song}"' for song in unsure)))
        self.tempo.setVisible(bool(unsure))
        self.export.setEnabled(any(box.isChecked() for box in self.kinds.values()))

    def _on_export(self) -> None:
        kinds = [kind for kind, box in self.kinds.items() if box.isChecked()]
        self.accept()
        self.export_asked.emit(list(self._offers[self.takes.value].takes), kinds, self.folder.text().strip())


def _words(offer: Offer) -> str:
    text = _("Starred takes ({n})") if offer.name == STARRED else _("Chosen takes ({n})")
    return text.format(n=len(offer.takes))


def _tip(offer: Offer) -> str:
    return _("All takes with stars") if offer.name == STARRED else _("The takes that are chosen in the table")
