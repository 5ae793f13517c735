"""The job strip above the transport: what runs, waits and failed in one line, and all of it in a list above."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from musemate.gui import icons, jobrow, palette
from musemate.gui.joblines import Line
from musemate.gui.jobrow import JobRow
from musemate.gui.widgets import ElidedLabel, describe, label, tool_button
from musemate.language import _

ROW_HEIGHT = 48
STRIP_HEIGHT = 40
MOST_ROWS = 4
"""More of them scroll."""


class JobStrip(QFrame):
    """Shows lines, the most important one in the strip itself; hidden while there is nothing to show."""

    wished = Signal(str, str)
    """See `JobRow`."""
    placed = Signal(str, int)
    """A job was dragged to a place in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobs")
        self.line = Line("", "", "", "")
        self.rows: list[JobRow] = []
        self._build()
        self.set_lines([], "")

    def set_lines(self, lines: Sequence[Line], summary: str) -> None:
        """Show these jobs, in the order of the list."""
        while len(self.rows) > len(lines):
            self.rows.pop().deleteLater()
        while len(self.rows) < len(lines):
            self._add_row()
        for row, line in zip(self.rows, lines, strict=True):
            row.show_line(line)
        self._fit()
        self.setVisible(bool(lines))
        if lines:
            self._show_chief(chief_of(lines))
        self._summary.setText(summary)

    def set_open(self, is_open: bool) -> None:
        """Fold the list out, or in."""
        self.fold.setChecked(is_open)

    def focus(self, job: str) -> None:
        """Give a job's row the keys, after it was moved."""
        for row in self.rows:
            if row.line.id == job:
                row.setFocus()

    def _show_chief(self, line: Line) -> None:
        self.line = line
        jobrow.show_icon(self._icon, line.state)
        self._title.setText(line.title)
        self._detail.setText("  ·  ".join(text for text in (line.detail, line.time) if text))
        jobrow.show_fraction(self._bar, line)
        jobrow.show_toggle(self.toggle, line)
        jobrow.show_end(self.end, line)
        self.setAccessibleName(_("Jobs: {line}").format(line=line.spoken))
        if self.fold.isChecked():  # the list says it all
            self._title.setText(_("Jobs"))
            for widget in (self._icon, self._detail, self._bar, self.toggle, self.end):
                widget.setVisible(False)
        else:
            self._icon.setVisible(True)
            self._detail.setVisible(True)

    def _add_row(self) -> None:
        row = JobRow()
        row.setFixedHeight(ROW_HEIGHT)
        row.wished.connect(self.wished)
        row.dragged.connect(self._on_dragged)
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def _fit(self) -> None:
        """Take the room that the rows need, up to some of them; less on a small screen."""
        self._area.setMaximumHeight(min(len(self.rows), MOST_ROWS) * ROW_HEIGHT + 8)

    def _on_dragged(self, job: str, place: QPointF) -> None:
        """Put the dragged job where the mouse is, as soon as it is over another row."""
        now = next((index for index, row in enumerate(self.rows) if row.line.id == job), None)
        y = self._list.mapFromGlobal(place).y()
        wanted = max(0, min(len(self.rows) - 1, int(y // ROW_HEIGHT)))
        if now is not None and wanted != now:
            self.placed.emit(job, wanted)

    def _on_fold(self, is_open: bool) -> None:
        self._area.setVisible(is_open)
        if self.line.id:
            self._show_chief(self.line)
        self.fold.setIcon(icons.icon("down" if is_open else "up", palette.TEXT))
        describe(self.fold, _("Fold the list of jobs (Ctrl+J)") if is_open else _("Show all jobs (Ctrl+J)"))

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of another scheme (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "fold") and self.line.id:
            self._show_chief(self.line)
            self._on_fold(self.fold.isChecked())

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._list = QWidget()
        self._list.setObjectName("scrolled")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(8, 8, 8, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._list)
        self._area.setMinimumHeight(ROW_HEIGHT + 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._area)
        layout.addWidget(self._build_strip())
        self._area.hide()

    def _build_strip(self) -> QWidget:
        strip = QWidget()
        strip.setFixedHeight(STRIP_HEIGHT)
        self._icon, self._title, self._detail = QLabel(), label(), ElidedLabel("small")
        self._bar = jobrow.progress_bar()
        self._summary = label(name="small")
        self.toggle, self.end = jobrow.toggle_button(), jobrow.end_button()
        self.fold = tool_button("up", _("Show all jobs (Ctrl+J)"), checkable=True)
        self._on_fold(False)
        self.fold.toggled.connect(self._on_fold)
        self.toggle.clicked.connect(self._on_toggle)
        self.end.clicked.connect(lambda: self.wished.emit("remove", self.line.id))
        row = QHBoxLayout(strip)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._title)
        row.addWidget(self._detail)
        row.addStretch(1)
        for widget in (self._bar, self.toggle, self.end):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self._summary)
        row.addWidget(self.fold)
        return strip

    def _on_toggle(self) -> None:
        self.wished.emit("pause" if self.line.state in ("running", "waiting") else "go_on", self.line.id)


def chief_of(lines: Sequence[Line]) -> Line:
    """Return the line that counts most: a training that runs or rests in the middle, then one that failed."""
    for is_chief in (
        lambda line: line.is_training and line.state in ("running", "pausing", "stopping"),
        lambda line: line.is_training and line.fraction is not None,
        lambda line: line.state == "failed",
        lambda line: not line.is_training,
    ):
        found = next(filter(is_chief, lines), None)
        if found is not None:
            return found
    return lines[0]
