"""Training and generating, tiny: events, seeds, stopping, going on, and what a take promises."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.events import Event, Progressed, RunStarted, ScaleFinished
from musemate.engine.frames.climbing import ScaleTraining
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.frames.pyramid import pad_to_multiple
from musemate.engine.frames.rendering import RendererTraining
from musemate.engine.frames.stack import Pyramid
from musemate.engine.previews import fragment_file
from musemate.errors import (
    AudioFileError,
    CheckpointError,
    DeviceMemoryError,
    SettingsError,
    TooShortError,
    TrainingError,
)
from tests.engine.signals import ticking_clip

PARTS = ["sound draft", "structure 1/4", "structure 1/2", "structure 1", "sound"]


@pytest.fixture(autouse=True)
def _no_beat_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    # the clip is short and simple; the tracker's own tests are in tests/analysis
    monkeypatch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)


def train(
    directory: Path, clip: AudioClip | None = None, cancelled: Callable[[], bool] = lambda: False, **options: object
) -> list[Event]:
    request = TrainRequest("sketch", seed=5, device="cpu", options={"tiny": True, **options})
    return list(FramesEngine().train(clip or ticking_clip(), request, directory, cancelled))


def weights(directory: Path) -> dict[str, torch.Tensor]:
    checkpoint = Checkpoint(directory)
    return {f"{part}/{name}": t for part in checkpoint.parts for name, t in checkpoint.load(part).items()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)
        train(directory, ticking_clip(channels=2))
    return directory


def test_events_tell_every_part_and_its_preview(tmp_path: Path) -> None:
    events = train(tmp_path)
    assert events[0] == RunStarted("", "cpu", PARTS)
    finished = [e for e in events if isinstance(e, ScaleFinished)]
    assert [e.name for e in finished] == PARTS
    assert all(Path(e.file).stat().st_size > 1000 for e in finished)
    first, scale, *_, last = (read_clip(fragment_file(tmp_path, index)) for index in range(len(PARTS)))
    for clip in (first, last):  # in full, as it was given
        np.testing.assert_allclose(clip.samples, ticking_clip().samples[:, : clip.n_frames], atol=1e-3)
    rebuilt = FramesEngine().load(tmp_path).generate(TakeRequest(scale.duration_s, "reconstruction"))
    assert scale.duration_s == rebuilt.duration_s
    assert not np.allclose(scale.samples, rebuilt.samples), "as the scales so far give it back"
    progress = [e for e in events if isinstance(e, Progressed)]
    assert [e.fraction for e in progress] == sorted(e.fraction for e in progress)
    assert progress[-1].fraction == pytest.approx(1)
    assert progress[-1].left_s == pytest.approx(0, abs=1e-6)


def test_same_seed_same_weights(tmp_path: Path) -> None:
    train(tmp_path / "one")
    train(tmp_path / "two")
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("n_parts", [1, 3])
def test_stopped_and_continued_equals_straight_through(tmp_path: Path, n_parts: int) -> None:
    train(tmp_path / "straight")
    stopped = tmp_path / "stopped"
    # +1: the fragment itself is a stored part
    events = train(stopped, cancelled=lambda: len(Checkpoint(stopped).parts) > n_parts)
    assert [e.name for e in events if isinstance(e, ScaleFinished)] == PARTS[:n_parts]
    assert FramesEngine().load(stopped).generate(TakeRequest(2.0, "new", 0.0)).duration_s == 2.0
    train(stopped)
    straight, continued = weights(tmp_path / "straight"), weights(stopped)
    assert all(torch.equal(straight[name], continued[name]) for name in straight)


def test_a_preview_that_a_crash_prevented_is_made_when_going_on(tmp_path: Path) -> None:
    train(tmp_path)
    preview = tmp_path / "preview-3.wav"
    preview.unlink()
    finished = [e for e in train(tmp_path) if isinstance(e, ScaleFinished)]
    assert [(e.scale, e.name, e.file) for e in finished] == [(2, PARTS[2], str(preview))]
    assert preview.stat().st_size > 1000


def test_memory_that_runs_out_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        torch.empty(1 << 60)  # the system's own words

    monkeypatch.setattr("musemate.engine.frames.engine.prepare", fail)
    with pytest.raises(DeviceMemoryError, match="not enough memory"):
        train(tmp_path)


def test_going_on_with_another_clip_is_refused(tmp_path: Path) -> None:
    train(tmp_path, cancelled=lambda: True)
    with pytest.raises(CheckpointError, match="another region or other settings"):
        train(tmp_path, ticking_clip(5.0))


def test_stopped_before_anything_is_finished(tmp_path: Path) -> None:
    train(tmp_path, cancelled=lambda: True)
    with pytest.raises(CheckpointError, match="stopped before its first part"):
        FramesEngine().load(tmp_path)


def test_losses_fall(tmp_path: Path) -> None:
    # enough sound a step that one crop of clicks and one of tones do not hide the trend
    sizes = {"renderer_channels": 48, "draft_batch": 8, "renderer_crop": 24}
    events = train(tmp_path, draft_steps=150, pyramid_steps=80, sound_steps=2, learning_rate=2e-3, **sizes)
    progress = [e for e in events if isinstance(e, Progressed)]
    draft = [e.losses["spectral"] for e in progress if e.scale == 0]
    structure = [e.losses["reconstruction"] for e in progress if e.scale == 1]
    assert draft[-1] < 0.7 * draft[0]
    assert structure[-1] < 0.9 * structure[0]


def test_loss_that_is_no_number_stops_and_keeps_the_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = RendererTraining._step

    def broken(self: RendererTraining, *, adversarial: bool) -> dict[str, torch.Tensor]:
        return {"spectral": torch.tensor(float("nan"))} if adversarial else step(self, adversarial=adversarial)

    monkeypatch.setattr(RendererTraining, "_step", broken)
    with pytest.raises(TrainingError, match='stopped at "sound": its loss is no longer a number') as caught:
        train(tmp_path)
    assert "Try another seed" in caught.value.hint
    assert Checkpoint(tmp_path).parts == ["fragment", "draft", "scale-0", "scale-1", "scale-2"]


def test_after_a_loss_that_was_no_number_takes_are_made_and_the_rest_can_be_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ScaleTraining._step
    with monkeypatch.context() as patch:
        patch.setattr(
            ScaleTraining,
            "_step",
            lambda self, i: {
                **step(self, i),
                **({"reconstruction": torch.tensor(float("inf"))} if self.scale == 1 else {}),
            },
        )
        with pytest.raises(TrainingError, match='stopped at "structure 1/2"'):
            train(tmp_path / "run")
    assert Checkpoint(tmp_path / "run").parts == ["fragment", "draft", "scale-0"]
    assert FramesEngine().load(tmp_path / "run").generate(TakeRequest(2.0, "new", 0.0)).peak > 0.001
    train(tmp_path / "run")
    train(tmp_path / "straight")
    run, straight = weights(tmp_path / "run"), weights(tmp_path / "straight")
    assert all(torch.equal(run[name], straight[name]) for name in straight)


def test_a_loss_that_was_no_number_while_nobody_looked_stops_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ScaleTraining._step
    monkeypatch.setattr("musemate.engine.frames.engine.REPORT_EVERY_S", float("inf"))
    monkeypatch.setattr(
        ScaleTraining,
        "_step",
        lambda self, i: {**step(self, i), **({"reconstruction": torch.tensor(float("nan"))} if i == 4 else {})},
    )
    with pytest.raises(TrainingError, match='stopped at "structure 1/4": its loss is no longer a number'):
        train(tmp_path)
    assert Checkpoint(tmp_path).parts == ["fragment", "draft"]


def test_weights_that_the_very_last_step_broke_are_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    average = ScaleTraining._average

    def break_weights(self: ScaleTraining) -> None:
        average(self)
        with torch.no_grad():
            next(self.averaged.parameters()).fill_(float("nan"))  # the losses, of another copy, stay numbers

    monkeypatch.setattr(ScaleTraining, "_average", break_weights)
    with pytest.raises(TrainingError, match='stopped at "structure 1/4": its result is no longer a number'):
        train(tmp_path)
    assert Checkpoint(tmp_path).parts == ["fragment", "draft"]


@pytest.mark.parametrize(("mode", "closeness"), [("new", 0.0), ("new", 0.5), ("variation", 0.2), ("variation", 1.0)])
@pytest.mark.parametrize("seconds", [1.0, 6.37])
def test_takes_have_the_length_are_heard_and_repeat(trained: Path, mode: str, closeness: float, seconds: float) -> None:
    model = FramesEngine().load(trained)
    request = TakeRequest(seconds, mode, closeness, seed=9)
    one, two = model.generate(request), FramesEngine().load(trained).generate(request)
    assert (one.n_channels, one.n_frames, one.rate_hz) == (2, round(seconds * 8000), 8000)
    assert np.array_equal(one.samples, two.samples)
    assert 0.001 < one.peak <= 0.991
    assert not np.array_equal(one.samples, model.generate(TakeRequest(seconds, mode, closeness, seed=10)).samples)


def test_takes_start_and_end_in_silence(trained: Path) -> None:
    take = FramesEngine().load(trained).generate(TakeRequest(2.0))
    assert np.abs(take.samples[:, [0, -1]]).max() == 0


@pytest.mark.parametrize("rate_hz", [88_200, 96_000])
def test_high_rates_come_down_to_what_fits(tmp_path: Path, rate_hz: int) -> None:
    clip = ticking_clip(3.0, rate_hz)
    train(tmp_path, clip)
    take = FramesEngine().load(tmp_path).generate(TakeRequest(1.0))
    assert take.rate_hz == {88_200: 44_100, 96_000: 48_000}[rate_hz]


@pytest.mark.parametrize(
    ("clip", "error", "words"),
    [
        (ticking_clip(1.5), TooShortError, "1.50 s; training needs at least 2 s"),
        (ticking_clip(121.0), SettingsError, "121 s; training takes at most 120 s"),
        (AudioClip(np.zeros((1, 40000), dtype=np.float32), 8000), AudioFileError, "region is silent"),
    ],
)
def test_regions_that_cannot_be_trained(tmp_path: Path, clip: AudioClip, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        train(tmp_path, clip)


@pytest.mark.parametrize(
    "options",
    [
        {"pyramid_width": 3},
        {"time_scales": (8, 3, 1)},
        {"time_scales": [1, 0]},
        {"time_scales": 4},
        {"n_generated": 99},
        {"pyramid_steps": 1.5},
        {"draft_batch": 0},
        {"learning_rate": "fast"},
        {"input_noise": float("nan")},
    ],
)
def test_unknown_or_impossible_options(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        train(tmp_path, **options)


def test_damaged_part_is_a_sentence(tmp_path: Path) -> None:
    train(tmp_path)
    (tmp_path / "scale-1.safetensors").write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match=r'"scale-1" .* missing or damaged'):
        FramesEngine().load(tmp_path)


def test_a_take_can_be_cancelled_inside(trained: Path) -> None:
    answers = iter([False, True])
    take = FramesEngine().load(trained).generate(TakeRequest(60.0, seed=1), lambda: next(answers))
    heard = np.abs(take.samples).max(axis=0) > 0
    assert heard[: 8000 * 10].any()
    assert not heard[8000 * 30 :].any()
    assert next(answers, "asked twice") == "asked twice"


def test_a_reconstruction_is_the_fragment_as_the_model_holds_it(trained: Path) -> None:
    model, clip = FramesEngine().load(trained), ticking_clip(channels=2)
    one, two = (
        model.generate(TakeRequest(4.0, "reconstruction", closeness, seed)) for closeness, seed in ((0, 1), (1, 2))
    )
    assert np.array_equal(one.samples, two.samples), "no dice are thrown"
    assert one.n_frames == clip.n_frames
    assert model.generate(TakeRequest(60.0, "reconstruction")).duration_s == pytest.approx(4.0, abs=0.02)
    assert model.generate(TakeRequest(1.5, "reconstruction")).n_frames == 1.5 * 8000


def test_what_the_pyramid_gives_back_gets_the_detail_of_the_fragment(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = FramesEngine().load(trained)
    given: list[torch.Tensor] = []

    def perfect(self: Pyramid, upto: int, guide: torch.Tensor) -> torch.Tensor:
        given.append(guide)
        assert upto == len(self.time_scales)
        return pad_to_multiple(model.frames[: model.n_generated] * model.weights[:, None], self.time_scales[0])[None]

    monkeypatch.setattr(Pyramid, "reconstruct", perfect)
    torch.testing.assert_close(model.reconstructed_frames(), model.frames)
    assert torch.equal(given[0][0, :, : model.guide.shape[1]], model.guide)


def test_before_the_pyramid_a_reconstruction_is_the_rendered_fragment(tmp_path: Path) -> None:
    answers = iter([False] * 7)
    train(tmp_path, cancelled=lambda: next(answers, True))
    model = FramesEngine().load(tmp_path)
    assert model.pyramid.generators == []
    assert torch.equal(model.reconstructed_frames(), model.frames)
    assert model.generate(TakeRequest(2.0, "reconstruction")).duration_s == 2.0


def test_no_scale_can_be_chosen(trained: Path) -> None:
    with pytest.raises(SettingsError, match="no scales that a take could start from"):
        FramesEngine().load(trained).generate(TakeRequest(2.0, "variation", scale=1))
    with pytest.raises(SettingsError, match="cannot start from scale 1"):
        TakeRequest(2.0, "new", scale=1)
