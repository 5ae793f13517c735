"""Frames: the grid, the bands and the components."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.framing import RMS, FrameSpace, Framing
from musemate.engine.frames.preparing import Prepared, prepare
from musemate.engine.samples import from_mid_side, to_mid_side
from tests.engine.signals import ticking_clip


@pytest.mark.parametrize(("rate_hz", "hop"), [(8000, 128), (16000, 256), (44100, 704), (48000, 768)])
def test_grid_is_about_16_ms_at_every_rate(rate_hz: int, hop: int) -> None:
    framing = Framing(rate_hz, 1)
    assert framing.hop_length == hop
    assert framing.n_fft == 8 * hop
    assert framing.frame_rate == pytest.approx(62.5, rel=0.01)


def test_mid_and_side_give_left_and_right_back() -> None:
    samples = np.random.default_rng(0).standard_normal((2, 100)).astype(np.float32)
    np.testing.assert_allclose(from_mid_side(to_mid_side(samples)), samples, atol=1e-6)


def test_band_weights_are_means_and_cover_all_bins_but_the_last() -> None:
    weights = Framing(16000, 1).band_weights()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert (weights.sum(axis=0)[1:-1] > 0).all()


def test_a_tone_lands_in_its_band() -> None:
    framing = Framing(16000, 1)
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(16000) / 16000)[None] * 0.1
    bands = framing.log_bands(tone)
    loudest = int(bands[:, 30].argmax())
    centre_hz = framing.band_weights()[loudest] @ (np.arange(framing.n_fft // 2 + 1) * 16000 / framing.n_fft)
    assert centre_hz == pytest.approx(1000, rel=0.02)


@pytest.mark.parametrize("n_samples", [8000, 8001, 8127, 8128])
def test_frame_count_fits_odd_lengths(n_samples: int) -> None:
    framing = Framing(8000, 1)
    assert framing.log_bands(torch.zeros(1, n_samples)).shape[1] == framing.n_frames(n_samples)


def test_gain_brings_the_louder_of_mid_and_side_to_the_working_level() -> None:
    clip = ticking_clip(channels=2)
    levels = Framing(8000, 2).to_tensor(clip).square().mean(dim=1).sqrt()
    assert float(levels.max()) == pytest.approx(RMS, rel=1e-4)


def test_components_are_orthonormal_and_keep_all_of_a_low_rank_signal() -> None:
    generator = torch.Generator().manual_seed(0)
    bands = torch.randn(30, 3, generator=generator) @ torch.randn(3, 200, generator=generator) + 5
    space = FrameSpace.fit(bands, 3)
    torch.testing.assert_close(space.axes @ space.axes.T, torch.eye(3), atol=1e-4, rtol=0)
    frames = space.frames(bands)
    torch.testing.assert_close(space.axes.T @ frames + space.mean[:, None], bands, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(frames.std(dim=1, correction=0), space.spread, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(space.bands(frames), bands, atol=1e-3, rtol=1e-3)


def test_powers_of_bands_follow_those_of_the_sound_in_each_channel() -> None:
    framing = Framing(16000, 2)
    noise = torch.randn(2, 32000, generator=torch.Generator().manual_seed(0)) * torch.tensor([[0.1], [0.02]])
    powers = framing.powers(framing.log_bands(noise))
    louder = framing.powers(framing.log_bands(2 * noise))
    assert float(powers[0] / powers[1]) == pytest.approx(25, rel=0.1)
    assert (louder / powers).tolist() == pytest.approx([4, 4], rel=0.05)


def test_later_frames_are_those_of_the_sound_moved_forward() -> None:
    framing = Framing(16_000, 1)
    sound = torch.randn(1, 8_000, generator=torch.Generator().manual_seed(1))
    moved = framing.log_bands(sound[:, 64:])
    assert torch.allclose(framing.log_bands(sound, 64)[:, : moved.shape[1] - 5], moved[:, :-5])


def test_a_clip_is_analysed_between_its_frames_too() -> None:
    samples = np.random.default_rng(2).standard_normal((2, 44_100)).astype(np.float32) * 0.1
    clip = AudioClip(samples, 22_050)
    config = FramesConfig(n_components=12, n_generated=4)
    beats = Beats(600.0, 0.9, tuple(np.arange(0.05, 2, 0.1)))
    assert prepare(clip, config, None).phases == 1  # without a beat, whole frames do
    whole, quartered = (prepare(clip, replace(config, phases=phases), beats) for phases in (1, 4))
    n = whole.frames.shape[1]
    assert quartered.fine.shape == (12, (n - 1) * 4 + 1)
    assert torch.equal(quartered.frames, whole.frames)
    quarter = quartered.framing.hop_length // 4
    later = quartered.framing.log_bands(quartered.framing.to_tensor(clip)[:, 3 * quarter :])
    expected = quartered.space.frames(later) / quartered.space.spread[:, None]
    assert torch.allclose(quartered.fine[:, 3::4][:, : n - 9], expected[:, : n - 9], atol=1e-4)
    assert torch.equal(Prepared.restore(quartered.tensors(), quartered.facts()).fine, quartered.fine)
