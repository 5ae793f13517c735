"""The soak: eight hours of a songwriter compressed into some minutes, and what the window has grown by in them.

`soak(minutes)` runs days of `day.py` in a process of its own and returns a row for the table. A simulated hour is
an eighth of the time it ran: fifteen minutes stand for eight hours, in which a free machine lives about a hundred days.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musemate.audio.files import read_clip, write_wav
from musemate.paths import resource
from tests.reliability.day import SECRET

ROOT = Path(__file__).parents[2]
GUARD = Path(__file__).parent / "guard"
SIMULATED_HOURS = 8.0
WARM_UP = 0.25
"""Share of the days in which everything is loaded for the first time."""
OTHERS_OWN = ("torchinductor_", "pulse-")
"""Empty folders that torch and PulseAudio's library make for each user, whatever program uses them."""
POOLED = "Thread (pooled)"
"""Qt's own helpers: a few that come with work and go after half a minute without."""
LEAST_DAYS = 12
"""A busy machine runs longer: a slope through fewer days says nothing."""
GOAL_MIB = 1.0
"""Growth allowed in a simulated hour."""


def environment(folder: Path) -> dict[str, str]:
    """Return what a guarded process runs in: folders of its own, no network, no screen."""
    for name in ("tmp", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "MUSEMATE_HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "NETWORK_CALLS": str(folder / "network-calls.txt"),
        "PYTHONPATH": os.pathsep.join((str(GUARD), str(ROOT), str(ROOT / "tests"))),
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
    }


def guarded(folder: Path, code: str, timeout_s: float) -> str:
    """Run code in a guarded process and return what it printed.

    Raises
    ------
    RuntimeError
        It failed.
    """
    printed = folder / "printed.txt"  # a file, to look into while it grows
    with printed.open("w", encoding="utf-8") as output:
        # no file as main program: worker processes would import it again, and Qt with it
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(folder),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    text = printed.read_text(encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}\n{text}\n{done.stderr}")
    return text


def live(folder: Path, seconds: float, least_days: int, *, with_everything: bool) -> list[dict[str, Any]]:
    """Run days and return what was printed: a line each, the end's last."""
    write_wav(folder / f"{SECRET}.wav", read_clip(resource("demo.flac"), 4.0, 4.0))
    arguments = f"{str(folder)!r}, {seconds}, {least_days}, with_everything={with_everything}"
    code = f"from tests.reliability.day import main; main({arguments})"
    lines: list[dict[str, Any]] = [json.loads(line) for line in guarded(folder, code, seconds + 7200.0).splitlines()]
    # looked at now: what belongs to the whole program, such as its drawn icons, goes with its process
    lines[-1]["temporaries"] = sorted(str(path.relative_to(folder / "tmp")) for path in (folder / "tmp").rglob("*"))
    return lines


def slope(at_h: Iterable[float], mib: Iterable[float]) -> float:
    """Return the growth in MiB an hour: the median of the slopes of all pairs (Theil 1950, Sen 1968)."""
    return float(np.median(_slopes(at_h, mib)))


def slope_range(at_h: Sequence[float], mib: Iterable[float]) -> tuple[float, float]:
    """Return the 95 % interval of `slope` (Hollander and Wolfe 1973, 9.3, for many points)."""
    n, slopes = len(at_h), _slopes(at_h, mib)
    spread = 1.96 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low, high = (round((len(slopes) + sign * spread) / 2) for sign in (-1, 1))
    return float(slopes[max(0, low - 1)]), float(slopes[min(len(slopes) - 1, high)])


def _slopes(at_h: Iterable[float], mib: Iterable[float]) -> npt.NDArray[np.float64]:
    """Return the slopes of all pairs of points, ascending."""
    x, y = np.asarray(list(at_h)), np.asarray(list(mib))
    first, second = np.triu_indices(len(x), k=1)
    return np.sort((y[second] - y[first]) / (x[second] - x[first]))


def left_over(days: list[dict[str, Any]], end: dict[str, Any]) -> list[str]:
    """Return what was not given back: threads, processes, files and temporaries that came with the days and stayed."""
    warm, last = days[0], days[-1]
    more = Counter(last["threads"]) - Counter(warm["threads"])
    found = [f"thread {name}" for name in more.elements() if name != POOLED]
    found += [f"{last['n_files'] - warm['n_files']} more files"] if last["n_files"] > warm["n_files"] else []
    found += [
        f"{last['worker_files'][name] - n} more files of {name}"
        for name, n in warm["worker_files"].items()
        if last["worker_files"].get(name, 0) > n
    ]
    found += [f"temporary {name}" for name in end["temporaries"] if not name.startswith(OTHERS_OWN)]
    found += [f"process {name}" for name in end["processes"]]
    late = [name for name in end["threads_left"] if name != POOLED]
    return found + [f"thread {name}, after the window was closed" for name in late]


def soak(minutes: float = 15.0, folder: Path | None = None) -> dict[str, Any]:
    """Run the soak and return its row.

    Parameters
    ----------
    minutes : float
        How long; they stand for eight hours.
    folder : Path, optional
        Where; a temporary folder if none is given.

    Returns
    -------
    dict
        "minutes", "days", "window_mib" and "workers_mib" (at the end), "slope_mib" of window and workers together a
        simulated hour, "slope_range_mib" (its 95 % interval), "window_slope_mib", "workers_slope_mib", "left" (what
        was not given back), "passed".
    """
    own = folder or Path(tempfile.mkdtemp(prefix="musemate-soak-"))
    try:
        *days, end = live(own, minutes * 60, LEAST_DAYS, with_everything=False)
    finally:
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)
    warm = days[max(1, round(WARM_UP * len(days))) :]
    hours = [day["at_s"] / days[-1]["at_s"] * SIMULATED_HOURS for day in warm]
    window, workers = ([day[name] for day in warm] for name in ("window_mib", "workers_mib"))
    both, (low, high) = slope(hours, np.add(window, workers)), slope_range(hours, np.add(window, workers))
    left = left_over(days, end)
    return {
        "minutes": minutes,
        "days": len(days),
        "window_mib": round(window[-1], 1),
        "workers_mib": round(workers[-1], 1),
        "slope_mib": round(both, 2),
        "slope_range_mib": [round(low, 2), round(high, 2)],
        "window_slope_mib": round(slope(hours, window), 2),
        "workers_slope_mib": round(slope(hours, workers), 2),
        "left": left,
        "passed": both < GOAL_MIB and not left,
    }


def use_command_line(folder: Path) -> str:
    """Use every command, guarded, in a folder that `live` has used; return what they printed."""
    return guarded(folder, f"from tests.reliability.day import command_line; command_line({str(folder)!r})", 900.0)


def network_tries(folder: Path, lines: list[dict[str, Any]]) -> list[str]:
    """Return every call to a network, every socket of one, and every library made for one."""
    calls = folder / "network-calls.txt"
    found = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
    return found + [name for line in lines for kind in ("network", "libraries") for name in line[kind]]


def names_in_logs(folder: Path) -> list[str]:
    """Return the lines of all logs that hold a name that a songwriter gave."""
    files = sorted((folder / "home" / "log").iterdir())
    lines = [(file.name, line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [f"{name}: {line}" for name, line in lines if SECRET in line]


def privacy(folder: Path | None = None) -> dict[str, Any]:
    """Do everything once, in the window and on the command line, and return the row of what could have leaked.

    Parameters
    ----------
    folder : Path, optional
        Where; a temporary folder if none is given.

    Returns
    -------
    dict
        "network_tries", "names_in_logs" (both lists of str), "passed".
    """
    own = folder or Path(tempfile.mkdtemp(prefix="musemate-privacy-"))
    try:
        lines = live(own, 0.0, 1, with_everything=True)
        use_command_line(own)
        tries, names = network_tries(own, lines), names_in_logs(own)
    finally:
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)
    return {"network_tries": tries, "names_in_logs": names, "passed": not tries and not names}


if __name__ == "__main__":
    print(json.dumps(soak(float(sys.argv[1]) if len(sys.argv) > 1 else 15.0), indent=1))
