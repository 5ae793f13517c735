"""Reads JSON that somebody else may have written, so that every way in which it can be wrong is one error."""

from __future__ import annotations

import json
from typing import Any


def parsed_json(text: str | bytes) -> Any:
    """Return the value that a JSON text stands for.

    Raises
    ------
    ValueError
        It is no JSON, no text, nested too deeply, or holds a number too long to be read.
    """
    try:
        return json.loads(text)
    except RecursionError as error:  # what Python's own reader says of "[[[[..." from a thousand on
        raise ValueError("it is nested too deeply") from error
