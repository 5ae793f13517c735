"""Draws fidelity and copying together: every take as a point, the fragment's own halves as the measure."""

from __future__ import annotations

from collections.abc import Sequence

from musemate.analysis.plots import FRAGMENT, LINE, TAKE, TEXT, png, style

WIDTH_IN, HEIGHT_IN = 5.8, 3.4
MARGIN = 1.15
"""How far the axes reach beyond the farthest point."""

Point = tuple[float, float]
"""Distance in sound, and distance from the nearest passage."""


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
        A PNG file of 1160 x 680 pixels.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN))
    axes = figure.add_axes((0.094, 0.13, 0.88, 0.84))
    style(axes)
    points = [point for _, point in takes] + ([halves] if halves else [])
    right, top = (max(max(point[i] for point in points) * MARGIN, 1e-3) for i in range(2))
    axes.set_xlim(0.0, right)
    axes.set_ylim(0.0, top)
    if halves is not None:
        axes.axvline(halves[0], color=FRAGMENT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.axhline(halves[1], color=FRAGMENT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot(*halves, "D", color=FRAGMENT, markersize=5, label="the fragment's halves")
    axes.plot([p[0] for _, p in takes], [p[1] for _, p in takes], "o", color=TAKE, markersize=6, label="takes")
    for label, point in takes:
        axes.annotate(label, point, (4, 3), textcoords="offset points", fontsize=7, color=TEXT)
    corners = ((0.01, 0.02, "left", "bottom", "copies"), (0.99, 0.98, "right", "top", "something else"))
    for x, y, across, up, text in corners:
        axes.text(x, y, text, transform=axes.transAxes, ha=across, va=up, fontsize=7, color=TEXT, style="italic")
    axes.plot(0.0, 0.0, "s", color=TEXT, markersize=4, clip_on=False)
    axes.set_xlabel(labels[0], color=TEXT, fontsize=7, labelpad=2)
    axes.set_ylabel(labels[1], color=TEXT, fontsize=7, labelpad=3)
    axes.grid(color=LINE, linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=7, labelcolor=TEXT, frameon=False, loc="lower right")
    return png(figure)
