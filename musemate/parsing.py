"""Reads JSON that somebody else may have written, so that every way in which it can be wrong is one error."""

from __future__ import annotations

import json
from typing import Any

MOST_DEPTH = 64
"""Of lists and objects inside one another; ours have five. What copies or writes values again follows all of them."""


def parsed_json(text: str | bytes) -> Any:
    """Return the value that a JSON text stands for.

    Raises
    ------
    ValueError
        It is no JSON, no text, nested too deeply, or holds a number too long to be read.
    """
    try:
        value = json.loads(text)
    except RecursionError as error:  # what Python's own reader says of "[[[[..." from a thousand on
        raise ValueError("it is nested too deeply") from error
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [part for parts in level for part in _parts(parts)]
        if not level:
            return value
    raise ValueError("it is nested too deeply")


def _parts(value: Any) -> list[Any]:
    """Return the lists and objects directly inside a value."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in inside if isinstance(part, dict | list)]
