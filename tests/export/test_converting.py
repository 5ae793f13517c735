"""Rates and channels: lengths to the frame, loops that stay loops, and nothing changed that need not be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musemate.audio.clip import AudioClip
from musemate.audio.seam import clicks
from musemate.export.converting import converted
from musemate.export.piece import Grid, Piece
from musemate.export.wishes import MID_SIDE, MONO, STEREO, SoundFormat

RATE_HZ = 44_100


def _noise(n_channels: int = 2, n_frames: int = 44_100) -> AudioClip:
    rng = np.random.default_rng(7)
    return AudioClip(rng.uniform(-0.7, 0.7, (n_channels, n_frames)).astype(np.float32), RATE_HZ)


def _turning(n_turns: int, n_frames: int, rate_hz: int) -> AudioClip:
    """Return a wave that turns so often in the clip that its end goes on with its start."""
    wave = 0.5 * np.sin(2 * np.pi * n_turns * (np.arange(n_frames) + 0.25) / n_frames)
    return AudioClip(wave.astype(np.float32), rate_hz)


def test_what_need_not_change_is_the_same_piece() -> None:
    piece = Piece(_noise())
    assert converted(piece, SoundFormat()) == [piece]
    assert converted(piece, SoundFormat(rate_hz=RATE_HZ, channels=STEREO)) == [piece]
    mono = Piece(_noise(1))
    assert converted(mono, SoundFormat(channels=MONO)) == [mono]
    assert converted(mono, SoundFormat(channels=MID_SIDE)) == [mono]


def test_mono_is_the_mean_and_stereo_doubles() -> None:
    stereo, mono = Piece(_noise(), start_s=3.0), Piece(_noise(1))
    (mixed,) = converted(stereo, SoundFormat(channels=MONO))
    assert np.array_equal(mixed.clip.samples, [stereo.clip.samples.mean(axis=0)])
    assert mixed.start_s == 3.0
    (doubled,) = converted(mono, SoundFormat(channels=STEREO, rate_hz=48_000))
    assert doubled.clip.samples.shape == (2, 48_000)
    assert np.array_equal(doubled.clip.samples[0], doubled.clip.samples[1])


def test_mid_and_side_add_up_to_left_and_right() -> None:
    piece = Piece(_noise(), n_bars=0, grid=Grid(120, 4, 0.0))
    mid, side = converted(piece, SoundFormat(channels=MID_SIDE))
    assert (mid.part, side.part) == ("mid", "side")
    assert mid.grid == side.grid == piece.grid
    np.testing.assert_allclose(mid.clip.samples[0] + side.clip.samples[0], piece.clip.samples[0], atol=1e-7)
    np.testing.assert_allclose(mid.clip.samples[0] - side.clip.samples[0], piece.clip.samples[1], atol=1e-7)
    parts = converted(piece, SoundFormat(channels=MID_SIDE, rate_hz=48_000))
    assert [(part.part, part.clip.rate_hz, part.clip.n_frames) for part in parts] == [
        ("mid", 48_000, 48_000),
        ("side", 48_000, 48_000),
    ]


@pytest.mark.parametrize("new_hz", [8_000, 48_000, 96_000])
def test_a_tone_keeps_its_pitch_level_and_place(new_hz: int) -> None:
    seconds = np.arange(RATE_HZ) / RATE_HZ
    piece = Piece(AudioClip((0.5 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32), RATE_HZ))
    (changed,) = converted(piece, SoundFormat(rate_hz=new_hz))
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(new_hz) / new_hz)
    inner = slice(new_hz // 10, -new_hz // 10)
    assert np.abs(changed.clip.samples[0, inner] - expected[inner]).max() < 1e-5


@settings(max_examples=40, deadline=None)
@given(
    bpm=st.floats(40, 240),
    beats=st.integers(2, 7),
    n_bars=st.integers(1, 2),
    old_hz=st.sampled_from([8_000, 22_050, 44_100, 48_000]),
    new_hz=st.integers(8_000, 96_000),
    is_loop=st.booleans(),
)
def test_bars_are_exact_at_every_rate(
    bpm: float, beats: int, n_bars: int, old_hz: int, new_hz: int, is_loop: bool
) -> None:
    n_old = round(n_bars * beats * 60 / bpm * old_hz)
    piece = Piece(_turning(20, n_old, old_hz), grid=Grid(bpm, beats, 0.0), n_bars=n_bars, is_loop=is_loop)
    (changed,) = converted(piece, SoundFormat(rate_hz=new_hz))
    assert changed.clip.n_frames == round(n_bars * beats * 60 / bpm * new_hz)


@settings(max_examples=30, deadline=None)
@given(
    n_frames=st.integers(4_000, 40_000),
    new_hz=st.integers(8_000, 96_000),
    n_turns=st.integers(1, 400),
)
def test_a_loop_goes_on_at_every_rate_as_if_it_were_endless(n_frames: int, new_hz: int, n_turns: int) -> None:
    piece = Piece(_turning(n_turns, n_frames, RATE_HZ), is_loop=True)
    (changed,) = converted(piece, SoundFormat(rate_hz=new_hz))
    n_new = changed.clip.n_frames
    assert n_new == round(n_frames * new_hz / RATE_HZ)
    if n_turns / n_new > 0.4:
        return  # too high for the new rate
    turning = np.exp(2j * np.pi * n_turns * np.arange(n_new) / n_new)
    found = 2 * np.vdot(turning, changed.clip.samples[0]) / n_new
    assert np.abs(changed.clip.samples[0] - (found * turning).real).max() < 1e-6  # the same wave all around
    expected = -0.5j * np.exp(2j * np.pi * n_turns * 0.25 / n_frames)
    assert np.abs(found - expected) < 1e-5 + 0.5 * 2 * np.pi * n_turns / n_new * 0.25  # a quarter of a frame


def test_a_loop_of_real_sound_does_not_click_at_another_rate() -> None:
    smooth = np.convolve(np.tile(_noise(1, 22_050).samples[0], 3), np.hanning(64) / 32, "same")[22_050:44_100]
    loop = Piece(AudioClip(smooth.astype(np.float32), RATE_HZ), is_loop=True)
    assert not clicks(loop.clip.samples, 0, 22_050, RATE_HZ)
    (changed,) = converted(loop, SoundFormat(rate_hz=48_000))
    assert not clicks(changed.clip.samples, 0, changed.clip.n_frames, 48_000)
    (cut,) = converted(replace(loop, is_loop=False), SoundFormat(rate_hz=48_000))
    end = slice(changed.clip.n_frames - 20, None)
    assert np.abs(cut.clip.samples[:, end] - changed.clip.samples[:, end]).max() > 1e-3  # the seam is what differs


def test_a_loop_of_a_few_frames_is_possible() -> None:
    (changed,) = converted(Piece(_turning(1, 100, RATE_HZ), is_loop=True), SoundFormat(rate_hz=96_000))
    assert changed.clip.n_frames == 218
