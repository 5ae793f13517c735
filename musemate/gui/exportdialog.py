"""Asks how and where takes are exported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from musemate.export.naming import Named
from musemate.export.profile import ExportProfile
from musemate.export.soundwriting import ENDINGS
from musemate.export.wishes import MID_SIDE
from musemate.gui.exportchoices import ExportChoices
from musemate.gui.exportname import ExportName
from musemate.gui.folderrow import folder_row
from musemate.gui.scrolling import Column, scrolled
from musemate.gui.widgets import describe, label, resize_within_screen
from musemate.language import _, ngettext
from musemate.project.records import Fragment, Take

WIDTH, MARGIN = 592, 24


@dataclass(frozen=True)
class Offer:
    """What is to be exported.

    Parameters
    ----------
    takes : tuple of Take
        One at least.
    fragments : tuple of Fragment
        That of each take.
    span : (start, end) in seconds, optional
        The region of the one take that is shown, when it leaves something out.
    """

    takes: tuple[Take, ...]
    fragments: tuple[Fragment, ...]
    span: tuple[float, float] | None = None

    @property
    def unsure(self) -> tuple[str, ...]:
        """Names of the songs whose tempo is not sure."""
        return tuple(dict.fromkeys(f.name for f in self.fragments if f.beats is None or not f.beats.is_sure))

    @property
    def is_sure(self) -> bool:
        """Whether at least one take has a tempo that bars can be counted by."""
        return any(fragment.beats is not None and fragment.beats.is_sure for fragment in self.fragments)

    def named(self, length_s: float, on_bars: bool, part: str) -> Named:
        """Return what the name of the first take's file may say."""
        take, fragment = self.takes[0], self.fragments[0]
        beats = fragment.beats if fragment.beats and fragment.beats.is_sure else None
        bars = round(length_s * beats.bpm / 60 / beats.beats_per_bar) if beats and on_bars else 0
        return Named(fragment.name, take.full_name, beats.bpm if beats else None, fragment.key, bars, part)


@dataclass(frozen=True)
class Answer:
    """What was decided.

    Parameters
    ----------
    folder : str
        As it was typed.
    profile : ExportProfile
    span : (start, length) in seconds, optional
        None for all of each take.
    layers : bool
        Whether the signals of the scales are wanted too.
    """

    folder: str
    profile: ExportProfile
    span: tuple[float, float] | None = None
    layers: bool = False


class ExportDialog(QDialog):
    """Does not block: `export_asked` says what was decided.

    Parameters
    ----------
    offer : Offer
    folder : Path
        Proposed folder.
    profile : ExportProfile
        Proposed choices: those of the last time.
    """

    export_asked = Signal(object)
    """An `Answer`."""

    def __init__(self, offer: Offer, folder: Path, profile: ExportProfile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export"))
        self._offer = offer
        self.choices = ExportChoices(profile, offer.span, offer.unsure, can_snap=offer.is_sure)
        self.layers = QCheckBox(
            _("The signals of their scales too") if len(offer.takes) > 1 else _("The signals of its scales too")
        )
        describe(self.layers, _("One more file for each scale, at the scale's own rate"), _("Scales too"))
        self.layers.setVisible(any(take.layers for take in offer.takes))
        self.folder = QLineEdit(str(folder))
        self.export = QPushButton(_("Export"))
        self.name = ExportName(profile.template, profile.ascii_only, self._named)
        form, buttons = self._build()
        self.choices.changed.connect(self.name.refresh)
        self.name.changed.connect(lambda: self.export.setEnabled(self.name.is_possible))
        self.name.refresh()
        self.ensurePolished()
        width = max(WIDTH, form.totalMinimumSize().width())  # other languages are longer
        resize_within_screen(self, width, form.totalHeightForWidth(width) + buttons.sizeHint().height())

    @property
    def answer(self) -> Answer:
        """What is chosen now."""
        span = self.choices.span
        return Answer(
            self.folder.text().strip(),
            self.choices.profile(self.name.template, self.name.plain_letters.isChecked()),
            (span[0], span[1] - span[0]) if span is not None else None,
            self.layers.isChecked(),
        )

    def _named(self) -> tuple[Named, str]:
        choices = self.choices
        start, end = choices.span or (0.0, self._offer.takes[0].seconds)
        part = "mid" if choices.channels.currentData() == MID_SIDE else ""
        return self._offer.named(end - start, choices.snaps, part), ENDINGS[choices.kind.value]

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> tuple[QVBoxLayout, QHBoxLayout]:
        """Lay everything out; what is above the buttons scrolls where it has no room."""
        form = Column()
        form.setObjectName("scrolled")
        inside = QVBoxLayout(form)
        inside.setContentsMargins(MARGIN, MARGIN, MARGIN, 8)
        inside.setSpacing(8)
        takes = self._offer.takes
        what = ngettext("Export {n} take", "Export {n} takes", len(takes))
        if len(takes) == 1:
            what = _("Export {take}").format(take=takes[0].shown_name)
        inside.addWidget(label(what, "title"))
        inside.addWidget(label(_("Nothing is ever overwritten."), "muted", wrap=True))
        self.choices.add_row(_("Name"), self.name)
        to = QWidget()
        to.setLayout(folder_row(self.folder, _("Folder that the files go to")))
        self.choices.add_row(_("Folder"), to)
        inside.addWidget(self.choices)
        inside.addWidget(self.layers)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scrolled(form), 1)
        buttons = self._buttons()
        layout.addLayout(buttons)
        return inside, buttons

    def _buttons(self) -> QHBoxLayout:
        cancel = QPushButton(_("Cancel"))
        cancel.clicked.connect(self.reject)
        self.export.setObjectName("make")
        self.export.setDefault(True)
        self.export.clicked.connect(self._on_export)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN, 8, MARGIN, 16)
        row.setSpacing(12)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.export)
        return row

    def _on_export(self) -> None:
        answer = self.answer
        self.accept()
        self.export_asked.emit(answer)
