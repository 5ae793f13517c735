"""Where the parts of a chart lie in a widget: its rows, its axis, and the columns beside them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics

from musemate.analysis.chartreading import Axis, axis_of, groups_of, shown, tick
from musemate.analysis.findings import Bar, Chart
from musemate.language import _, pgettext

GAP = 8
LARGEST_LABEL = 0.34
"""Part of the width that labels take at most."""
LEAST_PLOT = 96
APART_ROWS = 0.5
"""Between what was made and real clips."""


@dataclass(frozen=True)
class Row:
    """One row of a chart and where it lies."""

    bar: Bar
    rect: QRectF


@dataclass(frozen=True)
class Places:
    """Where everything lies, in pixels.

    Parameters
    ----------
    axis : Axis
    rows : tuple of Row
        From top to bottom, each over the whole width.
    labels, plot, values, counts : QRectF
        The columns, as high as all rows.
    line : int
        Height of a line of text.
    height : int
        Of the whole chart.
    """

    axis: Axis
    rows: tuple[Row, ...]
    labels: QRectF
    plot: QRectF
    values: QRectF
    counts: QRectF
    line: int
    height: int

    def x(self, value: float) -> float:
        """Return where a value lies across; outside of the axis, its end."""
        return self.plot.left() + self.axis.place(value) * self.plot.width()

    def row_at(self, y: float) -> int:
        """Return the row at a height, -1 for none."""
        return next((at for at, row in enumerate(self.rows) if row.rect.top() <= y < row.rect.bottom()), -1)


def value_head() -> str:
    """Return what stands over the values."""
    return pgettext("column", "value")


def count_head() -> str:
    """Return what stands over how many answers there are."""
    return pgettext("column", "answers")


def places_of(chart: Chart, width: float, font: QFontMetrics, small: QFontMetrics) -> Places:
    """Lay a chart out.

    Parameters
    ----------
    chart : Chart
    width : float
        That is there, in pixels.
    font, small : QFontMetrics
        Of labels and values, and of everything else.
    """
    axis = axis_of(chart)
    values = max((font.horizontalAdvance(shown(bar.value, chart, axis)) for bar in chart.bars), default=0)
    values = max(values, small.horizontalAdvance(value_head()))
    counts = max((small.horizontalAdvance(str(bar.n)) for bar in chart.bars), default=0)
    counts = max(counts, small.horizontalAdvance(count_head()))
    last = small.horizontalAdvance(tick(axis.ticks[-1], chart, axis)) / 2 if axis.ticks else 0.0
    beside = max(2 * GAP, last + GAP)
    room = width - values - counts - 3 * GAP - beside
    labels = max((font.horizontalAdvance(bar.label) for bar in chart.bars), default=0) + 2.0
    labels = max(0.0, min(labels, LARGEST_LABEL * width, room - LEAST_PLOT))
    plot = max(LEAST_PLOT, room - labels)
    row_height = max(24, -(-font.height() * (5 if chart.kind == "spread" else 3) // 2 // 8) * 8)
    top = small.height() + GAP
    rows, bottom = _rows(chart, top, row_height, width)
    left = labels + GAP
    column = QRectF(0, top, 0, bottom - top)
    return Places(
        axis,
        rows,
        QRectF(0, column.y(), labels, column.height()),
        QRectF(left, column.y(), plot, column.height()),
        QRectF(left + plot + beside, column.y(), values, column.height()),
        QRectF(left + plot + beside + values + 2 * GAP, column.y(), counts, column.height()),
        small.height(),
        round(bottom + (2 if chart.axis else 1) * small.height() + GAP),
    )


def _rows(chart: Chart, top: float, height: float, width: float) -> tuple[tuple[Row, ...], float]:
    """Return the rows and where they end."""
    rows: list[Row] = []
    for group in groups_of(chart):
        top += APART_ROWS * height if rows else 0.0
        for bar in group:
            rows.append(Row(bar, QRectF(0, top, width, height)))
            top += height
    return tuple(rows), top if rows else top + height


def empty_text() -> str:
    """Return what a chart without rows says."""
    return _("There is nothing to show yet.")
