"""What a new study is made of, before it is made: its samples, and what each counts as. Free of widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from musemate.language import _
from musemate.project.records import Fragment, Take
from musemate.study.balance import OTHER, REAL, TAKE
from musemate.study.template import SetPlan, Template

FRAGMENT, FILE = "fragment", "file"
"""Where a sample comes from, beside `TAKE`."""
OF_MODE = {"new": "new", "variation": "variation", "reconstruction": "variation"}
"""How the name of the set begins that takes of a mode belong in."""
SLACK_S = 0.02
"""Lengths of files and takes may differ by some samples."""


@dataclass(frozen=True)
class Sample:
    """One sample of a study that is not made yet.

    Parameters
    ----------
    origin : str
        `TAKE`, `FRAGMENT` or `FILE`.
    source : str
        Id of the take or fragment, or path of the file.
    label : str
        As the songwriter knows it.
    set : str
        Name of its set.
    group : str
        What it is compared as, such as an engine; "" for what is known of it.
    is_real : bool
        Whether it is a real recording.
    part : int
        Which excerpt of a fragment, counted from 0.
    seconds : float
        Length of a take, 0 where it is not known.
    """

    origin: str
    source: str
    label: str
    set: str
    group: str = ""
    is_real: bool = False
    part: int = 0
    seconds: float = 0.0

    @property
    def counts_as(self) -> str:
        """`TAKE`, `OTHER` or `REAL`, as the balance counts."""
        return REAL if self.is_real else OTHER if self.origin == FILE else TAKE

    @property
    def kind(self) -> str:
        """What it is, in words."""
        if self.is_real:
            return _("real")
        return _("take") if self.origin == TAKE else _("another method")

    @property
    def wish(self) -> dict[str, Any]:
        """What the task `study_new` is told."""
        told: dict[str, Any] = {self.origin: self.source, "set": self.set}
        if self.origin != FRAGMENT and self.group:
            told["group"] = self.group
        if self.origin == FILE:
            told["real"] = self.is_real
        return told

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is known by: nothing is heard twice."""
        return self.origin, self.source, self.part


def of_takes(takes: Sequence[Take], template: Template, before: Sequence[Sample]) -> list[Sample]:
    """Return samples of takes that are not there yet, each in the set that its mode belongs in while there is room."""
    known = {sample.key for sample in before}
    counts = Counter((sample.set, sample.counts_as) for sample in before)
    found = []
    for take in takes:
        if (TAKE, take.id, 0) in known:
            continue
        place = _set_for(template.sets, counts, OF_MODE.get(take.mode, ""), TAKE)
        counts[place, TAKE] += 1
        found.append(Sample(TAKE, take.id, take.shown_name, place, take.engine, seconds=take.seconds))
    return found


def wanted(takes: Sequence[Take], template: Template, before: Sequence[Sample]) -> list[Sample]:
    """Return takes for the places that the plan has left: the best starred first, then the newest; none rejected.

    A take that was made at once, without training, comes after all others.
    """
    counts = Counter((sample.set, sample.counts_as) for sample in before)
    known = {sample.key for sample in before}
    room = {plan.name: plan.takes - counts[plan.name, TAKE] for plan in template.sets}
    newest_first = list(reversed(takes))
    found = []
    for take in sorted(newest_first, key=lambda take: (-take.stars, take.is_instant)):
        if take.rejected or (TAKE, take.id, 0) in known:
            continue
        begins = OF_MODE.get(take.mode, "")
        own = [name for name in room if begins and name.startswith(begins)]
        place = next((name for name in own or room if room[name] > 0), "")
        if place:
            room[place] -= 1
            found.append(Sample(TAKE, take.id, take.shown_name, place, take.engine, seconds=take.seconds))
    return found


def room_in(fragment: Fragment, seconds: float) -> int:
    """Return how many excerpts of that length a recording holds: behind the region, before it, and in it."""
    end_s = fragment.start_s + fragment.length_s
    spans = (fragment.duration_s - end_s, fragment.start_s, fragment.length_s)
    return sum(max(0, int((span + SLACK_S) / seconds)) for span in spans)


def of_fragment(fragment: Fragment, template: Template, before: Sequence[Sample], seconds: float = 0.0) -> list[Sample]:
    """Return as many excerpts of a recording as the sets still want, one at least, but no more than it holds.

    Parameters
    ----------
    fragment : Fragment
    template : Template
    before : sequence of Sample
        What was chosen so far.
    seconds : float
        Length of each excerpt; 0 where it is not known, and all have room.
    """
    parts = {sample.part for sample in before if (sample.origin, sample.source) == (FRAGMENT, fragment.id)}
    found = []
    for place in _without_real(template, before) or [template.sets[0].name]:
        part = next(number for number in range(len(parts) + 1) if number not in parts)
        parts.add(part)
        label = _("{fragment}, excerpt {n}").format(fragment=fragment.name, n=part + 1)
        found.append(Sample(FRAGMENT, fragment.id, label, place, is_real=True, part=part))
    n_before = len(parts) - len(found)
    return found[: max(0, room_in(fragment, seconds) - n_before)] if seconds else found


def lacks_real(template: Template, before: Sequence[Sample]) -> bool:
    """Whether the plan wants more real excerpts."""
    return bool(_without_real(template, before))


def _without_real(template: Template, before: Sequence[Sample]) -> list[str]:
    """Return the set of each real excerpt that the plan still wants."""
    counts = Counter((sample.set, sample.counts_as) for sample in before)
    return [plan.name for plan in template.sets for _n in range(max(0, plan.real - counts[plan.name, REAL]))]


def of_files(files: Iterable[str], group: str, template: Template, before: Sequence[Sample]) -> list[Sample]:
    """Return samples of files from outside, as results of another method."""
    known = {sample.key for sample in before}
    counts = Counter((sample.set, sample.counts_as) for sample in before)
    found = []
    for file in dict.fromkeys(files):
        if (FILE, file, 0) in known:
            continue
        place = _set_for(template.sets, counts, "", OTHER)
        counts[place, OTHER] += 1
        found.append(Sample(FILE, file, Path(file).stem, place, group))
    return found


def _set_for(plans: Sequence[SetPlan], counts: Counter[tuple[str, str]], begins: str, kind: str) -> str:
    """Return the set that a sample belongs in: of its mode, else the first that lacks such a one, else the first."""
    fitting = [plan for plan in plans if begins and plan.name.startswith(begins)]
    if fitting:
        return fitting[0].name
    room = {TAKE: "takes", OTHER: "others", REAL: "real"}[kind]
    free = [plan for plan in plans if counts[plan.name, kind] < getattr(plan, room)]
    return (free or list(plans))[0].name


def moved_to(samples: Sequence[Sample], template: Template) -> list[Sample]:
    """Return samples in the sets of another questionnaire: the set of the same name, else the first."""
    names = [plan.name for plan in template.sets]
    return [sample if sample.set in names else replace(sample, set=names[0]) for sample in samples]
