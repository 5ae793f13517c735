"""The report's part on real and fake: how often which was called what, and whether it could be told at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musemate.analysis.findings import Chart, Section, Table
from musemate.language import _
from musemate.study import conclusions
from musemate.study.detection import FAKES, REALS, Detection, d_prime_of_pairs, detection_of
from musemate.study.equivalence import TOST_LEVEL
from musemate.study.heard import REAL, TAKE, answers_of, called_fake, called_real, chose_right, is_take, kind_of
from musemate.study.intervals import Answers, Interval
from musemate.study.records import Row
from musemate.study.saying import bar, figure, percent, share_span, span, word
from musemate.study.shares import Share, share_of

MOST_LISTENERS = 20
"""With more, the chart of single listeners would be a thicket."""


def real_or_fake(rows: Sequence[Row]) -> Section | None:
    """Return what is known of single samples being called real or fake; None where that was not asked."""
    answers = answers_of(rows, called_fake, kind_of, (TAKE, REAL))
    if not len(answers.values):
        return None
    found = detection_of(answers)
    takes, real = answers.of(FAKES), answers.of(REALS)
    said = conclusions.detection(found, takes, real)
    shares = [
        (share_of(_turned(part)), is_real) for part, is_real in ((takes, False), (real, True)) if len(part.values)
    ]
    said += [conclusions.fooling(share, is_real) for share, is_real in shares]
    return Section(
        "real-or-fake",
        _("Real or fake?"),
        tuple(said),
        (_fooling_chart(rows), *_listener_charts(answers, rows)),
        (_table(found), *_ease_tables(rows)),
        _(
            "Fooled: a take that was called real; real clips are called real at a rate of their own, which is what to "
            "compare with. d' says how well the two are told apart (0 is guessing, 1 is right about 7 times of 10, 3 "
            "is nearly always right), the criterion to which answer somebody tends. Shares have Wilson intervals, d' "
            "and criterion intervals that are joined from Jeffreys' of both shares, with half an answer added to each "
            "cell. Where several listened, answers of one listener and about one sample count less than independent "
            "ones."
        ),
    )


def _turned(answers: Answers) -> Answers:
    """Return the answers counted the other way: 1 where it was called real."""
    return Answers(1 - answers.values, answers.raters, answers.samples, answers.groups, answers.names)


def _fooling_chart(rows: Sequence[Row]) -> Chart:
    kinds = answers_of(rows, called_real, kind_of, (TAKE, REAL))
    groups = answers_of([row for row in rows if is_take(row)], called_real, lambda row: row.group or row.engine or None)
    bars = [bar(_("All takes"), share_of(kinds.of(0)).interval())]
    if len(groups.names) > 1:
        bars += [bar(name, share_of(groups.of(at)).interval()) for at, name in enumerate(groups.names)]
    bars.append(bar(_("Real clips"), share_of(kinds.of(1)).interval(), is_real=True))
    return Chart(
        "called-real",
        _("How often it was called real"),
        "points",
        _("share of answers"),
        tuple(entry for entry in bars if entry.n),
        0.0,
        1.0,
        note=_("Lines are 95% Wilson intervals."),
        is_share=True,
    )


def _listener_charts(answers: Answers, rows: Sequence[Row]) -> tuple[Chart, ...]:
    """Return d' of each listener, where there are some and each heard both kinds."""
    if not 1 < answers.n_raters <= MOST_LISTENERS:
        return ()
    names = list(
        dict.fromkeys(
            (row.rater, row.rater_name) for row in rows if called_fake(row) is not None and kind_of(row) in (TAKE, REAL)
        )
    )
    bars = []
    for code, (_id, name) in enumerate(names):
        own = _by(answers, code)
        if len(own.of(FAKES).values) and len(own.of(REALS).values):
            bars.append(bar(name or _("Listener {n}").format(n=code + 1), detection_of(own).d_prime()))
    bars.append(bar(_("All together"), detection_of(answers).d_prime()))
    return (
        Chart(
            "listeners", _("How well each listener told takes from real clips"), "points", "d'", tuple(bars),
            reference=0.0, reference_text=_("guessing"), note=_("Lines are 95% intervals."),
        ),
    )  # fmt: skip


def _by(answers: Answers, rater: int) -> Answers:
    kept = answers.raters == rater
    return Answers(
        answers.values[kept], answers.raters[kept], answers.samples[kept], answers.groups[kept], answers.names
    )


def _table(found: Detection) -> Table:
    rows = [_share_row(_("Takes"), found.hits), _share_row(_("Real clips"), found.false_alarms)]
    for name, interval in (("d'", found.d_prime()), (_("Criterion"), found.criterion())):
        rows.append((name, "", "", figure(interval.value, 2), span(interval, 2)))
    head = (_("Heard"), _("called real"), _("called fake"), _("Share called real"), _("95% interval"))
    return Table(_("Answers"), head, tuple(rows))


def _share_row(name: str, fake: Share) -> tuple[str, ...]:
    if not fake.n:
        return name, "0", "0", "–", "–"
    real = Share(fake.n - fake.n_hits, fake.n, fake.n_effective)
    return name, str(real.n_hits), str(fake.n_hits), percent(real.value), share_span(real.interval())


def _ease_tables(rows: Sequence[Row]) -> tuple[Table, ...]:
    """Return how easy it was to tell; it is asked of what was called fake, but some say it of more."""
    told = [(kind_of(row), row.value) for row in rows if row.measures == "ease" and row.value]
    if not told:
        return ()
    given = list(dict.fromkeys(["easy", "don't know", "difficult", *(value for _, value in told)]))[:8]
    lines = [
        (name, *(str(told.count((kind, value))) for value in given))
        for kind, name in ((TAKE, _("Takes")), (REAL, _("Real clips")))
    ]
    title = _("How easy it was to tell")
    return (Table(title, (_("Heard"), *(word(value) for value in given)), tuple(lines)),)


def pairs(rows: Sequence[Row]) -> Section | None:
    """Return what is known of choosing the real one of two; None where that was not asked."""
    answers = answers_of(rows, chose_right, lambda row: row.group or row.engine or _("takes"))
    if not len(answers.values):
        return None
    whole = Answers(answers.values, answers.raters, answers.samples, np.zeros_like(answers.groups), (_("All pairs"),))
    right, interval = share_of(whole), d_prime_of_pairs(whole)
    said = conclusions.pairs(right, interval, d_prime_of_pairs(whole, TOST_LEVEL), whole)
    return Section(
        "pairs",
        _("Which of two is real?"),
        tuple(said),
        (_pairs_chart(answers, right.interval()),),
        (_pairs_table(right, interval),),
        _(
            "Of two samples one is real, so that nobody's own idea of “real” counts. d' is the square root of two "
            "times the normal quantile of the share found. Shares have Wilson intervals."
        ),
    )


def _pairs_chart(answers: Answers, whole: Interval) -> Chart:
    bars = [bar(_("All pairs"), whole)]
    if len(answers.names) > 1:
        bars += [bar(name, share_of(answers.of(at)).interval()) for at, name in enumerate(answers.names)]
    return Chart(
        "pairs", _("How often the real one was found"), "points", _("share of answers"), tuple(bars), 0.0, 1.0, 0.5,
        _("guessing"), _("Lines are 95% Wilson intervals."), is_share=True,
    )  # fmt: skip


def _pairs_table(right: Share, interval: Interval) -> Table:
    head = (_("What"), _("Value"), _("95% interval"))
    found = f"{right.n_hits} / {right.n} ({percent(right.value)})"
    rows = (
        (_("real one found"), found, share_span(right.interval())),
        ("d'", figure(interval.value, 2), span(interval, 2)),
    )
    return Table(_("Answers"), head, rows)
