"""The report's parts on who listened, how long they took, whether they agree, and what they wrote."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby
from statistics import median

from musemate.analysis.findings import Chart, Section, Table
from musemate.language import _, ngettext
from musemate.study import conclusions
from musemate.study.agreement import FEWEST_SAMPLES, alpha_of, kappa_of
from musemate.study.heard import answers_of, called_fake, inspired, is_about_a_sample, kind_of, on_scale
from musemate.study.intervals import Interval, mean_intervals
from musemate.study.records import END, Row
from musemate.study.saying import bar, capital, figure, sample_name, span, word

MOST_COMMENTS = 300
MOST_LISTENERS = 200


def listening(rows: Sequence[Row]) -> Section:
    """Return who listened to how much."""
    by_rater = _by_rater(rows)
    sessions = {(row.session, row.submitted) for row in rows}
    said = [conclusions.of_scope(len(by_rater), len(sessions))]
    n_open = sum(not submitted for _id, submitted in sessions)
    if n_open:
        said.append(
            ngettext(
                "{n} session is not finished; its answers count.",
                "{n} sessions are not finished; their answers count.",
                n_open,
            )
        )
    n_failed = len({row.session for row in rows if row.headphones == "failed"})
    if n_failed:
        said.append(
            ngettext(
                "{n} session failed the check of the headphones.",
                "{n} sessions failed the check of the headphones.",
                n_failed,
            )
        )
    heard = [row for row in rows if row.token]
    if heard and not any(map(kind_of, heard)):
        said.append(_("What the samples are is not known here: that stays with whoever made the study."))
    head = (_("Listener"), _("Sessions"), _("Samples"), _("Answers"), _("Headphones"))
    table = Table(_("Listeners"), head, tuple(_listener_row(own) for own in list(by_rater.values())[:MOST_LISTENERS]))
    return Section("listening", _("Who listened"), tuple(said), tables=(table,))


def _by_rater(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.rater].append(row)
    return found


def _listener_row(own: Sequence[Row]) -> tuple[str, ...]:
    checked = {"passed": _("checked"), "failed": _("failed")}
    heard = {(row.study, row.token) for row in own if row.token}
    headphones = {row.headphones for row in own if row.headphones}
    return (
        own[0].rater_name or own[0].rater[:8],
        str(len({row.session for row in own})),
        str(len(heard)),
        str(sum(bool(row.value) for row in own)),
        ", ".join(checked.get(value, value) for value in sorted(headphones)) or _("not checked"),
    )


def times(rows: Sequence[Row]) -> Section | None:
    """Return how long answers took, from the first sound to the first answer of each trial."""
    first: dict[tuple[str, int], Row] = {}
    for row in rows:
        if is_about_a_sample(row) and row.seconds and row.measures != "comment":
            key = (row.session, row.trial)
            if key not in first or row.seconds < (first[key].seconds or math.inf):
                first[key] = row
    if not first:
        return None
    answers = answers_of(first.values(), lambda row: math.log(row.seconds) if row.seconds else None, _outcome)
    intervals = [_seconds(interval) for interval in mean_intervals(answers, step=0.0)]
    middle = median(row.seconds or 0.0 for row in first.values())
    said = [_("Half of the first answers came within {n} s of the sample's start.").format(n=figure(middle))]
    if any(row.plays for row in first.values()):
        plays = [row.plays for row in first.values() if row.plays is not None]
        said.append(
            _("A sample was started {n} times on average before that.").format(n=figure(sum(plays) / len(plays)))
        )
    bars = tuple(bar(name, interval) for name, interval in zip(answers.names, intervals, strict=True))
    chart = Chart(
        "times", _("Time until the first answer"), "points", _("seconds, geometric mean"), bars, 0.0,
        note=_("Lines are 95% bootstrap intervals."),
    )  # fmt: skip
    return Section("times", _("How long it took"), tuple(said), (chart,))


def _outcome(row: Row) -> str:
    if row.correct is None or row.measures != "verdict":
        return _("Answers")
    return _("True verdicts") if row.correct else _("False verdicts")


def _seconds(interval: Interval) -> Interval:
    value, low, high = (math.exp(min(end, 700.0)) for end in (interval.value, interval.low, interval.high))
    return Interval(value, low, high, interval.n)


def agreement(rows: Sequence[Row]) -> Section | None:
    """Return whether listeners agree; None for one listener."""
    if len({row.rater for row in rows if is_about_a_sample(row)}) < 2:
        return None
    asked = (
        (_("real or fake"), called_fake), (_("quality"), on_scale("quality")), (_("rating"), on_scale("rating")),
        (_("inspiring"), inspired),
    )  # fmt: skip
    lines, said = [], []
    for name, value in asked:
        answers = answers_of(rows, value, lambda row: kind_of(row) or "?")
        if not len(answers.values):
            continue
        alpha = alpha_of(answers)
        if alpha is None:
            said.append(
                _("{what}: fewer than {n} samples were judged by two listeners, or all answers are the same.").format(
                    what=capital(name), n=FEWEST_SAMPLES
                )
            )
            continue
        said.append(_agreeing(capital(name), alpha))
        kappa = kappa_of(answers) if value is called_fake else None
        lines.append((name, figure(alpha.value, 2), span(alpha, 2), "–" if kappa is None else figure(kappa, 2)))
    if not said:
        return None
    head = (_("Question"), _("Krippendorff's alpha"), _("95% interval"), _("Fleiss' kappa"))
    explained = _(
        "1 is full agreement, 0 what chance would give. Alpha counts differences squared and allows for samples that "
        "not everybody heard; its interval draws the samples anew. Kappa is given where everybody judged the same "
        "samples."
    )
    tables = (Table(_("Agreement"), head, tuple(lines)),) if lines else ()
    return Section("agreement", _("Do listeners agree?"), tuple(said), tables=tables, explained=explained)


def _agreeing(what: str, alpha: Interval) -> str:
    values = {"what": what, "value": figure(alpha.value, 2), "span": span(alpha, 2)}
    if alpha.low > 0:
        return _("{what}: listeners agree more than by chance (alpha {value}, {span}).").format(**values)
    if alpha.high < 0:
        return _("{what}: listeners disagree more than by chance (alpha {value}, {span}).").format(**values)
    return _("{what}: agreement beyond chance is not shown (alpha {value}, {span}).").format(**values)


def comments(rows: Sequence[Row]) -> Section | None:
    """Return what was written, beside the sample it is about and what else was answered about that."""
    trials: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        trials[row.session, row.trial].append(row)
    told = [row for row in rows if _is_written(row)]
    if not told:
        return None
    about = [row for row in told if row.trial != END]
    lines = [_comment_row(row, trials[row.session, row.trial]) for row in sorted(about, key=sample_name)]
    head = (_("Sample"), _("Called"), _("Listener"), _("What was written"))
    tables = [Table(_("About samples"), head, tuple(lines[:MOST_COMMENTS]), 4)] if lines else []
    at_end = sorted((row for row in told if row.trial == END), key=lambda row: row.question)
    for question, own in groupby(at_end, key=lambda row: row.question):
        written = tuple((row.rater_name or row.rater[:8], row.value) for row in own)
        tables.append(
            Table(
                _("At the end: {question}").format(question=question),
                (_("Listener"), _("What was written")),
                written[:MOST_COMMENTS],
                2,
            )
        )
    counts = Counter(row.rater for row in told)
    said = ngettext("{n} comment.", "{n} comments.", sum(counts.values()))
    return Section("comments", _("What was written"), (said,), tables=tuple(tables))


def _is_written(row: Row) -> bool:
    return bool(row.value) and (row.measures == "comment" or row.value.startswith("other: "))


def _comment_row(row: Row, trial: Sequence[Row]) -> tuple[str, ...]:
    called = [word(other.value) for other in trial if other.measures == "verdict"]
    quality = [figure(float(value), 0) for value in map(on_scale("quality"), trial) if value is not None]
    return sample_name(row), ", ".join([*called, *quality]), row.rater_name or row.rater[:8], word(row.value)
