"""The trained scales one above the other: what they make of noise, of the training's fixed noise or of a real band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F

from musemate.engine.base import Cancelled
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.networks import ScaleGenerator
from musemate.engine.classic.resampling import upsample
from musemate.engine.kinship import Kin, unit_noise

PIECE = 1 << 16
"""Samples that a frozen generator makes at a time."""


@dataclass
class Pyramid:
    """Trained scales, coarse to fine.

    Parameters
    ----------
    config : ClassicConfig
    rates_hz : tuple of int
        Of all scales, those that are not trained yet included.
    n_signals : int
        1 (mono) or 2 (mid and side).
    device : torch.device
    generators : list of ScaleGenerator
        Frozen, in evaluation mode.
    noise_levels : list of Tensor, shape (n_signals, 1)
    fixed_noise : Tensor, shape (1, n_signals, n of the coarsest scale), or None
        The noise that stands for the fragment itself; None before there is a scale.
    """

    config: ClassicConfig
    rates_hz: tuple[int, ...]
    n_signals: int
    device: torch.device
    generators: list[ScaleGenerator] = field(default_factory=list)
    noise_levels: list[torch.Tensor] = field(default_factory=list)
    fixed_noise: torch.Tensor | None = None

    def add(self, generator: ScaleGenerator, noise_level: torch.Tensor) -> None:
        """Put a trained scale on top and freeze it."""
        self.generators.append(generator.eval().requires_grad_(False))
        self.noise_levels.append(noise_level)

    def signals(
        self,
        random: torch.Generator | Kin,
        lengths: list[int],
        given: torch.Tensor | None = None,
        first: int = 0,
        cancelled: Cancelled = lambda: False,
    ) -> Iterator[torch.Tensor]:
        """Make a signal scale by scale, yielding each, shape (1, n_signals, length of the scale).

        Parameters
        ----------
        random : torch.Generator or Kin
            Source of the noise, on the CPU.
        lengths : list of int
            Samples at each scale.
        given : Tensor, shape (1, n_signals, lengths[first - 1]), optional
            The real signal of the scale under `first`.
        first : int
            The coarsest scale that is made; those under it are not.
        cancelled : callable
            Asked between pieces.
        """
        coarser = given
        for index in range(first, min(len(self.generators), len(lengths))):
            noise = unit_noise(random, index, lambda scale: (1, self.n_signals, lengths[scale])).to(self.device)
            coarser = self.raised(coarser, index, lengths[index])
            coarser = self.make(index, coarser, noise * self.noise_levels[index], cancelled)
            if cancelled():
                return
            yield coarser

    def reconstruct(self, lengths: list[int], cancelled: Cancelled = lambda: False) -> Iterator[torch.Tensor]:
        """Make the fragment again from its fixed noise, scale by scale; lengths must be the fragment's."""
        assert self.fixed_noise is not None
        coarser = None
        for index, length in enumerate(lengths[: len(self.generators)]):
            noise = torch.zeros(1, self.n_signals, length, device=self.device)
            if index == 0:
                noise = self.fixed_noise * self.noise_levels[0]
            coarser = self.make(index, self.raised(coarser, index, length), noise, cancelled)
            if cancelled():
                return
            yield coarser

    def raised(self, coarser: torch.Tensor | None, scale: int, length: int) -> torch.Tensor:
        """Bring the signal of the scale under `scale` to its rate; zeros under the coarsest one."""
        if coarser is None:
            return torch.zeros(1, self.n_signals, length, device=self.device)
        return upsample(coarser, self.rates_hz[scale - 1], self.rates_hz[scale], length)

    def make(
        self, scale: int, coarser: torch.Tensor, noise: torch.Tensor, cancelled: Cancelled = lambda: False
    ) -> torch.Tensor:
        """Run a frozen scale's generator over a signal of any length, piece by piece, without a seam.

        Parameters
        ----------
        coarser, noise : Tensor, shape (1, n_signals, n)
        """
        return generate_in_pieces(self.generators[scale], coarser, noise, self.config, cancelled)


def generate_in_pieces(
    generator: ScaleGenerator,
    coarser: torch.Tensor,
    noise: torch.Tensor,
    config: ClassicConfig,
    cancelled: Cancelled = lambda: False,
    piece: int = PIECE,
) -> torch.Tensor:
    """Run a frozen generator over pieces that overlap by all that it sees, and join them.

    A sample depends on `pad_size` samples on either side, through the gate's zero-padded convolutions on half a filter
    more, and through the pre-emphasis on one more before it. Samples that near to a cut are computed but not taken, so
    the pieces join to what one pass would make.

    Parameters
    ----------
    generator : ScaleGenerator
        In evaluation mode.
    coarser, noise : Tensor, shape (1, n_signals, n)
    config : ClassicConfig
    cancelled : callable
        Asked before each piece; what is missing then stays zero.
    piece : int
        Samples made at a time.
    """
    n, pad, margin = coarser.shape[-1], config.pad_size, config.filter_size // 2 + 1
    noisy = F.pad(coarser + noise, (pad, pad))
    made = torch.zeros_like(coarser)
    for first in range(0, n, piece):
        if cancelled():
            break
        last = min(first + piece, n)
        start, stop = max(0, first - margin), min(n, last + margin)
        part = generator(noisy[..., start : stop + 2 * pad], coarser[..., start:stop])
        made[..., first:last] = part[..., first - start : last - start]
    return made
