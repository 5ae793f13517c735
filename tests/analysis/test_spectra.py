import numpy as np
import pytest

from musemate.analysis.peaks import BLOCK, MAX, MIN, RMS
from musemate.analysis.spectra import (
    MelPicture,
    Peaks,
    mel_edges_hz,
    mel_filters,
    mel_picture,
    power_blocks,
    stft,
)
from musemate.audio.clip import AudioClip
from musemate.errors import ProjectError


def noise(n_frames, channels=2, seed=0):
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, n_frames))
    return samples.astype(np.float32)


def sine(hz, rate_hz=44_100, seconds=1.0, level=1.0):
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)


# peaks


@pytest.mark.parametrize("n_frames", [1, 63, 64, 65, 4_099, 300_001])
def test_peaks_of_the_whole_clip_are_its_extremes(n_frames):
    samples = noise(n_frames)
    column = Peaks.of(AudioClip(samples, 44_100)).columns(0.0, n_frames / 44_100, 1)
    assert column.shape == (3, 2, 1)
    np.testing.assert_array_equal(column[MIN, :, 0], samples.min(axis=1))
    np.testing.assert_array_equal(column[MAX, :, 0], samples.max(axis=1))
    true_rms = np.sqrt(np.mean(samples.astype(np.float64) ** 2, axis=1))
    # an incomplete last block counts like a whole one
    np.testing.assert_allclose(column[RMS, :, 0], true_rms, rtol=1e-3 if n_frames > 100_000 else 0.2)


def test_a_click_is_seen_at_every_zoom():
    samples = np.zeros((1, 480_000), dtype=np.float32)
    samples[0, 240_000] = 0.75
    peaks = Peaks.of(AudioClip(samples, 48_000))
    for half_s in (0.01, 0.3, 5.0):
        columns = peaks.columns(5.0 - half_s, 5.0 + half_s, 100)
        assert columns[MAX].max() == 0.75
        assert abs(int(columns[MAX, 0].argmax()) - 50) <= max(1, round(BLOCK / 48_000 / (2 * half_s / 100)))


def test_columns_match_the_samples_under_them_to_a_block():
    samples = noise(100_000, channels=1)
    peaks = Peaks.of(AudioClip(samples, 10_000))
    columns = peaks.columns(1.024, 1.024 + 20 * BLOCK / 10_000, 10)  # 1.024 s is the start of a block
    blocks = samples[0, 10_240 : 10_240 + 20 * BLOCK].reshape(10, 2 * BLOCK)
    np.testing.assert_array_equal(columns[MIN, 0], blocks.min(axis=1))
    np.testing.assert_array_equal(columns[MAX, 0], blocks.max(axis=1))


def test_columns_outside_the_clip_are_zero():
    peaks = Peaks.of(AudioClip(np.full((1, 8_000), 0.5, dtype=np.float32), 8_000))
    columns = peaks.columns(-1.0, 2.0, 30)
    np.testing.assert_array_equal(columns[MAX, 0], np.repeat([0.0, 0.5, 0.0], 10).astype(np.float32))
    assert not peaks.columns(5.0, 6.0, 7).any()


def test_peaks_come_back_from_a_file_as_they_were(tmp_path):
    peaks = Peaks.of(AudioClip(noise(200_000), 96_000))
    peaks.save(tmp_path / "peaks.npy")
    again = Peaks.load(tmp_path / "peaks.npy")
    assert (again.rate_hz, again.n_frames, len(again.levels)) == (96_000, 200_000, len(peaks.levels))
    for level, other in zip(peaks.levels, again.levels, strict=True):
        np.testing.assert_array_equal(level, other)
    assert [path.name for path in tmp_path.iterdir()] == ["peaks.npy"]


def test_picture_files_that_cannot_be_used_are_refused(tmp_path):
    path = tmp_path / "peaks.npy"
    with pytest.raises(ProjectError, match=r"peaks\.npy"):
        Peaks.load(path)
    Peaks.of(AudioClip(noise(10_000), 44_100)).save(path)
    with pytest.raises(ProjectError, match="cannot be read"):
        MelPicture.load(path)  # another kind
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ProjectError, match="cannot be read"):
        Peaks.load(path)
    np.save(path, np.zeros(4))
    with pytest.raises(ProjectError, match="cannot be read"):
        Peaks.load(path)
    with pytest.raises(ProjectError, match="cannot be stored"):
        Peaks.of(AudioClip(noise(100), 44_100)).save(tmp_path / "missing" / "peaks.npy")


# stft and mel


@pytest.mark.parametrize("channels", [1, 2])
def test_a_full_sine_has_magnitude_one_at_its_bin(channels):
    samples = np.tile(sine(50 * 44_100 / 2_048), (channels, 1))
    spectrum = stft(samples, 2_048, 512)
    assert spectrum.shape == (channels, 1_025, 1 + 44_100 // 512)
    np.testing.assert_allclose(np.abs(spectrum[:, 50, 10]), 1.0, atol=1e-3)
    assert np.abs(spectrum[:, 60:, 10]).max() < 1e-3


def test_power_blocks_average_the_power_of_both_channels():
    clip = AudioClip(noise(300_000), 44_100)
    power = np.concatenate(list(power_blocks(clip, 1_024, 256)))
    expected = np.mean(np.abs(stft(clip.samples, 1_024, 256)) ** 2, axis=0).T
    np.testing.assert_allclose(power, expected, rtol=1e-3, atol=1e-9)
    mono = AudioClip(clip.samples[:1], 44_100)
    power = np.concatenate(list(power_blocks(mono, 1_024, 256)))
    np.testing.assert_allclose(power, np.abs(stft(mono.samples[0], 1_024, 256).T) ** 2, rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 192_000])
def test_no_mel_band_is_empty(rate_hz):
    edges = mel_edges_hz(128, 30.0, min(16_000.0, rate_hz / 2))
    np.testing.assert_allclose([edges[0], edges[-1]], [30.0, min(16_000.0, rate_hz / 2)])
    filters = mel_filters(rate_hz, int(2 ** round(np.log2(0.046 * rate_hz))), edges)
    assert (filters.max(axis=1) >= 0.5).all()
    assert filters.max() <= 1.0


@pytest.mark.parametrize("hz", [110.0, 440.0, 5_000.0])
def test_mel_picture_shows_a_sine_at_its_pitch_and_level(hz):
    picture = mel_picture(AudioClip(sine(hz, level=0.1), 44_100))
    column = picture.levels_db[:, picture.image.shape[1] // 2]
    band = int(column.argmax())
    assert picture.edges_hz[band] <= hz <= picture.edges_hz[band + 2]
    # a band is as loud as the bins under it, so a little above or below the sine's -20 dB
    assert -22.5 <= column[band] <= -18.0


def test_antiphase_stereo_is_as_loud_as_its_channels():
    wave = sine(440.0, level=0.1)
    stereo = mel_picture(AudioClip(np.stack([wave, -wave]), 44_100))
    mono = mel_picture(AudioClip(wave, 44_100))
    np.testing.assert_allclose(stereo.levels_db, mono.levels_db, atol=0.4)


def test_mel_columns_keep_the_time_and_are_empty_outside():
    samples = np.zeros(88_200, dtype=np.float32)
    samples[44_100:44_200] = 0.5
    picture = mel_picture(AudioClip(samples, 44_100))
    columns = picture.columns(-1.0, 3.0, 400)
    assert columns.shape == (128, 400)
    assert not columns[:, :100].any()
    assert not columns[:, 300:].any()
    loud = np.flatnonzero(columns.max(axis=0) > 0)
    assert 195 <= loud[0] <= 200 <= loud[-1] <= 205  # the click is at 1.0 s, column 200
    np.testing.assert_array_equal(picture.columns(0.0, 2.0, 1)[:, 0], picture.image.max(axis=1))


def test_mel_comes_back_from_a_file_as_it_was(tmp_path):
    picture = mel_picture(AudioClip(noise(20_000), 44_100))
    picture.save(tmp_path / "mel.npy")
    again = MelPicture.load(tmp_path / "mel.npy")
    np.testing.assert_array_equal(picture.image, again.image)
    np.testing.assert_array_equal(picture.edges_hz, again.edges_hz)
    assert (again.rate_hz, again.hop, again.n_frames) == (44_100, 512, 20_000)
    assert (again.floor_db, again.top_db) == (-96.0, 0.0)


def test_a_coarse_scale_has_a_picture_too():
    picture = mel_picture(AudioClip(sine(50.0, rate_hz=320, seconds=4.0), 320))
    assert picture.edges_hz[-1] == pytest.approx(160.0)
    loudest = picture.image[:, 20:-20].mean(axis=1).argmax()
    assert 35.0 < picture.edges_hz[loudest + 1] < 65.0
    assert picture.duration_s == 4.0
