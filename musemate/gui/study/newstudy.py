"""The sheet on which a new study is put together: questionnaire, samples and rules; it stays beside the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from musemate.audio.files import READABLE_SUFFIXES
from musemate.gui import wheel
from musemate.gui.scrolling import Column, scrolled
from musemate.gui.study import samples
from musemate.gui.study.rulesform import RulesForm
from musemate.gui.study.samplemodel import SampleModel
from musemate.gui.study.samplepanel import SamplePanel
from musemate.gui.widgets import describe, label, resize_within_screen
from musemate.language import _, ngettext, number
from musemate.project.records import Fragment, Take
from musemate.study.balance import Balance, balance, warnings
from musemate.study.template import Template

FORM_WIDTH, BAR_WIDTH = 336, 16
LEAST_SAMPLES = 2
LONGEST_TITLE = 120


class NewStudy(QDialog):
    """Asks what a study is made of; `wanted` says what was decided.

    Parameters
    ----------
    templates : dict of str to Template
        The questionnaires by name.
    parent : QWidget, optional
    """

    wanted = Signal(dict)
    """With the arguments of the task `study_new`, the project aside."""
    plan_asked = Signal()
    chosen_asked = Signal()
    starred_asked = Signal()
    real_asked = Signal()
    cancelled = Signal()

    def __init__(self, templates: Mapping[str, Template], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("newstudy")
        self.setWindowTitle(_("New study"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.templates = dict(templates)
        self.model = SampleModel()
        self._is_making = False
        self._build()
        self._connect()
        self._on_template()
        wheel.calm(self)
        resize_within_screen(self, 1120, 680)

    @property
    def template(self) -> Template:
        """The chosen questionnaire."""
        return self.templates[self.questionnaire.currentData()]

    @property
    def request(self) -> dict[str, Any]:
        """What the task `study_new` is to be told."""
        return {
            "sounds": [sample.wish for sample in self.model.samples],
            "template": self.template.name,
            "title": " ".join(self.title.text().split()),
            "rules": self.rules.values,
        }

    # what it is made of --------------------------------------------------------------------------------

    def add_takes(self, takes: Sequence[Take]) -> None:
        """Add takes that are not there yet."""
        self.model.add(samples.of_takes(takes, self.template, self.model.samples))

    def fill_up(self, takes: Sequence[Take], fragment: Fragment | None) -> None:
        """Add takes and excerpts until the sets are as planned."""
        self.model.add(samples.wanted(takes, self.template, self.model.samples))
        if fragment is not None and samples.lacks_real(self.template, self.model.samples):
            self.add_real(fragment)

    def add_real(self, fragment: Fragment) -> None:
        """Add excerpts of a fragment's recording, as many as the plan still wants and the recording holds."""
        wanted = samples.of_fragment(fragment, self.template, self.model.samples)
        found = samples.of_fragment(fragment, self.template, self.model.samples, self.seconds)
        self.model.add(found)
        if len(found) < len(wanted):
            room = ngettext(
                "“{name}” has room for one excerpt of {seconds} s. Shorter samples make room for more.",
                "“{name}” has room for {n} excerpts of {seconds} s. Shorter samples make room for more.",
                samples.room_in(fragment, self.seconds),
                name=fragment.name,
                seconds=number(self.seconds, ".1f"),
            )
            self.say(room)

    @property
    def seconds(self) -> float:
        """How long the samples will be, as far as it is known."""
        lengths = [sample.seconds for sample in self.model.samples if sample.seconds]
        return min([float(self.rules.longest.value()), *lengths])

    def add_files(self, files: Sequence[str]) -> None:
        """Add files that another method has made."""
        group = _("other method")
        self.model.add(samples.of_files(files, group, self.template, self.model.samples))

    def say(self, text: str) -> None:
        """Say a sentence beside the buttons."""
        self.said.setText(text)

    # making --------------------------------------------------------------------------------------------

    def set_making(self, making: bool) -> None:
        """Show that the study is being made, or that it can be changed again."""
        self._is_making = making
        for part in (self.panel, self.rules, self.questionnaire, self.title):
            part.setEnabled(not making)
        self.progress.setVisible(making)
        self.progress.setRange(0, 0 if making else 100)
        self._allow()
        (self.leave if making else self.make).setFocus()  # Qt would choose some other control

    def set_progress(self, text: str, fraction: float | None) -> None:
        """Show how far the making is."""
        self.say(text)
        self.progress.setRange(0, 0 if fraction is None else 100)
        self.progress.setValue(round(100 * (fraction or 0.0)))

    def done(self, result: int) -> None:
        """Stop the making, if it is under way, and close (Qt's hook)."""
        if self._is_making:
            self.cancelled.emit()
        super().done(result)

    # events --------------------------------------------------------------------------------------------

    def _on_template(self) -> None:
        template = self.template
        self.about.setText(template.shown(template.about))
        self.title.setPlaceholderText(template.shown(template.title))
        self.rules.show_rules(template.rules)
        self.model.set_samples(samples.moved_to(self.model.samples, template), template)

    def _on_samples(self) -> None:
        """Say how the samples stand against the plan, and what is missing."""
        chosen = self.model.samples
        sets = balance(self.template, ((sample.set, sample.counts_as) for sample in chosen))
        counted = {one.sentence for one in sets}  # the lines say as much
        notes = [note for note in warnings(self.template, sets) if note not in counted]
        self.panel.set_balance([_line(one) for one in sets], notes)
        n_missing = LEAST_SAMPLES - len(chosen)
        more = ngettext("Add one more sample.", "Add {n} samples at least.", max(0, n_missing))
        self.say(more if n_missing > 0 else "")
        self._allow()

    def _allow(self) -> None:
        self.make.setEnabled(len(self.model.samples) >= LEAST_SAMPLES and not self._is_making)

    def _ask_files(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in READABLE_SUFFIXES)
        sounds, everything = _("Sound files"), _("All files")
        kinds = f"{sounds} ({patterns});;{everything} (*)"
        self.add_files(QFileDialog.getOpenFileNames(self, _("Files of another method"), "", kinds)[0])

    def _connect(self) -> None:
        self.questionnaire.currentIndexChanged.connect(self._on_template)
        self.model.changed.connect(self._on_samples)
        self.panel.plan_wanted.connect(self.plan_asked)
        self.panel.chosen_wanted.connect(self.chosen_asked)
        self.panel.starred_wanted.connect(self.starred_asked)
        self.panel.real_wanted.connect(self.real_asked)
        self.panel.files_wanted.connect(self._ask_files)
        self.panel.dropped.connect(self.add_files)
        self.make.clicked.connect(lambda: self.wanted.emit(self.request))
        self.leave.clicked.connect(self.reject)

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.panel = SamplePanel(self.model)
        page = QWidget()
        middle = QHBoxLayout(page)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(24)
        middle.addWidget(self._form())
        middle.addWidget(self.panel, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(scrolled(page), 1)
        layout.addLayout(self._buttons())

    def _form(self) -> QWidget:
        self.questionnaire, self.title = QComboBox(), QLineEdit()
        for template in self.templates.values():
            self.questionnaire.addItem(template.shown(template.title), template.name)
        describe(self.questionnaire, _("What is asked about each sample"), _("Questionnaire"))
        self.title.setMaxLength(LONGEST_TITLE)
        describe(self.title, _("What you call this study; raters see it"), _("Title"))
        self.about = label("", "muted", wrap=True)
        self.rules = RulesForm()
        form = Column()
        layout = QVBoxLayout(form)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(8)
        for text, control in ((_("&Questionnaire"), self.questionnaire), (_("&Title"), self.title)):
            said = label(text, "section")
            said.setBuddy(control)
            layout.addWidget(said)
            layout.addWidget(control)
            if control is self.questionnaire:
                layout.addWidget(self.about)
        layout.addSpacing(8)
        layout.addWidget(label(_("How it is heard"), "section"))
        layout.addWidget(self.rules)
        layout.addStretch(1)
        area = scrolled(form)
        area.setFixedWidth(max(FORM_WIDTH, form.minimumSizeHint().width() + BAR_WIDTH))
        return area

    def _buttons(self) -> QHBoxLayout:
        self.said = label("", "muted", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.progress.hide()
        self.leave, self.make = QPushButton(_("Cancel")), QPushButton(_("Make the study"))
        self.leave.setAutoDefault(False)
        self.make.setObjectName("make")
        self.make.setAutoDefault(False)
        describe(self.leave, _("Close this sheet; no study is made (Esc)"), _("Cancel"))
        describe(self.make, _("Make all samples equally loud and long, and hide what is real"), _("Make the study"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.said, 1)
        row.addWidget(self.progress)
        row.addWidget(self.leave)
        row.addWidget(self.make)
        return row


def _line(one: Balance) -> str:
    """Return how a set stands, such as "New material: 6 of 8 takes, 2 of 2 real clips"."""
    plan = one.plan
    parts = [_("{n} of {planned} takes").format(n=one.takes, planned=plan.takes)]
    if one.others or plan.others:
        parts.append(_("{n} of {planned} of another method").format(n=one.others, planned=plan.others))
    parts.append(_("{n} of {planned} real excerpts").format(n=one.real, planned=plan.real))
    return f"{one.title}: {', '.join(parts)}"
