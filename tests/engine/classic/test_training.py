"""Training, tiny: events, seeds, stopping, going on, and what goes wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import pad as zero_padded

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic import reckoning
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import make_config
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.classic.preparing import prepare
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.resampling import upsample
from musemate.engine.events import Event, Progressed, RunStarted, ScaleFinished, Warned
from musemate.engine.previews import fragment_file
from musemate.errors import CheckpointError, DeviceMemoryError, SettingsError, TrainingError
from tests.engine.signals import ticking_clip

SCALES = ["1000 Hz", "2000 Hz", "4000 Hz"]


def train(
    directory: Path, clip: AudioClip | None = None, cancelled: Callable[[], bool] = lambda: False, **options: object
) -> list[Event]:
    request = TrainRequest("quick", seed=5, device="cpu", options={"tiny": True, **options})
    return list(ClassicEngine().train(clip or ticking_clip(2.0), request, directory, cancelled))


def weights(directory: Path) -> dict[str, torch.Tensor]:
    checkpoint = Checkpoint(directory)
    return {f"{part}/{name}": t for part in checkpoint.parts for name, t in checkpoint.load(part).items()}


def first_scale(n_channels: int = 1, **options: object) -> ScaleTraining:
    config = make_config("quick", {"tiny": True, **options})
    prepared = prepare(ticking_clip(2.0, channels=n_channels), config)
    pyramid = Pyramid(config, prepared.scales.rates_hz, prepared.n_signals, torch.device("cpu"))
    torch.manual_seed(1)
    return ScaleTraining(config, prepared.scales, pyramid, None, torch.Generator().manual_seed(1))


def test_events_tell_every_scale_and_its_preview(tmp_path: Path) -> None:
    events = train(tmp_path)
    assert events[0] == RunStarted("", "cpu", SCALES)
    finished = [e for e in events if isinstance(e, ScaleFinished)]
    assert [e.name for e in finished] == SCALES
    previews = [read_clip(Path(e.file), min_rate_hz=100) for e in finished]
    assert [(clip.rate_hz, clip.duration_s) for clip in previews] == [(1000, 2.0), (2000, 2.0), (4000, 2.0)]
    fragments = [read_clip(fragment_file(tmp_path, scale), min_rate_hz=100) for scale in range(3)]
    assert [(clip.rate_hz, clip.duration_s) for clip in fragments] == [(1000, 2.0), (2000, 2.0), (4000, 2.0)]
    real = prepare(ticking_clip(2.0), make_config("quick", {"tiny": True}))
    for scale, clip in enumerate(fragments):
        np.testing.assert_allclose(clip.samples, real.scales.signals[scale] / real.gain, atol=1e-3)
    progress = [e for e in events if isinstance(e, Progressed)]
    assert [e.fraction for e in progress] == sorted(e.fraction for e in progress)
    assert progress[-1].fraction == pytest.approx(1)
    assert progress[-1].left_s == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("n_channels", [1, 2])
def test_same_seed_same_weights(tmp_path: Path, n_channels: int) -> None:
    clip = ticking_clip(2.0013, 8000, n_channels)  # 16010 samples, 2002 at 1 kHz
    train(tmp_path / "one", clip)
    train(tmp_path / "two", clip)
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("n_scales", [1, 2])
@pytest.mark.parametrize("bank_size", [0, 2])
def test_stopped_and_continued_equals_straight_through(tmp_path: Path, n_scales: int, bank_size: int) -> None:
    train(tmp_path / "straight", bank_size=bank_size)
    stopped = tmp_path / "stopped"
    # +1: the fragment itself is a stored part
    events = train(stopped, cancelled=lambda: len(Checkpoint(stopped).parts) > n_scales, bank_size=bank_size)
    assert [e.name for e in events if isinstance(e, ScaleFinished)] == SCALES[:n_scales]
    take = ClassicEngine().load(stopped).generate(TakeRequest(1.5))
    assert (take.rate_hz, take.n_frames) == (4000, 6000)
    train(stopped, bank_size=bank_size)
    straight, continued = weights(tmp_path / "straight"), weights(stopped)
    assert all(torch.equal(straight[name], continued[name]) for name in straight)


def test_a_training_stops_inside_a_step(tmp_path: Path) -> None:
    answers = iter([False] * 20)
    events = train(tmp_path, cancelled=lambda: next(answers, True))
    assert [type(e) for e in events] == [RunStarted]
    assert Checkpoint(tmp_path).parts == ["fragment"]
    train(tmp_path)
    train(tmp_path / "straight")
    straight, continued = weights(tmp_path / "straight"), weights(tmp_path)
    assert all(torch.equal(straight[name], continued[name]) for name in straight)


def test_third_scale_starts_from_the_second_ones_weights(tmp_path: Path) -> None:
    train(tmp_path, learning_rate=0)
    stored = weights(tmp_path)
    trained = [name.partition("/")[2] for name in stored if name.startswith("scale-1/") and "running" not in name]
    trained.remove("noise_level")
    assert len(trained) > 20
    assert all(torch.equal(stored[f"scale-1/{name}"], stored[f"scale-2/{name}"]) for name in trained)
    assert stored["scale-0/generator.tail.direction"].shape[0] == 2
    assert stored["scale-1/generator.tail.direction"].shape[0] == 4


def test_learning_rate_falls_to_a_tenth_after_two_thirds() -> None:
    training = first_scale(num_epochs=10)
    rates = [training.optimizer.param_groups[0]["lr"] for _ in training.steps()]
    critic_rate = training.critic_optimizer.param_groups[0]["lr"]
    assert rates == pytest.approx([0.0015] * 6 + [0.00015] * 4)
    assert critic_rate == pytest.approx(0.00015)
    assert training.optimizer.param_groups[0]["betas"] == (0.5, 0.999)


@pytest.mark.parametrize("speech", [False, True])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_step_moves_every_parameter(speech: bool, n_channels: int) -> None:
    training = first_scale(n_channels, speech=speech, num_epochs=3)
    before = [{k: p.clone() for k, p in m.named_parameters()} for m in (training.critic, training.generator)]
    list(training.steps())
    for old, module in zip(before, (training.critic, training.generator), strict=True):
        # the last bias of the critic lifts real and fake alike, and convolutions before a norm lose theirs in it
        still = {k for k, p in module.named_parameters() if torch.equal(p, old[k])}
        assert still <= {k for k in old if k.endswith("conv.bias")} | {"tail.bias"}
        assert "tail.bias" not in still or module is training.critic


@pytest.mark.parametrize("speech", [False, True])
def test_reconstruction_improves(speech: bool) -> None:
    training = first_scale(num_epochs=60, speech=speech, hidden_channels_init=6)
    losses = [step["reconstruction"] for step in training.steps()]
    assert losses[-1] < 0.93 * losses[0]


def test_critic_tells_fakes_apart() -> None:
    training = first_scale(num_epochs=60, hidden_channels_init=6)
    losses = [step["critic"] for step in training.steps()]
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) - 1e-3


def test_fixed_noise_at_the_coarsest_scale_and_none_above_is_the_reconstruction(tmp_path: Path) -> None:
    train(tmp_path)
    model = ClassicEngine().load(tmp_path)
    pyramid, pad = model.pyramid, model.pyramid.config.pad_size
    assert pyramid.fixed_noise is not None
    with torch.no_grad():
        made = pyramid.generators[0](zero_padded(pyramid.fixed_noise, (pad, pad)), torch.zeros(1, 1, 2000))
        for index in (1, 2):
            raised = upsample(made, pyramid.rates_hz[index - 1], pyramid.rates_hz[index], model.scales.lengths[index])
            made = pyramid.generators[index](zero_padded(raised, (pad, pad)), raised)
    take = model.generate(TakeRequest(2.0, "reconstruction"))
    np.testing.assert_allclose(take.samples * model.gain, made[0].numpy(), atol=1e-5)


def test_a_take_of_the_trainings_own_seed_is_new_all_the_same(tmp_path: Path) -> None:
    request = TrainRequest("quick", seed=0, device="cpu", options={"tiny": True, "fs_list": [4000]})
    list(ClassicEngine().train(ticking_clip(2.0), request, tmp_path))
    model = ClassicEngine().load(tmp_path)
    given_back = model.generate(TakeRequest(2.0, "reconstruction")).samples
    taken = [model.generate(TakeRequest(2.0, seed=seed)).samples for seed in (0, 1, 2**32 - 1)]
    for samples in taken:
        assert abs(np.corrcoef(samples[0], given_back[0])[0, 1]) < 0.5
    assert len({samples.tobytes() for samples in taken}) == 3


def test_a_bank_is_drawn_once() -> None:
    config = make_config("quick", {"tiny": True, "num_epochs": 6})
    prepared = prepare(ticking_clip(2.0), config)
    pyramid = Pyramid(config, prepared.scales.rates_hz, 1, torch.device("cpu"))
    list(ScaleTraining(config, prepared.scales, pyramid, None, torch.Generator()).steps())
    for size, different in ((0, 6), (2, 2), (9, 6)):
        config = make_config("quick", {"tiny": True, "bank_size": size})
        training = ScaleTraining(config, prepared.scales, pyramid, None, torch.Generator())
        assert len({float(training.bank.take().sum()) for _ in range(6)}) == different


def test_going_on_with_another_clip_is_refused(tmp_path: Path) -> None:
    train(tmp_path, cancelled=lambda: True)
    with pytest.raises(CheckpointError, match="another region or other settings"):
        train(tmp_path, ticking_clip(2.5))
    with pytest.raises(CheckpointError, match="another region or other settings"):
        train(tmp_path, num_epochs=5)


def test_takes_of_nothing_are_a_sentence(tmp_path: Path) -> None:
    train(tmp_path, cancelled=lambda: True)
    with pytest.raises(CheckpointError, match="before its first scale was finished"):
        ClassicEngine().load(tmp_path)


def test_a_preview_that_a_crash_prevented_is_made_when_going_on(tmp_path: Path) -> None:
    train(tmp_path)
    preview = tmp_path / "preview-2.wav"
    preview.unlink()
    finished = [e for e in train(tmp_path) if isinstance(e, ScaleFinished)]
    assert [(e.scale, e.name, e.file) for e in finished] == [(1, SCALES[1], str(preview))]


def test_loss_that_is_no_number_stops_and_keeps_the_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = ScaleTraining._step
    monkeypatch.setattr(
        ScaleTraining,
        "_step",
        lambda self: {**step(self), **({"critic": float("inf")} if self.scale == 1 else {})},
    )
    with pytest.raises(TrainingError, match='stopped at "2000 Hz": its loss is no longer a number') as caught:
        train(tmp_path)
    assert "Try another seed" in caught.value.hint
    assert Checkpoint(tmp_path).parts == ["fragment", "scale-0"]
    assert ClassicEngine().load(tmp_path).generate(TakeRequest(1.0)).peak > 0


def test_weights_that_the_very_last_step_broke_are_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = ScaleTraining._step

    def broken(self: ScaleTraining) -> dict[str, float]:
        losses = step(self)
        with torch.no_grad():
            next(self.generator.parameters()).fill_(float("nan"))
        return losses

    monkeypatch.setattr(ScaleTraining, "_step", broken)
    with pytest.raises(TrainingError, match="result is no longer a number"):
        train(tmp_path, num_epochs=1)
    assert Checkpoint(tmp_path).parts == ["fragment"]


def test_want_of_memory_gives_up_speed_first_and_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tmp_path / "straight", bank_size=9, bfloat16=False)
    step, failures = ScaleTraining._step, iter([True])

    def full(self: ScaleTraining) -> dict[str, float]:
        if self.scale == 2 and next(failures, False):
            torch.empty(1 << 60)  # the system's own words
        return step(self)

    monkeypatch.setattr(ScaleTraining, "_step", full)
    events = train(tmp_path / "short", bank_size=9, bfloat16=False)
    assert [e.message for e in events if isinstance(e, Warned)] == [
        "The computer ran out of memory; MuseMate goes on with one signal at a time."
    ]
    straight, short = weights(tmp_path / "straight"), weights(tmp_path / "short")
    for name in straight:
        torch.testing.assert_close(short[name], straight[name], atol=1e-4, rtol=1e-3)


def test_memory_that_never_suffices_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScaleTraining, "_step", lambda self: torch.empty(1 << 60))
    with pytest.raises(DeviceMemoryError, match="not enough memory on cpu"):
        train(tmp_path)


def test_short_regions_begin_at_a_finer_scale_and_say_so(tmp_path: Path) -> None:
    events = train(tmp_path, num_layers=8, filter_size=9, num_epochs=1)
    assert isinstance(events[0], RunStarted)
    assert events[0].scales == ["2000 Hz", "4000 Hz"]
    assert isinstance(events[1], Warned)
    assert "too short for scales under 2000 Hz" in events[1].message


def test_unknown_presets_and_options_are_refused_before_any_work() -> None:
    for request in (TrainRequest("fine"), TrainRequest("quick", options={"epochs": 3})):
        with pytest.raises(SettingsError):
            ClassicEngine().check(request)


def test_estimate_grows_with_steps_length_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = reckoning.Pace(fixed_s=0.002, work_per_s=1e10)  # a machine's own changes from one moment to the next
    monkeypatch.setattr(reckoning, "measure_pace", lambda *_: pace)
    options = {"tiny": True, "fs_list": [1000, 2000, 4000], "init_sample_rate": 16_000}

    def seconds(rate_hz: int, length_s: float, steps: int) -> float:
        request = TrainRequest("quick", options={**options, "num_epochs": steps})
        return ClassicEngine().estimate(rate_hz, 1, length_s, request).seconds

    short = seconds(8000, 10, 10)
    assert seconds(8000, 10, 1000) == pytest.approx(100 * short, rel=0.2)
    assert 20 * short < seconds(8000, 100, 100) < 100 * short
