"""What frames says of a training beforehand: real steps measured, added up, and nothing changed by it."""

import time
from dataclasses import replace

import pytest
import torch

from musemate.engine import stopwatch
from musemate.engine.base import TrainRequest
from musemate.engine.frames import reckoning
from musemate.engine.frames.config import FramesConfig, make_config
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.rendering import RendererTraining
from musemate.engine.frames.sound_steps import SoundSteps
from musemate.engine.instant.engine import InstantEngine
from musemate.engine.memory import PROCESS_MIB
from musemate.errors import SettingsError
from tests.engine.signals import ticking_clip

TINY = make_config("sketch", {"tiny": True, "n_components": 16})
FRAMING = Framing(8000, 1)


class SlowSteps:
    """A clock that only steps move: each of the renderer's takes so long, each of the pyramid's nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step_s: float) -> None:
        self.now_s = 0.0
        take = SoundSteps.take

        def slow(steps: SoundSteps, *args: object) -> dict[str, float]:
            self.now_s += step_s
            return take(steps, *args)

        monkeypatch.setattr(SoundSteps, "take", slow)
        monkeypatch.setattr(stopwatch, "time", self)

    def perf_counter(self) -> float:
        return self.now_s

    process_time = perf_counter


def test_steps_of_every_part_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    SlowSteps(monkeypatch, 0.25)
    config = replace(TINY, draft_steps=100, sound_steps=40)
    n_parts = 2 + len(config.time_scales)
    estimate = reckoning.reckon(config, FRAMING, 4.0, "cpu")
    assert estimate.seconds == pytest.approx(140 * 0.25 + n_parts * reckoning.PART_S)
    assert estimate.device == "cpu"


def test_it_takes_a_moment_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(3)
    before, began = torch.random.get_rng_state(), time.process_time()
    request = TrainRequest("sketch", options={"tiny": True})
    estimate = FramesEngine().estimate(96_000, 2, 4.0, request)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert estimate.seconds < 60
    assert estimate.mib > PROCESS_MIB
    assert time.process_time() - began < 30


def test_memory_follows_what_a_step_holds() -> None:
    small, batch, wide = (
        reckoning.reckon(replace(TINY, **values), FRAMING, 4.0, "cpu").mib
        for values in ({}, {"draft_batch": 64, "sound_batch": 64}, {"renderer_channels": 512})
    )
    assert small < batch
    n_weights = 16 * 512 * 7 + 512 * 512 * 3 * 2  # of the widest layers, at least
    assert wide - small > 4 * reckoning.COPIES * n_weights / 2**20


def test_the_least_is_less_than_what_is_asked_for_and_more_than_nothing() -> None:
    request = TrainRequest("sketch", options={"n_components": 16, "renderer_channels": 32, "sound_batch": 16})
    asked = FramesEngine().estimate(16_000, 1, 4.0, request)
    (need,) = FramesEngine().needs(16_000, 1, 4.0, request)
    assert need.device == "cpu"
    assert PROCESS_MIB < need.mib < asked.mib
    card, cpu = FramesEngine().needs(16_000, 1, 4.0, replace(request, device="cpu:0"))
    assert (card.device, cpu) == ("cpu:0", need)


def test_instant_needs_what_it_says() -> None:
    (need,) = InstantEngine().needs(48_000, 2, 60.0, TrainRequest())
    assert need.mib == InstantEngine().estimate(48_000, 2, 60.0, TrainRequest()).mib
    assert need.mib == pytest.approx(PROCESS_MIB + 8 * 48_000 * 2 * 60 * 4 / 2**20)


def test_held_memory_is_counted_and_let_go() -> None:
    weight = torch.ones(1000, requires_grad=True)
    with reckoning.Held() as held:
        loss = (weight * torch.full((1000,), 2.0)).square().sum()
        assert held.now >= 2 * 4000
        loss.backward()
        peak = held.peak
        del loss
        assert (held.now, held.peak) == (0, peak)
    assert torch.equal(weight.grad, torch.full((1000,), 8.0))


def test_settings_that_are_not_possible_are_refused() -> None:
    with pytest.raises(SettingsError, match="no preset"):
        FramesEngine().estimate(44_100, 2, 25.0, TrainRequest("paper"))
    with pytest.raises(SettingsError, match="no options"):
        InstantEngine().estimate(44_100, 2, 25.0, TrainRequest(options={"steps": 1}))


def test_instant_takes_a_second_or_two() -> None:
    assert 0.5 < InstantEngine().estimate(44_100, 2, 60.0, TrainRequest()).seconds < 5


def test_the_usual_steps_are_those_of_the_training() -> None:
    config = FramesConfig(renderer_channels=16, renderer_blocks=1, pyramid_channels=8)
    clip = ticking_clip()
    parts = {kind: n for kind, n, _ in reckoning._trainings(config, Framing(8000, 1), clip.duration_s, "cpu")}
    assert parts == {"draft": 800, "sound": 700, "scale": 5 * 400}
    kinds = [type(training) for _, _, training in reckoning._trainings(TINY, FRAMING, 4.0, "cpu")]
    assert kinds[:2] == [RendererTraining, RendererTraining]


@pytest.mark.parametrize(("device", "seconds"), [("cpu", 2.0), ("cuda:0", 30.0)])
def test_what_other_programs_do_is_not_counted(monkeypatch: pytest.MonkeyPatch, device: str, seconds: float) -> None:
    """The wall's clock runs for half a minute, of which the process computes for two seconds."""
    now = {"perf_counter": 5.0, "process_time": 1.0}
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: now["perf_counter"])
    monkeypatch.setattr(stopwatch.time, "process_time", lambda: now["process_time"])
    watch = stopwatch.Stopwatch(device)
    now.update(perf_counter=35.0, process_time=3.0)
    assert watch.seconds() == seconds
    now.update(perf_counter=6.5, process_time=3.9)
    assert watch.seconds() == 1.5, "two threads computed nearly all the time"
