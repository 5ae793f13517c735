"""The choices of an export: kind of file, rate, channels, region, bars, end and notes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from musemate.export.profile import ExportProfile
from musemate.export.wishes import AIFF, AS_IS, FLAC, MID_SIDE, MONO, PLAIN, SEAM, STEREO, TAIL, WAV
from musemate.gui import wording
from musemate.gui.widgets import Choice, describe, label
from musemate.language import _, mark

KINDS = [
    (WAV, mark("WAV"), mark("Read by every DAW, with tempo, place in the song and loop points in the file")),
    (FLAC, mark("FLAC"), mark("The same sound in a smaller file; not every DAW reads it")),
    (AIFF, mark("AIFF"), mark("For Logic and older programs on the Mac")),
]
DEPTHS = [
    ("16", mark("16 bit"), mark("For CDs and small files; dithered")),
    ("24", mark("24 bit"), mark("The usual choice for a DAW")),
    ("32f", mark("32 bit float"), mark("Exactly what was made")),
]
ENDS = [
    (PLAIN, mark("As it is"), mark("Cut with short fades where it is a part of the take")),
    (SEAM, mark("A loop"), mark("Its end goes on with its start, without a click")),
    (TAIL, mark("A loop with its tail"), mark("What rings on after the end is laid over the start")),
]
CHANNELS = [
    (AS_IS, mark("As they are")),
    (MONO, mark("Mono")),
    (STEREO, mark("Stereo")),
    (MID_SIDE, mark("Mid and side, in two files")),
]
RATES_HZ = (44_100, 48_000, 88_200, 96_000)


class ExportChoices(QWidget):
    """Captions at the left, choices at the right.

    Parameters
    ----------
    profile : ExportProfile
        What is chosen at first.
    span : (start, end) in seconds, optional
        A region that may be exported alone.
    unsure : sequence of str
        Names of the songs whose tempo is not sure.
    can_snap : bool
        Whether any take has a sure tempo.
    """

    changed = Signal()

    def __init__(
        self, profile: ExportProfile, span: tuple[float, float] | None, unsure: Sequence[str], *, can_snap: bool
    ) -> None:
        super().__init__()
        self._span, self._wanted_bars = span, profile.on_bars
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 8, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self._build_file(profile)
        self._build_cut(profile, unsure, can_snap)
        self._on_kind()

    @property
    def span(self) -> tuple[float, float] | None:
        """Start and end of the region where it alone is wanted."""
        return self._span if self.region.isChecked() else None

    @property
    def snaps(self) -> bool:
        """Whether takes are cut on bars."""
        return self.bars.isEnabled() and self.bars.isChecked()

    def profile(self, template: str, ascii_only: bool) -> ExportProfile:
        """Return what is chosen; a wish for bars that cannot be fulfilled now is kept for the next time."""
        return ExportProfile(
            kind=self.kind.value,
            depth=self.bit_depth.value,
            rate_hz=self.rate.currentData(),
            channels=self.channels.currentData(),
            notes=self.notes.isChecked(),
            on_bars=self.bars.isChecked() if self.bars.isEnabled() else self._wanted_bars,
            ending=self.end.value,
            template=template,
            ascii_only=ascii_only,
        )

    def add_row(self, caption: str, content: QWidget) -> None:
        """Add a row below the others."""
        row = self._grid.rowCount()
        text = label(caption, "muted")
        text.setContentsMargins(0, 6, 0, 0)
        self._grid.addWidget(text, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(content, row, 1)

    # building ------------------------------------------------------------------------------------------

    def _build_file(self, profile: ExportProfile) -> None:
        self.kind = Choice([(kind, _(text), _(tip)) for kind, text, tip in KINDS], _("Kind of file"))
        self.kind.value = profile.kind
        self.bit_depth = Choice([(depth, _(text), _(tip)) for depth, text, tip in DEPTHS], _("Bit depth"))
        self.bit_depth.value = profile.depth
        self.rate = QComboBox()
        self.rate.addItem(_("As the take"), 0)
        for rate_hz in dict.fromkeys([*RATES_HZ, *([profile.rate_hz] if profile.rate_hz else [])]):
            self.rate.addItem(wording.rate(rate_hz), rate_hz)
        self.rate.setCurrentIndex(self.rate.findData(profile.rate_hz))
        describe(self.rate, _("Another rate is converted at the highest quality"), _("Sample rate"))
        self.channels = QComboBox()
        for value, text in CHANNELS:
            self.channels.addItem(_(text), value)
        self.channels.setCurrentIndex(self.channels.findData(profile.channels))
        describe(self.channels, _("Mono is the mean of both sides"), _("Channels"))
        for combo in (self.rate, self.channels):  # a long choice may be cut off, but not in the list
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
        self.notes = QCheckBox(_("Notes in the file"))
        self.notes.setChecked(profile.notes)
        tip = _("Where it comes from, and for DAWs and samplers: tempo, place in the song, bar lines, loop points")
        describe(self.notes, tip, _("Notes in the file"))
        self.add_row(_("File"), self.kind)
        self.add_row(_("Depth"), self.bit_depth)
        self.add_row(_("Rate"), self._side_by_side())
        self.add_row("", self.notes)
        self.kind.changed.connect(self._on_kind)
        self.channels.activated.connect(self.changed)

    def _side_by_side(self) -> QWidget:
        """Lay out rate and channels in one row."""
        result = QWidget()
        row = QHBoxLayout(result)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.rate, 1)
        row.addSpacing(8)
        row.addWidget(label(_("Channels"), "muted"))
        row.addWidget(self.channels, 1)
        return result

    def _build_cut(self, profile: ExportProfile, unsure: Sequence[str], can_snap: bool) -> None:
        self.region, self.bars = QCheckBox(), QCheckBox(_("Whole bars"))
        self.region.setVisible(self._span is not None)
        if self._span is not None:
            start, end = (wording.clock(edge, tenths=True) for edge in self._span)
            self.region.setText(_("Only the region from {start} to {end}").format(start=start, end=end))
            self.region.setChecked(True)
            describe(self.region, _("Cut the region out, with short fades at its edges"), _("Only the region"))
        self.bars.setEnabled(can_snap)
        self.bars.setChecked(can_snap and profile.on_bars)
        describe(self.bars, _("From bar line to bar line, exactly as long as so many bars are"), _("Whole bars"))
        self.why = label(_why(unsure, can_snap), "small", wrap=True)
        self.why.setContentsMargins(28, 0, 0, 0)
        self.why.setVisible(bool(unsure))
        self.end = Choice([(end, _(text), _(tip)) for end, text, tip in ENDS], _("End"))
        self.end.value = profile.ending
        what = QWidget()
        column = QVBoxLayout(what)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.region, self.bars, self.why):
            column.addWidget(widget)
        self.add_row(_("Cut"), what)
        self.add_row(_("End"), self.end)
        self.region.toggled.connect(self.changed)
        self.bars.toggled.connect(self.changed)

    def _on_kind(self, _kind: str = "") -> None:
        """Offer floats only where the kind of file holds them."""
        floats = self.bit_depth.button("32f")
        holds = self.kind.value != FLAC
        if not holds and self.bit_depth.value == "32f":
            self.bit_depth.value = "24"
        floats.setEnabled(holds)
        floats.setToolTip(_("Exactly what was made") if holds else _("FLAC holds no 32-bit floats."))
        self.changed.emit()


def _why(unsure: Sequence[str], can_snap: bool) -> str:
    """Return why no bars can be counted, or not in all takes."""
    songs = ", ".join(f'"{song}"' for song in unsure)
    if can_snap:
        return _("The tempo of {songs} is not sure: takes of it are exported as they are.").format(songs=songs)
    return _("The tempo of {songs} is not sure, so no bars are claimed.").format(songs=songs)
