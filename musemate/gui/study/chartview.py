"""Shows one chart of findings; each row says its value and interval under the mouse, or by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from musemate.analysis.chartreading import spoken, told
from musemate.analysis.findings import Chart
from musemate.gui import palette
from musemate.gui.plaintext import plain
from musemate.gui.study.chartpaint import paint_chart
from musemate.gui.study.chartplaces import Places, places_of
from musemate.gui.style import SMALL

MARGIN = 8
LEAST_WIDTH, USUAL_WIDTH = 320, 640


class ChartView(QWidget):
    """Draws a `Chart`, as high as its rows need."""

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self.current = -1
        """The row that is pointed at, -1 for none."""
        self._places: Places | None = None
        self._laid_out_for = 0
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(spoken(chart))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chart.bars else Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def said(self) -> str:
        """What the row that is pointed at says, "" for none."""
        places = self.places
        return told(places.rows[self.current].bar, self.chart, places.axis) if self.current >= 0 else ""

    @property
    def places(self) -> Places:
        """Where everything lies, margins aside."""
        width = max(LEAST_WIDTH, self.width()) - 2 * MARGIN
        if self._places is None or self._laid_out_for != width:
            self._laid_out_for = width
            self._places = places_of(self.chart, width, self.fontMetrics(), QFontMetrics(self._small))
        return self._places

    @property
    def _small(self) -> QFont:
        font = QFont(self.font())
        if font.pixelSize() > 0:
            font.setPixelSize(round(font.pixelSize() * SMALL))
        else:
            font.setPointSizeF(font.pointSizeF() * SMALL)
        return font

    def point_at(self, row: int) -> None:
        """Point at a row, -1 for none."""
        if row != self.current:
            self.current = row
            self.setAccessibleDescription(self.said or spoken(self.chart))
            self.update()

    # Qt's hooks ----------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Ask for the height of all rows (Qt's hook)."""
        return QSize(USUAL_WIDTH, self.places.height + 2 * MARGIN)

    def minimumSizeHint(self) -> QSize:
        """Be content with a narrow page, but not with fewer rows (Qt's hook)."""
        return QSize(LEAST_WIDTH, self.places.height + 2 * MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it, in the colours of now (Qt's hook)."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), palette.colour(palette.WINDOW))
            if self.hasFocus():
                painter.setPen(QPen(palette.colour(palette.ACCENT), 2.0))
                painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
            painter.translate(MARGIN, MARGIN)
            painter.setFont(self.font())
            paint_chart(painter, self.chart, self.places, self._small, self.current)

    def event(self, event: QEvent) -> bool:
        """Say what lies under the mouse (Qt's hook)."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.places.row_at(event.pos().y() - MARGIN)
            said = told(self.places.rows[row].bar, self.chart, self.places.axis) if row >= 0 else ""
            QToolTip.showText(event.globalPos(), plain(said), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the row under the mouse (Qt's hook)."""
        self.point_at(self.places.row_at(event.position().y() - MARGIN))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing (Qt's hook)."""
        if not self.hasFocus():
            self.point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from row to row, and say each (Qt's hook)."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        target = self.current + step if self.current >= 0 or step > 0 else -1
        if not step or not 0 <= target < len(self.chart.bars):
            super().keyPressEvent(event)  # at the ends, the page scrolls on
            return
        self.point_at(target)
        row = self.places.rows[target].rect
        at = QPointF(self.places.plot.left(), row.bottom() + MARGIN + 2).toPoint()
        QToolTip.showText(self.mapToGlobal(at + QPoint(MARGIN, 0)), plain(self.said), self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing (Qt's hook)."""
        self.point_at(-1)
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Lay it out in another font, draw it in other colours (Qt's hook)."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._places = None
            self.updateGeometry()
            self.update()
        super().changeEvent(event)
