"""Fuzzing that sees which lines an input reaches, and goes on with those that reach new ones (libFuzzer, by atheris).

    python -m tests.reliability.guided TARGET [--seconds N]

Needs `pip install atheris` (the extra "fuzz"; Linux and macOS). An input that breaks its reader is left in the current
folder as `crash-...`, one that hangs as `timeout-...`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

GUIDED = ("headers", "answers", "queues", "settings", "window", "presets", "requests", "losses", "pictures")
"""Targets of our own code whose inputs are plain bytes."""
N_FIRST = 200
"""Inputs to begin with."""
HANG_S = 5


def run(name: str, seconds: int) -> int:
    """Fuzz a target for some time, in a process of its own; return 0 when nothing was found."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"MUSEMATE_HOME": str(Path(folder, "home"))}
        command = [
            sys.executable,
            "-m",
            "tests.reliability.guided",
            name,
            "--seconds",
            str(seconds),
            "--folder",
            folder,
        ]
        return subprocess.run(command, env=environment, check=False).returncode


def fuzz(name: str, seconds: int, folder: Path) -> None:
    """Fuzz a target in a folder; libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["musemate"]):
        from tests.reliability.targets import TARGETS, fed

        place, first = folder / name, folder / "first"
        place.mkdir()
        first.mkdir()
        target = TARGETS[name](place)
        for number in range(N_FIRST):
            (first / str(number)).write_bytes(target.make(Random(number)))
        for path in first.iterdir():  # what is imported late is imported here
            fed(target, path.read_bytes())
    limits = [f"-max_total_time={seconds}", f"-timeout={HANG_S}", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *limits, str(first)], lambda data: fed(target, data))
    atheris.Fuzz()


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=GUIDED)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.folder is None:
        return run(chosen.target, chosen.seconds)
    fuzz(chosen.target, chosen.seconds, chosen.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
