"""Checkpoints: whole or not at all, and never trusted blindly."""

import json
from pathlib import Path

import pytest
import torch

from musemate.engine.checkpoint import Checkpoint
from musemate.engine.manifests import faults
from musemate.errors import CheckpointError


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    checkpoint = Checkpoint(tmp_path / "run")
    checkpoint.store("first", {"a": torch.arange(5.0)}, {"seed": 3})
    checkpoint.store("second", {"b": torch.ones(2, 3)})
    return tmp_path / "run"


def test_what_is_stored_comes_back(stored: Path) -> None:
    checkpoint = Checkpoint(stored)
    assert checkpoint.parts == ["first", "second"]
    assert checkpoint.facts == {"seed": 3}
    assert torch.equal(checkpoint.load("first")["a"], torch.arange(5.0))


def test_nothing_temporary_stays(stored: Path) -> None:
    assert sorted(p.name for p in stored.iterdir()) == ["first.safetensors", "manifest.json", "second.safetensors"]


def test_a_flipped_byte_is_found_and_the_other_part_stays_usable(stored: Path) -> None:
    file = stored / "first.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(CheckpointError, match=r'part "first" .* is missing or damaged'):
        Checkpoint(stored).load("first")
    assert Checkpoint(stored).load("second")["b"].shape == (2, 3)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "parts": 3, "facts": {}}', "\0\xff"])
def test_damaged_manifest_is_a_sentence(stored: Path, text: str) -> None:
    (stored / "manifest.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"cannot be read|another version"):
        Checkpoint(stored)


def test_newer_format_is_refused(stored: Path) -> None:
    manifest = json.loads((stored / "manifest.json").read_text())
    (stored / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(CheckpointError, match="another version"):
        Checkpoint(stored)


def test_full_disk_keeps_the_older_state(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(CheckpointError, match="No space left"):
        Checkpoint(stored).store("third", {"c": torch.ones(1)})
    assert Checkpoint(stored).parts == ["first", "second"]
    assert not list(stored.glob("*.tmp")) + list(stored.glob(".*.tmp"))


def test_a_checkpoint_can_be_looked_at_without_loading_it(stored: Path) -> None:
    assert list(faults(stored)) == []
    manifest = (stored / "manifest.json").read_text()
    (stored / "manifest.json").write_text(manifest.replace('"seed": 3', '"seed": 7'))
    assert [fault.file for fault in faults(stored)] == ["manifest.json"]
    without_seal = {name: value for name, value in json.loads(manifest).items() if name != "seal"}
    (stored / "manifest.json").write_text(json.dumps(without_seal))  # as an earlier version wrote it
    (stored / "second.safetensors").unlink()
    assert [(fault.file, fault.is_there) for fault in faults(stored)] == [("second.safetensors", False)]
