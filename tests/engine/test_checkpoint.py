"""Checkpoints: whole or not at all, and never trusted blindly."""

import json
from pathlib import Path

import pytest
import torch

from musemate.engine.checkpoint import Checkpoint
from musemate.engine.manifests import faults, sealed, warnings
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
    names = ["first.safetensors", "manifest.copy.json", "manifest.json", "second.safetensors"]
    assert sorted(path.name for path in stored.iterdir()) == names


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
    for name in ("manifest.json", "manifest.copy.json"):
        (stored / name).write_text(text)
    with pytest.raises(CheckpointError, match=r"what the training in .* has learned is damaged\.$|another version"):
        Checkpoint(stored)


def test_newer_format_is_refused(stored: Path) -> None:
    manifest = json.loads((stored / "manifest.json").read_text())
    (stored / "manifest.json").write_bytes(sealed({**manifest, "format": 99}))
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


def flip_a_seed(file: Path) -> None:
    file.write_text(file.read_text().replace('"seed": 3', '"seed": 7'))


def test_a_manifest_that_was_changed_is_not_believed_and_its_copy_serves(stored: Path) -> None:
    assert warnings(stored) == []
    flip_a_seed(stored / "manifest.json")
    checkpoint = Checkpoint(stored)
    assert (checkpoint.facts, checkpoint.parts) == ({"seed": 3}, ["first", "second"])
    assert torch.equal(checkpoint.load("first")["a"], torch.arange(5.0))
    (warned,) = warnings(stored)
    assert warned.message == "The list of what training run has learned is damaged; its copy is used."
    checkpoint.note({"seed": 3})  # whatever is stored next puts it right
    assert (warnings(stored), list(faults(stored))) == ([], [])


def test_without_a_sound_copy_a_changed_manifest_is_refused(stored: Path) -> None:
    flip_a_seed(stored / "manifest.json")
    flip_a_seed(stored / "manifest.copy.json")
    with pytest.raises(CheckpointError, match="has learned is damaged") as refused:
        Checkpoint(stored)
    assert "Train again" in refused.value.hint
    assert sorted(fault.file for fault in faults(stored)) == ["manifest.copy.json", "manifest.json"]


def test_a_copy_that_could_not_be_written_again_is_an_earlier_state(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, replace = Checkpoint(stored), Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "manifest.copy.json":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    checkpoint.store("third", {"c": torch.ones(1)})
    monkeypatch.undo()
    assert Checkpoint(stored).parts == ["first", "second", "third"]
    assert list(faults(stored)) == []
    flip_a_seed(stored / "manifest.json")
    assert Checkpoint(stored).parts == ["first", "second"]
