"""Laying a take into its song: places to the sample, level through the joins, lengths, rates, channels, loudness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.analysis.clicks import find_clicks
from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import SettingsError
from musemate.export.placing import (
    INSERT,
    MOST_DB,
    REPLACE,
    USUAL_CROSSFADE_S,
    Joining,
    crossfaded,
    placed,
    usual_crossfade_s,
)

RATE_HZ = 8_000
FADE_S = 0.04
N_FADE = round(FADE_S * RATE_HZ)


def noise(seconds: float, *, seed: int = 0, channels: int = 2, level: float = 0.1, rate_hz: int = RATE_HZ) -> AudioClip:
    samples = level * np.random.default_rng(seed).standard_normal((channels, round(seconds * rate_hz)))
    return AudioClip(samples.astype(np.float32), rate_hz)


def as_is(mode: str = REPLACE, crossfade_s: float = FADE_S) -> Joining:
    return Joining(mode, crossfade_s, match=False)


def rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


@given(
    at=st.integers(0, 3 * RATE_HZ - 1),
    n_take=st.integers(1, 5 * RATE_HZ),
    n_region=st.integers(1, 3 * RATE_HZ),
    mode=st.sampled_from([REPLACE, INSERT]),
    n_fade=st.integers(0, RATE_HZ),
)
def test_all_but_the_cross_fades_is_the_songs_or_the_takes_own(
    at: int, n_take: int, n_region: int, mode: str, n_fade: int
) -> None:
    song, take = noise(3, channels=1), noise(n_take / RATE_HZ, seed=1, channels=1)
    made = placed(song, take, at / RATE_HZ, n_region / RATE_HZ, as_is(mode, n_fade / RATE_HZ))
    end = at + n_take
    resume = min(song.n_frames, end if mode == REPLACE else at + n_region)
    samples = made.clip.samples
    assert (made.start_s * RATE_HZ, made.end_s * RATE_HZ) == pytest.approx((at, end), abs=1e-6)
    assert made.clip.n_frames == end + song.n_frames - resume
    assert round(made.shift_s * RATE_HZ) == (end - resume if resume < song.n_frames else 0)
    assert np.array_equal(samples[:, :at], song.samples[:, :at])
    assert np.array_equal(samples[:, end:], song.samples[:, resume:])
    first, last = (n_fade if at > 0 else 0), (n_fade if resume < song.n_frames else 0)
    middle = slice(first, max(first, n_take - last))
    assert np.array_equal(samples[:, at:end][:, middle], take.samples[:, middle])


def test_a_song_that_is_laid_into_itself_comes_out_unchanged() -> None:
    song = noise(3)
    made = placed(song, song.region(1.0, 1.0), 1.0, 1.0, as_is())
    assert np.abs(made.clip.samples - song.samples).max() < 1e-6


@pytest.mark.parametrize("likeness", [0.0, 0.5, 1.0])
def test_a_cross_fade_keeps_the_level_however_alike_its_sides_are(likeness: float) -> None:
    old, other = noise(1, seed=1, channels=1), noise(1, seed=2, channels=1)
    new = likeness * old.samples + np.sqrt(1 - likeness**2) * other.samples
    mixed = crossfaded(old.samples, new.astype(np.float32))
    parts = [rms_db(part) for part in np.array_split(mixed, 10, axis=1)]
    assert max(abs(part - rms_db(old.samples)) for part in parts) < 0.6


def test_sides_that_cancel_each_other_are_lifted_no_more_than_3_db() -> None:
    old = noise(1, channels=1).samples
    mixed = crossfaded(old, -old)
    assert np.isfinite(mixed).all()
    assert np.abs(mixed).max() <= np.sqrt(2) * np.abs(old).max()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_cross_fade_may_be_as_short_as_nothing(n: int) -> None:
    old, new = np.ones((2, n), np.float32), np.zeros((2, n), np.float32)
    assert crossfaded(old, new).shape == (2, n)


def test_the_joins_of_tones_do_not_click_and_hard_ones_do() -> None:
    time_s = np.arange(4 * 22_050) / 22_050
    hum = 0.01 * np.random.default_rng(0).standard_normal((1, len(time_s)))
    song = AudioClip((0.5 * np.sin(2 * np.pi * 220 * time_s) + hum).astype(np.float32), 22_050)
    take = AudioClip((0.5 * np.cos(2 * np.pi * 277 * time_s[:22_050]) + hum[:, :22_050]).astype(np.float32), 22_050)
    soft, hard = (placed(song, take, 1.5, 1.0, as_is(crossfade_s=fade_s)).clip for fade_s in (FADE_S, 0.0))
    assert len(find_clicks(soft, song)) == 0
    assert find_clicks(hard, song) == pytest.approx([1.5, 2.5], abs=0.005)


@pytest.mark.parametrize(("song_channels", "take_channels"), [(2, 1), (1, 2)])
def test_channels_become_those_of_the_song(song_channels: int, take_channels: int) -> None:
    song, take = noise(3, channels=song_channels), noise(1, seed=1, channels=take_channels)
    made = placed(song, take, 1.0, 1.0, as_is()).clip
    middle = slice(RATE_HZ + N_FADE, 2 * RATE_HZ - N_FADE)
    assert made.n_channels == song_channels
    for channel in made.samples[:, middle]:
        assert np.allclose(channel, take.mono()[N_FADE:-N_FADE], atol=1e-7)


@pytest.mark.parametrize("rate_hz", [11_025, 48_000])
def test_a_take_of_another_rate_sounds_at_the_same_pitch_and_place(rate_hz: int) -> None:
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz)).astype(np.float32)
    made = placed(noise(3, channels=1), AudioClip(tone, rate_hz), 1.0, 1.0, as_is())
    assert (made.start_s, made.end_s) == (1.0, pytest.approx(2.0, abs=1.5 / RATE_HZ))
    heard = made.clip.samples[0, RATE_HZ + 1000 : 2 * RATE_HZ - 1000]
    wanted = 0.3 * np.sin(2 * np.pi * 440 * np.arange(1000, 1000 + len(heard)) / RATE_HZ)
    assert np.abs(heard - wanted).max() < 1e-3


def test_the_take_becomes_as_loud_as_what_it_replaces() -> None:
    song, take = noise(4, level=0.1), noise(2, seed=1, level=0.05)
    made = placed(song, take, 1.0, 2.0, Joining())
    assert made.gain_db == pytest.approx(6.0, abs=0.2)
    heard = made.clip.region(1.0, 2.0)
    assert integrated_lufs(heard) == pytest.approx(integrated_lufs(song.region(1.0, 2.0)), abs=0.1)
    assert placed(song, take, 1.0, 2.0, as_is()).gain_db == 0.0


@pytest.mark.parametrize(
    ("song_level", "take_level", "seconds", "gain_db"),
    [
        (0.3, 0.003, 2.0, MOST_DB),
        (0.003, 0.3, 2.0, -MOST_DB),
        (0.1, 0.0, 2.0, 0.0),
        (0.0, 0.1, 2.0, 0.0),
        (0.3, 0.1, 0.3, 0),
    ],
)
def test_loudness_is_left_alone_where_it_cannot_be_known_and_never_changed_much(
    song_level: float, take_level: float, seconds: float, gain_db: float
) -> None:
    song, take = noise(4, level=song_level), noise(seconds, seed=1, level=take_level)
    assert placed(song, take, 1.0, seconds, Joining()).gain_db == gain_db


def test_a_take_at_the_start_and_one_over_the_end_keep_their_edges() -> None:
    song, take = noise(3), noise(1, seed=1)
    at_start = placed(song, take, 0.0, 1.0, as_is()).clip.samples
    assert np.array_equal(at_start[:, : RATE_HZ - N_FADE], take.samples[:, :-N_FADE])
    over_end = placed(song, take, 2.5, 0.5, as_is()).clip.samples
    assert over_end.shape[1] == round(3.5 * RATE_HZ)
    assert np.array_equal(over_end[:, -RATE_HZ + N_FADE :], take.samples[:, N_FADE:])


def test_neither_song_nor_take_is_changed() -> None:
    song, take = noise(3), noise(1, seed=1)
    before = song.samples.copy(), take.samples.copy()
    placed(song, take, 1.0, 1.0)
    assert np.array_equal(song.samples, before[0])
    assert np.array_equal(take.samples, before[1])


@pytest.mark.parametrize("at_s", [-0.5, 3.0, 9.0])
def test_a_place_outside_of_the_song_is_refused(at_s: float) -> None:
    with pytest.raises(SettingsError, match="lies outside of the song"):
        placed(noise(3), noise(1), at_s, 1.0)


@pytest.mark.parametrize("crossfade_s", [-0.001, 2.5, float("nan"), float("inf")])
def test_cross_fades_without_meaning_are_refused(crossfade_s: float) -> None:
    with pytest.raises(SettingsError, match=r"A cross-fade cannot last .* ms\."):
        Joining(crossfade_s=crossfade_s)
    with pytest.raises(SettingsError, match='"over" is none of the choices'):
        Joining("over")


def test_a_cross_fade_is_never_longer_than_a_thirty_second_note() -> None:
    assert usual_crossfade_s(None) == usual_crossfade_s(120.0) == USUAL_CROSSFADE_S
    assert usual_crossfade_s(240.0) == pytest.approx(60 / 240 / 8)
