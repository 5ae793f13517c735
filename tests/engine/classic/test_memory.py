"""Memory of the classic engine: what a step holds, the rungs of its ladder, and what happens before it runs out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.autograd.profiler import profile

from musemate.engine import fitting
from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic import ladder, reckoning
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import ClassicConfig, make_config
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.classic.ladder import Ladder, rungs
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.reckoning import SET_UP_MIB, needs, scale_mib
from musemate.engine.classic.scales import Scales
from musemate.engine.events import Event, ScaleFinished, Warned
from musemate.engine.memory import PROCESS_MIB
from musemate.errors import DeviceMemoryError
from tests.engine.signals import ticking_clip

MIB = 2.0**20
ONE_BY_ONE, LEAN = {"batched": False}, {"batched": False, "checkpointed": True}
SCALES = ["1000 Hz", "2000 Hz", "4000 Hz"]


def training_of(config: ClassicConfig, length: int, n_signals: int = 1) -> ScaleTraining:
    """Return a lone scale of noise."""
    random = torch.Generator().manual_seed(1)
    signal = 0.1 * torch.randn(n_signals, length, generator=random)
    torch.manual_seed(2)
    return ScaleTraining(
        config, Scales((4000,), [signal]), Pyramid(config, (4000,), n_signals, torch.device("cpu")), None, random
    )


def train(directory: Path, **options: object) -> list[Event]:
    request = TrainRequest("quick", seed=5, device="cpu", options={"tiny": True, "bfloat16": False, **options})
    return list(ClassicEngine().train(ticking_clip(2.0), request, directory))


@pytest.fixture
def no_quick_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "has_quick_bfloat16", lambda: False)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], float]], None]:
    """Return a function that lets so many MiB be there."""

    def make(mib: Callable[[], float]) -> None:
        monkeypatch.setattr(fitting, "room_mib", lambda device: mib())

    return make


# What a step holds


@pytest.mark.parametrize("speech", [False, True])
@pytest.mark.parametrize("n_signals", [1, 2])
def test_what_is_held_less_and_computed_again_has_the_same_values(n_signals: int, speech: bool) -> None:
    config = make_config("quick", {"tiny": True, "speech": speech, "bfloat16": False, **ONE_BY_ONE})
    usual, lean = (training_of(c, 900, n_signals) for c in (config, replace(config, checkpointed=True)))
    assert list(usual.steps()) == list(lean.steps())
    for one, other in ((usual.generator, lean.generator), (usual.critic, lean.critic)):
        assert all(torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())


def test_a_batched_step_yields_to_a_lean_one() -> None:
    config = make_config("quick", {"tiny": True, "batched": True})
    assert training_of(config, 900).batched
    assert not training_of(replace(config, checkpointed=True), 900).batched


def tensors_peak(training: ScaleTraining) -> int:
    """Return the bytes of all tensors that live at once during a step, at their peak."""
    steps = training.steps()
    with profile(profile_memory=True) as profiler:
        next(steps)
    found = [event for event in profiler.kineto_results.events() if event.name() == "[memory]"]
    sizes = [event.nbytes() for event in sorted(found, key=lambda event: event.start_ns())]
    return max(itertools.accumulate(sizes))


@pytest.mark.parametrize("n_layers", [4, 8])
@pytest.mark.parametrize("way", [{"batched": True}, ONE_BY_ONE, LEAN, {**ONE_BY_ONE, "fast_kernels": False}])
def test_what_is_reckoned_is_what_a_step_holds(way: dict[str, bool], n_layers: int) -> None:
    length = 6000
    sizes = {"hidden_channels_init": 24, "filter_size": 3, "num_layers": n_layers, "num_epochs": 1, "bank_size": 0}
    config = make_config("code", {**sizes, **way})
    expected = scale_mib(0, 4000, length, 1, config, "cpu") - PROCESS_MIB - SET_UP_MIB
    assert tensors_peak(training_of(config, length)) / MIB == pytest.approx(expected, rel=0.2)


def test_memory_of_each_way() -> None:
    config = ClassicConfig()  # 8 layers of 96 channels
    n = 400_000
    one = 96 * n * 4 / MIB
    process = PROCESS_MIB + SET_UP_MIB

    def held(device: str = "cpu", length: int = n, **values: object) -> float:
        mib = scale_mib(1, 16_000, length, 1, replace(config, **values), device)
        return (mib - (process if device == "cpu" else 0)) / one * n / length

    assert held(batched=True) == pytest.approx(52)  # too long for two at once on a CPU
    assert held("cuda:0", batched=True) == pytest.approx(80)
    assert held(length=30_000, batched=True) == pytest.approx(80)
    assert held(checkpointed=True) == pytest.approx(32)
    assert held(fast_kernels=False, batched=False) == pytest.approx(52 * reckoning.UNFUSED)
    assert held(bank_size=48) == pytest.approx(52 + 0.5)
    assert scale_mib(0, 320, 8000, 1, config, "cpu") - process == pytest.approx(80 * 16 * 8000 * 4 / MIB)


def test_numbers_of_half_the_length_are_reckoned_with(monkeypatch: pytest.MonkeyPatch) -> None:
    config = ClassicConfig(bfloat16=True)
    for quick, share in ((True, reckoning.SHORT), (False, 1.0)):
        monkeypatch.setattr("musemate.engine.classic.kernels.has_quick_bfloat16", lambda quick=quick: quick)
        mib = scale_mib(1, 16_000, 400_000, 1, config, "cpu") - PROCESS_MIB - SET_UP_MIB
        assert mib == pytest.approx(share * 52 * 96 * 400_000 * 4 / MIB)


def test_needs_are_those_of_the_longest_scale_and_fall(no_quick_bfloat16: None) -> None:
    found = needs(44_100, 2, 25.0, ClassicConfig(bank_size=64), "cuda:0")
    assert [need.device for need in found] == ["cuda:0"] * 4 + ["cpu"] * 4
    for device in ("cuda:0", "cpu"):
        amounts = [need.mib for need in found if need.device == device]
        assert amounts == sorted(amounts, reverse=True)
    process = PROCESS_MIB + SET_UP_MIB
    assert found[-1].mib - process == pytest.approx(32 * 96 * 400_000 * 4 / MIB)
    estimate = ClassicEngine().needs(44_100, 2, 25.0, TrainRequest("code", device="cuda:0"))
    assert estimate == found


# The rungs


def test_values_stay_as_long_as_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ClassicConfig(bank_size=64)

    def changed(quick: bool) -> list[dict[str, object]]:
        monkeypatch.setattr(ladder, "has_quick_bfloat16", lambda: quick)
        known = asked.to_json()
        return [{k: v for k, v in rung.config.to_json().items() if v != known[k]} for rung in rungs(asked, "cpu")]

    same = [{}, ONE_BY_ONE, LEAN, {**LEAN, "bank_size": 0}]
    assert changed(quick=False) == same
    assert changed(quick=True) == [*same, {**LEAN, "bank_size": 0, "bfloat16": True}]


def test_another_device_begins_with_what_was_asked_for(no_quick_bfloat16: None) -> None:
    asked = ClassicConfig(batched=False)
    found = rungs(asked, "cuda:0")
    assert [(rung.device, rung.how) for rung in found] == [
        ("cuda:0", ""),
        ("cuda:0", "less of a step in memory, more slowly"),
        ("cpu", "the CPU"),
        ("cpu", "less of a step in memory, more slowly"),
    ]
    assert found[2].config == asked


def test_rungs_that_are_known_not_to_fit_are_left_out(no_quick_bfloat16: None) -> None:
    steps = Ladder(ClassicConfig(bank_size=64), "cpu")
    warned = steps.climb_down(lambda rung: rung.config.checkpointed, ran_out=False)
    assert warned is not None
    assert warned.message == (
        "The computer has too little free memory for the usual way; "
        "MuseMate goes on with less of a step in memory, more slowly."
    )
    assert (steps.config.checkpointed, steps.config.bank_size) == (True, 64)
    assert steps.climb_down(lambda rung: False) is None
    assert steps.config.bank_size == 64
    assert steps.climb_down() is not None
    assert (steps.config.bank_size, steps.climb_down()) == (0, None)


# Before memory runs out


def test_a_scale_begins_with_what_fits(tmp_path: Path, room: Callable[..., None], no_quick_bfloat16: None) -> None:
    train(tmp_path / "straight", batched=False, bank_size=0)
    room(lambda: PROCESS_MIB + SET_UP_MIB + 2.0)  # a usual step of the finest scale holds 2.7 MiB, a lean one 1.5
    events = train(tmp_path / "short", batched=False, bank_size=0)
    said = [(e.message, e.hint) for e in events if isinstance(e, Warned)]
    assert said == [
        (
            "The computer has too little free memory for the usual way; "
            "MuseMate goes on with less of a step in memory, more slowly.",
            "Closing other programs frees memory.",
        )
    ]
    straight, short = (Checkpoint(tmp_path / name) for name in ("straight", "short"))
    assert straight.parts == short.parts
    for part in straight.parts:
        found = short.load(part)
        assert all(torch.equal(value, found[name]) for name, value in straight.load(part).items())


def test_a_scale_that_cannot_fit_stops_before_it_and_goes_on_later(
    tmp_path: Path, room: Callable[..., None], no_quick_bfloat16: None
) -> None:
    train(tmp_path / "straight")
    stopped = tmp_path / "stopped"
    room(lambda: 100.0 if len(Checkpoint(stopped).parts) > 2 else 10_000.0)  # the fragment is a part too
    events = []
    request = TrainRequest("quick", 5, "cpu", {"tiny": True, "bfloat16": False})
    with pytest.raises(DeviceMemoryError) as caught:
        for event in ClassicEngine().train(ticking_clip(2.0), request, stopped):
            events.append(event)  # noqa: PERF402 - what came before the refusal is wanted
    assert caught.value.message == 'The scale "4000 Hz" needs about 636 MB of memory, and 100 MB are free for it.'
    assert caught.value.hint.startswith("What is finished is kept: close other programs and go on")
    assert [e.name for e in events if isinstance(e, ScaleFinished)] == SCALES[:2]
    assert ClassicEngine().load(stopped).generate(TakeRequest(1.0)).peak > 0
    room(lambda: 10_000.0)
    events = train(stopped)
    assert [e.name for e in events if isinstance(e, ScaleFinished)] == SCALES[2:]
    one, other = Checkpoint(stopped).load("scale-2"), Checkpoint(tmp_path / "straight").load("scale-2")
    assert all(torch.equal(value, other[name]) for name, value in one.items())


def test_a_training_of_a_version_that_knew_less_goes_on(tmp_path: Path) -> None:
    request = TrainRequest("quick", 5, "cpu", {"tiny": True})
    list(ClassicEngine().train(ticking_clip(2.0), request, tmp_path, lambda: len(Checkpoint(tmp_path).parts) > 1))
    facts = Checkpoint(tmp_path).facts
    config = {name: value for name, value in facts["config"].items() if name != "checkpointed"}
    Checkpoint(tmp_path).store("fragment", Checkpoint(tmp_path).load("fragment"), {**facts, "config": config})
    events = list(ClassicEngine().train(ticking_clip(2.0), request, tmp_path))
    assert [e.name for e in events if isinstance(e, ScaleFinished)] == SCALES[1:]
