"""What may be concluded, in plain sentences: never more than an interval allows, and "too few" where it is so."""

from __future__ import annotations

from collections.abc import Sequence

from musemate.language import _, ngettext
from musemate.study.comparisons import Comparison, is_enough
from musemate.study.detection import Detection
from musemate.study.equivalence import D_PRIME_BOUND, TOST_LEVEL, Verdict, verdict_on
from musemate.study.intervals import Answers, Interval
from musemate.study.saying import figure, listed, percent, share_span, span
from musemate.study.shares import Share


def fooling(share: Share, is_real: bool) -> str:
    """Say how often takes, or real clips, were called real."""
    text = (
        _("Real clips were called real in {hits} of {n} answers: {share} ({span}).")
        if is_real
        else _("Takes were called real in {hits} of {n} answers: {share} ({span}).")
    )
    interval = share.interval()
    return text.format(hits=share.n_hits, n=share.n, share=percent(share.value), span=share_span(interval))


def too_few(answers: Answers, is_real: bool) -> str:
    """Say that there is too little of a kind to conclude anything."""
    heard = answers.n_samples
    if is_real:
        return ngettext(
            "Too few real clips to say whether takes can be told from them: {n} was judged, {answers} in all.",
            "Too few real clips to say whether takes can be told from them: {n} were judged, {answers} in all.",
            heard,
            answers=_n_answers(len(answers.values)),
        )
    return ngettext(
        "Too few takes to say whether they can be told from real clips: {n} was judged, {answers} in all.",
        "Too few takes to say whether they can be told from real clips: {n} were judged, {answers} in all.",
        heard,
        answers=_n_answers(len(answers.values)),
    )


def _n_answers(n: int) -> str:
    return ngettext("{n} answer", "{n} answers", n)


def telling_apart(interval: Interval, narrow: Interval) -> str:
    """Say whether real and fake were told apart.

    Parameters
    ----------
    interval, narrow : Interval
        Of d', at 95 % and at `equivalence.TOST_LEVEL`.
    """
    values = {"value": figure(interval.value), "span": span(interval), "bound": figure(D_PRIME_BOUND)}
    values["level"] = percent(TOST_LEVEL)
    return {
        Verdict.ABOVE: _("Takes were told from real clips: d' is {value} ({span}); 0 would be guessing."),
        Verdict.BELOW: _("Takes were called real more often than real clips: d' is {value} ({span}), below guessing."),
        Verdict.SAME: _(
            "Takes cannot be told from real clips here: d' is {value}, and its {level} interval lies within ±{bound}, "
            "the bound below which telling apart counts as guessing."
        ),
        Verdict.OPEN: _(
            "Whether takes can be told from real clips is not shown either way: d' is {value}, but may be {span}."
        ),
    }[verdict_on(interval, narrow, D_PRIME_BOUND)].format(**values)


def leaning(criterion: Interval) -> str:
    """Say towards which answer the listeners tend, "" where neither is shown."""
    values = {"value": figure(criterion.value), "span": span(criterion)}
    if criterion.low > 0:
        return _("In doubt the answer tends to be “real” (criterion {value}, {span}).").format(**values)
    if criterion.high < 0:
        return _("In doubt the answer tends to be “fake” (criterion {value}, {span}).").format(**values)
    return ""


def detection(found: Detection, takes: Answers, real: Answers) -> list[str]:
    """Return what is known of telling takes from real clips, the most important first."""
    for answers, is_real in ((real, True), (takes, False)):
        if not is_enough(answers):
            return [too_few(answers, is_real)]
    said = [telling_apart(found.d_prime(), found.d_prime(TOST_LEVEL)), leaning(found.criterion())]
    return [sentence for sentence in said if sentence]


def pairs(right: Share, interval: Interval, narrow: Interval, answers: Answers) -> list[str]:
    """Return what is known of choosing the real one of two."""
    value = _("The real one of two was found in {hits} of {n} answers: {share} ({span}); guessing finds 50%.").format(
        hits=right.n_hits, n=right.n, share=percent(right.value), span=share_span(right.interval())
    )
    if not is_enough(answers):
        return [value, too_few(answers, is_real=False)]
    return [value, telling_apart(interval, narrow)]


def of_scope(n_raters: int, n_sessions: int) -> str:
    """Say for whom the conclusions hold."""
    if n_raters == 1:
        return _("One person listened: all of this holds for that listener, and other samples like these.")
    return ngettext(
        "{n} person listened.", "{n} people listened: intervals stand for others like them, and samples like these.",
        n_raters,
    )  # fmt: skip


def mean(what: str, interval: Interval, *, is_known: bool) -> str:
    """Say how high something was rated on average; `what` is its plural, such as "Takes"."""
    values = {"what": what, "value": figure(interval.value), "n": interval.n, "span": span(interval)}
    if not is_known:
        return _("{what}: {value} on average of {n} answers, too few for more.").format(**values)
    return _("{what}: {value} on average of {n} answers ({span}).").format(**values)


def takes_against_real(interval: Interval, *, is_known: bool) -> str:
    """Say whether takes or real clips were rated higher.

    Parameters
    ----------
    interval : Interval
        Of how much takes are above real clips.
    is_known : bool
        Whether there is enough of both.
    """
    values = {"value": figure(abs(interval.value)), "span": span(interval)}
    if not is_known:
        return _("There are too few answers to compare takes and real clips.")
    if interval.low > 0:
        return _("Takes were rated higher than real clips, by {value} ({span}).").format(**values)
    if interval.high < 0:
        values["span"] = span(Interval(-interval.value, -interval.high, -interval.low, interval.n))
        return _("Real clips were rated higher than takes, by {value} ({span}).").format(**values)
    return _("It is not shown whether takes or real clips were rated higher: the difference may be {span}.").format(
        **values
    )


def ranking(compared: Sequence[tuple[str, Answers, Comparison]]) -> list[str]:
    """Say which groups are above which, and where that is not known.

    Parameters
    ----------
    compared : sequence of (str, Answers, Comparison)
        What was asked, such as "Quality", what was answered, and how the groups compare.
    """
    said = [sentence for what, answers, comparison in compared for sentence in _above(what, answers, comparison)]
    alike = [what for what, _answers, comparison in compared if len(comparison.order) > 1 and not comparison.differs]
    if alike:
        text = _("No difference is shown in: {what}. That does not show that there is none.")
        said.append(text.format(what=listed(alike)))
    left_out: dict[tuple[str, ...], list[str]] = {}
    for what, answers, comparison in compared:
        names = tuple(answers.names[group] for group in comparison.left_out)
        left_out.setdefault(names, []).append(what)
    return said + [
        _("Too few answers to compare: {names} ({what}).").format(names=listed(names), what=listed(asked))
        for names, asked in left_out.items()
        if names
    ]


def _above(what: str, answers: Answers, comparison: Comparison) -> list[str]:
    found = []
    for group in comparison.order:
        others = [answers.names[other] for other in comparison.order if (group, other) in comparison.differs]
        if others:
            text = _("{what}: {name} is above {others}.")
            found.append(text.format(what=what, name=answers.names[group], others=listed(others)))
    return found
