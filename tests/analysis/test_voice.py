import numpy as np
import pytest

from musemate.analysis.voice import voice_likelihood
from musemate.audio.clip import AudioClip
from tests.analysis.material import RATE_HZ, demo, noise, shared, tones


def sung(seconds, cents, rate_hz=RATE_HZ):
    """Ten partials of a pitch that swings by `cents` to both sides, three times a second."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    hz = 220.0 * 2 ** (cents / 1200 * np.sin(2 * np.pi * 3 * time_s))
    phase = 2 * np.pi * np.cumsum(hz) / rate_hz
    samples = sum(np.sin(k * phase) / k for k in range(1, 11))
    return AudioClip((0.2 * samples).astype(np.float32), rate_hz)


def share_over_half(clip):
    return np.mean(np.array(voice_likelihood(clip)) >= 0.5)


def test_a_gliding_tone_counts_as_voice_and_a_still_one_does_not():
    assert min(voice_likelihood(sung(4.0, cents=150))) == 1.0
    assert max(voice_likelihood(sung(4.0, cents=0))) == 0.0
    assert max(voice_likelihood(sung(4.0, cents=10))) == 0.0


def test_the_second_in_which_the_voice_comes_is_marked():
    still, gliding = sung(4.0, cents=0), sung(4.0, cents=150)
    both = AudioClip(np.concatenate([still.samples, gliding.samples], axis=1), RATE_HZ)
    likelihood = voice_likelihood(both)
    assert len(likelihood) == 8
    assert max(likelihood[:3]) == 0.0
    assert min(likelihood[4:]) == 1.0


@pytest.mark.parametrize(("seconds", "n_values"), [(0.5, 1), (1.0, 1), (2.3, 3)])
def test_there_is_one_value_a_second(seconds, n_values):
    assert len(voice_likelihood(noise(seconds))) == n_values
    silence = AudioClip(np.zeros(round(seconds * RATE_HZ), dtype=np.float32), RATE_HZ)
    assert voice_likelihood(silence) == (0.0,) * n_values


def test_noise_chords_and_the_demo_hold_no_voice():
    for clip in (noise(4.0), tones([(45, 52, 57), (48, 52, 55)] * 4), demo()):
        assert max(voice_likelihood(clip)) < 0.2


def test_a_song_and_speech_hold_voice():
    assert share_over_half(shared("lets_go_fishin.flac")) > 0.6
    assert share_over_half(shared("speech_p347_train.flac")) > 0.5


@pytest.mark.parametrize(
    "name", ["vibe_ace.flac", "hungarian_dance_5.flac", "guitar_real.flac", "trumpet_loop_90bpm_F.flac"]
)
def test_instruments_hold_no_voice(name):
    assert max(voice_likelihood(shared(name))) < 0.4


def test_a_saxophone_is_seldom_taken_for_a_voice():
    assert share_over_half(shared("sax_real.flac")) < 0.2
