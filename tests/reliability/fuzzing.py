"""The long run: feeds each reader many spoilt inputs, in a process of its own with limited memory, and counts.

    python -m tests.reliability.fuzzing [TARGET...] [--inputs N] [--seed S]

The n-th input of a target and seed is always the same, so that each fault can be seen again: with `--only N`.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from tests.reliability.targets import TARGETS, fed, opened

REPOSITORY = Path(__file__).resolve().parents[2]
HANG_S = 5.0
"""An input that computes longer counts as a hang, whatever else the machine does meanwhile."""
STUCK_S = 60.0
"""And so does one that waits longer."""
MEMORY_BYTES = 4 << 30
"""Address space of a process that reads; torch alone takes half of it."""
HANGS = tuple(getattr(signal, name) for name in ("SIGPROF", "SIGALRM") if hasattr(signal, name))
"""What ends a process that hangs."""
MOST_FAULTS = 20
"""After so many a target is given up: they are all the same few."""


@dataclass
class Row:
    """What became of the inputs of one target."""

    target: str
    inputs: int = 0
    understood: int = 0
    refused: int = 0
    faults: int = 0
    hangs: int = 0
    crashes: int = 0
    seconds: float = 0.0
    peak_mib: float = 0.0
    examples: list[str] = field(default_factory=list)
    """What went wrong, and with which input."""

    def add(self, other: Row) -> None:
        """Count another piece of the same run."""
        for name in ("inputs", "understood", "refused", "faults", "hangs", "crashes", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.peak_mib = max(self.peak_mib, other.peak_mib)
        self.examples += other.examples


def campaign(target: str, n: int, seed: int = 0) -> Row:
    """Feed a target `n` inputs, in as many processes as it breaks.

    Parameters
    ----------
    target : str
        One of `targets.TARGETS`.
    n : int
        Number of inputs.
    seed : int
        Another one makes other inputs.
    """
    total, first = Row(target), 0
    while first < n and total.faults + total.hangs + total.crashes < MOST_FAULTS:
        piece = _piece(target, seed, first, n)
        total.add(piece)
        first += piece.inputs
    return total


def _piece(target: str, seed: int, first: int, end: int) -> Row:
    """Let a process feed inputs from `first` on until it is done or broken."""
    with tempfile.TemporaryDirectory(dir=_quick_folder()) as name:
        folder = Path(name)
        command = [
            sys.executable,
            "-m",
            "tests.reliability.fuzzing",
            "--child",
            target,
            str(seed),
            str(first),
            str(end),
        ]
        environment = os.environ | {"MUSEMATE_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1"}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path])}
        with (folder / "errors").open("wb") as errors:
            done = subprocess.run([*command, name], cwd=REPOSITORY, env=environment, stderr=errors, check=False)
        told = _told(folder / "row.json")
        row = Row(**told) if told else Row(target)
        if done.returncode != 0:
            _note_break(row, folder, first, done.returncode)
        return row


def _note_break(row: Row, folder: Path, first: int, code: int) -> None:
    """Count the input over which the process ended."""
    words = (folder / "errors").read_text(errors="replace")
    reached = (folder / "reached").read_text() if (folder / "reached").exists() else ""
    if not reached:
        raise RuntimeError(f"{row.target} could not be prepared:\n{words}")
    index = int(reached)
    is_hang = -code in HANGS
    row.inputs = index + 1 - first
    row.hangs, row.crashes = row.hangs + is_hang, row.crashes + (not is_hang)
    row.examples.append(f"input {index}, exit code {code}: {words[-1500:]}")


def _told(path: Path) -> dict[str, object] | None:
    return json.loads(path.read_text()) if path.exists() else None


def _quick_folder() -> str | None:
    """Return a folder in memory where there is one: the disk is not what is tried here."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _child(target: str, seed: int, first: int, end: int, folder: Path) -> None:
    """Feed inputs and write the row; after a fault the process goes on, a hang ends it."""
    row, began_s = Row(target), time.monotonic()
    with opened(target, folder) as prepared, (folder / "reached").open("w+b", buffering=0) as reached:
        _limit_memory()
        for number in HANGS:  # says where it hangs, then lets the signal end the process
            faulthandler.register(number, chain=True)
        for index in range(first, end):
            os.pwrite(reached.fileno(), b"%-12d" % index, 0)
            data = prepared.make(Random(f"{target} {seed} {index}"))
            _watch(HANG_S, STUCK_S)
            try:
                kind = fed(prepared, data)
                setattr(row, kind, getattr(row, kind) + 1)
            except Exception:
                row.faults += 1
                row.examples.append(f"input {index}: {traceback.format_exc()[-1500:]}")
                _write(row, began_s, folder)  # a crash after it does not hide it
            _watch(0, 0)
            row.inputs += 1
            if index % 1000 == 0:
                _write(row, began_s, folder)
            if row.faults >= MOST_FAULTS:
                break
    _write(row, began_s, folder)


def _watch(hang_s: float, stuck_s: float) -> None:
    """Set the limits of the next input; 0 lifts them."""
    signal.setitimer(signal.ITIMER_PROF, hang_s)
    signal.setitimer(signal.ITIMER_REAL, stuck_s)


def _write(row: Row, began_s: float, folder: Path) -> None:
    import resource

    row.seconds = round(time.monotonic() - began_s, 1)
    row.peak_mib = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    (folder / "row.json").write_text(json.dumps(asdict(row)))


def _limit_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def rows(n: int, names: list[str], seed: int) -> Iterator[Row]:
    """Run the campaign of some targets, one after the other."""
    for name in names:
        yield campaign(name, n, seed)


def main() -> int:
    """Run from the command line; the exit code tells whether there was a fault."""
    if sys.argv[1:2] == ["--child"]:
        target, seed, first, end, folder = sys.argv[2:7]
        _child(target, int(seed), int(first), int(end), Path(folder))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"all but some of: {', '.join(TARGETS)}")
    parser.add_argument("--inputs", type=int, default=10_000, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="show one input, and what its reader raises")
    chosen = parser.parse_args()
    names = chosen.targets or list(TARGETS)
    if chosen.only is not None:
        _show(names[0], chosen.seed, chosen.only)
        return 0
    bad = 0
    for row in rows(chosen.inputs, names, chosen.seed):
        print(json.dumps(asdict(row)), flush=True)
        bad += row.faults + row.hangs + row.crashes
    return int(bad > 0)


def _show(target: str, seed: int, index: int) -> None:
    with tempfile.TemporaryDirectory() as name, opened(target, Path(name)) as prepared:
        data = prepared.make(Random(f"{target} {seed} {index}"))
        print(repr(data[:5000]), flush=True)
        print(fed(prepared, data))


if __name__ == "__main__":
    sys.exit(main())
