"""Checks that what a stored picture holds can be a picture, before anything is drawn from it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musemate.errors import ProjectError
from musemate.language import _

_LARGEST = 1 << 40
"""Of rates, hops, lengths (a hundred days) and values, whose squares are numbers too."""


def number_in(path: Path, record: npt.NDArray[Any], name: str, least: float = 1) -> Any:
    """Return a number of a record.

    Raises
    ------
    ProjectError
        There is none of that name, or it is less than `least`, or too large for a sound.
    """
    value = _field(path, record, name, 0).item()
    if not (math.isfinite(value) and least <= value <= _LARGEST):
        raise unreadable(path, f"{name} is {value}")
    return value


def array_in(path: Path, record: npt.NDArray[Any], name: str, *shape: int | None) -> npt.NDArray[Any]:
    """Return an array of a record.

    Parameters
    ----------
    shape : int or None
        What each of its sides must measure; None for any length but 0.

    Raises
    ------
    ProjectError
        There is none of that name and shape, or its values are no numbers.
    """
    array = np.asarray(_field(path, record, name, len(shape)))
    sides = zip(array.shape, shape, strict=True)
    if not all(found == wanted if wanted is not None else found for found, wanted in sides):
        raise unreadable(path, f"{name} has the shape {array.shape}")
    if array.dtype.kind == "f" and not (np.abs(array) <= _LARGEST).all():  # nor is what is no number
        raise unreadable(path, f"{name} holds what no sound has")
    return array


def image_in(path: Path, record: npt.NDArray[Any], n_rows: int) -> npt.NDArray[np.uint8]:
    """Return the image of a record, shape (rows, columns), uint8; raises as `array_in`."""
    image = array_in(path, record, "image", n_rows, None)
    if image.dtype != np.uint8:
        raise unreadable(path, f"the image is {image.dtype}")
    return image


def unreadable(path: Path, detail: str) -> ProjectError:
    """Return the error for a picture that is none; it can be drawn again."""
    return ProjectError(
        _('The picture "{name}" cannot be read.').format(name=path.name),
        hint=_("It is drawn again from the sound."),
        detail=f"{path}: {detail}",
    )


def _field(path: Path, record: npt.NDArray[Any], name: str, n_dimensions: int) -> Any:
    if name not in (record.dtype.names or ()) or record.shape != ():
        raise unreadable(path, f"{name} is missing")
    field = record[name]
    if field.dtype.kind not in "iuf" or field.ndim != n_dimensions:
        raise unreadable(path, f"{name} is {field.dtype} of {field.ndim} dimensions")
    return field
