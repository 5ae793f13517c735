"""Gives memory back to the system that a process has freed but still holds. Free of Qt."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Return what is garbage and what the C library keeps for later; for a rest, for it takes tenths of a second.

    A training frees its tensors in an order that leaves holes: tens of MiB stay with a process that does nothing, more
    of them from one day to the next. Only glibc (Linux) has to be asked.
    """
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return glibc's `malloc_trim` (man 3 malloc_trim), None for another C library."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
