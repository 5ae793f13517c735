"""The panel "Make takes": how many, how long, and how close to the fragment."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from musemate.engine.facts import EngineFacts, facts_of, starting_scales
from musemate.gui import wording
from musemate.gui.plaintext import plain
from musemate.gui.widgets import Choice, describe, keep_focus, label, roomy
from musemate.language import _, mark, number
from musemate.project.records import INSTANT, Beats, Run

MOST_TAKES = 16
LONGEST_TAKE_S = 300.0

MODES = [
    ("new", mark("New"), mark("New material: same sound, new course: a fresh arrangement of what was learnt")),
    ("variation", mark("Variation"), mark("Keeps the course of your fragment as closely as you choose")),
    (
        "reconstruction",
        mark("Rebuilt"),
        mark("Your fragment as the training holds it: how much it has learnt of it"),
    ),
]
CLOSENESS = {
    "new": mark(
        "How much of the new arrangement is real: at 0 everything is made from noise, at 100 only the finest detail"
    ),
    "variation": mark(
        "How much of the fragment's course stays: 0 is free, from 50 on the rhythm stays, 100 is very close"
    ),
}
CLOSENESS_INSTANT = {
    "new": mark(
        "How much of the fragment's order stays: at 0 nearly every beat jumps elsewhere, at 100 every other one"
    ),
    "variation": CLOSENESS["variation"],
}
NO_CLOSENESS = {
    "new": mark("New material of this training grows from noise alone"),
    "variation": mark("The chosen scale says how much stays"),
    "reconstruction": mark("A reconstruction has no dice: it is the same each time"),
}


@dataclass(frozen=True)
class TakeWish:
    """What the songwriter wants to have made."""

    count: int
    seconds: float
    mode: str
    closeness: float
    metre: bool = True
    scale: int | None = None
    """Of a variation: the finest scale that stays real, None where closeness says so."""
    at_steps: int | None = None
    """The point of the training, in steps of each part; None for its end."""


class TakePanel(QFrame):
    """Asks for takes."""

    make_asked = Signal(object)
    """A `TakeWish`."""
    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._run: Run | None = None
        self._keep_metre = True
        self._beats: Beats | None = None
        self._build()
        self.set_ready(_("Choose a fragment first."))

    @property
    def wish(self) -> TakeWish:
        """What is set now."""
        mode, closeness = self.mode.value, self.closeness.value() / 100
        scale = self.start.currentData() if mode == "variation" else None
        at_steps = self.point.currentData()
        return TakeWish(self.count.value(), self.seconds.value(), mode, closeness, self._keep_metre, scale, at_steps)

    def set_ready(self, reason: str) -> None:
        """Enable the button, or disable it with the reason as tooltip."""
        self.make.setEnabled(not reason)
        with_what = _("Make takes at once, spliced from the region's own sound (Ctrl+M)")
        if not self._is_instant:
            with_what = _("Make takes with what was learnt (Ctrl+M)")
        self.make.setToolTip(plain(reason or with_what))

    def show_run(self, run: Run | None) -> None:
        """Say what the takes are made with: a run, or (None) the region itself, at once."""
        self._run = run
        self._with.setText(wording.made_with(run))
        self.mode.set_options(self._modes())
        self._set_starts(starting_scales(run.engine, run.scales, run.n_finished) if run else [])
        self._tell_usable()

    def set_points(self, points: list[int]) -> None:
        """Offer the points of the training that were kept; a chosen one stays chosen while it is there."""
        chosen = self.point.currentData()
        self.point.clear()
        self.point.addItem(_("Training point: its end"), None)
        for steps in reversed(points):
            self.point.addItem(_("As after {n} steps").format(n=number(steps, ",")), steps)
        self.point.setCurrentIndex(max(0, self.point.findData(chosen)))
        self.point.setVisible(bool(points))

    def set_metre(self, beats: Beats | None) -> None:
        """Offer to keep the metre where the fragment has one; else say why not."""
        self._beats = beats
        is_sure = beats is not None and beats.is_sure and self._facts.arranges
        why_not = _("No steady beat was found in this fragment, so there is no metre to keep")
        if beats is None:
            why_not = _("Whether there is a steady beat is not known yet; if there is one, it is kept")
        if not self._facts.arranges:
            why_not = _("This training knows no metre: its waveforms grow from noise")
        self.metre.setEnabled(is_sure and self.mode.value != "reconstruction")
        self.metre.setChecked(is_sure and self._keep_metre)
        keeps = _("Keep to the fragment's beats and bars; without it, takes are freer in time")
        self.metre.setToolTip(keeps if is_sure else why_not)

    def set_seconds(self, seconds: float) -> None:
        """Propose a length: the fragment's own."""
        self.seconds.setValue(seconds)

    def show_working(self, text: str, fraction: float | None) -> None:
        """Show how far the takes are."""
        self.note.setText(text)
        self._progress.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._progress.setValue(round(fraction * 1000))
        self._show_running(True)

    def show_end(self) -> None:
        """Show that nothing is being made."""
        self._show_running(False)

    def _show_running(self, running: bool) -> None:
        if running:
            keep_focus([self.make], self)
        else:
            self.make.show()
            keep_focus([self.cancel, self], self.make)
        self.make.setVisible(not running)
        self.cancel.setVisible(running)
        self._progress.setVisible(running)
        self.note.setVisible(running)

    @property
    def _is_instant(self) -> bool:
        return self._run is None or self._run.is_instant

    @property
    def _facts(self) -> EngineFacts:
        return facts_of(self._run.engine if self._run else INSTANT)

    def _modes(self) -> list[tuple[str, str, str]]:
        """Return the kinds of take that can be made now, as `Choice` takes them."""
        return [(mode, _(text), _(tip)) for mode, text, tip in MODES if mode in self._facts.modes]

    def _set_starts(self, scales: list[str]) -> None:
        """Offer the scales that a variation may start from; a chosen one stays chosen while it is there."""
        chosen = self.start.currentText()
        self.start.clear()
        self.start.addItem(_("Real as far as closeness says"), None)
        for scale, name in enumerate(scales):
            self.start.addItem(_("Real up to {scale}").format(scale=wording.scale(name)), scale)
        self.start.setCurrentIndex(max(0, self.start.findText(chosen)))

    def _tell_usable(self) -> None:
        """Enable what has an effect on takes of the chosen kind."""
        mode, facts = self.mode.value, self._facts
        self.start.setVisible(mode == "variation" and self.start.count() > 1)
        by_closeness = facts.arranges if mode == "new" else mode == "variation" and self.start.currentData() is None
        self.closeness.setEnabled(by_closeness)
        texts = CLOSENESS_INSTANT if self._is_instant else CLOSENESS
        describe(self.closeness, _(texts[mode] if by_closeness else NO_CLOSENESS[mode]), _("Closeness"))
        self.count.setEnabled(mode != "reconstruction")
        self.set_metre(self._beats)

    def _on_metre(self, kept: bool) -> None:
        self._keep_metre = kept

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 16)
        layout.setSpacing(10)
        self._with = label(name="small")
        head = QHBoxLayout()
        head.addWidget(label(_("New takes"), "heading"))
        head.addStretch(1)
        head.addWidget(self._with)
        layout.addLayout(head)
        self.mode = Choice(self._modes(), _("Kind of take"))
        self.mode.changed.connect(self._tell_usable)
        layout.addWidget(self.mode)
        self.start = QComboBox()
        tip = _("The coarse scales that stay as they are in your fragment; finer ones are made")
        describe(self.start, tip, _("Start"))
        self.start.activated.connect(self._tell_usable)
        self._set_starts([])
        layout.addWidget(self.start)
        self.point = QComboBox()
        tip = _("How long it had learnt, in steps of each part: early points are rougher and freer than the end")
        describe(self.point, tip, _("Training point"))
        self.set_points([])
        layout.addWidget(self.point)
        layout.addLayout(self._closeness_row())
        self.metre = QCheckBox(_("Keep the metre"))
        self.metre.setAccessibleName(_("Keep the metre"))
        self.metre.clicked.connect(self._on_metre)
        layout.addWidget(self.metre)
        layout.addLayout(self._number_row())
        layout.addLayout(self._button_row())
        self._progress = QProgressBar()
        self._progress.setObjectName("take")
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(_("Progress of the takes"))
        self.note = label(name="small", wrap=True)
        layout.addWidget(self._progress)
        layout.addWidget(self.note)
        self._tell_usable()
        self._show_running(False)

    def _closeness_row(self) -> QHBoxLayout:
        self.closeness = QSlider(Qt.Orientation.Horizontal)
        self.closeness.setObjectName("take")
        self.closeness.setRange(0, 100)
        self.closeness.setValue(50)
        self._percent = label(wording.percent(0.5), "muted")
        self._percent.setFixedWidth(42)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.closeness.valueChanged.connect(lambda value: self._percent.setText(wording.percent(value / 100)))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(label(_("Closeness"), "muted"))
        row.addWidget(self.closeness, 1)
        row.addWidget(self._percent)
        return row

    def _number_row(self) -> QGridLayout:
        self.count = QSpinBox()
        self.count.setRange(1, MOST_TAKES)
        self.count.setValue(4)
        describe(self.count, _("How many takes to make"), _("Number of takes"))
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(1.0, LONGEST_TAKE_S)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.seconds.setValue(20.0)
        describe(self.seconds, _("How long each take is: 1 s to 5 minutes"), _("Length of each take"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for column, (text, box) in enumerate(((_("Number"), self.count), (_("Length of each"), self.seconds))):
            grid.addWidget(label(text, "small"), 0, column)
            grid.addWidget(roomy(box), 1, column)
            grid.setColumnStretch(column, 1)
        return grid

    def _button_row(self) -> QHBoxLayout:
        self.make = QPushButton(_("Make takes"))
        self.make.setObjectName("make")
        describe(self.make, _("Make takes with what was learnt (Ctrl+M)"), _("Make takes"))
        self.make.clicked.connect(lambda: self.make_asked.emit(self.wish))
        self.cancel = QPushButton(_("Cancel"))
        describe(self.cancel, _("Stop making takes and keep those that are done"))
        self.cancel.clicked.connect(self.cancel_asked)
        row = QHBoxLayout()
        row.addWidget(self.make, 1)
        row.addWidget(self.cancel, 1)
        return row
