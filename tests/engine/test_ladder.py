"""Memory that runs out while training: the rungs, what is said, and what becomes of the training."""

import weakref
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.events import DeviceChanged, Event, Progressed, ScaleFinished, Warned
from musemate.engine.frames.climbing import ScaleTraining
from musemate.engine.frames.config import PRESETS, FramesConfig, make_config
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.ladder import FEWER, ON_CPU, SHORTER, SHORTEST, Ladder
from musemate.engine.frames.losses import fft_sizes
from musemate.engine.frames.model import FramesModel
from musemate.engine.frames.rendering import RendererTraining, crops_a_step
from musemate.errors import DeviceMemoryError
from tests.engine.signals import ticking_clip

MONO, STEREO = Framing(16_000, 1), Framing(44_100, 2)
STAND_IN = "cpu:0"
"""To torch the CPU, to the ladder a device that is not "cpu": a graphics card to climb down from."""
N_PARTS = 4
SIZES = ("draft_batch", "sound_batch", "renderer_crop", "pyramid_batch", "pyramid_crop")


def sizes(config: FramesConfig) -> dict[str, int]:
    return {name: value for name, value in asdict(config).items() if name in SIZES}


def rungs(ladder: Ladder, kind: str) -> list[tuple[str, dict[str, int], str]]:
    """Climb down to the end: what was said last, what changed of the top rung, and the device, a rung each."""
    top, found = sizes(ladder.config), []
    while (warned := ladder.climb_down(kind)) is not None:
        changed = {name: n for name, n in sizes(ladder.config).items() if n != top[name]}
        found.append((warned.message.partition("goes on with ")[2].rstrip("."), changed, ladder.device))
    return found


# The rungs


def test_the_renderer_takes_fewer_crops_then_shorter_ones_then_the_cpu() -> None:
    card = [
        (FEWER, {"draft_batch": 3, "sound_batch": 2}),
        (FEWER, {"draft_batch": 1, "sound_batch": 1}),
        (SHORTER, {"draft_batch": 1, "sound_batch": 1, "renderer_crop": 20}),
        (SHORTER, {"draft_batch": 1, "sound_batch": 1, "renderer_crop": 16}),
    ]
    assert rungs(Ladder(FramesConfig(), "cuda:0", MONO), "draft") == [
        *((how, changed, "cuda:0") for how, changed in card),
        (ON_CPU, {}, "cpu"),  # what was asked for, in the other memory
        *((how, changed, "cpu") for how, changed in card),
    ]


def test_the_pyramid_keeps_the_renderers_sizes() -> None:
    assert [changed for _, changed, _ in rungs(Ladder(FramesConfig(), "cpu", MONO), "scale")] == [
        {"pyramid_batch": 4},
        {"pyramid_batch": 2},
        {"pyramid_batch": 1},
        {"pyramid_batch": 1, "pyramid_crop": 48},
        {"pyramid_batch": 1, "pyramid_crop": 24},
        {"pyramid_batch": 1, "pyramid_crop": 20},
    ]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("framing", [MONO, STEREO])
def test_each_fewer_is_really_fewer(preset: str, framing: Framing) -> None:
    ladder = Ladder(PRESETS[preset], "cpu", framing)
    counts = [crops_a_step(ladder.config.sound_batch, framing)]
    while ladder.climb_down("sound").message.endswith(f"{FEWER}."):
        counts.append(crops_a_step(ladder.config.sound_batch, framing))
    assert counts == sorted(set(counts), reverse=True)
    assert counts[-1] == 1
    assert ladder.config.draft_batch == PRESETS[preset].draft_batch


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
def test_the_shortest_crop_holds_the_longest_window_of_the_losses(rate_hz: int) -> None:
    framing = Framing(rate_hz, 1)
    assert (SHORTEST["renderer_crop"] - 1) * framing.hop_length >= max(fft_sizes(rate_hz))


def test_crops_that_are_short_already_stay() -> None:
    tiny = make_config("sketch", {"tiny": True})
    assert rungs(Ladder(tiny, "cpu", MONO), "draft") == [(FEWER, {"draft_batch": 1, "sound_batch": 1}, "cpu")]


@pytest.mark.parametrize(("device", "where"), [("cuda:0", "graphics card"), ("cpu", "computer")])
def test_what_is_said(device: str, where: str) -> None:
    assert Ladder(FramesConfig(), device, MONO).climb_down("scale") == Warned(
        f"The {where} ran out of memory; MuseMate goes on with smaller batches.", "Closing other programs frees memory."
    )


# Trainings that climb down


@pytest.fixture(autouse=True)
def _no_beat_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)


Grown = Callable[[RendererTraining | ScaleTraining], bool]


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> Callable[[Grown], None]:
    """Return a function that lets a step run out of memory, its work half done, where a test says it is too large."""
    renderer_step, scale_step = RendererTraining._step, ScaleTraining._step

    def limit(is_too_large: Grown) -> None:
        def step(self: RendererTraining, *, adversarial: bool) -> dict[str, float]:
            losses = renderer_step(self, adversarial=adversarial)
            return _or_full(losses, is_too_large(self))

        def scale(self: ScaleTraining, step: int) -> dict[str, float]:
            return _or_full(scale_step(self, step), is_too_large(self) and step > 3)

        monkeypatch.setattr(RendererTraining, "_step", step)
        monkeypatch.setattr(ScaleTraining, "_step", scale)

    return limit


def _or_full(losses: dict[str, float], is_full: bool) -> dict[str, float]:
    if is_full:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    return losses


def training(directory: Path, device: str = STAND_IN, **options: object) -> Iterator[Event]:
    shorter = {"time_scales": (2, 1), "draft_steps": 4, "pyramid_steps": 6, "sound_steps": 4}
    request = TrainRequest("sketch", seed=5, device=device, options={"tiny": True, **shorter, **options})
    return FramesEngine().train(ticking_clip(), request, directory)


def weights(directory: Path) -> dict[str, torch.Tensor]:
    checkpoint = Checkpoint(directory)
    return {f"{part}/{name}": t for part in checkpoint.parts for name, t in checkpoint.load(part).items()}


def assert_same_weights(one: Path, two: Path) -> None:
    first, second = weights(one), weights(two)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


def said(events: list[Event]) -> list[str]:
    return [event.message.partition("goes on with ")[2] for event in events if isinstance(event, Warned)]


def test_the_result_is_that_of_a_training_begun_on_the_lower_rung(tmp_path: Path, small_memory) -> None:
    small_memory(lambda t: t.config.pyramid_batch > 1 if isinstance(t, ScaleTraining) else t.batch > 1)
    events = list(training(tmp_path / "climbed"))
    # later parts begin on the rung that worked: one step down for the renderer, one for the pyramid
    assert said(events) == [f"{FEWER}."] * 2
    assert not any(isinstance(event, DeviceChanged) for event in events)
    assert len([event for event in events if isinstance(event, ScaleFinished)]) == N_PARTS
    fractions = [event.fraction for event in events if isinstance(event, Progressed)]
    assert fractions == sorted(fractions)
    list(training(tmp_path / "begun", draft_batch=1, sound_batch=1, pyramid_batch=1))
    assert_same_weights(tmp_path / "climbed", tmp_path / "begun")
    assert FramesEngine().load(tmp_path / "climbed").generate(TakeRequest(2.0)).duration_s == 2.0


def test_shorter_crops_come_second(tmp_path: Path, small_memory) -> None:
    small_memory(lambda t: t.config.pyramid_crop > 20 and isinstance(t, ScaleTraining))
    events = list(training(tmp_path / "climbed"))
    assert said(events) == [f"{FEWER}.", f"{SHORTER}."]
    list(training(tmp_path / "begun", pyramid_batch=1, pyramid_crop=20))
    assert_same_weights(tmp_path / "climbed", tmp_path / "begun")


def test_the_cpu_comes_last_with_all_that_was_asked_and_stays(tmp_path: Path, small_memory) -> None:
    lowest_of_card = False

    def is_too_large(trained: RendererTraining | ScaleTraining) -> bool:
        nonlocal lowest_of_card
        if isinstance(trained, RendererTraining) or (lowest_of_card and trained.config.pyramid_crop > 20):
            return False
        lowest_of_card = lowest_of_card or trained.config.pyramid_crop == 20
        return True

    small_memory(is_too_large)
    events = list(training(tmp_path / "climbed"))
    assert said(events) == [f"{FEWER}.", f"{SHORTER}.", f"{ON_CPU}."]
    place = events.index(DeviceChanged("cpu"))
    assert isinstance(events[place - 1], Warned)
    list(training(tmp_path / "begun", device="cpu"))
    assert_same_weights(tmp_path / "climbed", tmp_path / "begun")


def test_at_the_end_of_the_ladder_the_finished_is_kept_and_goes_on_from_the_top(tmp_path: Path, small_memory) -> None:
    is_full = [True]
    small_memory(lambda t: is_full[0] and isinstance(t, RendererTraining) and t.draft is not None)
    with pytest.raises(DeviceMemoryError, match="not enough memory on cpu") as caught:
        list(training(tmp_path / "run"))
    assert "close other programs" in caught.value.hint
    assert Checkpoint(tmp_path / "run").parts == ["fragment", "draft", "scale-0", "scale-1"]
    assert FramesEngine().load(tmp_path / "run").generate(TakeRequest(2.0)).duration_s == 2.0
    is_full[0] = False
    assert said(list(training(tmp_path / "run"))) == []
    list(training(tmp_path / "straight"))
    assert_same_weights(tmp_path / "run", tmp_path / "straight")


def test_each_step_to_the_end_is_said(tmp_path: Path, small_memory) -> None:
    small_memory(lambda t: True)
    events = []
    with pytest.raises(DeviceMemoryError):
        for event in training(tmp_path):
            events.append(event)  # noqa: PERF402 - what came before the failure is wanted
    assert said(events) == [f"{FEWER}.", f"{ON_CPU}.", f"{FEWER}."]


def test_the_failed_try_is_gone_before_the_next(tmp_path: Path, small_memory) -> None:
    tried: list[weakref.ref[RendererTraining]] = []

    def is_too_large(trained: RendererTraining | ScaleTraining) -> bool:
        if isinstance(trained, RendererTraining) and trained.batch > 1:
            tried.append(weakref.ref(trained))
            return True
        return False

    small_memory(is_too_large)
    for event in training(tmp_path):
        if isinstance(event, Warned):
            break
    assert [reference() for reference in tried] == [None]


def test_a_preview_that_does_not_fit_is_made_on_the_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from musemate.engine.frames import engine

    load, generate, used = engine.load_model, FramesModel._generate, []

    def noted(checkpoint: Checkpoint, device: str) -> FramesModel:
        used.append(device)
        return load(checkpoint, device)

    def full(self: FramesModel, *args: object) -> object:
        if used[-1] == STAND_IN:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return generate(self, *args)

    monkeypatch.setattr(engine, "load_model", noted)
    monkeypatch.setattr(FramesModel, "_generate", full)
    events = list(training(tmp_path))
    assert used == [STAND_IN, "cpu"] * (N_PARTS + N_PARTS - 2), "and the fragment, at each scale of the pyramid"
    assert said(events) == []
    assert all(Path(event.file).stat().st_size > 1000 for event in events if isinstance(event, ScaleFinished))


def test_other_failures_climb_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: RendererTraining, *, adversarial: bool) -> dict[str, float]:
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr(RendererTraining, "_step", broken)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        list(training(tmp_path))


def test_only_what_a_step_takes_in_becomes_smaller() -> None:
    ladder = Ladder(FramesConfig(), "cpu", MONO)
    rungs(ladder, "draft")
    assert replace(ladder.config, **sizes(FramesConfig())) == FramesConfig()
