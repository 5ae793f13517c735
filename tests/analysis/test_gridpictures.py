"""The pictures that are drawn on demand, and how any stretch of a long one becomes pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musemate.analysis.cepstrum import N_COEFFICIENTS, mfcc, mfcc_picture
from musemate.analysis.chromapicture import chroma_picture
from musemate.analysis.gridpicture import GridPicture
from musemate.analysis.logspectrum import stft_picture
from musemate.analysis.zoomlevels import pixel_columns, zoom_levels
from musemate.audio.clip import AudioClip
from musemate.errors import ProjectError

RATE_HZ = 16_000


def sine(hz: float, seconds: float = 1.0, level: float = 1.0) -> AudioClip:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return AudioClip((level * np.sin(2 * np.pi * hz * time_s)).astype(np.float32), RATE_HZ)


# zooms


def test_one_loud_column_is_seen_at_every_zoom() -> None:
    image = np.zeros((2, 60_000), dtype=np.uint8)
    image[1, 41_234] = 200
    levels = zoom_levels(image)
    assert [level.shape[1] for level in levels] == [60_000, 15_000, 3_750, 938]
    for width in (60_000, 9_000, 700, 50):
        places = np.linspace(41_234 - 0.4 * width, 41_234 + 0.6 * width, 101)
        columns = pixel_columns(levels, np.clip(places, -1e9, 1e9))
        loud = np.flatnonzero(columns[1])
        assert columns.shape == (2, 100)
        assert columns[1].max() == 200
        assert abs(loud - 40).min() <= 1
        assert not columns[0].any()


def test_any_zoom_shows_what_joining_all_columns_shows() -> None:
    image = np.random.default_rng(1).integers(0, 255, (3, 20_480), dtype=np.uint8)
    # 16 pixels of 1,280 columns: each begins and ends with a column of the coarsest level too
    places = np.linspace(0, 20_480, 17)
    pieces = image.reshape(3, 16, 1_280)
    np.testing.assert_array_equal(pixel_columns(zoom_levels(image), places), pieces.max(axis=2))
    mean = pixel_columns(zoom_levels(image, mean=True), places, mean=True)
    np.testing.assert_allclose(mean, pieces.mean(axis=2), atol=2.0)


def test_pixels_outside_the_picture_have_the_value_for_that() -> None:
    image = np.full((1, 100), 9, dtype=np.uint8)
    columns = pixel_columns(zoom_levels(image), np.linspace(-50, 150, 21), outside=3)[0]
    assert columns.tolist() == [3] * 5 + [9] * 10 + [3] * 5
    assert pixel_columns(zoom_levels(image), np.linspace(200, 300, 5)).tolist() == [[0, 0, 0, 0]]


# STFT


@pytest.mark.parametrize("hz", [60.0, 440.0, 3_000.0])
def test_stft_shows_a_sine_at_its_row_and_level(hz: float) -> None:
    picture = stft_picture(sine(hz, level=0.1))
    middle = picture.image.shape[1] // 2
    loudest = int(picture.image[:, middle].argmax())
    # narrower rows than bins: the lowest notes are as sharp as the window lets them be
    assert abs(np.log2(picture.rows[loudest] / hz)) < 1 / 12
    assert picture.value_at(0.5, loudest) == pytest.approx(-20.0, abs=1.6)
    assert np.diff(np.log2(picture.rows)) == pytest.approx(1 / 20, rel=0.01)


def test_stft_of_a_coarse_scale_reaches_to_its_half_rate() -> None:
    picture = stft_picture(AudioClip(np.sin(np.arange(1_280) * 0.98).astype(np.float32), 320))
    assert 150.0 < picture.rows[-1] < 160.0
    assert picture.rows[0] > 19.0


# MFCC


def test_mfcc_of_silence_has_no_shape() -> None:
    values, hop = mfcc(AudioClip(np.zeros(RATE_HZ, dtype=np.float32), RATE_HZ))
    assert values.shape == (N_COEFFICIENTS, 1 + RATE_HZ // hop)
    # 40 bands of -120 dB: only the first coefficient is not zero, and it is their sum over the root of 40
    np.testing.assert_allclose(values[0], -120.0 * np.sqrt(40), rtol=1e-5)
    np.testing.assert_allclose(values[1:], 0.0, atol=1e-3)


def test_twice_as_loud_changes_only_the_first_coefficient() -> None:
    noise = np.random.default_rng(2).standard_normal(RATE_HZ).astype(np.float32)
    soft, loud = (mfcc(AudioClip(level * noise, RATE_HZ))[0][:, 2:-2] for level in (0.1, 0.2))
    np.testing.assert_allclose(loud[0] - soft[0], 20 * np.log10(2) * np.sqrt(40), atol=0.01)
    np.testing.assert_allclose(loud[1:], soft[1:], atol=0.01)


def test_mfcc_rows_have_their_own_scale_and_give_their_values_back() -> None:
    clip = AudioClip(np.random.default_rng(3).standard_normal(RATE_HZ).astype(np.float32) * 0.1, RATE_HZ)
    values, hop = mfcc(clip)
    picture = mfcc_picture(clip)
    assert picture.image[:, 2:-2].mean(axis=1) == pytest.approx(np.full(13, 127.5), abs=25)
    for row in (0, 5, 12):
        step = (picture.high[row] - picture.low[row]) / 255
        expected = np.clip(values[row, 10], picture.low[row], picture.high[row])
        assert picture.value_at(10 * hop / RATE_HZ, row) == pytest.approx(expected, abs=step)


# chroma


def test_chromagram_shows_a_chord_and_no_chord_in_silence() -> None:
    clips = [sine(hz, level=0.2).samples for hz in (261.63, 329.63, 392.0)]
    chord = np.concatenate([sum(clips), np.zeros((1, RATE_HZ))], axis=1).astype(np.float32)
    picture = chroma_picture(AudioClip(chord, RATE_HZ))
    assert set(np.argsort([picture.value_at(0.5, row) for row in range(12)])[-3:]) == {0, 4, 7}
    assert max(picture.value_at(1.8, row) for row in range(12)) < 0.05


# files


def test_a_picture_comes_back_from_a_file_as_it_was(tmp_path: Path) -> None:
    picture = stft_picture(sine(440.0))
    picture.save(tmp_path / "stft.npy")
    again = GridPicture.load(tmp_path / "stft.npy", "stft")
    np.testing.assert_array_equal(again.image, picture.image)
    np.testing.assert_array_equal(again.rows, picture.rows)
    assert (again.rate_hz, again.n_frames, again.hop) == (RATE_HZ, RATE_HZ, picture.hop)
    assert again.value_at(0.5, 60) == picture.value_at(0.5, 60)
    with pytest.raises(ProjectError, match="cannot be read"):
        GridPicture.load(tmp_path / "stft.npy", "mfcc")
