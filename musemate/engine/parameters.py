"""What an engine's parameters are: each described where its configuration declares it, and checked by that description.

No torch here: window and command line show the same words as the engines check.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from musemate.errors import ParameterError
from musemate.language import _, mark, number, plain

WHOLE, NUMBER, SWITCH, LIST = "whole number", "number", "switch", "list"
"""Kinds of parameter; a list is one of whole numbers."""
_KINDS = ((bool, SWITCH), (int, WHOLE), (float, NUMBER), (tuple, LIST))  # a bool is an int too
UNITS = (mark("steps"), mark("samples"), mark("channels"), mark("layers"), mark("blocks"), mark("frames"))
"""Units that are words."""
_KEY = "parameter"
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
T = TypeVar("T")


@dataclass(frozen=True)
class Parameter:
    """One parameter of an engine.

    Parameters
    ----------
    name : str
        That of the configuration's field.
    default : bool, int, float or tuple of int
        Says of which kind it is, too.
    words : str
        What it does, in one line.
    group : str
        Parameters that belong together.
    least, most : float
        The range; of a list, that of its numbers.
    unit : str
        What is counted or measured, "" for a plain number.
    choices : tuple of int
        All that is possible, where that is not a range.
    may_be_empty : bool
        Of a list.
    """

    name: str
    default: Any
    words: str
    group: str
    least: float = 0
    most: float = 0
    unit: str = ""
    choices: tuple[int, ...] = ()
    may_be_empty: bool = False

    @property
    def kind(self) -> str:
        """One of `WHOLE`, `NUMBER`, `SWITCH` and `LIST`."""
        return next(kind for of, kind in _KINDS if isinstance(self.default, of))

    @property
    def range_words(self) -> str:
        """What is possible, for instance "1 to 1,024 channels"."""
        if self.kind == SWITCH:
            return _("on or off")
        if self.choices:
            *others, last = map(str, self.choices)
            return _("{others} or {last}").format(others=", ".join(others), last=last)
        span = _("{least} to {most}").format(least=_shown(self.least), most=_shown(self.most))
        span = f"{span} {_(self.unit)}" if self.unit else span
        return _("whole numbers, {range}").format(range=span) if self.kind == LIST else span

    def checked(self, value: object) -> Any:
        """Return a value as the configuration holds it: a list becomes a tuple.

        Raises
        ------
        ParameterError
            It is of another kind, or outside the range.
        """
        kind = self.kind
        if kind == LIST and isinstance(value, list | tuple):
            if all(self._is_whole(one) for one in value) and (value or self.may_be_empty):
                return tuple(value)
        elif (
            (kind == SWITCH and isinstance(value, bool))
            or (kind == WHOLE and self._is_whole(value))
            or (kind == NUMBER and type(value) in (int, float) and self._is_inside(cast(float, value)))
        ):
            return value
        raise ParameterError(
            _("{name} = {value} is not possible.").format(name=self.name, value=self.text(value) or _("nothing")),
            hint=_("Choose {range}.").format(range=self.range_words),
            name=self.name,
        )

    def _is_whole(self, value: object) -> bool:
        return type(value) is int and (value in self.choices if self.choices else self._is_inside(value))

    def _is_inside(self, value: float) -> bool:
        return self.least <= value <= self.most  # no number is neither

    def text(self, value: object) -> str:
        """Return a value as it is written into a field; one of another kind as it is."""
        if isinstance(value, bool):
            return _("on") if value else _("off")
        if isinstance(value, list | tuple):
            return ", ".join(str(one) for one in value)
        return number(value, "g") if isinstance(value, float) else str(value)

    def parsed(self, text: str) -> Any:
        """Return the value that a text stands for; the text itself where it stands for none, for `checked` to refuse.

        "1,000" is a whole number with its thousands set apart (in a language with decimal commas "1.000"), "16, 8, 4"
        and "[16, 8, 4]" are lists.
        """
        text = text.strip()
        if self.kind == SWITCH:
            return {"on": True, "off": False, _("on"): True, _("off"): False}.get(text.lower(), text)
        if self.kind == LIST:
            numbers = [_number(part) for part in re.split(r"[\s,;]+", text.strip("[]() ")) if part]
            return text if any(isinstance(one, str) for one in numbers) else tuple(numbers)
        english = plain(text)
        if _GROUPED.fullmatch(english) and self.kind == WHOLE:
            return int(english.replace(",", ""))
        # a decimal point is taken in every language: papers and programs write it
        return _number(english if self.kind == NUMBER and isinstance(_number(text), str) else text)


def described(
    default: T,
    words: str,
    group: str,
    least: float = 0,
    most: float = 0,
    *,
    unit: str = "",
    choices: tuple[int, ...] = (),
    may_be_empty: bool = False,
) -> T:
    """Declare a field of a configuration together with its description; see `Parameter`."""
    about = Parameter("", default, words, group, least, most, unit, choices, may_be_empty)
    return dataclasses.field(default=default, metadata={_KEY: about})


def parameters_of(config: type) -> tuple[Parameter, ...]:
    """Return the described parameters of a configuration's class, in the order of their declaration."""
    fields = dataclasses.fields(config)
    return tuple(
        dataclasses.replace(field.metadata[_KEY], name=field.name) for field in fields if _KEY in field.metadata
    )


def check_values(config: Any) -> None:
    """Check every described field of a configuration that is being made, and make tuples of its lists.

    Raises
    ------
    ParameterError
        The first value that is not possible.
    """
    for parameter in parameters_of(type(config)):
        object.__setattr__(config, parameter.name, parameter.checked(getattr(config, parameter.name)))


def check_names(engine: str, config: type, names: set[str]) -> None:
    """Refuse names that are no parameters of an engine.

    Raises
    ------
    ParameterError
        The first of them.
    """
    known = {parameter.name for parameter in parameters_of(config)}
    if unknown := sorted(names - known):
        raise ParameterError(
            _('The engine "{engine}" has no option "{option}".').format(engine=engine, option=unknown[0]),
            hint=_("It knows: {names}.").format(names=", ".join(sorted(known))),
            name=unknown[0],
        )


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _shown(value: float) -> str:
    return number(value, "," if isinstance(value, int) else "g")
