import numpy as np
import pytest
from analysis.material import RATE_HZ, demo, noise, tones

from musemate.analysis.similarity import compare, nearness
from musemate.audio.clip import AudioClip
from musemate.errors import TooShortError

CHORDS = [(45, 57, 64), (41, 53, 60), (48, 55, 64), (43, 50, 59)]


@pytest.fixture(scope="module")
def fragment():
    return demo()


def test_a_fragment_differs_from_itself_in_nothing(fragment):
    same = compare(fragment, fragment)
    assert same.picture.side_db == pytest.approx(np.zeros(3), abs=1e-6)
    assert same.picture.coherence == pytest.approx(np.zeros(3), abs=1e-6)
    assert (same.loudness_lu, len(same.clicks_s), same.tones) == (0.0, 0, ())
    assert (same.fading.level_outside_db, same.fading.flatness_outside_db) == (0.0, 0.0)
    assert same.pulse.variation == same.pulse.fragment_variation < 0.01
    assert same.pulse.beat_stray < 0.02
    assert same.pulse.bar_offset < 0.05
    assert nearness(fragment, fragment) == pytest.approx(0.0, abs=0.05)  # single precision, no true difference


def test_each_fault_shows_in_its_own_figure(fragment):
    samples = 0.5 * fragment.samples
    seconds = np.arange(fragment.n_frames) / fragment.rate_hz
    samples += (0.01 * np.sin(2 * np.pi * 5_200.0 * seconds)).astype(np.float32)
    samples[:, 300_000] += 0.5
    faulty = compare(AudioClip(samples, fragment.rate_hz), fragment)
    assert faulty.loudness_lu == pytest.approx(-6.02, abs=0.1)
    assert faulty.clicks_s == pytest.approx([300_000 / fragment.rate_hz], abs=0.001)
    assert [tone.hz for tone in faulty.tones] == pytest.approx([5_200.0], abs=3)
    assert faulty.picture.side_db[:2] == pytest.approx(np.zeros(2), abs=0.01)  # the tone is no part of these bands


def test_a_fragment_of_a_higher_rate_is_compared_at_the_rate_of_the_take():
    high = tones(CHORDS * 2, rate_hz=44_100)
    same = compare(high.resampled(22_050), high)
    assert same.loudness_lu == pytest.approx(0.0, abs=0.01)
    assert same.picture.side_db == pytest.approx(np.zeros(3), abs=1e-6)
    assert (len(same.clicks_s), same.tones) == (0, ())


def test_nearness_is_zero_for_a_part_and_grows_with_strangeness():
    sound = tones(CHORDS * 2)
    part = AudioClip(sound.samples[:, : 2 * RATE_HZ], RATE_HZ)
    louder = AudioClip(np.float32(2) * sound.samples, RATE_HZ)
    detuned = tones(CHORDS * 2, detune=0.5)
    # 2 s hold four chords of different loudness, so that the part is brought to another level than the whole
    assert nearness(part, sound) < 1.0
    assert nearness(louder, sound) == pytest.approx(0.0, abs=0.05)
    assert nearness(part, sound) < nearness(detuned, sound) < nearness(noise(4.0), sound)
    assert nearness(noise(4.0), sound) > 10


def test_nearness_refuses_less_than_a_patch():
    with pytest.raises(TooShortError, match="less than half a second"):
        nearness(noise(0.4), noise(2.0))
