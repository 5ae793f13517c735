"""The trainings that are still to come: kept, adopted, never touched while somebody keeps them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from musemate.errors import ProjectError
from musemate.project.queue import PAUSED, QueuedTraining, QueueFile, is_whole, queued

OpenQueue = Callable[[Path], QueueFile]


@pytest.fixture
def open_queue() -> Iterator[OpenQueue]:
    """Return a function that begins a list; all are let go of in the end."""
    opened: list[QueueFile] = []

    def begin(project: Path) -> QueueFile:
        opened.append(QueueFile(project))
        return opened[-1]

    yield begin
    for queue in opened:
        queue.close()


def training(name: str, **changes: object) -> QueuedTraining:
    made = QueuedTraining(name, 1.0, 3.5, "frames", "sketch", seed=7, options={"tiny": True})
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_a_closed_window_left_is_taken_over_once(tmp_path: Path, open_queue: OpenQueue) -> None:
    left = [training("f1", run="r4", state=PAUSED), training("f2")]
    window = open_queue(tmp_path)
    window.write(left)
    assert open_queue(tmp_path).adopt() == [], "it is kept by somebody"
    assert queued(tmp_path) == [(left[0], True), (left[1], True)]
    window.close()
    assert [is_kept for _, is_kept in queued(tmp_path)] == [False, False]
    later = open_queue(tmp_path)
    assert later.adopt() == left
    assert open_queue(tmp_path).adopt() == []
    later.write(left[1:])
    later.close()
    assert open_queue(tmp_path).adopt() == left[1:]


def test_two_windows_keep_a_list_each(tmp_path: Path, open_queue: OpenQueue) -> None:
    one, other = open_queue(tmp_path), open_queue(tmp_path)
    one.write([training("f1")])
    other.write([training("f2")])
    assert [kept.fragment for kept, _ in queued(tmp_path)] == ["f1", "f2"]
    one.close()
    third = open_queue(tmp_path)
    assert [kept.fragment for kept in third.adopt()] == ["f1"]
    other.close()
    assert [kept.fragment for kept in open_queue(tmp_path).adopt()] == ["f2"], "what the third keeps is its own"


def test_an_empty_list_leaves_nothing_behind(tmp_path: Path, open_queue: OpenQueue) -> None:
    window = open_queue(tmp_path)
    assert window.adopt() == []
    window.write([])
    assert not (tmp_path / "queue").exists()
    window.write([training("f1")])
    window.write([])
    window.close()
    assert list((tmp_path / "queue").iterdir()) == []
    other = open_queue(tmp_path)
    other.write([training("f1")])
    other.close()
    last = open_queue(tmp_path)
    last.adopt()
    last.write([])
    last.close()
    assert list((tmp_path / "queue").iterdir()) == []


def test_a_killed_window_leaves_its_list(tmp_path: Path, open_queue: OpenQueue) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from musemate.project.queue import QueueFile, QueuedTraining\n"
        "queue = QueueFile(Path(sys.argv[1]))\n"
        "queue.write([QueuedTraining('f1', 0.0, 4.0, 'frames', 'sketch')])\n"
        "os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2], timeout=180, check=False
    )
    assert done.returncode == 9
    assert [kept.fragment for kept in open_queue(tmp_path).adopt()] == ["f1"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b'[1, null, {"fragment": "f1"}]',
        b'[{"fragment": "f1", "start_s": "0", "length_s": 3, "engine": "frames", "preset": "sketch"}]',
        b'[{"fragment": "f1", "start_s": 0, "length_s": 3, "engine": "frames", "preset": "sketch", "state": "odd"}]',
    ],
)
def test_damaged_lists_are_no_trouble(tmp_path: Path, open_queue: OpenQueue, content: bytes) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "abc.json").write_bytes(content)
    assert queued(tmp_path) == []
    assert open_queue(tmp_path).adopt() == []


def test_what_a_newer_version_adds_is_left_out(tmp_path: Path, open_queue: OpenQueue) -> None:
    window = open_queue(tmp_path)
    window.write([training("f1")])
    window.close()
    (path,) = (tmp_path / "queue").glob("*.json")
    content = json.loads(path.read_text())
    (row,) = content["trainings"]
    path.write_text(json.dumps({**content, "trainings": [{**row, "colour": "green"}], "colours": True}))
    assert [kept.fragment for kept in open_queue(tmp_path).adopt()] == ["f1"]


def test_lists_of_an_earlier_version_are_adopted(tmp_path: Path, open_queue: OpenQueue) -> None:
    window = open_queue(tmp_path)
    window.write([training("f1")])
    window.close()
    (path,) = (tmp_path / "queue").glob("*.json")
    path.write_text(json.dumps(json.loads(path.read_text())["trainings"]))
    assert is_whole(path)
    assert [kept.fragment for kept in open_queue(tmp_path).adopt()] == ["f1"]


def test_a_list_that_was_damaged_is_told_from_a_whole_one(tmp_path: Path, open_queue: OpenQueue) -> None:
    open_queue(tmp_path).write([training("f1")])
    (path,) = (tmp_path / "queue").glob("*.json")
    assert is_whole(path)
    path.write_text(path.read_text().replace('"f1"', '"f3"'))
    assert not is_whole(path)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path, open_queue: OpenQueue) -> None:
    (tmp_path / "queue").write_text("in the way")
    with pytest.raises(ProjectError, match="would be forgotten"):
        open_queue(tmp_path).write([training("f1")])


def test_arguments_are_those_of_the_task() -> None:
    import inspect

    from musemate.tasks.train import train

    known = set(inspect.signature(train).parameters) - {"project", "cancelled"}
    assert set(training("f1", run="r1").arguments) == known
    assert "run" not in training("f1").arguments
