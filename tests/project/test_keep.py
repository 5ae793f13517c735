"""Immutable files: whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import torch

from musemate.analysis.picturefile import save_record
from musemate.audio.safe_write import write_safely
from musemate.engine.checkpoint import Checkpoint
from musemate.project.keep import TEMPORARY, hash_of, keep, keep_copy, sweep, sweep_foreign
from musemate.project.store import Project
from musemate.settings import Settings, save_settings


def test_a_failed_write_leaves_nothing(tmp_path):
    def fail(target):
        target.write_bytes(b"half")
        raise OSError("pulled out")

    with pytest.raises(OSError, match="pulled out"):
        keep(tmp_path, ".wav", fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_failure_of_any_step_leaves_nothing(tmp_path, monkeypatch, call):
    def fail(*args):
        raise OSError("pulled out")

    monkeypatch.setattr(f"musemate.project.keep.{call}" if call.startswith("os") else call, fail)
    with pytest.raises(OSError, match="pulled out"):
        keep(tmp_path, ".wav", lambda target: target.write_bytes(b"sound"))
    assert list(tmp_path.iterdir()) == []


def test_kept_files_are_never_written_again(tmp_path):
    source = tmp_path / "a.FLAC"
    source.write_bytes(b"sound")
    name = keep_copy(source, tmp_path / "audio", source.suffix)
    kept = tmp_path / "audio" / name
    assert name == hash_of(source) + ".flac"
    before = kept.stat()
    assert keep_copy(source, tmp_path / "audio", source.suffix) == name
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


TWO_DAYS_S = 48 * 3600
PART = f".musemate-{'0c' * 6}.part"
CHECKPOINT = ".sound.safetensors.4711.tmp"


def leave(folder, *names, age_s=TWO_DAYS_S):
    """Write files of some age into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age_s,) * 2)


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def test_only_old_leftovers_of_ours_are_swept(tmp_path):
    ours = [f".{'0a' * 16}.wav", f".{'0b' * 16}", PART, CHECKPOINT, ".manifest.json.12.tmp", ".peaks-a_1b2c3d.tmp"]
    others = [".DS_Store", ".nomedia", f"{'0a' * 32}.wav", "notes.1.tmp", ".musemate-mine.part"]
    young = f".{'0d' * 16}.wav"
    leave(tmp_path, *ours, *others)
    leave(tmp_path, young, age_s=0)
    sweep(tmp_path)
    assert names_in(tmp_path) == {*others, young}


def test_the_names_that_are_swept_are_those_that_are_written(tmp_path, monkeypatch):
    """Every door that writes beside its target does so under a name that a sweep knows."""
    written = []
    replace, link = os.replace, os.link
    monkeypatch.setattr(os, "replace", lambda a, b, **more: written.append(Path(a).name) or replace(a, b, **more))
    monkeypatch.setattr(os, "link", lambda a, b, **more: written.append(Path(a).name) or link(a, b, **more))
    write_safely(tmp_path / "x.wav", lambda file: file.write(b"x"))
    keep(tmp_path, ".wav", lambda target: target.write_bytes(b"sound"))
    save_record(tmp_path / "peaks.npy", "peaks", length=1)
    save_settings(Settings(), tmp_path / "settings.json")
    Checkpoint(tmp_path).store("sound", {"a": torch.zeros(1)})
    assert len(written) == 7  # a list of parts is written twice
    assert [name for name in written if not TEMPORARY.match(name)] == []


def test_an_old_folder_of_ours_is_swept_whole(tmp_path):
    leave(tmp_path / PART / "pictures", "x.png")
    leave(tmp_path / CHECKPOINT, "x")
    os.utime(tmp_path / PART, (0, 0))
    sweep(tmp_path)
    assert names_in(tmp_path) == {CHECKPOINT}, "the other one is young"


def test_a_songwriters_folder_is_swept_of_what_is_named_after_us_only(tmp_path):
    leave(tmp_path, PART, CHECKPOINT, f".{'0a' * 16}.wav")
    sweep_foreign(tmp_path)
    assert names_in(tmp_path) == {CHECKPOINT, f".{'0a' * 16}.wav"}


def test_opening_a_project_sweeps_wherever_it_is_written_into(project):
    places = ("audio", "queue", "exports", "reports", "runs/r1")
    for place in places:
        leave(project.folder / place, PART, "kept")
    Project.open(project.folder).close()
    assert [names_in(project.folder / place) for place in places] == [{"kept"}] * len(places)


def test_what_is_swept_is_what_a_killed_write_leaves(tmp_path):
    def die(target):
        assert TEMPORARY.match(target.name)
        write_safely(target, lambda file: seen.append(file.name))

    seen = []
    keep(tmp_path, ".wav", die)
    assert all(TEMPORARY.match(Path(name).name) for name in seen)
    assert len(seen) == 1
