"""Losses of the renderer: multi-resolution STFT distance, hinge and feature matching."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from musemate.engine.frames.fourier import stft

WINDOWS_S = (0.128, 0.064, 0.032, 0.008)
"""STFT windows of the spectral loss: partials in the longest, attacks in the shortest."""


def fft_sizes(rate_hz: int, windows_s: Sequence[float] = WINDOWS_S) -> tuple[int, ...]:
    """Return the powers of two nearest to the windows at this rate."""
    return tuple(2 ** round(torch.tensor(rate_hz * w).log2().item()) for w in windows_s)


def spectral_loss(fake: torch.Tensor, real: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
    """Multi-resolution STFT loss: spectral convergence plus L1 of log magnitudes, mean over resolutions.

    After Yamamoto et al. 2020 (Parallel WaveGAN, arXiv 1910.11480). Shapes (batch, channels, samples).
    """
    fake, real = fake.flatten(0, 1), real.flatten(0, 1)
    total = fake.new_zeros(())
    for size in sizes:
        f, r = (stft(x, size).abs() * (2.0 / size) ** 0.5 for x in (fake, real))
        convergence = (f - r).norm() / r.norm().clamp_min(1e-6)
        total = total + convergence + ((f + 1e-4).log() - (r + 1e-4).log()).abs().mean()
    return total / len(sizes)


def sliced_wasserstein(fake: torch.Tensor, real: torch.Tensor, length: int, directions: torch.Tensor) -> torch.Tensor:
    """Distance between the distributions of short patches, seen along random directions.

    As in GPDM (Elnekave and Weiss 2022, arXiv 2203.11862), on frames: one-dimensional Wasserstein-1 distances, which
    sorting gives.

    Parameters
    ----------
    fake, real : Tensor, shape (batch, components, frames)
        Of the same shape.
    length : int
        Frames of a patch.
    directions : Tensor, shape (components * length, n)
    """
    directions = directions / directions.norm(dim=0)
    seen = [x.unfold(2, length, 1).transpose(1, 2).flatten(2).flatten(0, 1) @ directions for x in (fake, real)]
    return (seen[0].sort(dim=0).values - seen[1].sort(dim=0).values).abs().mean()


def hinge_discriminator(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Hinge loss of the discriminator (Lim and Ye 2017)."""
    return torch.relu(1 - real).mean() + torch.relu(1 + fake).mean()


def feature_matching(real: Sequence[torch.Tensor], fake: Sequence[torch.Tensor]) -> torch.Tensor:
    """Relative L1 distance of the discriminator's inner features (Kumar et al. 2019, MelGAN)."""
    distances = [(f - r).abs().mean() / r.abs().mean().clamp_min(1e-6) for r, f in zip(real, fake, strict=True)]
    return torch.stack(distances).mean()
