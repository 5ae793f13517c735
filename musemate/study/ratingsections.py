"""The report's parts on quality and inspiration, and what each sample was answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from musemate.analysis.findings import Bar, Chart, Section, Table
from musemate.language import _, mark
from musemate.study import conclusions
from musemate.study.comparisons import is_enough
from musemate.study.heard import (
    ANCHOR,
    ENDS,
    REAL,
    TAKE,
    answers_of,
    ends_of,
    inspired,
    is_about_a_sample,
    is_take,
    kind_of,
    on_scale,
    said_yes,
)
from musemate.study.intervals import Answers, Interval, difference_interval, mean_intervals
from musemate.study.marks import was_fooled
from musemate.study.records import Row
from musemate.study.saying import bar, figure, percent, sample_name, share_span, span
from musemate.study.shares import share_of

MOST_POINTS = 300
"""With more answers the cloud shows the means of the samples."""
MOST_SAMPLES = 200
"""Rows of the table of samples."""
TITLES = {"quality": mark("Quality"), "rating": mark("Rating")}


def rated(rows: Sequence[Row], measures: str) -> Section | None:
    """Return how takes and real clips were rated; None where that was not asked.

    Parameters
    ----------
    rows : sequence of Row
    measures : str
        "quality" or "rating".
    """
    answers = answers_of(rows, on_scale(measures), kind_of, (TAKE, REAL, ANCHOR))
    if not len(answers.values):
        return None
    intervals, known = (
        mean_intervals(answers, 1.0, ends_of(measures, answers)),
        [is_enough(answers.of(at)) for at in range(3)],
    )
    names = (_("Takes"), _("Real clips"), _("Low-passed anchors"))
    said = [conclusions.mean(names[at], intervals[at], is_known=known[at]) for at in range(3) if intervals[at].n]
    if intervals[0].n and intervals[1].n:
        interval = difference_interval(answers, 0, 1)
        both = conclusions.takes_against_real(interval, is_known=known[0] and known[1])
        said.insert(0, both)
    bars = [
        bar(names[at], intervals[at], is_real=at == 1, cloud=cloud_of(answers.of(at)))
        for at in range(3)
        if intervals[at].n
    ]
    return Section(
        measures,
        _(TITLES[measures]),
        tuple(said),
        (rating_chart(measures, _(TITLES[measures]), bars),),
        (_means_table(names, intervals),),
        how_means_are_made(),
    )


def how_means_are_made() -> str:
    """Return how intervals of means are made."""
    return _(
        "Means have bootstrap intervals: listeners and samples are drawn anew with replacement, and the spread is set "
        "to what differences between listeners and between samples allow. With one listener only the samples are drawn."
    )


def cloud_of(answers: Answers) -> tuple[float, ...]:
    """Return the single answers of one group, or the means of its samples where they are many."""
    if len(answers.values) <= MOST_POINTS:
        return tuple(float(value) for value in answers.values)
    sums: dict[int, list[float]] = defaultdict(list)
    for sample, value in zip(answers.samples, answers.values, strict=True):
        sums[int(sample)].append(float(value))
    return tuple(sum(values) / len(values) for values in sums.values())[:MOST_POINTS]


def rating_chart(name: str, title: str, bars: Sequence[Bar]) -> Chart:
    """Return a chart of means with their intervals, and every answer."""
    least, most = ENDS.get(name.partition("-")[0], (None, None))
    fits = all(least is not None and most is not None and least <= value <= most for bar in bars for value in bar.cloud)
    return Chart(
        name, title, "spread", title, tuple(bars), least if fits else None, most if fits else None,
        note=_("Lines are 95% bootstrap intervals of the mean; dots are answers, or samples where answers are many."),
    )  # fmt: skip


def _means_table(names: Sequence[str], intervals: Sequence[Interval]) -> Table:
    rows = [
        (name, str(interval.n), figure(interval.value, 2), span(interval, 2))
        for name, interval in zip(names, intervals, strict=True)
        if interval.n
    ]
    return Table(_("Means"), (_("Heard"), _("Answers"), _("Mean"), _("95% interval")), tuple(rows))


def inspiration(rows: Sequence[Row]) -> Section | None:
    """Return whether takes and real clips inspire; None where that was not asked."""
    told = [row for row in rows if row.measures == "inspiring" and is_about_a_sample(row)]
    if not told:
        return None
    answers = answers_of(told, said_yes, kind_of, (TAKE, REAL))
    shares = [share_of(answers.of(at)) for at in range(2)]
    said, names = [], (_("Takes"), _("Real clips"))
    for name, kind, share in zip(names, (TAKE, REAL), shares, strict=True):
        if share.n:
            n_maybe = sum(kind_of(row) == kind and row.value == "maybe" for row in told)
            text = _(
                "{what}: called inspiring in {hits} of {n} answers, {share} ({span}), and perhaps in {maybe} more."
            )
            span_text = share_span(share.interval())
            said.append(
                text.format(
                    what=name, hits=share.n_hits, n=share.n, share=percent(share.value), span=span_text, maybe=n_maybe
                )
            )
    bars = [
        bar(name, share.interval(), is_real=at == 1) for at, (name, share) in enumerate(zip(names, shares, strict=True))
    ]
    chart = Chart(
        "inspiring", _("How often it was called inspiring"), "points", _("share of answers"),
        tuple(entry for entry in bars if entry.n), 0.0, 1.0,
        note=_("“Yes” alone counts. Lines are 95% Wilson intervals."), is_share=True,
    )  # fmt: skip
    explained = _("An answer in one's own words counts as neither yes nor maybe; it stands beside its take below.")
    return Section("inspiration", _("Does it inspire?"), tuple(said), (chart,), (_inspiring_table(told),), explained)


def _inspiring_table(told: Sequence[Row]) -> Table:
    rows = []
    for kind, name in ((TAKE, _("Takes")), (REAL, _("Real clips"))):
        values = [row.value for row in told if kind_of(row) == kind]
        counts = [values.count(value) for value in ("yes", "maybe", "no")]
        if values:
            rows.append((name, *(str(n) for n in counts), str(len(values) - sum(counts))))
    return Table(_("Answers"), (_("Heard"), _("yes"), _("maybe"), _("no"), _("other")), tuple(rows))


def samples(rows: Sequence[Row]) -> Section | None:
    """Return what was answered about each sample, the most inspiring and then the best first."""
    by_sample: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if is_about_a_sample(row):
            by_sample[row.study, row.token].append(row)
    if not by_sample:
        return None
    ranked = sorted(by_sample.values(), key=_rank)
    head = (_("Sample"), _("What it is"), _("Called real"), _("Quality"), _("Inspiring"))
    more = _("Only the first {n} are shown.").format(n=MOST_SAMPLES) if len(ranked) > MOST_SAMPLES else ""
    table = Table(_("Every sample"), head, tuple(_sample_row(answers) for answers in ranked[:MOST_SAMPLES]), 2)
    said = (_("The most inspiring ones come first, then those that were rated best."), *([more] if more else []))
    return Section("samples", _("Sample by sample"), said, tables=(table,))


def _mean(answers: Sequence[Row], measures: str) -> float | None:
    values = [value for value in map(on_scale(measures), answers) if value is not None]
    return sum(values) / len(values) if values else None


def _rank(answers: Sequence[Row]) -> tuple[float, float]:
    scores = [score for score in map(inspired, answers) if score is not None]
    quality = _mean(answers, "quality") or _mean(answers, "rating") or 0.0
    return (-sum(scores) / len(scores) if scores else 0.0), -quality


def _sample_row(answers: Sequence[Row]) -> tuple[str, ...]:
    first = answers[0]
    what = {REAL: _("real clip"), ANCHOR: _("low-passed anchor"), TAKE: first.group or first.engine or _("take")}
    verdicts = [row for row in answers if row.measures == "verdict"]
    n_real = sum(was_fooled(row) if is_take(row) else row.value == "real" for row in verdicts)
    quality = _mean(answers, "quality")
    quality = _mean(answers, "rating") if quality is None else quality
    said = [row.value for row in answers if row.measures == "inspiring"]
    counts = [(said.count(value), name) for value, name in (("yes", _("yes")), ("maybe", _("maybe")), ("no", _("no")))]
    return (
        sample_name(first),
        what.get(kind_of(first), ""),
        f"{n_real} / {len(verdicts)}" if verdicts else "–",
        "–" if quality is None else figure(quality),
        ", ".join(f"{n} {name}" for n, name in counts if n) or "–",
    )
