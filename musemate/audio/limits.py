"""How much memory and computing time a process that touches files from outside may take, as each system enforces it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

DECODE = "--decode"
"""First argument that makes this program the process that decodes one file."""
TOO_MUCH_MEMORY = 77
"""Exit code of a process that noticed by itself that its memory is used up."""
_MOST_WRITTEN_BYTES = 16 << 20
"""ffmpeg's complaints go to a file; a sound has no business to fill the disk with them."""

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _EXTENDED_LIMITS = 9
    _PROCESS_TIME, _PROCESS_MEMORY, _KILL_WITH_JOB = 0x2, 0x100, 0x2000
    _TICKS_A_SECOND = 10_000_000

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("least_working_set", ctypes.c_size_t),
            ("most_working_set", ctypes.c_size_t),
            ("most_processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority_class", wintypes.DWORD),
            ("scheduling_class", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("basic", _BasicLimits),
            ("io_counters", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process_memory", ctypes.c_size_t),
            ("peak_job_memory", ctypes.c_size_t),
        )

    class Job:
        """Confines a process and its children (JOBOBJECT_EXTENDED_LIMIT_INFORMATION, Windows' documentation)."""

        def __init__(self, process: Popen[bytes], memory_bytes: int, cpu_s: int) -> None:
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.CreateJobObjectW.restype = wintypes.HANDLE
            kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
            kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
            kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
            kernel.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
            kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
            self._process = process
            self._kernel, self._handle = kernel, kernel.CreateJobObjectW(None, None)
            limits = _ExtendedLimits()
            limits.basic.flags = _PROCESS_TIME | _PROCESS_MEMORY | _KILL_WITH_JOB
            limits.basic.process_time = cpu_s * _TICKS_A_SECOND
            limits.process_memory = memory_bytes
            kernel.SetInformationJobObject(self._handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
            kernel.AssignProcessToJobObject(self._handle, int(process._handle))  # type: ignore[attr-defined]

        def end(self) -> None:
            """End all that runs in it."""
            self._kernel.TerminateJobObject(self._handle, 1)
            self._process.kill()  # even where the system would not put it into the job

        def close(self) -> None:
            """Let go of it, and end what may still run in it."""
            self._kernel.CloseHandle(self._handle)

    def limit_own(memory_bytes: int, cpu_s: int) -> None:
        """Do nothing: here the process that starts another one limits it."""

else:
    import os
    import resource
    import signal
    import threading

    _LOOK_S = 0.1
    _GRACE_S = 2
    """Between the signal that says why a process ends and the one that says nothing."""

    class Job:
        """Ends a process that leads a session of its own, with its children; it limits itself (`limit_own`)."""

        def __init__(self, process: Popen[bytes], memory_bytes: int, cpu_s: int) -> None:
            self._process = process

        def end(self) -> None:
            """End all that runs in it; only while the process was not waited for, which keeps its number its own."""
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):  # macOS says the latter of processes that just ended
                return

        def close(self) -> None:
            """Do nothing: there is nothing to let go of."""

    def limit_own(memory_bytes: int, cpu_s: int) -> None:
        """Let the system refuse this process, and each that it starts, more memory and end it after so much computing.

        Parameters
        ----------
        memory_bytes : int
            Of address space.
        cpu_s : int
            Seconds of a processor.
        """
        _lower(resource.RLIMIT_CPU, cpu_s, _GRACE_S)
        _lower(resource.RLIMIT_FSIZE, _MOST_WRITTEN_BYTES)
        _lower(resource.RLIMIT_CORE, 0)
        if sys.platform == "darwin":  # takes RLIMIT_AS and ignores it
            threading.Thread(target=_watch_memory, args=(memory_bytes,), daemon=True).start()
        else:
            _lower(resource.RLIMIT_AS, memory_bytes)

    def _lower(what: int, most: int, grace: int = 0) -> None:
        """Set a limit that the process cannot raise again; one that is lower already stays."""
        _, hard = resource.getrlimit(what)
        last = most + grace if hard == resource.RLIM_INFINITY else min(most + grace, hard)
        resource.setrlimit(what, (min(most, last), last))

    def _watch_memory(most_bytes: int) -> None:
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= most_bytes:  # bytes on macOS
            threading.Event().wait(_LOOK_S)
        os._exit(TOO_MUCH_MEMORY)
