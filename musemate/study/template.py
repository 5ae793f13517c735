"""What a questionnaire asks: questions, sets of samples, rules of listening; read from a file that a user can edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from musemate.errors import StudyError
from musemate.language import _, in_use

FORMAT = 1
"""Grows when a file of this version could not be understood by an older program."""
KINDS = ("choice", "scale", "text")
TRIALS = ("single", "pair")
"""What one trial plays: one sample, or a take and a real clip of which one is called real."""
MEASURES = ("verdict", "ease", "confidence", "quality", "inspiring", "rating", "comment", "")
"""What the analysis takes an answer for; "" is only listed."""
VERDICTS = ("real", "fake")
PAIR_VERDICTS = ("a", "b")
INSPIRING = ("yes", "maybe", "no")
_NEEDED = {"verdict": VERDICTS, "inspiring": INSPIRING}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_TEXT = 2000
_MOST_ENTRIES = 100

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """One answer to choose.

    Parameters
    ----------
    value : str
        As it is stored.
    text : str
        As it is shown.
    key : str
        One letter or digit that gives it; "" for its number in the row.
    """

    value: str
    text: str
    key: str = ""


@dataclass(frozen=True)
class Question:
    """One question of a trial, or of the end.

    Parameters
    ----------
    name : str
        Column of its answers: small letters, digits and underscores.
    text : str
        As it is asked.
    kind : str
        One of `KINDS`.
    measures : str
        One of `MEASURES`.
    choices : tuple of Choice
        Of a choice.
    other : bool
        Whether a text of one's own is possible beside the choices; it is stored as "other: ...".
    least, most : int
        Ends of a scale, both possible.
    least_text, most_text : str
        What the ends mean.
    when : str
        Asked only when this other question, earlier in the row, has one of the answers `is_`.
    is_ : tuple of str
    required : bool
        Whether it must be answered.
    """

    name: str
    text: str
    kind: str = "choice"
    measures: str = ""
    choices: tuple[Choice, ...] = ()
    other: bool = False
    least: int = 0
    most: int = 10
    least_text: str = ""
    most_text: str = ""
    when: str = ""
    is_: tuple[str, ...] = ()
    required: bool = True

    def is_asked(self, answers: Mapping[str, str]) -> bool:
        """Say whether it is asked, after these answers by the names of their questions."""
        return not self.when or answers.get(self.when, "") in self.is_

    def problem_of(self, value: str) -> str:
        """Return why a text is no answer to this question, "" where it is one."""
        if self.kind == "text" or not value:
            return _("An answer is missing.") if not value and self.required else ""
        if self.kind == "scale":
            is_inside = re.fullmatch(r"-?\d{1,6}", value) is not None and self.least <= int(value) <= self.most
            return "" if is_inside else _("{value} is not on the scale.").format(value=value[:40])
        if value in {choice.value for choice in self.choices} or (self.other and value.startswith("other: ")):
            return ""
        return _("{value} is none of the answers.").format(value=value[:40])


@dataclass(frozen=True)
class SetPlan:
    """A block of trials that is heard together.

    Parameters
    ----------
    name : str
        As in `Question`.
    title : str
        As it is shown.
    takes, others, real : int
        How many takes, takes of another method and real clips it usually holds; what a user chooses counts.
    """

    name: str
    title: str = ""
    takes: int = 8
    others: int = 0
    real: int = 2


@dataclass(frozen=True)
class Rules:
    """How a study is prepared and heard; all can be changed when it is made.

    Parameters
    ----------
    pictures : bool
        Whether waveform and mel are shown.
    loop : bool
        Whether a sample begins anew at its end.
    break_after : int
        Trials until a break is offered, 0 for never.
    headphones : bool
        Whether a check of the headphones comes first.
    heard : int
        So many trials of each set a rater, 0 for all.
    orders : str
        "balanced": every sample is at every place equally often; "fixed": as they stand.
    band_limit : str
        "lowest": all are cut to the narrowest sample's band; "none"; or a number of Hz.
    anchor_hz : int
        A low-passed copy of a real clip is heard as well, 0 for none.
    longest_s : float
        Samples are cut to this length, or to the shortest one if that is shorter.
    """

    pictures: bool = False
    loop: bool = False
    break_after: int = 25
    headphones: bool = False
    heard: int = 0
    orders: str = "balanced"
    band_limit: str = "lowest"
    anchor_hz: int = 0
    longest_s: float = 30.0


@dataclass(frozen=True)
class Template:
    """A questionnaire.

    Parameters
    ----------
    name : str
        As in `Question`; a user's template replaces a bundled one of the same name.
    title, about : str
        As they are shown.
    trial : str
        One of `TRIALS`.
    sets : tuple of SetPlan
    questions : tuple of Question
        Asked in every trial; a pair has its verdict "a" or "b" first.
    closing : tuple of Question
        Asked once, at the end.
    rules : Rules
    translations : dict of str to dict of str to str
        By language, each text of this template in it.
    """

    name: str
    title: str
    about: str = ""
    trial: str = "single"
    sets: tuple[SetPlan, ...] = ()
    questions: tuple[Question, ...] = ()
    closing: tuple[Question, ...] = ()
    rules: Rules = Rules()
    translations: dict[str, dict[str, str]] = field(default_factory=dict)

    def shown(self, text: str) -> str:
        """Return one of its texts in the language in use, as it stands where that is not there."""
        return self.translations.get(in_use(), {}).get(text, text)

    def question(self, measures: str) -> Question | None:
        """Return the trial's question that measures this, None for none."""
        return next((question for question in self.questions if question.measures == measures), None)


def template_from(values: Any, where: str) -> Template:
    """Make a template of a file's values, TOML or JSON.

    Parameters
    ----------
    values : Any
        As the file's reader gave it; anything can be in it.
    where : str
        The file's name, for what is said.

    Raises
    ------
    StudyError
        Something in it is missing, unknown or not possible.
    """
    try:
        return _checked(_template(values))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise StudyError(
            _("The questionnaire {name} cannot be used: {reason}").format(name=where, reason=error),
            hint=_("Mend it in a text editor, or choose another one."),
        ) from error


def values_of(template: Template) -> dict[str, Any]:
    """Return what `template_from` makes this template of, fit for JSON."""
    return {"format": FORMAT, **_plain(template)}


def _plain(record: Any) -> dict[str, Any]:
    values = {entry.name: getattr(record, entry.name) for entry in fields(record)}
    return {name.rstrip("_"): _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain_value(entry) for entry in value]
    return _plain(value) if hasattr(value, "__dataclass_fields__") else value


def _template(values: Any) -> Template:
    values = dict(_table(values, "the file"))
    if values.pop("format", None) != FORMAT:
        raise ValueError(_("it is of a format that this version does not know."))
    if "rules" in values:
        values["rules"] = _record(Rules, values["rules"], "rules")
    for name, kind in (("sets", SetPlan), ("questions", Question), ("closing", Question)):
        if name in values:
            values[name] = tuple(_record(kind, entry, name) for entry in _entries(values[name], name))
    return _record(Template, values, "the file")


def _record(kind: type[T], values: Any, where: str) -> T:
    """Make a record of a table; a field that ends in an underscore is written without."""
    values = dict(_table(values, where))
    known = {entry.name.rstrip("_"): entry for entry in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise ValueError(_("“{name}” in {where} is not known.").format(name=str(name)[:40], where=where))
    if "choices" in values and kind is Question:
        values["choices"] = tuple(_record(Choice, entry, "choices") for entry in _entries(values["choices"], "choices"))
    if "is" in values:
        values["is"] = tuple(str(entry) for entry in _entries(values["is"], "is"))
    if "translations" in values:
        values["translations"] = _translations(values["translations"])
    for name, value in values.items():
        if isinstance(known[name].type, str):
            _check_type(name, value, str(known[name].type))
    return kind(**{known[name].name: value for name, value in values.items()})


def _check_type(name: str, value: Any, wanted: str) -> None:
    """Check texts, numbers and yes or no by the field's annotation; the rest was made of checked parts."""
    kinds: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "bool": (bool,), "float": (int, float)}
    if wanted not in kinds:
        return
    if not isinstance(value, kinds[wanted]) or (isinstance(value, bool) and wanted != "bool"):
        raise ValueError(_("“{name}” has a value of the wrong kind.").format(name=name))
    if isinstance(value, str) and len(value) > _MOST_TEXT:
        raise ValueError(_("“{name}” is too long.").format(name=name))
    if isinstance(value, int | float) and not abs(value) <= 1e6:  # nor is what is no number; an int may be endless
        raise ValueError(_("“{name}” is too large.").format(name=name))


def _translations(values: Any) -> dict[str, dict[str, str]]:
    tables = {str(code): _table(texts, "translations") for code, texts in _table(values, "translations").items()}
    return {code: {str(text): str(shown) for text, shown in texts.items()} for code, texts in tables.items()}


def _table(values: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ValueError(_("{where} is no table.").format(where=where))
    return values


def _entries(values: Any, where: str) -> Sequence[Any]:
    if not isinstance(values, list | tuple) or len(values) > _MOST_ENTRIES:
        raise ValueError(_("{where} is no list, or too long a one.").format(where=where))
    return values


def _checked(template: Template) -> Template:
    """Raise ValueError with what does not fit together in a template."""
    for problem in _problems(template):
        raise ValueError(problem)
    return template


def _problems(template: Template) -> Iterator[str]:
    if template.trial not in TRIALS:
        yield _("“{name}” is no kind of trial.").format(name=template.trial[:40])
    if not template.sets or not template.questions:
        yield _("it needs a set and a question at least.")
    sets = [plan.name for plan in template.sets]
    questions = _names((*template.questions, *template.closing))
    for name in (template.name, *sets, *questions):
        if not _NAME.fullmatch(name):
            yield _("“{name}” is no name: use small letters, digits and underscores.").format(name=name[:40])
    for names in (sets, questions):
        for name in {name for name in names if names.count(name) > 1}:
            yield _("the name “{name}” is there twice.").format(name=name)
    for asked in (template.questions, template.closing):
        before: list[str] = []
        for question in asked:
            yield from _question_problems(question, before, template.trial)
            before.append(question.name)
    yield from _rule_problems(template)


def _names(questions: Sequence[Question]) -> list[str]:
    return [question.name for question in questions]


def _question_problems(question: Question, before: Sequence[str], trial: str) -> Iterator[str]:
    if question.kind not in KINDS or question.measures not in MEASURES:
        yield _("the question “{name}” is of an unknown kind.").format(name=question.name)
    values = [choice.value for choice in question.choices]
    if question.kind == "choice" and (len(values) < 2 or len(set(values)) < len(values) or "" in values):
        yield _("the question “{name}” needs at least two different answers.").format(name=question.name)
    if question.kind == "scale" and not 1 <= question.most - question.least <= 100:
        yield _("the scale of “{name}” has no room.").format(name=question.name)
    if question.measures in ("quality", "rating", "confidence") and question.kind != "scale":
        yield _("the question “{name}” must be a scale.").format(name=question.name)
    if question.when and question.when not in before:
        yield _("“{name}” waits for a question that does not come before it.").format(name=question.name)
    needed = PAIR_VERDICTS if question.measures == "verdict" and trial == "pair" else _NEEDED.get(question.measures, ())
    if not set(needed) <= set(values):
        yield _("the question “{name}” needs the answers {answers}.").format(
            name=question.name, answers=", ".join(needed)
        )


def _rule_problems(template: Template) -> Iterator[str]:
    rules = template.rules
    if rules.orders not in ("balanced", "fixed"):
        yield _("“{name}” is no order.").format(name=rules.orders[:40])
    if rules.band_limit not in ("lowest", "none") and not re.fullmatch(r"\d{2,5}", rules.band_limit):
        yield _("“{name}” is no limit of the band.").format(name=rules.band_limit[:40])
    if min(rules.break_after, rules.heard, rules.anchor_hz) < 0 or not 0.5 <= rules.longest_s <= 600:
        yield _("a rule is out of range.")
    for plan in template.sets:
        if min(plan.takes, plan.others, plan.real) < 0 or plan.takes + plan.others + plan.real > _MOST_ENTRIES:
            yield _("the set “{name}” is out of range.").format(name=plan.name)
