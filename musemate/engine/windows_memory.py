"""What Windows says of memory; elsewhere nothing here can be asked."""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_size_t, c_ulong, c_ulonglong, c_void_p


class Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of psapi.h; `held` and `peak` are its working set's."""

    _fields_ = [
        ("size", c_ulong),
        ("page_faults", c_ulong),
        ("peak", c_size_t),
        ("held", c_size_t),
        ("peak_paged_pool", c_size_t),
        ("paged_pool", c_size_t),
        ("peak_non_paged_pool", c_size_t),
        ("non_paged_pool", c_size_t),
        ("page_file", c_size_t),
        ("peak_page_file", c_size_t),
    ]


class Status(ctypes.Structure):
    """MEMORYSTATUSEX of sysinfoapi.h, in bytes."""

    _fields_ = [
        ("size", c_ulong),
        ("load_percent", c_ulong),
        ("physical", c_ulonglong),
        ("physical_free", c_ulonglong),
        ("page_file", c_ulonglong),
        ("page_file_free", c_ulonglong),
        ("virtual", c_ulonglong),
        ("virtual_free", c_ulonglong),
        ("extended_free", c_ulonglong),
    ]


if sys.platform == "win32":

    def process_counters() -> Counters:
        """Ask for this process's counters."""
        counters = Counters()
        counters.size = ctypes.sizeof(counters)
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = c_void_p
        kernel.K32GetProcessMemoryInfo.argtypes = [c_void_p, c_void_p, c_ulong]
        kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size)
        return counters

    def physical_free() -> float | None:
        """Return the bytes that could be used without swapping."""
        status = _status()
        return float(status.physical_free) if status else None

    def physical() -> float | None:
        """Return the bytes that are built in."""
        status = _status()
        return float(status.physical) if status else None

    def _status() -> Status | None:
        status = Status()
        status.size = ctypes.sizeof(status)
        return status if ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status)) else None

else:

    def process_counters() -> Counters:
        """Ask nobody."""
        raise OSError("no Windows")

    def physical_free() -> float | None:
        """Know nothing."""
        return None

    def physical() -> float | None:
        """Know nothing."""
        return None
