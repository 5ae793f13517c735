"""Random numbers for training steps, drawn where they are needed."""

from __future__ import annotations

import torch

from musemate.engine.base import CPU
from musemate.engine.learning import State


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
        self._device, self._source, self._generator = device, generator, _generator_on(device, generator)

    def chances(self) -> dict[str, torch.Generator]:
        """Return what a state of the training must hold besides the source: the device's own chance, where it has."""
        return {} if self._generator is self._source else {f"dice-{self._device.type}": self._generator}

    def going_on(self, state: State) -> Dice:
        """Return these dice, or new ones of a source that was restored from a state of another kind of device."""
        is_known = all(f"chance.{name}" in state.tensors for name in self.chances())
        return self if is_known else Dice(self._source, self._device)

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
