"""How strong the noise of each scale is, and where it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from musemate.engine.classic.config import ClassicConfig

SPREAD = 2_654_435_761
"""Odd, so that a multiplication with it mixes 32 bits without loss (Knuth's multiplicative hash)."""


def noise_level(
    scale: int, energies: Sequence[Sequence[float]], reconstruction: torch.Tensor | None, config: ClassicConfig
) -> torch.Tensor:
    """Return the standard deviation of a scale's noise.

    As published: that of the coarsest scale is `initial_noise_amp`; at the next one, for music, it is the standard
    deviation of the upsampled reconstruction; else it is 0.01 times the root of the energy that this scale has more
    than the one below (0 where it has less). The published code takes the deviation over the reconstruction with the
    zeros that pad it, and so does this. Mid and side, ours, have each their own.

    Parameters
    ----------
    scale : int
        0 is the coarsest.
    energies : sequence
        Mean energy of each signal of the fragment, for each scale.
    reconstruction : Tensor, shape (1, n_signals, n), or None
        The coarser scale's, brought to this scale's rate; None at scale 0.
    config : ClassicConfig

    Returns
    -------
    Tensor, shape (n_signals, 1)
    """
    if reconstruction is None:
        return torch.full((len(energies[0]), 1), config.initial_noise_amp)
    if scale == 1 and not config.speech:
        return F.pad(reconstruction[0], (config.pad_size, config.pad_size)).std(dim=-1, keepdim=True)
    gained = torch.tensor(energies[scale], dtype=torch.float64) - torch.tensor(energies[scale - 1], dtype=torch.float64)
    return (config.noise_amp_factor * gained.clamp_min(0).sqrt()).float()[:, None].to(reconstruction.device)


def of_take(seed: int) -> torch.Generator:
    """Return the chance of a take: another one than the training of any small seed has.

    A training draws the noise that stands for the fragment itself from its own seed. A take of the same seed would
    begin with that very noise, and be no new material but the fragment again.

    Parameters
    ----------
    seed : int
        0 to 2^32 - 1; different seeds stay different.
    """
    return torch.Generator().manual_seed((seed * SPREAD + 1) % 2**32)


def draw_noise(generator: torch.Generator, n_signals: int, length: int, device: torch.device) -> torch.Tensor:
    """Draw white noise of standard deviation 1, shape (1, n_signals, length); the same values on every device."""
    return torch.randn(1, n_signals, length, generator=generator).to(device)
