"""Shows the findings of a study: a page of sections that scrolls, and their names beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from musemate.analysis.chartreading import legend
from musemate.analysis.findings import Chart, Findings, Section, Table
from musemate.gui.scrolling import Column
from musemate.gui.study.chartview import ChartView
from musemate.gui.study.findingstable import FindingsTable
from musemate.gui.widgets import describe, label
from musemate.language import _

LINKS_WIDTH = 184
READING_PX = 48
"""A section counts as read when its start is no lower than this."""
NARROW = 720
"""Below this width the names of the sections have no room."""
WIDEST = 880
"""Lines that are longer are hard to read."""


class ResultsView(QWidget):
    """Shows `Findings`, or why there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections: list[QWidget] = []
        """The sections that are on the page so far."""
        self._waiting: list[Section] = []
        self._soon = QTimer(self, interval=0)
        self._soon.timeout.connect(self._add_next)
        self._build()
        self.say(_("Choose a study."))

    def say(self, text: str) -> None:
        """Show a sentence instead of findings."""
        self._waiting.clear()
        self._soon.stop()
        self.notice.setText(text)
        self._pages.setCurrentWidget(self.notice)

    def show_findings(self, findings: Findings) -> None:
        """Show a page, from its start."""
        if not findings.sections:
            self.say(findings.about or _("There are no answers yet: let somebody listen first."))
            return
        self.sections = []
        page = Column()
        page.setObjectName("body")
        self._layout = layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 8, 24, 24)
        layout.setSpacing(8)
        layout.addWidget(_words(findings.about, "muted"))
        self._waiting = list(findings.sections)
        self._add_next()
        self.area.setWidget(page)
        self.links.blockSignals(True)  # the page begins at its start, not at its first section
        self.links.clear()
        self.links.addItems([section.title for section in findings.sections])
        self.links.setCurrentRow(0)
        self.links.blockSignals(False)
        self._pages.setCurrentWidget(self._page)
        self._fit()
        if self._waiting:
            self._soon.start()

    @property
    def is_whole(self) -> bool:
        """Whether every section is there: they come one after the other, so that nothing has to wait for all."""
        return not self._waiting

    def _add_next(self) -> None:
        part = _section(self._waiting.pop(0))
        self.sections.append(part)
        self._layout.addWidget(part)
        if not self._waiting:
            self._layout.addStretch(1)
            self._soon.stop()

    def go_to(self, at: int) -> None:
        """Scroll to a section."""
        while self._waiting and at >= len(self.sections):
            self._add_next()
        if self.sections:
            self._layout.activate()
        if 0 <= at < len(self.sections):
            self.area.verticalScrollBar().setValue(self.sections[at].y() + 8)

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.notice = label("", "muted", wrap=True)
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.links = QListWidget()
        self.links.setObjectName("links")
        self.links.setFixedWidth(LINKS_WIDTH)
        self.links.setWordWrap(True)
        self.links.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.links.currentRowChanged.connect(self.go_to)
        self.links.itemClicked.connect(lambda item: self.go_to(self.links.row(item)))
        describe(self.links, _("What was asked; a click goes there"), _("Sections"))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.area.setAccessibleName(_("Results"))
        self.area.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._page = QWidget()
        row = QHBoxLayout(self._page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.links)
        row.addWidget(self.area, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.notice)
        self._pages.addWidget(self._page)

    def _on_scrolled(self, top: int) -> None:
        """Mark the section that is read."""
        seen = [at for at, part in enumerate(self.sections) if part.y() <= top + READING_PX]
        is_at_end = top == self.area.verticalScrollBar().maximum() and self.is_whole
        self.links.blockSignals(True)
        if not (is_at_end and self.links.currentRow() >= len(seen)):  # the last ones cannot come to the top
            self.links.setCurrentRow(seen[-1] if seen else 0)
        self.links.blockSignals(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the names of the sections out where there is little room (Qt's hook)."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.links.setVisible(self.width() >= NARROW and self.links.count() > 1)


def _section(section: Section) -> QWidget:
    """Return a section: what was found, then what shows it, then how it was reckoned."""
    part = QWidget()  # of its own: what is added below does not have it laid out anew
    layout = QVBoxLayout(part)
    layout.setContentsMargins(0, 24, 0, 0)
    layout.setSpacing(8)
    layout.addWidget(_words(section.title, "title"))
    for at, sentence in enumerate(section.sentences):
        layout.addWidget(_words(sentence, "heading" if at == 0 else ""))
    for chart in section.charts:
        _add_chart(layout, chart)
    for table in section.tables:
        _add_table(layout, table)
    if section.explained:
        layout.addWidget(_words(section.explained, "small"))
    return part


def _add_chart(layout: QVBoxLayout, chart: Chart) -> None:
    heading = _words(chart.title, "heading")
    heading.setContentsMargins(0, 8, 0, 0)
    view = ChartView(chart)
    view.setMaximumWidth(WIDEST)
    heading.setBuddy(view)
    layout.addWidget(heading)
    layout.addWidget(view)
    if legend(chart):
        layout.addWidget(_words(legend(chart), "small"))


def _add_table(layout: QVBoxLayout, table: Table) -> None:
    if table.title:
        heading = _words(table.title, "heading")
        heading.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(heading)
    view = FindingsTable(table)
    view.setMaximumWidth(WIDEST)
    layout.addWidget(view)


def _words(text: str, name: str = "") -> QLabel:
    """Return a text that can be copied."""
    result = label(text, name, wrap=True)
    result.setMaximumWidth(WIDEST)
    result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    result.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return result
