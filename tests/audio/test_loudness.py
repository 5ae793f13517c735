import numpy as np
import pyloudnorm
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import TooShortError


def sine(level=1.0, seconds=3.0, rate_hz=48_000):
    return AudioClip((level * np.sin(2 * np.pi * 997 * np.arange(round(seconds * rate_hz)) / rate_hz)), rate_hz)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_a_sine_of_full_scale_has_the_loudness_of_the_standard(rate_hz):
    # ITU-R BS.1770-4: 997 Hz at 0 dBFS in one channel reads -3.01 LUFS
    assert integrated_lufs(sine(rate_hz=rate_hz)) == pytest.approx(-3.01, abs=0.1)


def test_loudness_follows_gain_and_counts_both_channels():
    mono = integrated_lufs(sine(0.1))
    both = AudioClip(np.tile(sine(0.1).samples, (2, 1)), 48_000)
    assert integrated_lufs(sine(0.05)) == pytest.approx(mono - 6.02, abs=0.02)
    assert integrated_lufs(both) == pytest.approx(mono + 3.01, abs=0.02)


def test_pauses_do_not_count():
    paused = np.concatenate([sine(0.1, 10.0).samples, np.zeros((1, 480_000), np.float32)], axis=1)
    assert integrated_lufs(AudioClip(paused, 48_000)) == pytest.approx(integrated_lufs(sine(0.1, 10.0)), abs=0.15)


def test_silence_and_snippets():
    assert integrated_lufs(AudioClip(np.zeros(48_000, np.float32), 48_000)) == float("-inf")
    with pytest.raises(TooShortError, match=r"The loudness of 0\.30 s cannot be measured\."):
        integrated_lufs(sine(seconds=0.3))


@pytest.mark.parametrize("rate_hz", [320, 1000, 4000])
def test_a_clip_of_a_low_rate_is_as_loud_as_at_a_high_one(rate_hz: int) -> None:
    times_s = np.arange(2 * rate_hz) / rate_hz
    clip = AudioClip(0.25 * np.sin(2 * np.pi * 80 * times_s, dtype=np.float64)[None].astype(np.float32), rate_hz)
    high_s = np.arange(2 * 48_000) / 48_000
    high = AudioClip((0.25 * np.sin(2 * np.pi * 80 * high_s))[None].astype(np.float32), 48_000)
    assert integrated_lufs(clip) == pytest.approx(integrated_lufs(high), abs=0.1)


@pytest.mark.parametrize(("rate_hz", "n_channels"), [(8_000, 1), (44_100, 2), (96_000, 2)])
def test_measure_is_that_of_the_library_whole(rate_hz: int, n_channels: int) -> None:
    """The filters run piece by piece here; the clip is longer than a piece."""
    rng = np.random.default_rng(3)
    samples = 0.1 * rng.standard_normal((n_channels, 300_001)) * np.linspace(0.1, 1.0, 300_001)
    clip = AudioClip(samples.astype(np.float32), rate_hz)
    whole = pyloudnorm.Meter(rate_hz, block_size=0.4).integrated_loudness(clip.samples.T)
    assert integrated_lufs(clip) == pytest.approx(whole, abs=1e-5)
