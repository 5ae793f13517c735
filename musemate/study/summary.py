"""All answers of a study as one page of findings."""

from __future__ import annotations

from collections.abc import Sequence

from musemate.analysis.findings import Findings, Section
from musemate.language import _, ngettext
from musemate.study.confidencesection import confidence
from musemate.study.marks import Marks as Marks
from musemate.study.marks import marks_of as marks_of
from musemate.study.peoplesections import agreement, comments, listening, times
from musemate.study.publishedmeans import is_mean, published_means
from musemate.study.ratingsections import inspiration, rated, samples
from musemate.study.records import Row
from musemate.study.settingsections import by_settings, that_inspire
from musemate.study.verdictsections import pairs, real_or_fake


def findings_of(rows: Sequence[Row], *, title: str = "") -> Findings:
    """Return what the answers say, and no more than that.

    Parameters
    ----------
    rows : sequence of Row
        Of one study or several; unfinished sessions count too.
    title : str
        Of the page; the study's where it is empty.
    """
    answered = [row for row in rows if row.value and not is_mean(row)]
    means = published_means(rows)
    title = title or next((row.title for row in rows if row.title), "") or _("Study")
    if means is not None and not any(row.token for row in answered):
        parts = (means, comments(answered))
        return Findings(title, _("Means without answers"), tuple(part for part in parts if part is not None))
    if not answered:
        nobody = Section("listening", _("Who listened"), (_("Nobody has answered yet."),))
        return Findings(title, _("No answers"), (nobody,))
    found = [
        listening(answered),
        means,
        real_or_fake(answered),
        pairs(answered),
        confidence(answered),
        rated(answered, "quality"),
        rated(answered, "rating"),
        inspiration(answered),
        that_inspire(answered),
        *by_settings(answered),
        agreement(answered),
        samples(answered),
        times(answered),
        comments(answered),
    ]
    return Findings(title, _about(answered), tuple(section for section in found if section is not None))


def _about(rows: Sequence[Row]) -> str:
    """Return who answered how much and when, in one line."""
    days = sorted(row.answered[:10] for row in rows if row.answered)
    when = [days[0] if days[0] == days[-1] else f"{days[0]} – {days[-1]}"] if days else []
    parts = [
        ngettext("{n} listener", "{n} listeners", len({row.rater for row in rows})),
        ngettext("{n} sample", "{n} samples", len({(row.study, row.token) for row in rows if row.token})),
        ngettext("{n} answer", "{n} answers", len(rows)),
        *when,
    ]
    return ", ".join(parts)
