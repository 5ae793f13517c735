"""How much memory a process may hold: what Linux says, what a container leaves of it, what a card says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from musemate.engine import free

MIB = 2**20
HELD = 500 * MIB
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands in for what a Linux with 4000 MiB free says, in the control group /app/job."""
    (tmp_path / "meminfo").write_text("MemTotal: 8192000 kB\nMemFree: 1 kB\nMemAvailable: 4096000 kB\n")
    (tmp_path / "status").write_text("VmPeak:\t 9999999 kB\nVmHWM:\t 700000 kB\nVmRSS:\t  512000 kB\n")
    (tmp_path / "cgroup").write_text("4:memory:/old\n0::/app/job\n")
    (tmp_path / "groups/app/job").mkdir(parents=True)
    places = {"MEMORY": "meminfo", "STATUS": "status", "GROUP": "cgroup", "GROUPS": "groups"}
    for name, place in places.items():
        monkeypatch.setattr(free, name, tmp_path / place)
    return tmp_path


def limit(group: Path, most: str, used_mib: int, read_mib: int = 0) -> None:
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used_mib * MIB}\n")
    (group / "memory.stat").write_text(f"anon 5\ninactive_file {read_mib * MIB}\nactive_file 7\n")


def test_room_is_what_is_free_and_what_is_held(linux: Path) -> None:
    assert free.held_bytes() == HELD
    assert free.room_mib("cpu") == 4000 + 500


@pytest.mark.parametrize(("group", "left"), [("groups/app/job", 300.0), ("groups/app", 300.0), ("groups", 300.0)])
def test_a_limit_of_any_group_counts(linux: Path, group: str, left: float) -> None:
    limit(linux / group, str(1000 * MIB), used_mib=900, read_mib=200)
    assert free.room_mib("cpu") == left + 500


@pytest.mark.parametrize("most", ["max", str(9000 * MIB)])
def test_a_group_with_more_than_is_free_changes_nothing(linux: Path, most: str) -> None:
    limit(linux / "groups/app/job", most, used_mib=900)
    assert free.room_mib("cpu") == 4500


def test_a_group_over_its_limit_leaves_what_is_held(linux: Path) -> None:
    limit(linux / "groups/app", str(100 * MIB), used_mib=150)
    assert free.room_mib("cpu") == 500


@pytest.mark.parametrize("lost", ["meminfo", "cgroup"])
def test_what_cannot_be_read_is_not_guessed(linux: Path, lost: str) -> None:
    (linux / lost).unlink()
    assert free.room_mib("cpu") == {"meminfo": None, "cgroup": 4500}[lost]


def test_other_systems_and_devices_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert free.room_mib("mps") is None
    monkeypatch.setattr(sys, "platform", "freebsd14")
    assert free.room_mib("cpu") is None


def test_a_card_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda name: asked.append(name) or (3000 * MIB, 8000 * MIB))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda name: 250 * MIB)
    assert free.room_mib("cuda:1") == 3250
    assert asked == ["cuda:1"]


def test_this_very_process_is_measured() -> None:
    before = free.held_bytes()
    block = np.ones(100 * MIB // 8)
    assert free.held_bytes() - before == pytest.approx(block.nbytes, rel=0.1)
    room, machine = free.room_mib("cpu"), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert room is not None
    assert free.held_bytes() / MIB <= room <= machine / MIB * 1.05
