"""Random numbers for training steps, drawn where they are needed."""

from __future__ import annotations

import torch

from musemate.engine.base import CPU


class Dice:
    """Draws on a device, without a copy from the CPU at every step.

    Parameters
    ----------
    generator : torch.Generator
        On the CPU: draws there itself, elsewhere it seeds what draws. So the same seed gives other numbers on another
        device, and the same ones on the same.
    device : torch.device
    """

    def __init__(self, generator: torch.Generator, device: torch.device) -> None:
        self._device, self._generator = device, _generator_on(device, generator)

    def normal(self, *shape: int) -> torch.Tensor:
        """Draw from the normal distribution of mean 0 and variance 1."""
        return torch.randn(shape, generator=self._generator, device=self._device)

    def uniform(self, *shape: int) -> torch.Tensor:
        """Draw between 0 and 1, 1 excluded."""
        return torch.rand(shape, generator=self._generator, device=self._device)

    def below(self, limit: int, n: int) -> torch.Tensor:
        """Draw `n` whole numbers from 0 on, all under `limit`, shape (n,), int64."""
        return torch.randint(0, limit, (n,), generator=self._generator, device=self._device)


def _generator_on(device: torch.device, generator: torch.Generator) -> torch.Generator:
    if device.type == CPU:
        return generator
    seed = torch.randint(2**63 - 1, (), generator=generator)
    return torch.Generator(device).manual_seed(int(seed))
