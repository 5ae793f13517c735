"""Several trainings from the command line: file after file, and what a closed window left."""

from __future__ import annotations

import json
import shutil

import pytest

from musemate.project.queue import QueuedTraining, QueueFile, queued
from musemate.project.store import Project
from tests.test_cli import TINY, _hooks_stay_as_they_are, command, json_lines, song  # noqa: F401 - fixtures


def test_files_are_trained_on_one_after_the_other(json_lines, song, tmp_path):  # noqa: F811
    other, broken = tmp_path / "Other.wav", tmp_path / "broken.wav"
    shutil.copy(song, other)
    other.write_bytes(other.read_bytes()[:-400])  # not the same content
    broken.write_bytes(b"no sound")
    files, method = (song, broken, other), ("--preset", "sketch", "--device", "cpu", "--options", TINY)
    code, lines = json_lines("train", *files, "--project", tmp_path / "P", "--length", 2, *method)
    assert code == 2
    assert [line["run"] for line in lines if line.get("event") == "finished"] == ["r1", "r2"]
    errors = [line["error"] for line in lines if "error" in line]
    assert "broken.wav" in errors[0]
    assert errors[1] == "1 of 3 files could not be trained on."
    with Project.open(tmp_path / "P") as project:
        assert [run.state for run in project.runs()] == ["finished", "finished"]
        assert len(project.fragments()) == 2


@pytest.fixture
def left(song, tmp_path):  # noqa: F811
    """Return a project in which a closed window left a training."""
    folder = tmp_path / "P"
    with Project.create(folder) as project:
        fragment = project.add_fragment(song)
    queue = QueueFile(folder)
    queue.write([QueuedTraining(fragment.id, 0.0, 2.0, "frames", "sketch", "cpu", 3, json.loads(TINY))])
    queue.close()
    return folder


def test_what_waits_is_listed_and_trained(json_lines, command, left):  # noqa: F811
    code, rows = json_lines("queue", left)
    assert (code, [(row["kind"], row["state"], row["open"]) for row in rows]) == (0, [("training", "waiting", False)])
    code, out, _ = command("queue", left)
    assert (code, "Lied" in out, "waiting" in out) == (0, True, True)
    code, lines = json_lines("queue", left, "--train")
    assert (code, lines[-1]["event"], lines[-1]["complete"]) == (0, "finished", True)
    assert queued(left) == []
    assert json_lines("queue", left) == (0, [])


def test_what_waits_is_forgotten(json_lines, left):  # noqa: F811
    assert json_lines("queue", left, "--train", "--clear")[0] == 2
    code, rows = json_lines("queue", left, "--clear")
    assert (code, len(rows)) == (0, 1)
    assert queued(left) == []
