"""Draws a chart of findings in the window's colours: real clips hatched or hollow, what is compared with dashed."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QPainter, QPen, QPolygonF

from musemate.analysis.chartreading import beside, shown, tick
from musemate.analysis.findings import Bar, Chart
from musemate.gui import palette
from musemate.gui.study.chartplaces import Places, Row, count_head, empty_text, value_head

BAR, CLOUD = 0.52, 0.4
"""Parts of a row that a bar fills, and that a cloud reaches to each side of its middle."""
SIGN_PX, DOT_PX, END_PX, INTERVAL_PX = 4.5, 2.2, 4.0, 2.0
REFERENCE = (4.0, 3.0)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_chart(painter: QPainter, chart: Chart, places: Places, small: QFont, current: int) -> None:
    """Draw a chart.

    Parameters
    ----------
    painter : QPainter
        With the font of the labels.
    chart : Chart
    places : Places
        Of this chart, in this font.
    small : QFont
        Of the axis and the columns' heads.
    current : int
        The row that is pointed at, -1 for none.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    if 0 <= current < len(places.rows):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.colour(palette.HOVER))
        painter.drawRoundedRect(places.rows[current].rect, 4, 4)
    painter.setFont(small)
    _axis(painter, chart, places)
    _heads(painter, chart, places)
    for row in places.rows:
        painter.setFont(font)
        _words(painter, chart, places, row, small)
        _signs(painter, chart, places, row)
    if not places.rows:
        painter.setFont(font)
        painter.setPen(palette.colour(palette.MUTED))
        painter.drawText(places.plot, _CENTRE, empty_text())


def _axis(painter: QPainter, chart: Chart, places: Places) -> None:
    plot, axis = places.plot, places.axis
    for value in axis.ticks:
        x = _sharp(places.x(value))
        painter.setPen(QPen(palette.colour(palette.LINE), 1.0))
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        painter.setPen(palette.colour(palette.MUTED))
        painter.drawText(QRectF(x - 48, plot.bottom() + 2, 96, places.line), _CENTRE, tick(value, chart, axis))
    painter.setPen(QPen(palette.colour(palette.EDGE), 1.0))
    painter.drawLine(QLineF(plot.left(), _sharp(plot.bottom()), plot.right(), _sharp(plot.bottom())))
    painter.setPen(palette.colour(palette.MUTED))
    below = QRectF(plot.left(), plot.bottom() + places.line + 4, plot.width(), places.line)
    painter.drawText(below, _CENTRE, painter.fontMetrics().elidedText(chart.axis, _ELIDE, int(plot.width())))
    if chart.reference is not None and axis.least <= chart.reference <= axis.most:
        pen = QPen(palette.colour(palette.TEXT), 1.0)
        pen.setDashPattern(list(REFERENCE))
        painter.setPen(pen)
        x = _sharp(places.x(chart.reference))
        painter.drawLine(QLineF(x, plot.top() - 2, x, plot.bottom()))


def _heads(painter: QPainter, chart: Chart, places: Places) -> None:
    """Write what stands over the columns, and the name of the value to compare with over its line."""
    painter.setPen(palette.colour(palette.MUTED))
    if places.rows:
        for column, said in ((places.values, value_head()), (places.counts, count_head())):
            painter.drawText(QRectF(column.left(), 0, column.width(), places.line), _RIGHT, said)
    axis, plot = places.axis, places.plot
    if chart.reference is None or not chart.reference_text or not axis.least <= chart.reference <= axis.most:
        return
    said = painter.fontMetrics().elidedText(chart.reference_text, _ELIDE, int(plot.width()))
    width = painter.fontMetrics().horizontalAdvance(said) + 2
    left = min(max(plot.left(), places.x(chart.reference) - width / 2), plot.right() - width)
    painter.setPen(palette.colour(palette.TEXT))
    painter.drawText(QRectF(left, 0, width, places.line), _CENTRE, said)


def _words(painter: QPainter, chart: Chart, places: Places, row: Row, small: QFont) -> None:
    """Write a row's label, its value and on how many answers it rests."""
    rect, bar = row.rect, row.bar
    painter.setPen(palette.colour(palette.TEXT))
    label = painter.fontMetrics().elidedText(bar.label, _ELIDE, int(places.labels.width()))
    painter.drawText(QRectF(0, rect.top(), places.labels.width(), rect.height()), _RIGHT, label)
    said = shown(bar.value, chart, places.axis)
    painter.drawText(QRectF(places.values.left(), rect.top(), places.values.width(), rect.height()), _RIGHT, said)
    painter.setFont(small)
    painter.setPen(palette.colour(palette.MUTED))
    count = str(bar.n) if bar.n else "–"
    painter.drawText(QRectF(places.counts.left(), rect.top(), places.counts.width(), rect.height()), _RIGHT, count)


def _signs(painter: QPainter, chart: Chart, places: Places, row: Row) -> None:
    """Draw what a row shows on the axis."""
    bar, middle = row.bar, row.rect.center().y()
    name = palette.FRAGMENT if bar.is_real else palette.TAKE
    if chart.kind == "spread" and bar.cloud:
        _cloud(painter, places, row, name)
    if bar.value is None or not math.isfinite(bar.value):
        return
    if chart.kind == "bars":
        _bar(painter, places, row, name)
    if bar.low is not None and bar.high is not None:
        _interval(painter, places, bar, middle)
    if chart.kind != "bars":
        _point(painter, QPointF(places.x(bar.value), middle), bar, name)


def _bar(painter: QPainter, places: Places, row: Row, name: str) -> None:
    assert row.bar.value is not None
    start, end = places.x(min(max(0.0, places.axis.least), places.axis.most)), places.x(row.bar.value)
    height = row.rect.height() * BAR
    rect = QRectF(min(start, end), row.rect.center().y() - height / 2, abs(end - start), height)
    brush = QBrush(palette.colour(name, 0.8))
    if row.bar.is_real:
        brush.setStyle(Qt.BrushStyle.BDiagPattern)
    painter.setPen(QPen(palette.colour(name), 1.0))
    painter.setBrush(brush)
    painter.drawRect(rect)


def _interval(painter: QPainter, places: Places, bar: Bar, y: float) -> None:
    """Draw an interval; an end outside of the axis has no stroke, for there is more."""
    assert bar.low is not None and bar.high is not None
    painter.setPen(QPen(palette.colour(palette.TEXT), INTERVAL_PX))
    painter.drawLine(QLineF(places.x(bar.low), y, places.x(bar.high), y))
    for end in (bar.low, bar.high):
        if places.axis.least <= end <= places.axis.most:
            painter.drawLine(QLineF(places.x(end), y - END_PX, places.x(end), y + END_PX))


def _cloud(painter: QPainter, places: Places, row: Row, name: str) -> None:
    painter.setPen(QPen(palette.colour(name, 0.6), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush if row.bar.is_real else QBrush(palette.colour(name, 0.35)))
    reach = row.rect.height() * CLOUD
    for value, moved in zip(row.bar.cloud, beside(row.bar.cloud, places.axis), strict=True):
        painter.drawEllipse(QPointF(places.x(value), row.rect.center().y() + moved * reach), DOT_PX, DOT_PX)


def _point(painter: QPainter, at: QPointF, bar: Bar, name: str) -> None:
    """Draw a value: a full disc, of real clips a hollow diamond."""
    painter.setPen(QPen(palette.colour(name), 1.8))
    painter.setBrush(palette.colour(palette.WINDOW if bar.is_real else name))
    if not bar.is_real:
        painter.drawEllipse(at, SIGN_PX, SIGN_PX)
        return
    reach = SIGN_PX + 1.0
    corners = [QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0)]
    painter.drawPolygon(QPolygonF([at + corner for corner in corners]))


def _sharp(x: float) -> float:
    """Return where a line of one pixel is not smeared over two."""
    return math.floor(x) + 0.5


_ELIDE = Qt.TextElideMode.ElideMiddle
