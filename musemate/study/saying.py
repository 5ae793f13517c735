"""How the report writes numbers, intervals, samples and settings."""

from __future__ import annotations

import math
from collections.abc import Iterable

from musemate.analysis.findings import Bar
from musemate.language import _, mark, number
from musemate.study.heard import ANCHOR, REAL, TAKE
from musemate.study.intervals import Interval
from musemate.study.records import Row

KINDS = {TAKE: mark("takes"), REAL: mark("real clips"), ANCHOR: mark("low-passed anchor")}
_MODES = {"new": mark("new material"), "variation": mark("variation"), "reconstruction": mark("reconstruction")}
_WORDS = {
    "real": mark("real"), "fake": mark("fake"), "yes": mark("yes"), "maybe": mark("maybe"), "no": mark("no"),
    "easy": mark("easy"), "don't know": mark("don't know"), "difficult": mark("difficult"),
    "a": mark("the first"), "b": mark("the second"),
}  # fmt: skip


def word(value: str) -> str:
    """Return an answer as it is shown; one's own words as they are."""
    return _(_WORDS[value]) if value in _WORDS else value.removeprefix("other: ")


def percent(share: float) -> str:
    """Return a share in words."""
    return _("{n}%").format(n=round(100 * share))


def figure(value: float, digits: int = 1) -> str:
    """Return a number with so many decimals; a dash where there is none."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = number(value, f".{digits}f")
    return "−" + text[1:] if text.startswith("-") else text


def span(interval: Interval, digits: int = 1) -> str:
    """Return the ends of an interval; a dash where anything is possible."""
    if math.isinf(interval.low) and math.isinf(interval.high):
        return "–"
    return _("{low} to {high}").format(low=figure(interval.low, digits), high=figure(interval.high, digits))


def share_span(interval: Interval) -> str:
    """Return the ends of the interval of a share."""
    return _("{low} to {high}").format(low=percent(interval.low), high=percent(interval.high))


def bar(label: str, interval: Interval, *, is_real: bool = False, cloud: tuple[float, ...] = ()) -> Bar:
    """Return a row of a chart; what is not known is left empty."""
    ends = [end if math.isfinite(end) else None for end in (interval.value, interval.low, interval.high)]
    return Bar(label, ends[0], ends[1], ends[2], interval.n, cloud, is_real)


def p_value(p: float) -> str:
    """Return a probability as tests give it."""
    return _("p < {p}").format(p=number(0.001, ".3f")) if p < 0.001 else _("p = {p}").format(p=number(p, ".3f"))


def listed(words: Iterable[str]) -> str:
    """Return words in a row."""
    return ", ".join(words)


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def sample_name(row: Row) -> str:
    """Return what a sample is called: as the songwriter calls it, else by its token."""
    return row.label or row.take or row.token


def spaced(name: str) -> str:
    """Return the name of a set or a preset as words."""
    return name.replace("_", " ")


def mode_name(mode: str) -> str:
    """Return how a take was made."""
    return _(_MODES[mode]) if mode in _MODES else spaced(mode)
