"""The report's parts by engine, preset, closeness and length of training, and which settings inspire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musemate.analysis.findings import Chart, Section, Table
from musemate.language import _, mark, ngettext
from musemate.study import conclusions
from musemate.study.comparisons import Comparison, compare, is_enough
from musemate.study.heard import (
    Reading,
    answers_of,
    called_real,
    ends_of,
    inspired,
    is_take,
    on_scale,
    places,
    said_yes,
)
from musemate.study.intervals import Answers, Interval, group_means, mean_intervals
from musemate.study.ratingsections import cloud_of, how_means_are_made, rating_chart
from musemate.study.records import Row
from musemate.study.saying import bar, capital, figure, listed, p_value, percent, share_span, span
from musemate.study.settings import Setting, varying
from musemate.study.shares import share_of

MOST_SETTINGS = 20
_TESTS = {
    "mixed": mark("mixed model, each listener with a level of their own (Wald)"),
    "friedman": mark("ranks within listeners (Friedman)"),
    "wilcoxon": mark("ranks within listeners (Wilcoxon)"),
    "kruskal": mark("ranks between samples (Kruskal and Wallis)"),
    "mann-whitney": mark("ranks between samples (Mann and Whitney)"),
}


@dataclass(frozen=True)
class _Measure:
    """One thing that is compared."""

    name: str
    title: str
    value: Reading
    step: float
    is_share: bool = False
    """Whether values are 0 or 1."""
    ends: tuple[float, float] | None = None
    """Of a score that is no scale of the questionnaire."""


def _measures() -> tuple[_Measure, ...]:
    return (
        _Measure("quality", _("Quality"), on_scale("quality"), 1.0),
        _Measure("rating", _("Rating"), on_scale("rating"), 1.0),
        _Measure("inspiring", _("Inspiring"), inspired, 0.5, ends=(0.0, 1.0)),
        _Measure("called-real", _("Called real"), called_real, 1.0, is_share=True),
    )


def by_settings(rows: Sequence[Row]) -> list[Section]:
    """Return a section for each setting that varies among the takes."""
    takes = [row for row in rows if is_take(row)]
    return [section for setting in varying(takes) if (section := _by(takes, setting)) is not None]


def _by(takes: Sequence[Row], setting: Setting) -> Section | None:
    charts, tables, lines, compared = [], [], [], []
    for measure in _measures():
        answers = answers_of(takes, measure.value, setting.level_of, setting.levels)
        if len(set(answers.groups.tolist())) < 2:
            continue
        comparison = compare(answers, measure.step, is_share=measure.is_share, has_steps=measure.ends is None)
        compared.append((measure.title, answers, comparison))
        intervals = _intervals(measure, answers)
        charts.append(_chart(takes, setting, measure, answers, intervals))
        tables.append(_level_table(setting, measure, answers, intervals, comparison))
        lines += _test_lines(measure, comparison)
    if not charts:
        return None
    if lines:
        tables.append(Table(_("Tests that all are alike"), (_("Question"), _("Test"), _("Result")), tuple(lines), 2))
    title = _("By {setting}").format(setting=setting.title)
    said = tuple(conclusions.ranking(compared))
    return Section(f"by-{setting.name}", title, said, tuple(charts), tuple(tables), _how(setting))


def _how(setting: Setting) -> str:
    steps = _("Steps are counted as each engine counts them: compare them within one engine.")
    return (steps + " ") * (setting.name == "steps") + (
        _(
            "One is called above another only where the test of that pair says so after Holm's correction for the "
            "number of pairs, with listeners and samples both standing for others like them; shares by Fisher's exact "
            "test. “Possible places” are those that the pairs leave open. “Standing” is an answer's place among all of "
            "the same listener: 0% below all others, 100% above. The mixed model and Friedman's test speak of these "
            "samples only."
        )
        + " "
        + how_means_are_made()
    )


def _intervals(measure: _Measure, answers: Answers) -> list[Interval]:
    if measure.is_share:
        return [share_of(answers.of(at)).interval() for at in range(len(answers.names))]
    return mean_intervals(answers, measure.step, measure.ends or ends_of(measure.name, answers))


def _chart(
    takes: Sequence[Row], setting: Setting, measure: _Measure, answers: Answers, intervals: list[Interval]
) -> Chart:
    name = measure.name
    if measure.name in ("quality", "rating"):
        bars = [
            bar(level, interval, cloud=cloud_of(answers.of(at)))
            for at, (level, interval) in enumerate(zip(answers.names, intervals, strict=True))
            if interval.n
        ]
        return rating_chart(name, measure.title, bars)
    is_inspiring = measure.name == "inspiring"
    if is_inspiring:
        yes = answers_of(takes, said_yes, setting.level_of, setting.levels)
        intervals = [share_of(yes.of(at)).interval() for at in range(len(yes.names))]
    title = _("How often it was called inspiring") if is_inspiring else _("How often it was called real")
    return Chart(
        name, title, "points", _("share of answers"),
        tuple(bar(level, interval) for level, interval in zip(answers.names, intervals, strict=True) if interval.n),
        0.0, 1.0, note=_("Lines are 95% Wilson intervals."), is_share=True,
    )  # fmt: skip


def _level_table(
    setting: Setting, measure: _Measure, answers: Answers, intervals: list[Interval], comparison: Comparison
) -> Table:
    standing = group_means(places(answers))
    rows = []
    for at, (level, interval) in enumerate(zip(answers.names, intervals, strict=True)):
        if interval.n:
            value = percent(interval.value) if measure.is_share else figure(interval.value, 2)
            ends = share_span(interval) if measure.is_share else span(interval, 2)
            best, worst = comparison.places_of(at)
            is_open = at not in comparison.order or len(comparison.order) < 2
            places_text = "–" if is_open else str(best) if best == worst else f"{best}–{worst}"
            n_samples = str(answers.of(at).n_samples)
            rows.append((level, n_samples, str(interval.n), value, ends, places_text, percent(standing[at])))
    head = (
        capital(setting.title), _("Samples"), _("Answers"), _("Share") if measure.is_share else _("Mean"),
        _("95% interval"), _("Possible places"), _("Standing"),
    )  # fmt: skip
    return Table(measure.title, head, tuple(rows))


def _test_lines(measure: _Measure, comparison: Comparison) -> list[tuple[str, str, str]]:
    lines = [(measure.title, _(_TESTS[test.name]), p_value(test.p)) for test in comparison.tests]
    if comparison.has_failed_model:
        lines.insert(0, (measure.title, _(_TESTS["mixed"]), _("found no solution; the ranks count")))
    return lines


def that_inspire(rows: Sequence[Row]) -> Section | None:
    """Return which settings were called inspiring most often; None where that was not asked or nothing varies."""
    takes = [row for row in rows if is_take(row)]
    settings = [setting for setting in varying(takes) if setting.name != "set"]
    if not settings or not any(row.measures == "inspiring" for row in takes):
        return None

    def combined(row: Row) -> str:
        return listed(setting.named(level) for setting in settings if (level := setting.level_of(row)))

    scores = answers_of(takes, inspired, combined)
    if not len(scores.values):
        return None
    means = mean_intervals(scores, 0.5)
    yes = answers_of(takes, said_yes, combined, scores.names)
    ranked = sorted(range(len(scores.names)), key=lambda at: -means[at].value)
    lines = [_setting_row(scores, yes, at) for at in ranked[:MOST_SETTINGS]]
    head = (_("Settings"), _("Samples"), _("yes"), _("maybe"), _("no"), _("Share of “yes”"), _("95% interval"))
    return Section(
        "settings-that-inspire",
        _("Which settings inspire"),
        tuple(_inspiring_sentences(scores, yes, ranked, settings)),
        tables=(Table(_("Settings, the most inspiring first"), head, tuple(lines)),),
        explained=_(
            "In this order “yes” counts 1, “maybe” a half and “no” nothing. Settings that did not vary are left out."
        ),
    )


def _inspiring_sentences(
    scores: Answers, yes: Answers, ranked: Sequence[int], settings: Sequence[Setting]
) -> list[str]:
    varied = _("What varied: {settings}.").format(settings=listed(setting.title for setting in settings))
    if not scores.values.any():
        return [_("None was called inspiring, not even perhaps."), varied]
    if not yes.values.any():
        return [_("None was called inspiring outright; the table says where “maybe” was said most often."), varied]
    comparison = compare(scores, 0.5, has_steps=False)
    best, share = ranked[0], share_of(yes.of(ranked[0]))
    text = ngettext(
        "Most inspiring so far: {name}, with “yes” for {hits} of {n} answer.",
        "Most inspiring so far: {name}, with “yes” for {hits} of {n} answers.",
        share.n, name=scores.names[best], hits=share.n_hits,
    )  # fmt: skip
    above = [scores.names[other] for first, other in comparison.differs if first == best]
    if above:
        sure = _("It is above {others}.").format(others=listed(sorted(above)))
    elif not is_enough(scores.of(best)):
        sure = _("That is too few answers to rely on: make more takes like these and ask again.")
    else:
        sure = _("That it is better than the others is not shown.")
    return [text, sure, varied]


def _setting_row(scores: Answers, yes: Answers, at: int) -> tuple[str, ...]:
    own, share = scores.of(at), share_of(yes.of(at))
    counts = [int((own.values == value).sum()) for value in (1.0, 0.5, 0.0)]
    ends = share_span(share.interval())
    return scores.names[at], str(own.n_samples), *(str(n) for n in counts), percent(share.value), ends
