"""The line at the top: which sample it is, how far that is, and how long it will still take."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from musemate.gui import wording
from musemate.gui.widgets import label
from musemate.language import _
from musemate.study.course import BREAK, TRIAL, Course


class Header(QFrame):
    """Says nothing about the sample itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("body")
        self._place, self._set, self._left = label(name="heading"), label(name="muted"), label(name="muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("How far you are"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._place)
        row.addWidget(self._set)
        row.addStretch(1)
        row.addWidget(self._left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.progress)

    @property
    def place_text(self) -> str:
        """Which sample it is, in words."""
        return self._place.text()

    @property
    def left_text(self) -> str:
        """How long it will still take, in words."""
        return self._left.text()

    def show_course(self, course: Course) -> None:
        """Show how far somebody is."""
        total, template = len(course.heard), course.study.template
        step = course.step
        is_trial = step.kind == TRIAL
        titles = {plan.name: plan.title for plan in template.sets}
        pair = template.trial == "pair"
        place = _("Pair {n} of {total}") if pair else _("Sample {n} of {total}")
        if is_trial and step.trial is not None:
            self._place.setText(place.format(n=course.place, total=total))
            self._set.setText(template.shown(titles.get(step.trial.set, "")) if len(titles) > 1 else "")
        else:
            rest = _("{n} of {total} heard").format(n=course.n_done, total=total)
            self._place.setText(rest if step.kind == BREAK else _("All samples are heard"))
            self._set.setText("")
        self._left.setText(wording.time_left(course.seconds_left) if course.n_done < total else "")
        self.progress.setMaximum(max(1, total))
        self.progress.setValue(course.n_done)
        self.progress.setAccessibleDescription(self._place.text())
