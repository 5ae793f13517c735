"""Draws fidelity and copying together: every take as a point, the fragment's own halves as the measure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from musemate.analysis.plots import FRAGMENT, LINE, TAKE, TEXT, TEXT_PT, png, style
from musemate.language import _

WIDTH_IN, HEIGHT_IN = 5.8, 3.6
LEAST_TOP = 0.6
"""Novelty up to this is always shown: 0.5 is what the fragment's own passages have."""
ROOM = 0.04
LABEL_PT = 7.0
LETTER_PT, DOT_PT = 0.62 * LABEL_PT, 6.0
"""About the width of a character, and of a dot."""

Point = tuple[float, float]
"""Similarity and novelty, 0 to 1."""
Box = tuple[float, float, float, float]
"""Left, low, right and high."""


def draw_map(takes: Sequence[tuple[str, Point]], halves: Point | None, labels: tuple[str, str]) -> bytes:
    """Draw the takes of a report.

    Parameters
    ----------
    takes : sequence of (str, Point)
        A short label and the place of each take; one at least.
    halves : Point, optional
        The place of the fragment's second half beside its first.
    labels : (str, str)
        What the axes show.

    Returns
    -------
    bytes
        A PNG file of 1160 x 720 pixels. Where copies lie is always in the picture.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN))
    axes = figure.add_axes((0.094, 0.14, 0.88, 0.83))
    style(axes)
    points = [point for _, point in takes] + ([halves] if halves else [])
    left, top = limits(points)
    axes.set_xlim(left, 1.0 + ROOM * (1.0 - left))
    axes.set_ylim(-ROOM * top, top)
    axes.plot(1.0, 0.0, "s", color=TEXT, markersize=5, linestyle="", label=_("a plain copy"))
    if halves is not None:
        axes.axvline(halves[0], color=FRAGMENT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.axhline(halves[1], color=FRAGMENT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot(*halves, "D", color=FRAGMENT, markersize=5, linestyle="", label=_("the fragment's halves"))
    places = [point for _, point in takes]
    axes.plot([x for x, _ in places], [y for _, y in places], "o", color=TAKE, markersize=6, label=_("takes"))
    spots = axes.transData.transform(places) * (72.0 / figure.dpi)
    for (label, _point), (x, y) in zip(takes, label_places([name for name, _point in takes], spots), strict=True):
        axes.annotate(label, (x, y), xycoords="figure points", fontsize=LABEL_PT, color=TEXT)
    axes.set_xlabel(labels[0], color=TEXT, fontsize=TEXT_PT, labelpad=2)
    axes.set_ylabel(labels[1], color=TEXT, fontsize=TEXT_PT, labelpad=3)
    axes.grid(color=LINE, linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=TEXT_PT, labelcolor=TEXT, frameon=False, loc="lower left")
    return png(figure)


def label_places(labels: Sequence[str], spots: npt.NDArray[np.float64]) -> list[Point]:
    """Find a place beside each dot where its label covers no dot and no other label, as far as there is one.

    Parameters
    ----------
    labels : sequence of str
    spots : ndarray, shape (labels, 2)
        Centres of the dots, points.

    Returns
    -------
    list of (float, float)
        Lower left corner of each label, points.
    """
    taken = [(x - DOT_PT / 2, y - DOT_PT / 2, x + DOT_PT / 2, y + DOT_PT / 2) for x, y in spots]
    places = []
    for label, (x, y) in zip(labels, spots, strict=True):
        width = LETTER_PT * len(label)
        boxes = []
        for away in (DOT_PT * 0.85, DOT_PT * 2, DOT_PT * 3.5, DOT_PT * 5):
            for left, low in (
                (x + away, y - LABEL_PT / 2 + 1), (x - away - width, y - LABEL_PT / 2 + 1),
                (x - width / 2, y + away), (x - width / 2, y - away - LABEL_PT),
                (x + away, y + away), (x + away, y - away - LABEL_PT),
                (x - away - width, y + away), (x - away - width, y - away - LABEL_PT),
            ):  # fmt: skip
                boxes.append((left, low, left + width, low + LABEL_PT))
        best = min(boxes, key=lambda box: sum(_overlap(box, other) for other in taken))
        taken.append(best)
        places.append((float(best[0]), float(best[1])))
    return places


def _overlap(a: Box, b: Box) -> float:
    """Area that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def limits(points: Sequence[Point]) -> Point:
    """Return where the axes begin on the left and end at the top: whole tenths around all points."""
    left = math.floor(10 * min(x for x, _ in points) - 0.2) / 10
    top = math.ceil(10 * max(y for _, y in points) + 0.2) / 10
    return max(0.0, min(left, 0.9)), min(1.0 + ROOM, max(top, LEAST_TOP))
