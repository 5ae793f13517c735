"""The command that exports sets."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from musemate import cli
from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav
from musemate.cli import run_cli


@pytest.fixture(autouse=True)
def _hooks_stay_as_they_are(monkeypatch):
    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    monkeypatch.setattr(cli, "start_log", lambda name: None)


@pytest.fixture
def project(tmp_path, capsys):
    """Return the folder of a project with two instant takes, the second of them with a star."""
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, (1, 4 * 8000)).astype(np.float32)
    song = write_wav(tmp_path / "Für Elise.wav", AudioClip(noise, 8000), "24")
    assert run(["instant", song, "--project", tmp_path / "P", "--count", 2, "--seconds", 2, "--seed", 1]) == 0
    assert run(["rate", "--project", tmp_path / "P", "t2", "--stars", 4]) == 0
    capsys.readouterr()
    return tmp_path / "P"


def run(args):
    return run_cli([str(arg) for arg in args], lambda paths: pytest.fail(f"a window was opened with {paths}"))


def test_starred_takes_become_a_set_of_all_kinds(project, capsys, tmp_path):
    assert run(["export-set", project, "--to", tmp_path / "out", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "file" in line]
    names = [Path(row["file"]).name for row in rows]
    assert names == ["Für-Elise.RPP", "Für-Elise.dawproject", "Für-Elise.mid"]
    text = Path(rows[0]["file"]).read_text("utf-8")
    assert "take 2" in text and "take 1" not in text


def test_only_the_kinds_that_are_chosen_are_written(project, capsys, tmp_path):
    assert run(["export-set", project, "t1", "--rpp", "--midi", "--to", tmp_path / "out"]) == 0
    written = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert written == ["Für-Elise.RPP", "Für-Elise.mid"]


def test_a_take_that_is_not_there_is_one_sentence(project, capsys):
    assert run(["export-set", project, "t9"]) == 2
    assert 'no take "t9"' in capsys.readouterr().err
