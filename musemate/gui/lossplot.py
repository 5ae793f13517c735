"""The losses of a training as curves over its steps, its scales side by side, marked and named."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from musemate.gui import palette, wording
from musemate.language import _, mark, ngettext, number
from musemate.tasks.loss_history import LossHistory, PartLosses, Points

OWN, LINEAR, LOG = "own", "linear", "log"
"""Ways to place values: each curve from its lowest to its highest, or all of them on one axis."""
COLOURS = ("FRAGMENT", "TAKE", "THIRD", "BAD", "MUTED")
"""Names in the palette, for the losses in their order; the line's style tells them apart too."""
STYLES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)
NAMES = (
    *(mark("reconstruction"), mark("discriminator"), mark("spectral"), mark("features")),
    *(mark("generator"), mark("critic"), mark("penalty")),
)
"""What the engines call their losses in the log, translated where they are shown."""
GAP = 8
HEAD = 20
"""Room above the curves for the names of the scales."""
AXIS_WIDTH = 56
READING_PAD = 12
N_TICKS = 4
OUTLIERS = 0.5
"""Percent of the values at each end that may lie outside: one first step would flatten all others."""


@dataclass(frozen=True)
class Section:
    """Where a part is drawn: from `left` on, `width` pixels for its steps."""

    part: PartLosses
    left: float
    width: float

    def x(self, steps: Points) -> Points:
        """Return where steps lie."""
        return self.left + steps / max(1, self.part.n_steps) * self.width


class LossPlot(QWidget):
    """Draws a `LossHistory`; a click on a scale zooms to it, a second click shows all again.

    Parameters
    ----------
    small : bool
        Without axis and read-out, for the panel.
    """

    part_chosen = Signal(str)
    """The name of the scale that was zoomed to, "" for all."""

    def __init__(self, parent: QWidget | None = None, *, small: bool = True) -> None:
        super().__init__(parent)
        self.history = LossHistory()
        self.part = ""
        """The scale that is shown, "" for all."""
        self.placing = OWN
        self.hidden: frozenset[str] = frozenset()
        """Losses that are left out."""
        self._small = small
        self._mouse: QPointF | None = None
        self.setAccessibleName(_("Losses of the training"))
        self.setToolTip(_("A click on a scale shows it alone, another one shows all"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(72)
        self.setMouseTracking(True)

    # what is shown -------------------------------------------------------------------------------------

    def set_history(self, history: LossHistory) -> None:
        """Show another training."""
        self.history = history
        self.part = ""
        self.look()

    def clear_losses(self) -> None:
        """Start anew."""
        self.set_history(LossHistory())

    def look(self) -> None:
        """Draw what has come since."""
        names = self.history.names
        n_parts = len(self.history.parts)
        said = f"{', '.join(map(_, names))}; " + ngettext("{n} scale", "{n} scales", n_parts)
        self.setAccessibleDescription(said if names else _("none yet"))
        self.update()

    def show_part(self, name: str) -> None:
        """Show one scale alone, or all with ""."""
        if name != self.part:
            self.part = name
            self.update()
            self.part_chosen.emit(name)

    def set_placing(self, placing: str) -> None:
        """Place values by their own range, or on one linear or logarithmic axis."""
        self.placing = placing
        self.update()

    def set_hidden(self, names: Iterable[str]) -> None:
        """Leave these losses out."""
        self.hidden = frozenset(names)
        self.update()

    @property
    def n_points(self) -> int:
        """Number of points of the longest curve of the newest scale."""
        return self.history.parts[-1].n_points if self.history.parts else 0

    @property
    def can_be_log(self) -> bool:
        """Whether everything that is shown is larger than zero."""
        curves = [part.curve(name, 50)[1] for part in self._parts for name in self._names(part)]
        return bool(curves) and all((values > 0).all() for values in curves)

    @property
    def _parts(self) -> list[PartLosses]:
        parts = [part for part in self.history.parts if part.n_steps]
        return [part for part in parts if part.name == self.part] or parts

    def _names(self, part: PartLosses) -> list[str]:
        return [name for name in part.names if name not in self.hidden]

    # drawing -------------------------------------------------------------------------------------------

    @property
    def _box(self) -> QRectF:
        """Where curves lie."""
        left = GAP if self._small or self.placing == OWN else AXIS_WIDTH
        return QRectF(left, HEAD, self.width() - left - GAP, self.height() - HEAD - GAP)

    def sections(self) -> list[Section]:
        """Return where each shown part is drawn."""
        parts, box = self._parts, self._box
        total = sum(part.n_steps for part in parts)
        result, left = [], box.left()
        for part in parts:
            width = box.width() * part.n_steps / total
            result.append(Section(part, left, width))
            left += width
        return result

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw (Qt's hook)."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.colour(palette.WINDOW))
            painter.drawRoundedRect(self.rect(), 6, 6)
            font = QFont(self.font())
            font.setPixelSize(max(10, font.pixelSize() - 2))
            painter.setFont(font)
            sections = self.sections()
            if not sections:
                painter.setPen(palette.colour(palette.MUTED))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("No losses yet"))
                return
            shared = self._shared_range(sections)
            if shared is not None and not self._small:
                self._draw_axis(painter, shared)
            for place, section in enumerate(sections):
                self._draw_section(painter, section, is_first=place == 0)
                for name in self._names(section.part):
                    self._draw_curve(painter, section, name, shared)
            if self._mouse is not None:
                self._draw_reading(painter, sections, self._mouse)

    def _draw_section(self, painter: QPainter, section: Section, *, is_first: bool) -> None:
        if not is_first:
            painter.setPen(QPen(palette.colour(palette.LINE), 1))
            painter.drawLine(QPointF(section.left, 4), QPointF(section.left, self.height() - 4))
        room = QRectF(section.left + 4, 2, section.width - 6, HEAD - 2)
        name = fitting(wording.scale(section.part.name), painter.fontMetrics(), room.width())
        painter.setPen(palette.colour(palette.MUTED))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _draw_curve(self, painter: QPainter, section: Section, name: str, shared: tuple[float, float] | None) -> None:
        steps, values = section.part.curve(name, max(8, int(section.width)))
        if not len(values):
            return
        values = self._placed(values)
        lowest, highest = shared if shared is not None else range_of(values)
        box, span = self._box, (highest - lowest) or 1.0
        share = (values - lowest) / span if highest > lowest else np.full(len(values), 0.5)
        y = box.bottom() - np.clip(share, 0.0, 1.0) * box.height()
        painter.setPen(self.pen(name))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        places = [QPointF(*place) for place in zip(section.x(steps).tolist(), y.tolist(), strict=True)]
        if len(places) == 1:
            painter.drawPoint(places[0])
        else:
            painter.drawPolyline(QPolygonF(places))

    def pen(self, name: str) -> QPen:
        """Return how a loss is drawn."""
        place = self.history.names.index(name)
        colour = palette.colour(getattr(palette, COLOURS[place % len(COLOURS)]))
        return QPen(colour, 1.2 if self._small else 1.6, STYLES[place % len(STYLES)])

    def _placed(self, values: Points) -> Points:
        return np.log10(np.maximum(values, 1e-12)) if self.placing == LOG else values

    def _shared_range(self, sections: list[Section]) -> tuple[float, float] | None:
        """Return the range of the one axis, None where every curve has its own."""
        if self.placing == OWN:
            return None
        curves = [section.part.curve(name, 500)[1] for section in sections for name in self._names(section.part)]
        outliers = 0.0 if self.placing == LOG else OUTLIERS  # there they flatten nothing
        ranges = [range_of(self._placed(values), outliers) for values in curves if len(values)]
        if not ranges:
            return None
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def _draw_axis(self, painter: QPainter, shared: tuple[float, float]) -> None:
        box = self._box
        for tick in range(N_TICKS + 1):
            share = tick / N_TICKS
            y = box.bottom() - share * box.height()
            value = shared[0] + share * (shared[1] - shared[0])
            painter.setPen(QPen(palette.colour(palette.LINE), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(palette.colour(palette.MUTED))
            room = QRectF(0, y - 8, AXIS_WIDTH - GAP, 16)
            text = shown(10**value if self.placing == LOG else value)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_reading(self, painter: QPainter, sections: list[Section], mouse: QPointF) -> None:
        """Draw a line under the mouse and say the values there."""
        section = section_at(sections, mouse.x())
        step = (mouse.x() - section.left) / max(1.0, section.width) * section.part.n_steps
        step = min(max(step, 1.0), section.part.n_steps)
        painter.setPen(QPen(palette.colour(palette.MUTED), 1))
        x = float(section.x(np.array([step]))[0])
        painter.drawLine(QPointF(x, HEAD), QPointF(x, self.height() - 4))
        near = section.part.near(step)
        values = [f"{_(name)} {shown(near[name])}" for name in self._names(section.part) if name in near]
        metrics = painter.fontMetrics()
        lines = lines_within([_("step {n}").format(n=round(step)), *values], metrics, self.width() - 4 - READING_PAD)
        width = max(metrics.horizontalAdvance(line) for line in lines) + READING_PAD
        left = min(max(x - width / 2, 2.0), self.width() - width - 2)
        height = HEAD + (len(lines) - 1) * metrics.height()
        room = QRectF(left, self.height() - height - 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.colour(palette.RAISED))
        painter.drawRoundedRect(room, 4, 4)
        painter.setPen(palette.colour(palette.TEXT))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "\n".join(lines))

    # mouse ---------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse (Qt's hook)."""
        self._mouse = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the mouse (Qt's hook)."""
        self._mouse = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Zoom to a scale, or to all again (Qt's hook)."""
        sections = self.sections()
        if event.button() == Qt.MouseButton.LeftButton and sections:
            self.show_part("" if self.part else section_at(sections, event.position().x()).part.name)


def fitting(name: str, metrics: QFontMetrics, width: float) -> str:
    """Return a scale's name, or its last word, or nothing, whatever fits into a width."""
    return next((text for text in (name, name.split()[-1]) if metrics.horizontalAdvance(text) <= width), "")


def lines_within(texts: Sequence[str], metrics: QFontMetrics, width: float) -> list[str]:
    """Return texts side by side in as few lines as a width has room for; one that is wider stands alone."""
    lines = list(texts[:1])
    for text in texts[1:]:
        longer = f"{lines[-1]}  {text}"
        if metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines


def section_at(sections: list[Section], x: float) -> Section:
    """Return the section at a place, the nearest where there is none."""
    return next((section for section in sections if x < section.left + section.width), sections[-1])


def range_of(values: Points, outliers: float = OUTLIERS) -> tuple[float, float]:
    """Return what a curve spans without its outliers, a share in percent at each end."""
    low, high = np.percentile(values, (outliers, 100 - outliers))
    return float(low), float(high)


def shown(value: float) -> str:
    """Return a loss as one reads it."""
    if value == 0 or not math.isfinite(value):
        return "0"
    return number(value, ".3g" if 1e-3 <= abs(value) < 1e4 else ".1e")
