"""What a training was trained with, and training again with the same."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from musemate.engine.catalogue import differences
from musemate.engine.presets import label_of
from musemate.engine.registry import ENGINES
from musemate.gui.plaintext import plain
from musemate.gui.widgets import describe, label
from musemate.language import _, ngettext
from musemate.project.records import Run

MOST_NAMED = 3


class TrainedWith(QWidget):
    """Two lines under a training: its parameters, and a button that takes them over."""

    again_asked = Signal(str)
    """With the run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = ""
        self.text = label("", "small", wrap=True)
        self.text.setAccessibleName(_("What this was trained with"))
        self.again = QPushButton(_("Train again with these"))
        self.again.clicked.connect(lambda: self.again_asked.emit(self._run))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text)
        layout.addWidget(self.again)

    def show_run(self, run: Run) -> None:
        """Say what a run was trained with, and offer it for the next."""
        self._run = run.id
        told = differences(run.engine, run.preset, run.options)
        first, rest = told[:MOST_NAMED], told[MOST_NAMED:]
        preset, changed = _(label_of(run.engine, run.preset)), ", ".join(first)
        if rest:
            changed += " " + ngettext("and {n} more", "and {n} more", len(rest))
        text = _("Trained with {preset}: {changes}") if told else _("Trained with {preset} as it is")
        self.text.setText(text.format(preset=preset, changes=changed))
        self.text.setToolTip(plain("\n".join(told)))
        is_known = run.engine in ENGINES
        self.again.setEnabled(is_known)
        tip = _("Take its engine, preset and parameters over for the next training; they open beside this panel")
        describe(self.again, tip if is_known else _("This version has no such engine"), _("Train again with these"))
