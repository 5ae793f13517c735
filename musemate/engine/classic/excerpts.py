"""What a step learns from: the whole signal, as published, or an excerpt at a random place, which is ours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch

from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.losses import all_magnitudes
from musemate.engine.classic.networks import MOMENTUM, ScaleGenerator, SignalNorm


@dataclass(frozen=True)
class Seen:
    """What one step sees: n samples of the scale, and of padded signals `pad_size` more at either end.

    Parameters
    ----------
    real : Tensor, shape (1, n_signals, n)
        The fragment.
    magnitudes : list of Tensor
        Its spectral magnitudes, one a resolution; none for speech.
    coarser, noisy : Tensor, shape (1, n_signals, n) and (1, n_signals, n + 2 pad_size)
        What the fake is made of: the coarser scale's signal, and the same under noise.
    given_back, given_back_noisy : Tensor, shapes as above
        What the reconstruction is made of.
    """

    real: torch.Tensor
    magnitudes: list[torch.Tensor]
    coarser: torch.Tensor
    noisy: torch.Tensor
    given_back: torch.Tensor
    given_back_noisy: torch.Tensor


class Excerpts:
    """Shows each step the whole signal, or `crop_samples` of it that begin anywhere alike.

    Real signal, fake and reconstruction are cut at the same place: what the generator is given there is what it would
    be given within the whole signal, so that a sample of the fake is the same but for the norms' statistics.

    Parameters
    ----------
    real, given_back : Tensor, shape (1, n_signals, n)
    given_back_noisy : Tensor, shape (1, n_signals, n + 2 pad_size)
    config : ClassicConfig
    random : torch.Generator
        On the CPU; asked for nothing where the whole signal is seen.
    """

    def __init__(
        self,
        real: torch.Tensor,
        given_back: torch.Tensor,
        given_back_noisy: torch.Tensor,
        config: ClassicConfig,
        random: torch.Generator,
    ) -> None:
        self._real, self._given_back, self._given_back_noisy = real, given_back, given_back_noisy
        self._random, self._whole = random, real.shape[-1]
        self.n = config.seen(self._whole)
        # the spectral distance is a norm: it grows with the root of the length, and so would its weight shrink
        self.loss_config = replace(config, alpha2=config.alpha2 * math.sqrt(self._whole / self.n))
        self._pads = 2 * config.pad_size
        self._magnitudes = [] if self.are_cut else self._magnitudes_of(real)

    @property
    def are_cut(self) -> bool:
        """Whether a step sees less than the whole signal."""
        return self.n < self._whole

    def show(self, coarser: torch.Tensor, noisy: torch.Tensor) -> Seen:
        """Return what a step sees, of signals as long as the whole one."""
        given = self._given_back, self._given_back_noisy
        if not self.are_cut:
            return Seen(self._real, self._magnitudes, coarser, noisy, *given)
        first = int(torch.randint(self._whole - self.n + 1, (), generator=self._random))
        part, padded = slice(first, first + self.n), slice(first, first + self.n + self._pads)
        real = self._real[..., part]
        return Seen(
            real,
            self._magnitudes_of(real),
            coarser[..., part],
            noisy[..., padded],
            given[0][..., part],
            given[1][..., padded],
        )

    def _magnitudes_of(self, real: torch.Tensor) -> list[torch.Tensor]:
        return all_magnitudes(real, self.loss_config) if self.loss_config.spectral_weight else []


@torch.no_grad()
def settle(generator: ScaleGenerator, inputs: Iterable[tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Make the frozen statistics of a generator's norms those of whole signals, the mean over some.

    Running statistics forget all but the last ten signals; where those were excerpts, a loud or a quiet second would
    decide how a whole take is normalised.

    Parameters
    ----------
    generator : ScaleGenerator
        In training mode.
    inputs : iterable of (noisy, coarser)
        As its `forward` takes them.
    """
    norms = [module for module in generator.modules() if isinstance(module, SignalNorm)]
    for count, (noisy, coarser) in enumerate(inputs, start=1):
        for norm in norms:
            norm.momentum = 1 / count
        generator(noisy, coarser)
    for norm in norms:
        norm.momentum = MOMENTUM
