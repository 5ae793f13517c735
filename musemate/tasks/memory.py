"""Measures the largest memory that a piece of work takes."""

from __future__ import annotations

import sys
from pathlib import Path

from musemate.engine.windows_memory import process_counters

_MIB = 2.0**20
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""See proc(5): resets the peak of the resident set."""


class PeakMemory:
    """Measures from its making on: of the GPU where one is used, else of this process.

    Where the system cannot forget earlier peaks (macOS, Windows), the peak is that of the process so far.

    Parameters
    ----------
    device : str
        The torch device that works.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        if self._is_cuda:
            import torch

            torch.cuda.reset_peak_memory_stats(device)
        else:
            _forget_peak()

    @property
    def _is_cuda(self) -> bool:
        return self._device.startswith("cuda")

    def mib(self) -> float:
        """Return the peak in MiB."""
        if self._is_cuda:
            import torch

            return float(torch.cuda.max_memory_allocated(self._device)) / _MIB
        return process_peak_bytes() / _MIB


def process_peak_bytes() -> float:
    """Return the largest resident memory of this process in bytes."""
    if sys.platform == "win32":
        return float(process_counters().peak)
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def _forget_peak() -> None:
    try:
        _CLEAR.write_text(_RESET_PEAK)
    except OSError:
        return  # no Linux, or a container that forbids it: the peak is that of the process so far
