"""Draws the charts of findings as PNG: one row a value, its interval over it, its number and its answers beside it.

Drawn dark on white as the pictures of `plots`, and in their colours. Nothing is told by colour alone: real clips are
hatched or hollow and stand apart, the value to compare with is a dashed line that says its name.
"""

from __future__ import annotations

import textwrap
import warnings
from typing import TYPE_CHECKING

from musemate.analysis.chartreading import Axis, axis_of, beside, groups_of, shown, tick
from musemate.analysis.findings import Bar, Chart
from musemate.analysis.plots import FRAGMENT, LINE, PAPER, TAKE, TEXT, png
from musemate.language import _, pgettext

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN = 7.2
"""1440 pixels: a page shows them half as wide, so that letters are as large as its own small ones."""
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 2.15, 1.36, 0.34, 0.52
VALUE_IN, COUNT_IN = 0.66, 1.28
"""Right ends of the columns, beside the axes."""
ROW_IN = 0.34
APART_ROWS = 0.4
"""Between what was made and real clips."""
BAR_ROWS, CLOUD_ROWS = 0.56, 0.36
LABEL_PT, SMALL_PT = 9.0, 8.0
LABEL_LETTERS, LABEL_LINES = 30, 2
INK = "#1a1e25"


def draw_chart(chart: Chart) -> bytes:
    """Draw a chart.

    Parameters
    ----------
    chart : Chart

    Returns
    -------
    bytes
        A PNG file, 1440 pixels wide and as high as its rows need.
    """
    places = _places(chart)
    n_rows = max(1.0, max((place for place, _bar in places), default=0.0) + 1.0)
    figure, axes = _empty(n_rows)
    axis = axis_of(chart)
    _furnish(axes, chart, axis)
    _reference(axes, chart, axis, n_rows)
    for place, bar in places:
        _row(axes, chart, axis, place, bar)
    if not places:
        _write(axes, 0.5, 0.5, _("There is nothing to show yet."), ha="center", across="axes")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a name in letters that the font lacks is in the page too
        return png(figure)


def _places(chart: Chart) -> list[tuple[float, Bar]]:
    """Return each row with its height from the top, counted in rows."""
    result: list[tuple[float, Bar]] = []
    top = 0.0
    for group in groups_of(chart):
        result += [(top + at, bar) for at, bar in enumerate(group)]
        top += len(group) + APART_ROWS
    return result


def _empty(n_rows: float) -> tuple[Figure, Axes]:
    # Figure without pyplot: no window system, no global state
    from matplotlib.figure import Figure

    height = TOP_IN + n_rows * ROW_IN + BOTTOM_IN
    figure = Figure(figsize=(WIDTH_IN, height))
    width = WIDTH_IN - LEFT_IN - RIGHT_IN
    axes = figure.add_axes((LEFT_IN / WIDTH_IN, BOTTOM_IN / height, width / WIDTH_IN, n_rows * ROW_IN / height))
    axes.set_facecolor(PAPER)
    axes.set_ylim(n_rows - 0.5, -0.5)
    return figure, axes


def _furnish(axes: Axes, chart: Chart, axis: Axis) -> None:
    """Draw the axis, its numbers and the heads of the columns."""
    axes.set_xlim(axis.least, axis.most)
    axes.set_xticks(list(axis.ticks), [tick(value, chart, axis) for value in axis.ticks])
    axes.set_yticks([])
    axes.tick_params(colors=TEXT, labelsize=SMALL_PT, length=2.5, width=0.6)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_color(LINE)
        spine.set_linewidth(0.8)
        spine.set_visible(side in ("left", "bottom"))
    axes.set_xlabel(_fit(chart.axis, 90, 1), color=TEXT, fontsize=LABEL_PT, labelpad=3, parse_math=False)
    if chart.bars:
        for place, said in (
            (_column(VALUE_IN), pgettext("column", "value")),
            (_column(COUNT_IN), pgettext("column", "answers")),
        ):
            _write(axes, place, -0.62, said, ha="right", size=SMALL_PT)


def _reference(axes: Axes, chart: Chart, axis: Axis, n_rows: float) -> None:
    if chart.reference is None or not axis.least <= chart.reference <= axis.most:
        return
    axes.axvline(chart.reference, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1.5)
    at = axis.place(chart.reference)
    side = "left" if at < 0.25 else "right" if at > 0.75 else "center"
    _write(axes, chart.reference, -0.62, _fit(chart.reference_text, 40, 1), ha=side, size=SMALL_PT, across="data")


def _row(axes: Axes, chart: Chart, axis: Axis, place: float, bar: Bar) -> None:
    """Draw one row: label, value with interval, number and how many answers."""
    _write(axes, -0.1 / _width_in(), place, _fit(bar.label, LABEL_LETTERS, LABEL_LINES), ha="right", colour=INK)
    _write(axes, _column(VALUE_IN), place, shown(bar.value, chart, axis), ha="right", colour=INK)
    _write(axes, _column(COUNT_IN), place, str(bar.n) if bar.n else "–", ha="right", size=SMALL_PT)
    colour = FRAGMENT if bar.is_real else TAKE
    if chart.kind == "spread" and bar.cloud:
        across = [place + CLOUD_ROWS * move for move in beside(bar.cloud, axis)]
        face = "none" if bar.is_real else colour
        axes.scatter(
            bar.cloud, across, s=9, facecolors=face, edgecolors=colour, alpha=0.45, linewidths=0.6, zorder=2,
            clip_on=False,
        )  # fmt: skip
    if bar.value is None or shown(bar.value, chart, axis) == "–":
        return
    if chart.kind == "bars":
        _bar(axes, axis, place, bar, colour)
    if bar.low is not None and bar.high is not None:
        _interval(axes, axis, place, (bar.low, bar.high))
    if chart.kind != "bars":
        face, sign = (PAPER, "D") if bar.is_real else (colour, "o")
        axes.plot(
            [bar.value], [place], marker=sign, markersize=7, markerfacecolor=face, markeredgecolor=colour,
            markeredgewidth=1.6, linewidth=0, zorder=4, clip_on=False,
        )  # fmt: skip


def _bar(axes: Axes, axis: Axis, place: float, bar: Bar, colour: str) -> None:
    assert bar.value is not None
    start = min(max(0.0, axis.least), axis.most)
    axes.barh(
        place, bar.value - start, BAR_ROWS, left=start, color=PAPER if bar.is_real else colour, edgecolor=colour,
        hatch="////" if bar.is_real else None, linewidth=1.0, alpha=None if bar.is_real else 0.85, zorder=2,
    )  # fmt: skip


def _interval(axes: Axes, axis: Axis, place: float, ends: tuple[float, float]) -> None:
    """Draw an interval; an end outside of the axis has no stroke, for there is more."""
    low, high = (axis.least + axis.place(end) * (axis.most - axis.least) for end in ends)
    axes.plot([low, high], [place, place], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=3)
    inside = [end for end in ends if axis.least <= end <= axis.most]
    axes.plot(inside, [place] * len(inside), color=INK, marker="|", markersize=6, linewidth=0, zorder=3, clip_on=False)


def _width_in() -> float:
    return WIDTH_IN - LEFT_IN - RIGHT_IN


def _column(at_in: float) -> float:
    """Return a place right of the axes, as a part of their width."""
    return 1.0 + at_in / _width_in()


def _write(
    axes: Axes, x: float, y: float, said: str, *, ha: str, size: float = LABEL_PT, colour: str = TEXT,
    across: str = "rows",
) -> None:  # fmt: skip
    """Write a text: "rows" counts across the axes from 0 to 1 and down in rows, "axes" both from 0 to 1."""
    how = {"rows": axes.get_yaxis_transform(), "axes": axes.transAxes, "data": axes.transData}[across]
    axes.text(
        x, y, said, transform=how, ha=ha, va="center", fontsize=size, color=colour, linespacing=1.0,
        clip_on=False, parse_math=False,
    )  # fmt: skip


def _fit(said: str, letters: int, lines: int) -> str:
    """Return a text in so many lines at most, shortened where it is longer."""
    plain = "".join(letter if letter.isprintable() else " " for letter in said)
    return "\n".join(textwrap.wrap(plain, letters, max_lines=lines, placeholder=" …"))
