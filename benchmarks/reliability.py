"""The whole reliability campaign by one command: what fails, is killed, flipped, spoilt and soaked, and what it costs.

Run with `python benchmarks/reliability.py [--minutes N] [--only NAME]`. It takes hours, stops after `--minutes`, and
goes on where it was the next time: `reliability.json` keeps the tallies, `RELIABILITY.md` is the table made of them.
`--again` forgets the tally of what runs first: a tally must not mix what two versions did.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "benchmarks"), str(REPOSITORY / "tests")]

from reliability_pieces import PIECES, Piece  # noqa: E402 - found through the path above

STATE, TABLE = (REPOSITORY / "benchmarks" / name for name in ("reliability.json", "RELIABILITY.md"))
COLUMNS = ("What", "Tried", "Found", "Goal", "Machine", "Date", "Commit")
SHARED_LOAD = 1.5
"""Load a core from which a machine is not for this alone; its timings are then worth little."""
State = dict[str, dict[str, Any]]


def load() -> State:
    """Return what was done before."""
    return json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}  # type: ignore[no-any-return]


def store(state: State) -> None:
    """Keep what was done, whole or not at all, and write the table."""
    for file, text in ((STATE, json.dumps(state, indent=1) + "\n"), (TABLE, table(state))):
        fresh = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)


def machine() -> str:
    """Return what this machine is, and whether it did other work too."""
    n_cores = os.cpu_count() or 1
    load_a_core = os.getloadavg()[0] / n_cores if hasattr(os, "getloadavg") else 0.0
    shared = ", shared" if load_a_core > SHARED_LOAD else ""
    return f"{platform.system()} {platform.machine()}, {n_cores} cores{shared}"


def commit() -> str:
    """Return the commit of the working tree, with a + where files differ from it, those that are written here aside."""
    git = ["git", "-C", str(REPOSITORY)]
    done = subprocess.run([*git, "describe", "--always", "--exclude=*"], capture_output=True, text=True, check=False)
    own = [f":!{file.relative_to(REPOSITORY).as_posix()}" for file in (STATE, TABLE)]
    differs = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", ".", *own], capture_output=True, check=False)
    return f"{done.stdout.strip()}{'+' if differs.returncode else ''}" if done.returncode == 0 else "unknown"


def run(piece: Piece, state: State, deadline_s: float) -> bool:
    """Go on with a piece until it is done or the time is over; return whether it is done."""
    begun = state.setdefault(piece.name, {"tally": {}})
    for _ in piece.work(begun["tally"]):
        now = datetime.now(UTC).date().isoformat()
        begun |= {"machine": machine(), "date": now, "commit": commit(), "done": False}
        store(state)
        if time.monotonic() > deadline_s:
            return False
    begun["done"] = True
    store(state)
    return True


def table(state: State) -> str:
    """Return the table of all that was done, as Markdown."""
    lines = [
        "# Reliability",
        "",
        "What `python benchmarks/reliability.py` found; it writes this file. A row whose campaign was stopped before",
        "its end says so beside its date.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
    ]
    for piece in PIECES:
        if piece.name not in state:
            continue
        about = state[piece.name]
        date = about.get("date", "") + ("" if about.get("done") else ", not finished")
        where = (about.get("machine", ""), date, about.get("commit", ""))
        lines += [f"| {' | '.join(_cell(cell) for cell in (*row, *where))} |" for row in piece.rows(about["tally"])]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Do the campaign, or go on with it."""
    names = [piece.name for piece in PIECES]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--only", action="append", choices=names, help="one piece; may be given several times")
    parser.add_argument("--again", action="store_true", help="begin what runs anew")
    options = parser.parse_args()
    state, deadline_s = load(), time.monotonic() + 60 * options.minutes
    for piece in PIECES:
        if piece.name not in (options.only or names):
            continue
        if not piece.is_there:
            print(f"{piece.name}: not in this version")
            continue
        if options.again:
            state.pop(piece.name, None)
        is_done = run(piece, state, deadline_s)
        for row in piece.rows(state[piece.name]["tally"]):
            print("  ".join(cell for cell in row if cell))
        if not is_done:
            print(f"{piece.name}: stopped; the next call goes on")
        if time.monotonic() > deadline_s:
            break
    print(f"written: {TABLE.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
