"""Means that were published without the answers behind them: shown as they are, since nothing else can be known."""

from __future__ import annotations

from collections.abc import Sequence

from musemate.analysis.findings import Bar, Chart, Section, Table
from musemate.language import _
from musemate.study.heard import ENDS
from musemate.study.records import Row
from musemate.study.rowcells import MEAN
from musemate.study.saying import figure, sample_name


def is_mean(row: Row) -> bool:
    """Say whether a row is a mean of answers, and none itself."""
    return row.question == MEAN and bool(row.value)


def published_means(rows: Sequence[Row]) -> Section | None:
    """Return the means of groups, without intervals; None where there are none."""
    means = sorted(((float(row.value), row.group or sample_name(row), row) for row in rows if is_mean(row)), key=_rank)
    if not means:
        return None
    least, most = ENDS["rating"] if all(row.measures == "rating" for *_mean, row in means) else ENDS["quality"]
    fits = all(least <= value <= most for value, *_name in means)
    chart = Chart(
        "means", _("Means as they were published"), "points", _("mean"),
        tuple(Bar(name, value) for value, name, _row in means),
        least if fits else None, most if fits else None,
        note=_("There are no intervals: single answers were not published."),
    )  # fmt: skip
    (best, best_name, _row), (worst, worst_name, _other) = means[0], means[-1]
    said = (
        _("Highest: {name} with {value}; lowest: {other} with {least}.").format(
            name=best_name, value=figure(best), other=worst_name, least=figure(worst)
        ),
        _("Only means were published, no single answers: whether any of them truly differ cannot be said."),
    )
    lines = tuple((name, figure(value)) for value, name, _row in means)
    table = Table(_("Means as they were published"), (_("Heard"), _("Mean")), lines)
    return Section("published-means", _("Published means"), said, (chart,), (table,))


def _rank(mean: tuple[float, str, Row]) -> tuple[float, str]:
    return -mean[0], mean[1]
