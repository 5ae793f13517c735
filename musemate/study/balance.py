"""How many takes, takes of another method and real clips each set of a study holds, against what it usually holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from musemate.language import _, ngettext
from musemate.study.template import SetPlan, Template

TAKE, OTHER, REAL = "take", "other", "real"
"""What a sound counts as."""


@dataclass(frozen=True)
class Balance:
    """One set.

    Parameters
    ----------
    name, title : str
        The title in the language in use.
    takes, others, real : int
    plan : SetPlan
        What it usually holds.
    """

    name: str
    title: str
    takes: int
    others: int
    real: int
    plan: SetPlan

    @property
    def is_as_planned(self) -> bool:
        """Whether it holds what it usually holds."""
        return (self.takes, self.others, self.real) == (self.plan.takes, self.plan.others, self.plan.real)

    @property
    def sentence(self) -> str:
        """What differs, "" for nothing."""
        if self.is_as_planned:
            return ""
        if not self.takes + self.others + self.real:
            return _("The set “{name}” is empty and left out.").format(name=self.title)
        return _("The set “{name}” holds {holds} instead of {planned}.").format(
            name=self.title,
            holds=_counted(self.takes, self.others, self.real),
            planned=_counted(self.plan.takes, self.plan.others, self.plan.real),
        )


def balance(template: Template, chosen: Iterable[tuple[str, str]]) -> list[Balance]:
    """Count what was chosen for each set.

    Parameters
    ----------
    template : Template
    chosen : iterable of (str, str)
        Name of the set, and `TAKE`, `OTHER` or `REAL`.
    """
    counts = Counter(chosen)
    return [
        Balance(
            plan.name,
            template.shown(plan.title) or plan.name,
            takes=counts[plan.name, TAKE],
            others=counts[plan.name, OTHER],
            real=counts[plan.name, REAL],
            plan=plan,
        )
        for plan in template.sets
    ]


def warnings(template: Template, sets: Iterable[Balance]) -> list[str]:
    """Return what should be known before a study is made of these sets."""
    sets = list(sets)
    found = [one.sentence for one in sets if one.sentence]
    asks = template.trial == "single" and template.question("verdict") is not None
    lacking = [one for one in sets if asks and one.takes + one.others and not one.real]
    said = _("Without a real clip in “{name}”, nobody can tell skill from calling everything fake.")
    return [*found, *(said.format(name=one.title) for one in lacking)]


def _counted(takes: int, others: int, real: int) -> str:
    parts = [ngettext("{n} take", "{n} takes", takes)] if takes else []
    parts += [ngettext("{n} take of another method", "{n} takes of another method", others)] if others else []
    parts += [ngettext("{n} real clip", "{n} real clips", real)] if real else []
    return ", ".join(parts) or _("nothing")
