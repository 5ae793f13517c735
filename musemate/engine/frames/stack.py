"""A trained pyramid, whole or as far as it got: draws frames from noise or from given coarse frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from musemate.engine.frames.pyramid import ScaleGenerator, pool, upsample
from musemate.engine.kinship import Kin, unit_noise


@dataclass
class Pyramid:
    """Generators from coarse to fine.

    Parameters
    ----------
    time_scales : tuple of int
        Frames averaged at each scale, coarse to fine.
    generators : list of ScaleGenerator
        The trained ones, a prefix of the scales.
    fixed_noise : Tensor or None, shape (components, frames at the coarsest scale)
        The noise that gives the fragment back.
    """

    time_scales: tuple[int, ...]
    generators: list[ScaleGenerator] = field(default_factory=list)
    fixed_noise: torch.Tensor | None = None

    @torch.inference_mode()
    def draw(
        self,
        generator: torch.Generator | Kin,
        guide: torch.Tensor,
        *,
        given: torch.Tensor | None = None,
        n_given: int = 0,
        freedom: float = 1.0,
        upto: int | None = None,
    ) -> torch.Tensor:
        """Make frames.

        Parameters
        ----------
        generator : torch.Generator or Kin
            Source of the noise, on the CPU.
        guide : Tensor, shape (batch, channels, frames)
            What guides every scale, at scale 1; the frames divide by the coarsest factor.
        given : Tensor, shape (batch, components, frames), optional
            Frames whose averages take the place of the `n_given` coarsest scales.
        freedom : float
            Strength of the noise at the first scale that is generated, 0-1.
        upto : int, optional
            Number of scales to pass; all trained ones without it.

        Returns
        -------
        Tensor, shape (batch, components, frames / factor of the last scale passed)
        """
        last = len(self.generators) if upto is None else upto
        batch, _, n = guide.shape
        components = len(self.generators[0].noise_level)

        def shape_of(scale: int) -> tuple[int, int, int]:
            return batch, components, n // self.time_scales[scale]

        x = torch.zeros(shape_of(0), device=guide.device)
        if given is not None and n_given:
            x = pool(given, self.time_scales[n_given - 1])
        for scale in range(n_given, last):
            x = upsample(x) if scale else x
            noise = unit_noise(generator, scale, shape_of).to(guide.device)
            strength = freedom if scale == n_given else 1.0
            x = self.generators[scale](x, noise * strength, pool(guide, self.time_scales[scale]))
        return x

    @torch.inference_mode()
    def reconstruct(self, upto: int, guide: torch.Tensor) -> torch.Tensor:
        """Give the fragment back at scale `upto - 1`, shape (1, components, frames), from the fixed noise.

        `guide` is the fragment's own, shape (1, channels, frames at scale 1).
        """
        assert self.fixed_noise is not None
        x = torch.zeros_like(self.fixed_noise)[None]
        for scale in range(upto):
            x = upsample(x) if scale else x
            noise = self.fixed_noise[None] if scale == 0 else torch.zeros_like(x)
            x = self.generators[scale](x, noise, pool(guide, self.time_scales[scale]))
        return x
