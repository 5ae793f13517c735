import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from musemate.analysis.stereo import band_edges_hz, stereo_picture
from musemate.audio.clip import AudioClip

RATE_HZ = 44_100


def white(seed, seconds=8.0):
    return 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))


def stereo(left, right):
    return AudioClip(np.stack([left, right]), RATE_HZ)


def test_bands_are_thirds_of_the_logarithmic_axis():
    edges = band_edges_hz(44_100)
    assert edges == pytest.approx([40.0, 294.7, 2171.5, 16_000.0], rel=1e-3)
    assert band_edges_hz(16_000)[-1] == pytest.approx(7_200)


@pytest.mark.parametrize("side_db", [-20.0, -6.0, 0.0, 6.0])
def test_the_side_level_is_that_of_its_making(side_db):
    mid, side = white(1), white(2) * 10 ** (side_db / 20)
    picture = stereo_picture(stereo(mid + side, mid - side))
    assert picture.side_db == pytest.approx(np.full(3, side_db), abs=0.4)


def test_each_band_has_its_own_width():
    low = butter(16, 294.7, fs=RATE_HZ, output="sos")
    high = butter(16, 2171.5, "highpass", fs=RATE_HZ, output="sos")
    mid, side = white(1), 0.1 * sosfilt(low, white(2)) + sosfilt(high, white(3))
    side_db = stereo_picture(stereo(mid + side, mid - side)).side_db
    assert side_db[0] == pytest.approx(-20, abs=1.0)
    assert side_db[1] < -15
    assert side_db[2] == pytest.approx(0, abs=1.0)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_coherence_is_that_of_what_both_sides_share(share):
    common = np.sqrt(share) * white(1)
    picture = stereo_picture(stereo(common + np.sqrt(1 - share) * white(2), common + np.sqrt(1 - share) * white(3)))
    assert picture.coherence == pytest.approx(np.full(3, share**2), abs=0.03)


def test_mono_is_one_thing_whether_in_one_channel_or_two():
    mono, twice = AudioClip(white(1), RATE_HZ), stereo(white(1), white(1))
    difference = stereo_picture(mono).differs_by(stereo_picture(twice))
    assert difference.side_db == pytest.approx(np.zeros(3), abs=1e-6)
    assert difference.coherence == pytest.approx(np.zeros(3), abs=1e-6)
    assert stereo_picture(mono).side_db == pytest.approx(np.full(3, -40.0))
    assert stereo_picture(mono).coherence == pytest.approx(np.ones(3))


def test_a_sound_out_of_phase_is_all_side():
    assert stereo_picture(stereo(white(1), -white(1))).side_db == pytest.approx(np.full(3, 40.0))


def test_a_band_without_sound_has_no_picture():
    tone = np.sin(2 * np.pi * 1_000 * np.arange(RATE_HZ) / RATE_HZ)
    picture = stereo_picture(stereo(tone, 0.5 * tone))
    assert np.isfinite(picture.side_db).tolist() == [False, True, False]
    assert picture.side_db[1] == pytest.approx(20 * np.log10(0.5 / 1.5), abs=0.01)
