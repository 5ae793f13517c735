"""Instant takes: the fragment's own sound in a new order, analysed and made without any training."""

import tracemalloc

import numpy as np
import pytest
from engine.signals import ticking_clip

from musemate.analysis.rhythm import find_beats
from musemate.audio.clip import AudioClip
from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.events import RunStarted, ScaleFinished
from musemate.engine.instant.engine import InstantEngine
from musemate.engine.registry import get_engine
from musemate.errors import CheckpointError, MuseMateError, SettingsError, TooShortError
from musemate.project.records import INSTANT

RATE_HZ = 8000


def analysed(clip, directory):
    engine = InstantEngine()
    events = list(engine.train(clip, TrainRequest(), directory))
    return engine.load(directory), events


@pytest.fixture(scope="module")
def clip():
    return ticking_clip(6.0, RATE_HZ, channels=2)


@pytest.fixture(scope="module")
def model(clip, tmp_path_factory):
    return analysed(clip, tmp_path_factory.mktemp("run"))[0]


def test_the_registry_knows_it_under_the_name_that_projects_store():
    assert get_engine(INSTANT).name == INSTANT


def test_one_short_part_is_all_that_training_means(clip, tmp_path):
    model, events = analysed(clip, tmp_path)
    assert events[0] == RunStarted("", "cpu", ["analysis"])
    assert [(type(event), event.scale, event.file) for event in events[1:]] == [(ScaleFinished, 0, "")]
    assert [type(event) for event in InstantEngine().train(clip, TrainRequest(), tmp_path)] == [
        RunStarted,
        ScaleFinished,
    ]
    assert model.generate(TakeRequest(2.0)).n_frames == 2 * RATE_HZ


def test_what_cannot_be_analysed_is_refused(clip, tmp_path):
    engine = InstantEngine()
    with pytest.raises(SettingsError, match="no options"):
        engine.check(TrainRequest(options={"pyramid_steps": 1}))
    with pytest.raises(TooShortError):
        list(engine.train(ticking_clip(1.0), TrainRequest(), tmp_path / "short"))
    with pytest.raises(MuseMateError, match="silent"):
        list(engine.train(AudioClip(np.zeros((1, 24_000)), RATE_HZ), TrainRequest(), tmp_path / "silent"))
    with pytest.raises(CheckpointError):
        engine.load(tmp_path / "empty")
    analysed(clip, tmp_path / "known")
    with pytest.raises(CheckpointError, match="another region"):
        list(engine.train(ticking_clip(5.0), TrainRequest(), tmp_path / "known"))


def test_a_cancelled_analysis_stores_nothing(clip, tmp_path):
    events = list(InstantEngine().train(clip, TrainRequest(), tmp_path, cancelled=lambda: True))
    assert [type(event) for event in events] == [RunStarted]
    with pytest.raises(CheckpointError):
        InstantEngine().load(tmp_path)


def test_the_same_seed_gives_the_same_samples_also_after_loading_again(clip, model, tmp_path):
    again, _ = analysed(clip, tmp_path)
    request = TakeRequest(3.0, seed=5)
    take = model.generate(request)
    np.testing.assert_array_equal(take.samples, again.generate(request).samples)
    np.testing.assert_array_equal(take.samples, model.generate(request).samples)
    assert not np.array_equal(take.samples, model.generate(TakeRequest(3.0, seed=6)).samples)


@pytest.mark.parametrize("seconds", [1.0, 1.00013, 7.77, 61.0])
@pytest.mark.parametrize("mode", ["new", "variation"])
def test_any_length_sounds_to_its_end(model, clip, seconds, mode):
    take = model.generate(TakeRequest(seconds, mode, 0.5, 1))
    assert (take.n_channels, take.rate_hz, take.n_frames) == (2, RATE_HZ, round(seconds * RATE_HZ))
    assert take.samples[:, -1] == pytest.approx([0.0, 0.0], abs=1e-6)
    levels = [np.sqrt((take.region(start, 1.0).samples ** 2).mean()) for start in np.arange(0.0, seconds - 0.5)]
    own = np.sqrt((clip.samples**2).mean())
    assert min(levels) > own / 2
    assert max(levels) < own * 2


def test_levels_stay_and_never_exceed_full_scale(model, clip, tmp_path):
    assert model.generate(TakeRequest(30.0, seed=2)).peak <= clip.peak
    loud, _ = analysed(AudioClip(clip.samples * (1.7 / clip.peak), RATE_HZ), tmp_path)
    assert 0.9 < loud.generate(TakeRequest(20.0)).peak <= 1.0


def test_no_step_is_larger_than_in_the_fragment(model, clip):
    largest = np.abs(np.diff(clip.samples)).max()
    for seed in range(4):
        take = model.generate(TakeRequest(20.0, closeness=0.0, seed=seed))
        assert np.abs(np.diff(take.samples)).max() <= 1.05 * largest


def test_a_take_keeps_the_metre_unless_it_is_told_not_to(clip, model):
    """The clip ticks at 120 bpm: so does a take, evenly, its strokes whole; without metre it is cut elsewhere."""
    assert find_beats(clip).is_sure
    request = TakeRequest(20.0, closeness=0.3, seed=3)
    beats = find_beats(model.generate(request))
    assert beats.bpm == pytest.approx(120, abs=0.5)
    assert np.std(np.diff(beats.beat_times_s)) < 0.005
    free = TakeRequest(20.0, closeness=0.3, seed=3, metre=False)
    assert not np.array_equal(model.arrange(request, 500), model.arrange(free, 500))


def test_memory_does_not_grow_more_than_the_take(model):
    tracemalloc.start()
    try:
        take = model.generate(TakeRequest(300.0))
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1.5 * take.samples.nbytes + 2**21


def test_rates_above_48_khz_come_down(tmp_path):
    model, _ = analysed(ticking_clip(3.0, 96_000), tmp_path)
    assert model.generate(TakeRequest(1.0)).rate_hz == 48_000


def test_kinds_of_take_that_need_a_training_are_refused(model):
    with pytest.raises(SettingsError, match="know no reconstruction"):
        model.generate(TakeRequest(2.0, "reconstruction"))
    with pytest.raises(SettingsError, match="no scales that a take could start from"):
        model.generate(TakeRequest(2.0, "variation", scale=0))
