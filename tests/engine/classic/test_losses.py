"""Losses against values worked out by hand or in double precision."""

import numpy as np
import pytest
import torch

from musemate.engine.classic.config import make_config
from musemate.engine.classic.losses import (
    all_magnitudes,
    between,
    critic_loss,
    generator_loss,
    gradient_penalty,
    magnitudes,
    reconstruction_loss,
    spectral_distance,
)
from musemate.engine.classic.networks import ScaleCritic

CODE = make_config("code", None)
TINY = make_config("code", {"tiny": True})


def test_wasserstein_losses_by_hand() -> None:
    real, fake = torch.tensor([[[1.0, 3.0]]]), torch.tensor([[[0.5, 0.0]]])
    assert critic_loss(real, fake).item() == -1.75
    assert generator_loss(fake).item() == -0.25


def test_point_between_is_cut_off_from_the_fake() -> None:
    fake = torch.tensor([2.0], requires_grad=True)
    point = between(torch.tensor([4.0]), fake * 1, 0.25)
    assert point.item() == 2.5
    assert point.is_leaf
    assert point.requires_grad


def test_gradient_penalty_by_hand() -> None:
    # scores are 2 x[t] - x[t+1]: a sample in the middle is in two of them, with 2 - 1 = 1, the ends in one
    taps = torch.tensor([[[2.0, -1.0]]])
    point = torch.randn(1, 1, 5, requires_grad=True)
    penalty = gradient_penalty(lambda x: torch.conv1d(x, taps), point)
    slopes = np.array([2.0, 1.0, 1.0, 1.0, -1.0])
    assert penalty.item() == pytest.approx(((np.abs(slopes) - 1) ** 2).mean())


def test_gradient_penalty_takes_the_norm_over_the_signals_only() -> None:
    taps = torch.tensor([[[3.0], [4.0]]])  # slope (3, 4) at each position: norm 5
    point = torch.randn(1, 2, 6, requires_grad=True)
    assert gradient_penalty(lambda x: torch.conv1d(x, taps), point).item() == pytest.approx(16)


def test_gradient_of_the_penalty_is_that_of_finite_differences() -> None:
    torch.manual_seed(5)
    critic = ScaleCritic(TINY, 1, 3).double()
    point = torch.randn(1, 1, 60, dtype=torch.float64, requires_grad=True)
    gradient_penalty(critic, point).backward()
    for parameter in critic.parameters():
        index = int(torch.randint(parameter.numel(), ()))
        flat, step = parameter.data.view(-1), 1e-6
        values = []
        for way in (1, -2):
            flat[index] += way * step
            values.append(gradient_penalty(critic, point).item())
        flat[index] += step
        # a bias before a norm, and the last one, which lifts all scores, have no say in the slope
        slope = 0.0 if parameter.grad is None else parameter.grad.view(-1)[index].item()
        assert slope == pytest.approx((values[0] - values[1]) / (2 * step), abs=1e-6)


def test_magnitudes_are_those_of_a_plain_fourier_transform() -> None:
    x = np.random.default_rng(1).standard_normal(400)
    n_fft, hop, window = 128, 50, 100
    padded = np.pad(x, n_fft // 2, mode="reflect")
    taper = np.zeros(n_fft)
    start = (n_fft - window) // 2
    taper[start : start + window] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    frames = [padded[i : i + n_fft] * taper for i in range(0, len(x) + 1, hop)]
    wanted = np.abs(np.fft.rfft(frames, axis=1)).T
    got = magnitudes(torch.from_numpy(x)[None, None], n_fft, hop, window)[0].numpy()
    np.testing.assert_allclose(got, wanted, atol=1e-10)


def test_spectral_distance_is_the_mean_of_three_frobenius_norms() -> None:
    torch.manual_seed(6)
    real, made = torch.randn(1, 1, 3000, dtype=torch.float64), torch.randn(1, 1, 3000, dtype=torch.float64)
    by_hand = 0.0
    for n_fft, hop, window in ((2048, 240, 1200), (1024, 120, 600), (512, 50, 240)):
        difference = (magnitudes(real, n_fft, hop, window) - magnitudes(made, n_fft, hop, window)).numpy()
        by_hand += float(np.sqrt((difference**2).sum())) / 3
    assert spectral_distance(all_magnitudes(real, CODE), made, CODE).item() == pytest.approx(by_hand, rel=1e-12)
    music = reconstruction_loss(real, all_magnitudes(real, CODE), made, CODE).item()
    assert music == pytest.approx(1e-4 * by_hand, rel=1e-12)


def test_speech_is_given_back_in_waveform() -> None:
    speech = make_config("code", {"speech": True})
    real, made = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[0.0, 4.0]]])
    assert reconstruction_loss(real, [], made, speech).item() == pytest.approx(10 * (1 + 4) / 2)
