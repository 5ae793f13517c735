"""The pieces of the reliability campaign: what each does, step by step, and what it found, as rows of a table.

A piece's tally is JSON, so that a campaign that is stopped goes on where it was.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

N_KILLS, N_FLIPS, N_INPUTS = 300, 2_000, 1_000_000
FLIPS_A_STEP, INPUTS_A_STEP = 100, 10_000
SOAK_MINUTES = 15.0
COST_S = 180.0
"""The first state is written after fifteen seconds, before its cost is known: a minute says little of hours."""
CONFIDENCE = 0.95
Tally = dict[str, Any]
Row = tuple[str, str, str, str]
"""What was tried, how often, what came of it, and what the goal is."""


@dataclass(frozen=True)
class Piece:
    """A part of the campaign.

    Parameters
    ----------
    name : str
    work : callable
        Goes on with a tally, and yields after each step when it may be stored.
    rows : callable
        Makes the table's rows of a tally.
    needs : str
        The module that does the work.
    """

    name: str
    work: Callable[[Tally], Iterator[None]]
    rows: Callable[[Tally], list[Row]]
    needs: str

    @property
    def is_there(self) -> bool:
        """Whether this version has what it needs."""
        return find_spec(self.needs) is not None


def upper_bound(n_failures: int, n: int) -> float:
    """Return the highest share of failures that is still likely (Clopper and Pearson, Biometrika 26, 1934).

    One-sided, 95 %; without a failure about 3/n.
    """
    from scipy.stats import beta

    return 1.0 if n_failures >= n else float(beta.ppf(CONFIDENCE, n_failures + 1, n - n_failures))


# Faults of the disk


def _faults(tally: Tally) -> Iterator[None]:
    """Let every wish fail in one way, then in the next: what is stopped early has seen all wishes, not all ways."""
    from tests.reliability.disk import MODES
    from tests.reliability.faults import campaign
    from tests.reliability.operations import OPERATIONS

    for way in range(len(MODES)):
        for operation in OPERATIONS:
            done = tally.setdefault(operation.name, {"tried": 0, "said": 0, "ways": 0, "problems": []})
            if done["ways"] <= way:
                tries = campaign([operation], rotate=way)
                done["tried"] += len(tries)
                done["said"] += sum(bool(tried.error) for tried in tries)
                done["problems"] += [str(tried) for tried in tries if tried.problems]
                done["ways"] = way + 1
                yield


def _fault_rows(tally: Tally) -> list[Row]:
    rows = []
    for operation, done in tally.items():
        tried, said = done["tried"], done["said"]
        outcome = f"{len(done['problems'])} lost; {said} said in a sentence, {tried - said} without consequence"
        ways = f"{tried} faults: each wish in {done['ways']} of 8 ways"
        rows.append((f"disk fails: {operation}", ways, outcome, "0 lost"))
    return rows


# Kills


def _kills(tally: Tally) -> Iterator[None]:
    from tests.reliability.kills import Campaign
    from tests.reliability.starting import WarmStarter

    counts = {name: Counter(tally.get(name, {})) for name in ("kills", "said", "moments")}
    with tempfile.TemporaryDirectory(prefix="musemate-kills-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        starter = WarmStarter(folder / "home")
        campaign = Campaign(folder / "projects", starter, seed=sum(counts["kills"].values()))
        try:
            while sum(counts["kills"].values()) + campaign.tally.n_kills < N_KILLS:
                campaign.session()
                for kind, before in counts.items():
                    tally[kind] = dict(before + getattr(campaign.tally, kind))
                tally["problems"] = tally.get("problems", []) + campaign.tally.problems
                campaign.tally.problems.clear()
                yield
        finally:
            starter.close()


def _kill_rows(tally: Tally) -> list[Row]:
    kills, said, problems = tally.get("kills", {}), tally.get("said", {}), tally.get("problems", [])
    n = sum(kills.values())
    tried = f"{n} kills: " + ", ".join(f"{count} of {what}" for what, count in sorted(kills.items()))
    stored = ", ".join(f"{said.get(word, 0)} {word}" for word in ("take", "part", "rated", "tagged", "exported"))
    bound = f"at most {upper_bound(len(problems), n):.2%} of kills lose anything (95 %)" if n else ""
    return [
        ("kill -9 at random moments", tried, f"{len(problems)} lost; {bound}", "300 kills, 0 lost"),
        ("  announced before, and there afterwards", stored, f"{said.get('resumed', 0)} trainings finished later", ""),
    ]


# Bits, spoilt inputs


def _flips(tally: Tally) -> Iterator[None]:
    flips = import_module("tests.reliability.bitflips")
    while tally.get("n", 0) < N_FLIPS:
        for row in flips.campaign(FLIPS_A_STEP, seed=tally.get("n", 0)):
            what = row.pop("what")
            known = tally.setdefault("found", {}).setdefault(what, {})
            for name, count in row.items():
                known[name] = known.get(name, [] if isinstance(count, list) else 0) + count
        tally["n"] = tally.get("n", 0) + FLIPS_A_STEP
        yield


def _flip_rows(tally: Tally) -> list[Row]:
    rows = []
    for what, counts in tally.get("found", {}).items():
        found = [f"{count} {name}" for name, count in counts.items() if name not in ("n", "misses")]
        outcome = ", ".join(found) + "".join(f"; missed: {miss}" for miss in counts.get("misses", []))
        rows.append((what, f"{counts['n']} flips", outcome, "0 missed"))
    return rows


def _fuzz(tally: Tally) -> Iterator[None]:
    fuzzing = import_module("tests.reliability.fuzzing")
    names = list(import_module("tests.reliability.targets").TARGETS)
    share = -(-N_INPUTS // len(names))
    while any(tally.get(name, {}).get("inputs", 0) < share for name in names):
        for name in names:
            total = fuzzing.Row(**tally[name]) if name in tally else fuzzing.Row(name)
            if total.inputs < share:
                total.add(fuzzing.campaign(name, min(INPUTS_A_STEP, share - total.inputs), seed=total.inputs))
                tally[name] = asdict(total)
                yield


def _fuzz_rows(tally: Tally) -> list[Row]:
    rows = []
    for name, row in tally.items():
        wrong = f"{row['faults']} uncaught, {row['hangs']} hangs, {row['crashes']} crashes"
        rows.append((f"spoilt inputs: {name}", f"{row['inputs']:,}", f"{wrong}; {row['refused']:,} refused", "0"))
    n = sum(row["inputs"] for row in tally.values())
    wrong = sum(row[kind] for row in tally.values() for kind in ("faults", "hangs", "crashes"))
    return [*rows, ("spoilt inputs: all", f"{n:,}", f"{wrong} uncaught, hung or crashed", f"{N_INPUTS:,}, 0")]


# Trainings that go on, the day in fifteen minutes, the window


def _resume(tally: Tally) -> Iterator[None]:
    resume = import_module("resume")
    for name, rows in (("same", resume.resume_rows), ("cost", lambda: resume.cost_rows(COST_S))):
        if name not in tally:
            tally[name] = rows()
            yield


def _resume_rows(tally: Tally) -> list[Row]:
    rows = []
    for kind, goal in (("same", "bit-identical"), ("cost", "2 %")):
        for row in tally.get(kind, []):
            text = ", ".join(f"{name} {value}" for name, value in row.items() if name != "engine")
            what = "stopped, crashed and gone on" if kind == "same" else "cost of storing steps"
            rows.append((f"{what}: {row.get('engine', '')}", "", text, goal))
    return rows


def _soak(tally: Tally) -> Iterator[None]:
    soak = import_module("tests.reliability.soak")
    if "privacy" not in tally:
        tally["privacy"] = soak.privacy()
        yield
    if "slope_mib" not in tally:
        tally.update(soak.soak(SOAK_MINUTES))
        yield


def _soak_rows(tally: Tally) -> list[Row]:
    rows = []
    if privacy := tally.get("privacy"):
        tries, names = len(privacy["network_tries"]), len(privacy["names_in_logs"])
        found = f"{tries} network calls, {names} lines of logs with a name that the songwriter gave"
        rows.append(("privacy", "everything once, in window and command line", found, "0, 0"))
    if "slope_mib" in tally:
        tried = f"{tally['days']} days in {tally['minutes']:g} min"
        slopes = f"window {tally['window_slope_mib']}, workers {tally['workers_slope_mib']}"
        low, high = tally.get("slope_range_mib", ("", ""))
        sure = f", 95 % between {low} and {high}" if low != "" else ""
        rows += [
            ("soak: memory slope", tried, f"{tally['slope_mib']} MiB a simulated hour{sure} ({slopes})", "1 MiB"),
            ("soak: left over", tried, ", ".join(tally["left"]) or "nothing", "nothing"),
        ]
    return rows


def _window(tally: Tally) -> Iterator[None]:
    if "rows" not in tally:
        tally["rows"] = import_module("window").training_rows()
        yield


def _window_rows(tally: Tally) -> list[Row]:
    return [(what.strip(), "", value, goal) for what, value, goal in tally.get("rows", [])]


PIECES = (
    Piece("faults", _faults, _fault_rows, "tests.reliability.faults"),
    Piece("kills", _kills, _kill_rows, "tests.reliability.kills"),
    Piece("flips", _flips, _flip_rows, "tests.reliability.bitflips"),
    Piece("fuzz", _fuzz, _fuzz_rows, "tests.reliability.fuzzing"),
    Piece("resume", _resume, _resume_rows, "resume"),
    Piece("soak", _soak, _soak_rows, "tests.reliability.soak"),
    Piece("window", _window, _window_rows, "window"),
)
