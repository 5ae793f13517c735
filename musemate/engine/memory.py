"""Memory that runs out: how it is recognised, said and given back."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from musemate.engine.base import CPU
from musemate.errors import DeviceMemoryError
from musemate.language import _

PROCESS_MIB = 470.0
"""Memory of a process in which torch and what finds beats are loaded, before it trains anything."""
_WORDS = ("DefaultCPUAllocator", "out of memory", "ALLOC_FAILED")
"""Of failures that torch has no class for: its CPU allocator's, the CUDA driver's, cuBLAS', cuFFT's and cuDNN's."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or NumPy failed for want of memory."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _WORDS)


@contextmanager
def memory_errors_said(device: str) -> Iterator[None]:
    """Translate failures for want of memory.

    Raises
    ------
    DeviceMemoryError
        The work inside took more memory than there is.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        hint = _('Choose a shorter region or take or the preset "sketch", or take the CPU.')
        if device == CPU:
            hint = _('Choose a shorter region or take or the preset "sketch", or close other programs.')
        raise DeviceMemoryError(
            _("There was not enough memory on {device}.").format(device=device),
            hint=hint,
            detail=str(error),
        ) from error


def release_memory() -> None:
    """Give back what nothing refers to any more, the graphics card's included."""
    gc.collect()  # a failure's traceback can hold tensors in a circle of references
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
