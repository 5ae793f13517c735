import numpy as np
import pytest

from musemate.analysis.rhythm import find_beats
from musemate.audio.clip import AudioClip
from tests.analysis.material import clicks, demo, demo_truth, noise, shared, tones


def bar_lines(beats):
    return np.array(beats.beat_times_s[beats.downbeat :: beats.beats_per_bar])


def test_demo_has_its_tempo_beats_and_bars():
    beats = find_beats(demo())
    truth = demo_truth()
    assert beats.is_sure
    assert beats.confidence > 0.9
    assert beats.bpm == pytest.approx(truth["bpm"], abs=0.1)
    assert beats.beats_per_bar == truth["beats_per_bar"]
    np.testing.assert_allclose(beats.beat_times_s, 0.5 * np.arange(48), atol=0.006)
    np.testing.assert_allclose(bar_lines(beats), truth["bar_times_s"], atol=0.006)


@pytest.mark.parametrize(("start_s", "length_s"), [(1.37, 12.0), (5.1, 6.0), (3.3, 4.0)])
def test_bars_are_found_in_a_region_that_starts_anywhere(start_s, length_s):
    beats = find_beats(demo().region(start_s, length_s))
    assert beats.is_sure
    stray = (bar_lines(beats) + start_s + 1.0) % 2.0 - 1.0
    np.testing.assert_allclose(stray, 0.0, atol=0.02)
    assert beats.beat_times_s[0] < 0.5
    assert beats.beat_times_s[-1] > length_s - 0.52


def test_three_beats_in_a_bar_are_told_from_four():
    samples = demo().samples.reshape(2, 12, 4, 22_050)
    beats = find_beats(AudioClip(samples[:, :, :3].reshape(2, -1), 44_100))
    assert (beats.beats_per_bar, beats.downbeat) == (3, 0)
    assert beats.bpm == pytest.approx(120, abs=0.2)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 96_000])
def test_beats_lie_on_the_clicks_at_any_rate(rate_hz):
    times_s = np.arange(0.3, 11.9, 0.55)
    beats = find_beats(clicks(times_s, 12.0, rate_hz))
    assert beats.is_sure
    assert beats.bpm == pytest.approx(60 / 0.55, abs=0.2)
    distance = np.abs(np.array(beats.beat_times_s)[:, None] - times_s).min(axis=0)
    assert distance.max() < 0.008


def test_a_wandering_tempo_is_followed():
    numbers = np.arange(48)
    times_s = 0.3 + 0.5 * numbers + 0.1 * np.sin(2 * np.pi * numbers / 48)  # about 2.6 % up and down
    beats = find_beats(clicks(times_s, 24.5))
    assert beats.is_sure
    distance = np.abs(np.array(beats.beat_times_s)[:, None] - times_s).min(axis=0)
    assert distance.max() < 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_played_tempo_is_finer_than_the_frames(seed):
    strays = np.random.default_rng(seed).normal(0.0, 0.012, 60)  # as a good drummer's
    beats = find_beats(clicks(0.3 + 0.47 * np.arange(60) + strays, 29.0))
    assert beats.is_sure
    assert beats.bpm == pytest.approx(60 / 0.47, abs=0.2)  # a frame more or less would be 2.7


def test_noise_and_free_onsets_are_not_sure():
    gaps = np.random.default_rng(3).exponential(0.4, 45)
    free = np.cumsum(gaps)
    for clip in (noise(12.0), clicks(free[free < 15.0], 15.5)):
        assert not find_beats(clip).is_sure


def test_four_beats_are_too_few_to_be_sure():
    assert not find_beats(demo().region(0.0, 2.0)).is_sure


@pytest.mark.parametrize("level", [0.0, 0.25])
def test_no_onsets_give_no_tempo(level):
    beats = find_beats(AudioClip(np.full((1, 30_000), level, dtype=np.float32), 8_000))
    assert (beats.bpm, beats.confidence, beats.beat_times_s) == (0.0, 0.0, ())


def test_a_held_chord_has_no_tempo():
    held = tones([(45, 52, 57)], seconds_each=12.0)
    time_s = np.arange(held.n_frames) / held.rate_hz
    swelling = held.samples * np.exp(2 * time_s) * (1 + 0.05 * np.sin(2 * np.pi * time_s))
    assert not find_beats(AudioClip(swelling * 0.5, held.rate_hz)).is_sure


def test_a_clip_of_a_second_has_no_beats():
    beats = find_beats(noise(1.0))
    assert (beats.bpm, beats.confidence, beats.beat_times_s) == (0.0, 0.0, ())


# real recordings


def test_trumpet_loop_is_two_bars_of_90_bpm():
    beats = find_beats(shared("trumpet_loop_90bpm_F.flac"))
    assert beats.is_sure
    assert beats.bpm == pytest.approx(90.0, abs=0.05)
    assert len(beats.beat_times_s) == 8


def test_a_jazz_quartet_keeps_its_tempo():
    beats = find_beats(shared("vibe_ace.flac"))
    assert beats.is_sure
    assert beats.bpm == pytest.approx(130.2, abs=1.0)


@pytest.mark.parametrize(
    "name", ["hungarian_dance_5.flac", "joachim_1904_noisy.flac", "speech_p347_train.flac", "sax_real.flac"]
)
def test_rubato_and_speech_are_not_sure(name):
    assert not find_beats(shared(name)).is_sure
