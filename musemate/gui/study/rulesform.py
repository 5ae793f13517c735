"""How a new study is prepared and heard, as controls: they begin with what the questionnaire says."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QSpinBox, QWidget

from musemate.gui.widgets import describe, label, roomy
from musemate.language import _, number
from musemate.study.template import Rules

ANCHORS_HZ = (0, 3500, 7000)
"""Usual low-pass anchors of listening tests (ITU-R BS.1534-3)."""
LONGEST_S, MOST_TRIALS = 120, 100


class RulesForm(QWidget):
    """Shows `Rules`; `values` are those that were changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = Rules()
        self._make()
        self._build()

    def show_rules(self, rules: Rules) -> None:
        """Begin with these."""
        self._before = rules
        self.pictures.setChecked(rules.pictures)
        self.loop.setChecked(rules.loop)
        self.headphones.setChecked(rules.headphones)
        self.break_after.setValue(rules.break_after)
        self.heard.setValue(rules.heard)
        self.longest.setValue(round(rules.longest_s))
        _choose(self.band, rules.band_limit, rules.band_limit)
        _choose(self.anchor, rules.anchor_hz, _hertz(rules.anchor_hz))

    @property
    def values(self) -> dict[str, Any]:
        """The rules that are not as the questionnaire says, by their names."""
        now: dict[str, Any] = {
            "pictures": self.pictures.isChecked(),
            "loop": self.loop.isChecked(),
            "headphones": self.headphones.isChecked(),
            "break_after": self.break_after.value(),
            "heard": self.heard.value(),
            "band_limit": self.band.currentData(),
            "anchor_hz": self.anchor.currentData(),
        }
        if self.longest.value() != round(self._before.longest_s):
            now["longest_s"] = float(self.longest.value())
        return {name: value for name, value in now.items() if value != getattr(self._before, name)}

    # building ------------------------------------------------------------------------------------------

    def _make(self) -> None:
        self.pictures = QCheckBox(_("Show waveform and spectrogram"))
        describe(self.pictures, _("Whoever listens sees them too, which may give takes away"), _("Pictures"))
        self.loop = QCheckBox(_("Begin each sample anew at its end"))
        describe(self.loop, _("Until the next one is asked for"), _("Loop"))
        self.headphones = QCheckBox(_("Check the headphones first"))
        describe(self.headphones, _("Six short tones that only headphones tell apart"), _("Headphones"))
        self.break_after = _counted(MOST_TRIALS, _("never"), _("Samples until a break is offered"))
        self.heard = _counted(MOST_TRIALS, _("all"), _("How many samples of each set one rater hears"))
        self.longest = QSpinBox()
        roomy(self.longest)
        self.longest.setRange(1, LONGEST_S)
        self.longest.setSuffix(_(" s"))
        describe(self.longest, _("Longer samples are cut; all become as long as the shortest"), _("Longest sample"))
        self.band, self.anchor = QComboBox(), QComboBox()
        self.band.addItem(_("that of the dullest sample"), "lowest")
        self.band.addItem(_("none"), "none")
        describe(self.band, _("So that real excerpts are not known by their brilliance alone"), _("Highest frequency"))
        for hertz in ANCHORS_HZ:
            self.anchor.addItem(_hertz(hertz), hertz)
        describe(self.anchor, _("A real excerpt made dull on purpose, heard as one more sample"), _("Dull copy"))

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        for row, box in enumerate((self.pictures, self.loop, self.headphones)):
            grid.addWidget(box, row, 0, 1, 2)
        for row, (text, control) in enumerate(
            (
                (_("&Break after"), self.break_after),
                (_("&Heard of each set"), self.heard),
                (_("&Longest sample"), self.longest),
                (_("Highest &frequency"), self.band),
                (_("&Dull copy"), self.anchor),
            ),
            start=3,
        ):
            said = label(text)
            said.setBuddy(control)
            grid.addWidget(said, row, 0)
            grid.addWidget(control, row, 1)
        grid.setColumnStretch(1, 1)


def _counted(most: int, nothing: str, tooltip: str) -> QSpinBox:
    """Return a box for a number whose 0 is a word."""
    box = QSpinBox()
    roomy(box)
    box.setRange(0, most)
    box.setSpecialValueText(nothing)
    describe(box, tooltip)
    return box


def _choose(box: QComboBox, value: object, text: str) -> None:
    """Choose a value, which is added where it is not among the usual ones."""
    at = box.findData(value)
    if at < 0:
        box.addItem(text, value)
        at = box.count() - 1
    box.setCurrentIndex(at)


def _hertz(value: int) -> str:
    return _("low-pass at {n} Hz").format(n=number(value, ",d")) if value else _("none")
