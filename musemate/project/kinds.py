"""Checks that a record holds what its class declares: a database that somebody changed may hold anything anywhere."""

from __future__ import annotations

import dataclasses
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_ENDLESS = 1e300


def check_kinds(record: Any) -> None:
    """Look at every field of a dataclass, and at the fields of those inside it.

    Parameters
    ----------
    record : dataclass
        Declared with numbers, texts, switches, None, tuples of one kind, dictionaries and dataclasses.

    Raises
    ------
    TypeError
        A field holds something of another kind, or a number without an end.
    """
    own: Any = type(record)
    for name, kind in _declared(own).items():
        if not _fits(getattr(record, name), kind):
            raise TypeError(f"{type(record).__name__}.{name} is {type(getattr(record, name)).__name__}")


@cache
def _declared(record: Any) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in dataclasses.fields(record)}


def _fits(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if kind is float:
        return type(value) in (int, float) and abs(value) < _ENDLESS  # nor is what is no number
    if kind in (int, str, bool, NoneType):  # True is an int in Python only
        return type(value) is kind
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(kind))
    if origin is tuple:
        return type(value) is tuple and all(_fits(one, get_args(kind)[0]) for one in value)
    if origin is dict:
        return type(value) is dict
    if type(value) is not kind:
        return False
    check_kinds(value)
    return True
