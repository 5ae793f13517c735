"""The report's part on how sure listeners were, and whether they knew when they were right."""

from __future__ import annotations

from collections.abc import Sequence

from musemate.analysis.findings import Chart, Section
from musemate.language import _
from musemate.study.comparisons import is_enough
from musemate.study.heard import answers_of, is_about_a_sample, on_scale
from musemate.study.intervals import difference_interval, mean_intervals
from musemate.study.records import Row
from musemate.study.saying import bar, figure, span


def confidence(rows: Sequence[Row]) -> Section | None:
    """Return how sure listeners were of true and of false verdicts; None where that was not asked."""
    is_true = {
        (row.session, row.trial): row.correct
        for row in rows
        if row.measures == "verdict" and row.correct is not None and is_about_a_sample(row)
    }

    def outcome(row: Row) -> str | None:
        correct = is_true.get((row.session, row.trial))
        return None if correct is None else "true" if correct else "false"

    answers = answers_of(rows, on_scale("confidence"), outcome, ("true", "false"))
    if not len(answers.values):
        return None
    names = (_("True verdicts"), _("False verdicts"))
    bars = [bar(name, one) for name, one in zip(names, mean_intervals(answers), strict=True) if one.n]
    said = _("There are too few answers to say whether listeners knew when they were right.")
    if all(is_enough(answers.of(at)) for at in range(2)):
        more = difference_interval(answers, 0, 1)
        values = {"value": figure(abs(more.value)), "span": span(more)}
        if more.low > 0:
            said = _("Listeners were surer when they were right, by {value} ({span}).").format(**values)
        elif more.high < 0:
            said = _("Listeners were less sure when they were right (difference {span}).").format(**values)
        else:
            said = _("It is not shown that listeners knew when they were right (difference {span}).").format(**values)
    chart = Chart(
        "confidence", _("How sure they were"), "points", _("confidence"), tuple(bars),
        note=_("Lines are 95% bootstrap intervals of the mean."),
    )  # fmt: skip
    return Section("confidence", _("How sure were they?"), (said,), (chart,))
