"""What an engine's parameters are: each described where its configuration declares it, and checked by that description.

No torch here: window and command line show the same words as the engines check.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from musemate.errors import ParameterError

WHOLE, NUMBER, SWITCH, LIST = "whole number", "number", "switch", "list"
"""Kinds of parameter; a list is one of whole numbers."""
_KINDS = ((bool, SWITCH), (int, WHOLE), (float, NUMBER), (tuple, LIST))  # a bool is an int too
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
            return "on or off"
        if self.choices:
            *others, last = map(str, self.choices)
            return f"{', '.join(others)} or {last}"
        span = f"{_shown(self.least)} to {_shown(self.most)}{f' {self.unit}' if self.unit else ''}"
        return f"whole numbers, {span}" if self.kind == LIST else span

    def checked(self, value: object) -> Any:
        """Return a value as the configuration holds it: a list becomes a tuple.

        Raises
        ------
        ParameterError
            It is of another kind, or outside the range.
        """
        kind = self.kind
        if kind == LIST and isinstance(value, list | tuple):
            if all(self._is_whole(number) for number in value) and (value or self.may_be_empty):
                return tuple(value)
        elif (
            (kind == SWITCH and isinstance(value, bool))
            or (kind == WHOLE and self._is_whole(value))
            or (kind == NUMBER and type(value) in (int, float) and self._is_inside(cast(float, value)))
        ):
            return value
        raise ParameterError(
            f"{self.name} = {self.text(value) or 'nothing'} is not possible.",
            hint=f"Choose {self.range_words}.",
            name=self.name,
        )

    def _is_whole(self, value: object) -> bool:
        return type(value) is int and (value in self.choices if self.choices else self._is_inside(value))

    def _is_inside(self, value: float) -> bool:
        return self.least <= value <= self.most  # no number is neither

    def text(self, value: object) -> str:
        """Return a value as it is written into a field; one of another kind as it is."""
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, list | tuple):
            return ", ".join(str(number) for number in value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def parsed(self, text: str) -> Any:
        """Return the value that a text stands for; the text itself where it stands for none, for `checked` to refuse.

        "1,000" is a whole number with its thousands set apart, "16, 8, 4" and "[16, 8, 4]" are lists.
        """
        text = text.strip()
        if self.kind == SWITCH:
            return {"on": True, "off": False}.get(text.lower(), text)
        if self.kind == LIST:
            numbers = [_number(part) for part in re.split(r"[\s,;]+", text.strip("[]() ")) if part]
            return text if any(isinstance(number, str) for number in numbers) else tuple(numbers)
        if _GROUPED.fullmatch(text) and self.kind == WHOLE:
            return int(text.replace(",", ""))
        return _number(text)


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
            f'The engine "{engine}" has no option "{unknown[0]}".',
            hint=f"It knows: {', '.join(sorted(known))}.",
            name=unknown[0],
        )


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _shown(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"
