"""Files that are ready to be carried out: exported once, and again only where they are not as they were written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from musemate.engine.events import Exported
from musemate.errors import ExportError
from musemate.project.store import Project
from musemate.tasks import ready_takes as module
from musemate.tasks.generate import generate
from musemate.tasks.ready_takes import LEDGER, ready_takes
from musemate.tasks.train import train


@pytest.fixture
def files(perform, toy, store, folder):
    """Return a function that asks for the files of takes, in a project with two of them."""
    perform(train, folder, "f1", length_s=2.5, preset="sketch", device="cpu")
    perform(generate, folder, "r1", count=2, seconds=1.5, device="cpu")

    def ask(*takes, **args):
        return [e.file for e in perform(ready_takes, folder, list(takes), **args) if isinstance(e, Exported)]

    return ask


def test_what_was_exported_alike_is_used_again(files, folder):
    first = files("t1", "t2")
    assert files("t2", "t1") == first[::-1]
    assert [Path(file).parent.name for file in first] == ["exports"] * 2
    region = files("t1", start_s=0.25, length_s=0.5)
    assert region != first[:1]
    assert files("t1", start_s=0.25, length_s=0.5) == region
    assert files("t1", profile={"depth": "16"}) not in (first[:1], region)
    with Project.open(folder) as store:
        store.change_takes({"t1": {"name": "The good one"}})
    assert files("t1")[0].endswith("The-good-one.wav")


@pytest.mark.parametrize("spoil", [os.remove, lambda file: os.truncate(file, 99), lambda file: os.utime(file, (1, 1))])
def test_a_file_that_is_gone_or_changed_is_written_anew_and_never_over(files, spoil):
    (first,) = files("t1")
    kept = Path(first).read_bytes()
    spoil(first)
    left = Path(first).read_bytes() if Path(first).exists() else None
    (again,) = files("t1")
    assert Path(again).read_bytes() == kept
    if left is not None:
        assert again != first
        assert Path(first).read_bytes() == left, "the songwriter's own change stays"
    assert files("t1") == [again]


def test_a_link_in_its_place_is_not_handed_out(files, tmp_path):
    (first,) = files("t1")
    shutil.move(first, tmp_path / "elsewhere.wav")
    Path(first).symlink_to(tmp_path / "elsewhere.wav")
    assert files("t1") != [first]


@pytest.mark.parametrize("text", ["", "[]", '{"x": 1}', '{"x": [["../../y", 1, 1]]}', "[" * 99_999])
def test_without_a_sound_ledger_takes_are_only_exported_once_more(files, folder, text):
    (first,) = files("t1")
    (Path(folder) / "cache" / LEDGER).write_text(text, encoding="utf-8")
    (second,) = files("t1")
    assert second != first
    assert files("t1") == [second]


def test_the_ledger_names_no_file_outside_the_folder_and_does_not_grow_for_ever(files, folder, monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    (first,) = files("t1")
    ledger, outside = Path(folder) / "cache" / LEDGER, Path(folder) / "project.sqlite"
    notes, found = json.loads(ledger.read_text(encoding="utf-8")), outside.stat()
    astray = ["../project.sqlite", found.st_size, found.st_mtime_ns]
    ledger.write_text(json.dumps({key: [astray] for key in notes}), encoding="utf-8")
    assert files("t1") not in ([str(outside)], [first])
    for start in range(5):
        files("t1", start_s=start / 10, length_s=0.5)
    assert len(json.loads(ledger.read_text(encoding="utf-8"))) == 3


def test_takes_are_sent_only_to_a_folder_that_is_there(files, tmp_path):
    (tmp_path / "samples").mkdir()
    (sent,) = files("t1", folder=str(tmp_path / "samples"))
    assert [str(file) for file in (tmp_path / "samples").iterdir()] == [sent]
    assert files("t1", folder=str(tmp_path / "samples")) == [sent], "it is there already"
    with pytest.raises(ExportError, match=r'^The folder "gone" is not there\.$'):
        files("t1", folder=str(tmp_path / "gone"))
    assert not (tmp_path / "gone").exists(), "a disk that is not connected is not made up"
