"""What is read off a chart of findings: its axis, its numbers, its values in words; alike in a window and in a file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from musemate.analysis.findings import Bar, Chart
from musemate.language import _, ngettext, number

N_STEPS = 5
"""So many steps an axis has, about."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEAST_WIDTH = 1e-3
"""What an axis of one value only is widened from."""
_CLOUD_BINS = 60
"""Values of a cloud that are nearer than this part of the axis lie beside each other."""


@dataclass(frozen=True)
class Axis:
    """The axis of a chart.

    Parameters
    ----------
    least, most : float
        Its ends.
    ticks : tuple of float
        Where numbers stand.
    """

    least: float
    most: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return where a value lies, 0 at the start and 1 at the end; what lies outside is held at the end."""
        return min(1.0, max(0.0, (value - self.least) / (self.most - self.least)))


def axis_of(chart: Chart) -> Axis:
    """Return the axis on which all of a chart has room, with round numbers."""
    values = [value for value in _values(chart) if math.isfinite(value)]
    if chart.kind == "bars" and chart.least is None:
        values.append(0.0)
    least = chart.least if chart.least is not None else min(values, default=0.0)
    most = chart.most if chart.most is not None else max(values, default=1.0)
    if most - least < _LEAST_WIDTH:
        least, most = (least, least + 1.0) if chart.least is not None or least == 0.0 else (most - 0.5, most + 0.5)
    step = _step((most - least) / N_STEPS)
    if chart.least is None:
        least = math.floor(least / step + 1e-9) * step
    if chart.most is None:
        most = math.ceil(most / step - 1e-9) * step
    first = math.ceil(least / step - 1e-9)
    count = math.floor(most / step + 1e-9) - first + 1
    return Axis(least, most, tuple(round((first + at) * step, 10) for at in range(count)))


def _values(chart: Chart) -> Iterator[float]:
    if chart.reference is not None:
        yield chart.reference
    for bar in chart.bars:
        yield from (value for value in (bar.value, bar.low, bar.high) if value is not None)
        yield from bar.cloud if chart.kind == "spread" else ()


def _step(least: float) -> float:
    """Return the first round number that is no less."""
    scale = 10.0 ** math.floor(math.log10(least))
    return next(scale * step for step in _STEPS if scale * step >= least * (1 - 1e-9))


def groups_of(chart: Chart) -> tuple[tuple[Bar, ...], ...]:
    """Return the rows in the groups that are drawn apart: what was made, then real clips."""
    made = tuple(bar for bar in chart.bars if not bar.is_real)
    real = tuple(bar for bar in chart.bars if bar.is_real)
    return tuple(group for group in (made, real) if group)


def beside(cloud: Sequence[float], axis: Axis) -> list[float]:
    """Return how far each value of a cloud is moved across the axis, -1 to 1, so that equal values can be counted."""
    bins = [round(axis.place(value) * _CLOUD_BINS) for value in cloud]
    counts = Counter(bins)
    step = 2.0 / max(6, *(counts.values() or [1]), 1)
    met: Counter[int] = Counter()
    result = []
    for place in bins:
        result.append((met[place] - (counts[place] - 1) / 2) * step)
        met[place] += 1
    return result


# numbers and words --------------------------------------------------------------------------------------


def shown(value: float | None, chart: Chart, axis: Axis) -> str:
    """Return a value as it is written, "–" for none."""
    if value is None or not math.isfinite(value):
        return "–"
    return _written(value, chart, _digits(axis.most - axis.least))


def tick(value: float, chart: Chart, axis: Axis) -> str:
    """Return a number of the axis, with no more digits than its steps need."""
    step = axis.ticks[1] - axis.ticks[0] if len(axis.ticks) > 1 else 1.0
    unit = 100.0 * step if chart.is_share else step
    digits = next((n for n in range(4) if abs(unit - round(unit, n)) < 1e-6 * unit), 4)
    return _written(value, chart, digits, digits)


def _written(value: float, chart: Chart, digits: int, share_digits: int = 0) -> str:
    if chart.is_share:
        # For translators: a share; many languages set a space before the sign
        said = _("{n}%").format(n=number(round(100.0 * value, share_digits) + 0.0, f".{share_digits}f"))
    else:
        said = number(round(value, digits) + 0.0, f",.{digits}f")  # not "-0.0"
    return said.replace("-", "\u2212")


def _digits(width: float) -> int:
    return 2 if width <= 8 else 1 if width <= 100 else 0


def interval(bar: Bar, chart: Chart, axis: Axis) -> str:
    """Return the interval of a row in words, "" for none."""
    if bar.low is None or bar.high is None:
        return ""
    return _("{low} to {high}").format(low=shown(bar.low, chart, axis), high=shown(bar.high, chart, axis))


def told(bar: Bar, chart: Chart, axis: Axis) -> str:
    """Return a row as a sentence: its value, its interval and on how much it rests."""
    if bar.value is None:
        return _("{label}: no value").format(label=bar.label)
    between = interval(bar, chart, axis)
    said = _("{label}: {value}") if not between else _("{label}: {value}, interval {interval}")
    parts = [said.format(label=bar.label, value=shown(bar.value, chart, axis), interval=between)]
    if bar.n:
        parts.append(ngettext("from one answer", "from {n} answers", bar.n))
    return ", ".join(parts)


def spoken(chart: Chart) -> str:
    """Return a chart in words: what it is, and every row of it."""
    axis = axis_of(chart)
    parts = [f"{chart.title}. {chart.axis}."] if chart.axis else [f"{chart.title}."]
    parts += [told(bar, chart, axis) + "." for group in groups_of(chart) for bar in group]
    if chart.reference is not None:
        what = chart.reference_text or _("To compare with")
        parts.append(f"{what}: {shown(chart.reference, chart, axis)}.")
    if not chart.bars:
        parts.append(_("There is nothing to show yet."))
    return " ".join(parts)


def legend(chart: Chart) -> str:
    """Return what the signs of a chart mean, and what its intervals are."""
    has_interval = any(bar.low is not None and bar.high is not None for bar in chart.bars)
    parts = [_("Thin line: the interval.") if has_interval and not chart.note else chart.note]
    if any(bar.is_real for bar in chart.bars):
        parts.append(_("Hatched: real clips.") if chart.kind == "bars" else _("Hollow: real clips."))
    return " ".join(part for part in parts if part)
