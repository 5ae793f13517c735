"""Immutable files: whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import time

import pytest

from musemate.project.keep import hash_of, keep, keep_copy, sweep


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


def test_only_old_leftovers_are_swept(tmp_path):
    old, young, kept = tmp_path / ".old.wav", tmp_path / ".young.wav", tmp_path / "kept.wav"
    for path in (old, young, kept):
        path.write_bytes(b"x")
    two_days_ago = time.time() - 48 * 3600
    for path in (old, kept):
        os.utime(path, (two_days_ago, two_days_ago))
    sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".young.wav", "kept.wav"]
