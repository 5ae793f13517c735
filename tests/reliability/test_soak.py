"""Days in the real window and every command, guarded: nothing stays behind, no name is logged, no network is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reliability.soak import (
    SECRET,
    environment,
    guarded,
    left_over,
    live,
    names_in_logs,
    network_tries,
    slope,
    slope_range,
    use_command_line,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
N_DAYS = 2
"""The first is compared with the last: whatever is loaded at all has been used in it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("days")


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[dict[str, Any]]:
    """Live some days in a window, with everything that it can do and that can go wrong."""
    return live(folder, 0.0, N_DAYS, with_everything=True)


@pytest.fixture(scope="module")
def commands(folder: Path, lines: list[dict[str, Any]]) -> str:
    """Use the whole command line and return what it printed."""
    return use_command_line(folder)


def test_nothing_is_left_over(lines: list[dict[str, Any]]) -> None:
    *days, end = lines
    assert len(days) == N_DAYS
    assert end["end"]
    assert left_over(days, end) == []


def test_nobody_asks_a_network(folder: Path, lines: list[dict[str, Any]], commands: str) -> None:
    assert "passes the self-test" in commands  # the last command was reached
    assert network_tries(folder, lines) == []


def test_the_log_holds_no_names(folder: Path, lines: list[dict[str, Any]], commands: str) -> None:
    logs = {file.name: file.read_text(encoding="utf-8") for file in (folder / "home" / "log").iterdir()}
    assert {"musemate.log", "worker-quick.log", "worker-train.log", "command-line.log"} <= logs.keys()
    assert any(name.startswith("crash-") for name in logs)
    assert "ValueError" in logs["musemate.log"]  # what went wrong is told
    assert names_in_logs(folder) == []
    assert [name for name in logs if name.startswith("running-")] == []


TRIES = """
import socket, urllib.request
def call(): urllib.request.urlopen("http://127.0.0.1:9")
for attempt in (lambda: socket.socket().connect(("127.0.0.1", 9)), lambda: socket.getaddrinfo("localhost", 80), call):
    try:
        attempt()
    except PermissionError:
        print("refused")
here, there = socket.socketpair()
here.sendall(b"local")
print(there.recv(5))
"""


def test_the_guard_guards(tmp_path: Path) -> None:
    assert guarded(tmp_path, TRIES, 60.0).split() == ["refused"] * 3 + ["b'local'"]
    noted = "\n".join(network_tries(tmp_path, [{"network": [], "libraries": []}]))
    assert all(event in noted for event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"))
    workers = "import multiprocessing as m; p = m.get_context('spawn').Process(target=print); p.start(); p.join()"
    done = subprocess.run(
        [sys.executable, "-v", "-c", workers], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stderr.count("import 'sitecustomize'") >= 2  # in the process that it starts too


def test_names_in_logs_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "log"
    folder.mkdir(parents=True)
    (folder / "musemate.log").write_text(f"all is well\nopened {SECRET}.wav\n")
    assert names_in_logs(tmp_path) == [f"musemate.log: opened {SECRET}.wav"]


def test_a_slope_does_not_mind_outliers() -> None:
    hours = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert slope(hours, [100.0 + 0.5 * hour for hour in hours]) == pytest.approx(0.5)
    assert slope(hours, [100.0, 100.5, 180.0, 101.5, 102.0, 102.5, 30.0, 103.5]) == pytest.approx(0.5, abs=0.1)


def test_a_slope_says_how_sure_it_is() -> None:
    rng = np.random.default_rng(3)
    hours = np.linspace(0.0, 8.0, 60)
    n_hit = 0
    for _ in range(100):
        low, high = slope_range(list(hours), 250.0 + 0.5 * hours + rng.normal(0.0, 5.0, 60))
        assert 0.0 < high - low < 3.0
        n_hit += low <= 0.5 <= high
    assert 85 <= n_hit <= 100


def test_what_is_left_over_is_named() -> None:
    day = {"threads": ["lane", "main"], "n_files": 40, "worker_files": {"worker 1": 9}}
    end = {"threads_left": [], "temporaries": ["torchinductor_me", "pulse-PKdhtXMmr18n"], "processes": []}
    later = {"threads": ["lane", "lane", "main"], "n_files": 42, "worker_files": {"worker 1": 10}}
    assert left_over([day, day], end) == []
    end = {"threads_left": ["lane"], "temporaries": ["x.wav"], "processes": ["worker 1"]}
    assert left_over([day, day, later], end) == [
        "thread lane",
        "2 more files",
        "1 more files of worker 1",
        "temporary x.wav",
        "process worker 1",
        "thread lane, after the window was closed",
    ]
