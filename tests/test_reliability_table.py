"""The runner of the reliability campaign: goes on where it was, and tells what was found, never more."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def runner(monkeypatch, tmp_path):
    """Return the script as a module, its files in a folder of their own."""
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    for name in ("reliability", "reliability_pieces"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("reliability")
    monkeypatch.setattr(module, "STATE", tmp_path / "reliability.json")
    monkeypatch.setattr(module, "TABLE", tmp_path / "RELIABILITY.md")
    monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    yield module
    for name in ("reliability", "reliability_pieces"):
        sys.modules.pop(name, None)


@pytest.fixture
def counting(runner, monkeypatch):
    """Return a piece that counts to three, one a step, and have the runner know no other."""

    def work(tally):
        while tally.get("n", 0) < 3:
            tally["n"] = tally.get("n", 0) + 1
            yield

    def rows(tally):
        return [("count|ed", str(tally.get("n", 0)), "fine", "3")]

    piece = runner.Piece("kills", work, rows, "json")
    monkeypatch.setattr(runner, "PIECES", (piece,))
    return piece


def call(runner, monkeypatch, *args):
    monkeypatch.setattr(sys, "argv", ["reliability.py", *args])
    runner.main()
    return json.loads(runner.STATE.read_text())["kills"], runner.TABLE.read_text()


def test_a_campaign_that_was_stopped_goes_on(runner, counting, monkeypatch):
    state, table = call(runner, monkeypatch, "--minutes", "0")
    assert (state["tally"], state["done"]) == ({"n": 1}, False)
    assert "| count\\|ed | 1 | fine | 3 |" in table
    assert ", not finished |" in table
    state, table = call(runner, monkeypatch, "--minutes", "9")
    assert (state["tally"], state["done"]) == ({"n": 3}, True)
    assert "not finished" not in table
    state, _ = call(runner, monkeypatch, "--minutes", "0", "--again")
    assert state["tally"] == {"n": 1}


def test_what_this_version_lacks_is_passed_over(runner, counting, monkeypatch, capsys):
    absent = runner.Piece("flips", counting.work, counting.rows, "no_such_module")
    monkeypatch.setattr(runner, "PIECES", (absent, counting))
    call(runner, monkeypatch)
    assert "flips: not in this version" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("failures", "n", "bound"), [(0, 300, 0.0099), (0, 60, 0.0487), (1, 300, 0.0157), (3, 3, 1.0), (0, 0, 1.0)]
)
def test_the_bound_is_that_of_clopper_and_pearson(runner, failures, n, bound):
    pieces = importlib.import_module("reliability_pieces")
    assert pieces.upper_bound(failures, n) == pytest.approx(bound, abs=1e-4)


def test_rows_tell_what_was_lost(runner):
    pieces = {piece.name: piece for piece in importlib.import_module("reliability_pieces").PIECES}
    done = {"tried": 10, "said": 8, "ways": 2, "problems": ["gone"]}
    assert pieces["faults"].rows({"import": done}) == [
        (
            "disk fails: import",
            "10 faults: each wish in 2 of 8 ways",
            "1 lost; 8 said in a sentence, 2 without consequence",
            "0 lost",
        )
    ]
    kills = {"kills": {"window": 200, "worker": 100}, "said": {"take": 7, "resumed": 2}, "problems": []}
    (_, tried, found, _), (_, stored, later, _) = pieces["kills"].rows(kills)
    assert tried == "300 kills: 200 of window, 100 of worker"
    assert found == "0 lost; at most 0.99% of kills lose anything (95 %)"
    assert stored.startswith("7 take, 0 part")
    assert later == "2 trainings finished later"
    row = {"inputs": 1200, "refused": 1000, "faults": 1, "hangs": 0, "crashes": 0}
    assert pieces["fuzz"].rows({"a": row})[-1] == (
        "spoilt inputs: all",
        "1,200",
        "1 uncaught, hung or crashed",
        "1,000,000, 0",
    )
    flips = {"found": {"bit flips in audio": {"n": 5, "found": 4, "harmless": 1}}}
    assert pieces["flips"].rows(flips) == [("bit flips in audio", "5 flips", "4 found, 1 harmless", "0 missed")]
    slopes = {"slope_mib": 0.3, "slope_range_mib": [0.1, 0.5], "window_slope_mib": 0.1, "workers_slope_mib": 0.2}
    soaked = {
        "privacy": {"network_tries": [], "names_in_logs": ["x"]},
        "days": 9,
        "minutes": 15.0,
        "left": [],
        **slopes,
    }
    assert [row[2] for row in pieces["soak"].rows(soaked)] == [
        "0 network calls, 1 lines of logs with a name that the songwriter gave",
        "0.3 MiB a simulated hour, 95 % between 0.1 and 0.5 (window 0.1, workers 0.2)",
        "nothing",
    ]
    for piece in pieces.values():
        assert isinstance(piece.rows({}), list)
