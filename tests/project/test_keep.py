"""Immutable files: whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from musemate.audio.safe_write import write_safely
from musemate.project.keep import _TEMPORARY, hash_of, keep, keep_copy, sweep


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


def test_only_old_leftovers_of_ours_are_swept(tmp_path):
    ours = [f".{'0a' * 16}.wav", f".{'0b' * 16}", f".musemate-{'0c' * 6}.part"]
    others = [".DS_Store", ".nomedia", f"{'0a' * 32}.wav"]
    young = f".{'0d' * 16}.wav"
    two_days_ago = time.time() - 48 * 3600
    for name in (*ours, *others, young):
        path = tmp_path / name
        path.write_bytes(b"x")
        if name != young:
            os.utime(path, (two_days_ago, two_days_ago))
    sweep(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {*others, young}


def test_what_is_swept_is_what_a_killed_write_leaves(tmp_path):
    def die(target):
        assert _TEMPORARY.match(target.name)
        write_safely(target, lambda file: seen.append(file.name))

    seen = []
    keep(tmp_path, ".wav", die)
    assert all(_TEMPORARY.match(Path(name).name) for name in seen)
    assert len(seen) == 1
