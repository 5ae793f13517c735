"""The way through the parts of a training: what is stored, heard, refused, and done again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.clock import Pauses
from musemate.engine.events import Event, ScaleFinished
from musemate.engine.parts import Part, check_same, hear_somewhere, seeded, store_finite, train_parts
from musemate.errors import CheckpointError, DeviceMemoryError, TrainingError

PARTS = [Part("first", "a"), Part("second", "b"), Part("third", "c")]
SOUND = AudioClip(np.full((1, 8000), 0.1, np.float32), 8000)


def finished(checkpoint: Checkpoint, cancelled_after: int = 9, stores: int = 9) -> list[int]:
    """Train as far as it goes; return which parts were said to be finished."""
    trained: list[int] = []

    def train(index: int) -> Iterator[Event]:
        trained.append(index)
        if len(trained) <= stores:
            store_finite(checkpoint, PARTS[index], {"w": torch.ones(1)})
        yield from ()

    pauses = Pauses(lambda: len(trained) >= cancelled_after)
    events = list(train_parts(PARTS, checkpoint, pauses, train, lambda index: (SOUND, SOUND)))
    return [event.scale for event in events if isinstance(event, ScaleFinished)]


def test_a_training_stops_between_parts_and_goes_on_there(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path)
    assert finished(checkpoint, cancelled_after=1) == [0]
    assert sorted(file.name for file in tmp_path.glob("*.wav")) == ["fragment-1.wav", "preview-1.wav"]
    assert finished(checkpoint) == [1, 2]
    assert finished(checkpoint) == []
    assert checkpoint.parts == ["a", "b", "c"]


def test_a_part_that_was_cancelled_inside_ends_the_training(tmp_path: Path) -> None:
    assert finished(Checkpoint(tmp_path), stores=1) == [0]


def test_only_a_preview_that_is_missing_is_made_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path)
    finished(checkpoint)
    (tmp_path / "preview-2.wav").unlink()
    assert finished(checkpoint) == [1]


def test_what_is_no_number_is_not_stored(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path)
    with pytest.raises(TrainingError, match='stopped at "second": its result is no longer a number') as caught:
        store_finite(checkpoint, PARTS[1], {"good": torch.ones(2), "bad": torch.tensor([1.0, float("nan")])})
    assert caught.value.detail == "after the last step: ['bad']"
    assert checkpoint.parts == []


def test_another_beginning_is_refused() -> None:
    check_same({"seed": 1, "clip": "x", "more": 2}, {"seed": 1, "clip": "x"})
    with pytest.raises(CheckpointError, match="another region or other settings"):
        check_same({"seed": 1}, {"seed": 1, "clip": "x"})


def test_each_part_has_chances_of_its_own_and_leaves_the_worlds_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    drawn = []
    for index in (0, 1, 0):
        with seeded(5, index) as random:
            drawn.append((float(torch.rand(1)), float(torch.rand(1, generator=random))))
    assert drawn[0] == drawn[2] != drawn[1]
    assert torch.equal(torch.rand(1), expected)


def test_a_sound_that_the_card_has_no_memory_for_is_made_on_the_cpu() -> None:
    asked = []

    def make(device: str) -> AudioClip:
        asked.append(device)
        if device != "cpu":
            raise torch.cuda.OutOfMemoryError
        return SOUND

    assert hear_somewhere("cuda:0", make) is SOUND
    assert asked == ["cuda:0", "cpu"]

    def never(device: str) -> AudioClip:
        raise MemoryError

    with pytest.raises(DeviceMemoryError):
        hear_somewhere("cpu", never)
