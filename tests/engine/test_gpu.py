"""On a CUDA device: the whole training, the values of the CPU, the memory it takes, and what it does without enough.

Where pytest-qt is not installed, pytest needs `-W ignore::pytest.PytestConfigWarning` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.device import choose_device, list_devices
from musemate.engine.events import DeviceChanged, Event, Progressed, ScaleFinished, Warned
from musemate.engine.frames.dice import Dice
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.memory import release_memory
from tests.engine.signals import ticking_clip

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here, or a torch that knows none"),
]
CARD = "cuda:0"
FEW_STEPS = {"draft_steps": 4, "pyramid_steps": 5, "sound_steps": 4}
MOST_GIB = 4.0
"""What a card of 8 GB has to spare beside a desktop."""


def train(
    directory: Path, clip: AudioClip, preset: str = "balanced", device: str = CARD, **options: object
) -> list[Event]:
    request = TrainRequest(preset, seed=3, device=device, options=dict(options))
    return list(FramesEngine().train(clip, request, directory, lambda: False))


def weights(directory: Path) -> dict[str, torch.Tensor]:
    checkpoint = Checkpoint(directory)
    return {f"{part}/{name}": t for part in checkpoint.parts for name, t in checkpoint.load(part).items()}


def distance(one: torch.Tensor, two: torch.Tensor) -> float:
    """Return the norm of the difference as a share of the first's."""
    return float((one.cpu() - two.cpu()).norm() / one.cpu().norm())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    train(directory, ticking_clip(channels=2), tiny=True)
    return directory


@pytest.fixture
def small_card() -> Iterator[None]:
    """Leave torch 48 MiB of the card."""
    release_memory()
    torch.cuda.set_per_process_memory_fraction(48 * 2**20 / torch.cuda.get_device_properties(CARD).total_memory)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)
    release_memory()


def test_every_card_passes_the_self_test() -> None:
    assert choose_device("auto") == (list_devices()[0], [])
    assert choose_device("cuda") == (list_devices()[0], [])


def test_a_whole_training(tmp_path: Path) -> None:
    events = train(tmp_path, ticking_clip(channels=2), tiny=True)
    finished = [event for event in events if isinstance(event, ScaleFinished)]
    assert [event.name for event in finished] == [
        "sound draft",
        "structure 1/4",
        "structure 1/2",
        "structure 1",
        "sound",
    ]
    assert all(Path(event.file).stat().st_size > 1000 for event in finished)
    assert not any(isinstance(event, Warned | DeviceChanged) for event in events)


def test_same_seed_same_weights(tmp_path: Path) -> None:
    clip = ticking_clip(seconds=6.0, rate_hz=44_100, channels=2)
    for name in ("one", "two"):
        train(tmp_path / name, clip, **FEW_STEPS)
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert [name for name in one if not torch.equal(one[name], two[name])] == []


class CpuDice(Dice):
    """Draws on the CPU and copies, so that two devices take the same step."""

    def __init__(self, generator: torch.Generator, device: torch.device) -> None:
        super().__init__(generator, torch.device("cpu"))
        self._to = device

    def normal(self, *shape: int) -> torch.Tensor:
        return super().normal(*shape).to(self._to)

    def uniform(self, *shape: int) -> torch.Tensor:
        return super().uniform(*shape).to(self._to)

    def below(self, limit: int, n: int) -> torch.Tensor:
        return super().below(limit, n).to(self._to)


def test_the_first_step_has_the_cpus_losses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("climbing", "rendering"):
        monkeypatch.setattr(f"musemate.engine.frames.{module}.Dice", CpuDice)
    first: dict[str, list[dict[str, float]]] = {}
    for device in (CARD, "cpu"):
        events = train(tmp_path / device.replace(":", "-"), ticking_clip(), device=device, tiny=True)
        seen = {event.scale: event.losses for event in reversed(events) if isinstance(event, Progressed)}
        first[device] = [seen[0], seen[1]]
    for on_card, on_cpu in zip(first[CARD], first["cpu"], strict=True):
        assert on_card == pytest.approx(on_cpu, rel=0.02)


def test_frames_and_sound_are_the_cpus(trained: Path) -> None:
    card, cpu = (FramesEngine().load(trained, device) for device in (CARD, "cpu"))
    drawn = [model.pyramid.draw(torch.Generator().manual_seed(1), model.guide[None, :, :64]) for model in (cpu, card)]
    assert distance(*drawn) < 0.01
    rendered = [model.renderer.render(model.frames) for model in (cpu, card)]
    assert distance(*rendered) < 0.01


def test_a_take_made_again_is_the_same(trained: Path) -> None:
    request = TakeRequest(5.0, "new", 0.5, seed=4)
    one, two = (FramesEngine().load(trained, CARD).generate(request) for _ in range(2))
    assert np.array_equal(one.samples, two.samples)


@pytest.mark.parametrize("preset", ["balanced", "fine"])
def test_the_memory_of_half_a_minute_of_stereo(tmp_path: Path, preset: str) -> None:
    release_memory()
    torch.cuda.reset_peak_memory_stats(CARD)
    train(tmp_path, ticking_clip(30.0, 44_100, 2), preset, **FEW_STEPS)
    model = FramesEngine().load(tmp_path, CARD)
    assert model.generate(TakeRequest(60.0)).duration_s == 60.0
    assert torch.cuda.max_memory_reserved(CARD) / 2**30 < MOST_GIB


def test_a_card_that_is_too_small_is_left_for_the_cpu(tmp_path: Path, small_card: None) -> None:
    events = train(tmp_path, ticking_clip(6.0, 44_100, 2), **FEW_STEPS, time_scales=(2, 1))
    said = [event.message for event in events if isinstance(event, Warned)]
    assert said[0] == "The graphics card ran out of memory; MuseMate goes on with smaller batches."
    assert said[-1] == "The graphics card ran out of memory; MuseMate goes on with the CPU."
    assert DeviceChanged("cpu") in events
    assert "sound" in Checkpoint(tmp_path).parts
