"""Sums of a training's files: what is noted, what is believed, and which file a flipped bit is blamed on."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from musemate.project import sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("preview-1.wav", "fragment-1.wav", "losses.csv", "notes.txt"):
        (tmp_path / name).write_text(name)
    sums.complete(tmp_path)
    return tmp_path


def noted(folder: Path) -> list[str]:
    return [line.split("  ")[1] for line in (folder / sums.FILE_NAME).read_text().splitlines()[:-1]]


def test_a_damaged_and_a_missing_file_are_named(folder: Path) -> None:
    assert noted(folder) == ["fragment-1.wav", "losses.csv", "preview-1.wav"]
    assert list(sums.faults(folder)) == []
    (folder / "preview-1.wav").write_text("another")
    (folder / "losses.csv").unlink()
    assert list(sums.faults(folder)) == [("losses.csv", False), ("preview-1.wav", True)]


@pytest.mark.parametrize(
    ("old", "new"), [("preview-1", "preview-0"), ("\n", "\v"), ("# ", "! "), ("of the", "of thd"), ("  ", " *")]
)
def test_a_damaged_list_accuses_no_file(folder: Path, old: str, new: str) -> None:
    path = folder / sums.FILE_NAME
    path.write_text(path.read_text().replace(old, new, 1))
    assert list(sums.faults(folder)) == [(sums.FILE_NAME, True)]
    sums.note(folder, ["preview-1.wav"])  # and is believed in nothing
    assert (noted(folder), list(sums.faults(folder))) == (["preview-1.wav"], [])


def test_a_list_of_an_earlier_version_is_believed(folder: Path) -> None:
    digest = hashlib.sha256(b"losses.csv").hexdigest()
    (folder / sums.FILE_NAME).write_text(f"{digest}  losses.csv\n")
    assert list(sums.faults(folder)) == []
    (folder / "losses.csv").write_text("another")
    assert list(sums.faults(folder)) == [("losses.csv", True)]


def test_what_was_just_written_is_added_and_what_may_change_taken_out(folder: Path) -> None:
    (folder / "preview-2.wav").write_text("new")
    sums.note(folder, ["preview-2.wav", "fragment-2.wav"])
    assert noted(folder) == ["fragment-1.wav", "losses.csv", "preview-1.wav", "preview-2.wav"]
    sums.forget(folder, keep=["preview-1.wav", "preview-9.wav"])
    assert noted(folder) == ["preview-1.wav"]
    (folder / "preview-1.wav").write_text("damaged")
    sums.complete(folder)
    assert noted(folder) == ["fragment-1.wav", "losses.csv", "preview-1.wav", "preview-2.wav"]
    assert list(sums.faults(folder)) == [("preview-1.wav", True)]
    sums.forget(folder)
    assert not (folder / sums.FILE_NAME).exists()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="the system has no sha256sum")
def test_the_systems_own_tool_reads_it(folder: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", sums.FILE_NAME], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["fragment-1.wav: OK", "losses.csv: OK", "preview-1.wav: OK"]
