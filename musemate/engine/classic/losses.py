"""Losses of one scale: the critic's, its gradient penalty, the generator's, and how well the input is given back."""

from __future__ import annotations

from collections.abc import Callable

import torch

from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.kernels import only_into_signals

Critic = Callable[[torch.Tensor], torch.Tensor]


def critic_loss(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """Wasserstein loss: fakes shall score low and the real signal high, on the mean of all positions."""
    return fake_scores.mean() - real_scores.mean()


def generator_loss(fake_scores: torch.Tensor) -> torch.Tensor:
    """Wasserstein loss of the generator: its fakes shall score high."""
    return -fake_scores.mean()


def between(real: torch.Tensor, fake: torch.Tensor, share: float) -> torch.Tensor:
    """Mix a point between real and fake, cut off from what made them, ready for a gradient with respect to it."""
    return (share * real + (1 - share) * fake).detach().requires_grad_()


def gradient_penalty(critic: Critic, point: torch.Tensor) -> torch.Tensor:
    """How far the critic's slope is from 1 (WGAN-GP, Gulrajani et al. 2017), the norm taken at each position.

    Parameters
    ----------
    critic : callable
        Scores every position.
    point : Tensor, shape (1, n_signals, n)
        From `between`.

    Returns
    -------
    Tensor, shape ()
        Mean over positions of (|slope of the sum of all scores| - 1)^2; the norm goes over the signals only.
    """
    return slope_penalty(critic(point), point)


def slope_penalty(scores: torch.Tensor, point: torch.Tensor) -> torch.Tensor:
    """Return the gradient penalty of scores that were computed from `point`."""
    with only_into_signals():
        (slope,) = torch.autograd.grad(scores.sum(), point, create_graph=True)
    penalty: torch.Tensor = (slope.norm(dim=1) - 1).square().mean()
    return penalty


def magnitudes(signal: torch.Tensor, n_fft: int, hop: int, window: int) -> torch.Tensor:
    """Return STFT magnitudes of (1, n_signals, n), Hann window, ends mirrored."""
    taper = torch.hann_window(window, device=signal.device, dtype=signal.dtype)
    spectrum = torch.stft(signal[0], n_fft, hop, window, taper, return_complex=True)
    return spectrum.abs()


def spectral_distance(real: list[torch.Tensor], made: torch.Tensor, config: ClassicConfig) -> torch.Tensor:
    """Multi-resolution spectral distance: Frobenius norm of the difference of STFT magnitudes, mean of resolutions.

    After Dhariwal et al. 2020 (Jukebox, arXiv 2005.00341, section 3.2).

    Parameters
    ----------
    real : list of Tensor
        Magnitudes of the input, one a resolution, from `all_magnitudes`: they stay the same at every step.
    made : Tensor, shape (1, n_signals, n)
    config : ClassicConfig
    """
    distances = [torch.linalg.vector_norm(r - m) for r, m in zip(real, all_magnitudes(made, config), strict=True)]
    return torch.stack(distances).mean()


def all_magnitudes(signal: torch.Tensor, config: ClassicConfig) -> list[torch.Tensor]:
    """Return `magnitudes` at each resolution of the configuration."""
    sizes = zip(
        config.multispec_loss_n_fft, config.multispec_loss_hop_length, config.multispec_loss_window_size, strict=True
    )
    return [magnitudes(signal, *size) for size in sizes]


def reconstruction_loss(
    real: torch.Tensor, real_magnitudes: list[torch.Tensor], made: torch.Tensor, config: ClassicConfig
) -> torch.Tensor:
    """Weigh the reconstruction's errors: of the waveform for speech, of the spectrum for music."""
    loss = made.new_zeros(())
    if config.mse_weight:
        loss = loss + config.mse_weight * (real - made).square().mean()
    if config.spectral_weight:
        loss = loss + config.spectral_weight * spectral_distance(real_magnitudes, made, config)
    return loss
