"""What a process and its children hold: memory, threads, files, sockets, temporary files. Linux only."""

from __future__ import annotations

import dataclasses
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MIB = 2.0**20
_NETWORK_LIBRARIES = ("Qt6Network", "Qt6WebEngine", "libcurl")
_NETWORKS = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")


@dataclass(frozen=True)
class Holding:
    """What is held at a moment.

    Parameters
    ----------
    window_mib, workers_mib : float
        Resident memory of this process, and of its children together.
    threads : list of str
        Threads of this process, by the names that the system shows.
    n_files : int
        Open file descriptors of this process.
    worker_files : dict
        The same of each child, by its name.
    processes : list of str
        Names of the children.
    network : list of str
        Sockets of this process and its children that belong to a network.
    libraries : list of str
        Loaded libraries of this process and its children that are made for networks.
    """

    window_mib: float
    workers_mib: float
    threads: list[str]
    n_files: int
    worker_files: dict[str, int]
    processes: list[str]
    network: list[str]
    libraries: list[str]

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON-ready dictionary."""
        return dataclasses.asdict(self)


def holding() -> Holding:
    """Look at this process and its children."""
    own, children = Path("/proc/self"), _children()
    return Holding(
        window_mib=_resident_mib(own),
        workers_mib=sum(map(_resident_mib, children)),
        threads=sorted((task / "comm").read_text().strip() for task in (own / "task").iterdir()),
        n_files=_n_files(own),
        worker_files={f"{_name(child)} {child.name}": _n_files(child) for child in children},
        processes=[f"{_name(child)} {child.name}" for child in children],
        network=[socket for process in (own, *children) for socket in _sockets(process)],
        libraries=sorted({name for process in (own, *children) for name in _libraries(process)}),
    )


def _children() -> list[Path]:
    """Return the living children, without multiprocessing's helper, which stays to the end."""
    pids = {pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}
    found = [Path("/proc") / pid for pid in sorted(pids, key=int)]
    return [child for child in found if _resident_mib(child) and _name(child) != "resource tracker"]


def _name(process: Path) -> str:
    try:
        words = (process / "cmdline").read_text(errors="replace")
    except OSError:
        return "gone"
    return "resource tracker" if "resource_tracker" in words else "worker"


def _resident_mib(process: Path) -> float:
    try:
        pages = (process / "statm").read_text().split()
    except OSError:
        return 0.0
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / _MIB if len(pages) > 1 else 0.0


def _n_files(process: Path) -> int:
    try:
        return len(list((process / "fd").iterdir()))
    except OSError:
        return 0


def _sockets(process: Path) -> list[str]:
    """Return the sockets that a network knows of, whoever opened them: C libraries too."""
    inodes = set()
    for file in (process / "fd").glob("*"):
        try:
            inodes |= set(re.findall(r"socket:\[(\d+)\]", str(file.readlink())))
        except OSError:
            continue  # closed meanwhile
    found = []
    for kind in _NETWORKS:
        table = process / "net" / kind
        rows = table.read_text().splitlines()[1:] if table.exists() else []
        found += [f"{kind} {row.split()[1]} -> {row.split()[2]}" for row in rows if row.split()[9] in inodes]
    return found


def _libraries(process: Path) -> set[str]:
    try:
        loaded = (process / "maps").read_text()
    except OSError:
        return set()
    return {name for name in _NETWORK_LIBRARIES if name in loaded}
