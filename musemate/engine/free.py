"""Memory that is free: Linux kills what takes more than there is, so a training looks before it starts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from musemate.engine.base import CPU
from musemate.engine.windows_memory import physical_free, process_counters

MIB = 2.0**20
MEMORY, STATUS = Path("/proc/meminfo"), Path("/proc/self/status")
GROUP, GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
"""Which control group this process is in, and where those of version 2 stand (cgroups(7))."""


def room_mib(device: str) -> float | None:
    """Return what this process may hold in all: what is free and what it holds already; None where nobody knows.

    Parameters
    ----------
    device : str
        The torch device that works; its memory is meant.
    """
    if device.startswith("cuda"):
        import torch

        free, _ = torch.cuda.mem_get_info(device)
        return (free + torch.cuda.memory_reserved(device)) / MIB
    if device.partition(":")[0] != CPU:
        return None
    system = _SYSTEMS.get(sys.platform)
    free_bytes = None if system is None else system()
    return None if free_bytes is None else (free_bytes + held_bytes()) / MIB


def held_bytes() -> float:
    """Return what this process holds of the computer's memory; where only its peak is known (macOS), that."""
    if sys.platform == "win32":
        return float(process_counters().held)
    if (held := _kib(STATUS, "VmRSS")) is not None:
        return held
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _linux_free() -> float | None:
    """What the kernel would give without swapping, and what the control groups, a container's, leave of it."""
    free = _kib(MEMORY, "MemAvailable")
    if free is None:
        return None
    return max(0.0, min([free, *_left_in_groups()]))


def _kib(file: Path, name: str) -> float | None:
    """Return the bytes of a line such as "VmRSS:  1234 kB"; None where there is none."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), None)


def _left_in_groups() -> list[float]:
    """Return what each group of this process leaves: a limit of any of them counts."""
    try:
        names = [line.partition("::")[2] for line in GROUP.read_text().splitlines() if line.startswith("0::")]
    except OSError:
        return []
    group = GROUPS / "".join(names).lstrip("/")
    folders = [group, *(parent for parent in group.parents if parent.is_relative_to(GROUPS))]
    return [left for folder in folders if (left := _left(folder)) is not None]


def _left(group: Path) -> float | None:
    try:
        limit, used = ((group / name).read_text().strip() for name in ("memory.max", "memory.current"))
        lines = (group / "memory.stat").read_text().splitlines()
    except OSError:
        return None  # the root has no limit, and version 1 no such files
    if limit == "max":
        return None
    # read files are let go when memory is wanted
    cached = sum(float(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    return float(limit) - float(used) + cached


def _mac_free() -> float | None:
    """Count the pages that are free or were not used lately (host_statistics64 of mach/mach_host.h)."""
    import ctypes
    import os

    system = ctypes.CDLL("/usr/lib/libSystem.dylib")
    system.mach_host_self.restype = ctypes.c_uint
    n_words = 38
    words, count, vm_info = (ctypes.c_uint * n_words)(), ctypes.c_uint(n_words), 4
    if system.host_statistics64(system.mach_host_self(), vm_info, words, ctypes.byref(count)):
        return None
    free, _active, inactive = words[:3]
    return float(free + inactive) * os.sysconf("SC_PAGE_SIZE")


_SYSTEMS: dict[str, Callable[[], float | None]] = {"linux": _linux_free, "darwin": _mac_free, "win32": physical_free}
