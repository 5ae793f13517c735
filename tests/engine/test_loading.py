"""Trainings that somebody changed: loading them is refused in a sentence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from musemate.engine.checkpoint import MANIFEST, Checkpoint
from musemate.engine.loading import damage_said
from musemate.engine.manifests import sealed
from musemate.engine.registry import get_engine
from musemate.errors import CheckpointError
from tests.reliability.targets import store_model


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "run"
    store_model(folder)
    return folder


def changed(sound: Path, folder: Path, facts: dict[str, Any]) -> Path:
    folder.mkdir()
    for file in sound.glob("*.safetensors"):
        (folder / file.name).write_bytes(file.read_bytes())
    manifest = json.loads((sound / MANIFEST).read_text())
    manifest["facts"] = {name: value for name, value in (manifest["facts"] | facts).items() if value != "gone"}
    (folder / MANIFEST).write_bytes(sealed(manifest))
    return folder


def test_what_is_sound_is_loaded(sound: Path) -> None:
    assert get_engine("frames").load(sound, "cpu").framing.rate_hz == 8_000


@pytest.mark.parametrize(
    "facts",
    [
        {"config": "gone"},
        {"config": []},
        {"gain": "gone"},
        {"gain": None},
        {"rate_hz": "fast"},
        {"rate_hz": 0},
        {"n_channels": float("inf")},
        {"n_channels": 2},
    ],
    ids=str,
)
def test_facts_that_do_not_fit(sound: Path, tmp_path: Path, facts: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=r"^The training in .* is damaged\.$"):
        get_engine("frames").load(changed(sound, tmp_path / "run", facts), "cpu")


def test_weights_that_do_not_fit(sound: Path, tmp_path: Path) -> None:
    folder = changed(sound, tmp_path / "run", {})
    Checkpoint(folder).store("sound", {"net": torch.ones(3)})
    assert hashlib.sha256((folder / "sound.safetensors").read_bytes()).hexdigest() in (folder / MANIFEST).read_text()
    with pytest.raises(CheckpointError, match=r"^The training in .* is damaged\.$"):
        get_engine("frames").load(folder, "cpu")


@pytest.mark.parametrize("words", ["CUDA error: no kernel image is available", "CUDA out of memory"])
def test_a_graphics_card_in_trouble_is_no_damage(tmp_path: Path, words: str) -> None:
    with pytest.raises(RuntimeError, match=words), damage_said(tmp_path):
        raise RuntimeError(words)
