"""Which scales a fragment has, and the fragment at each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
import torch

from musemate.engine.classic.config import EXTENDED_RATES_HZ, SPEECH_FROM_HZ, ClassicConfig
from musemate.errors import TooShortError
from musemate.language import _, number

SILENT_FROM_HZ = 500
"""Where a fragment begins that no rate has enough energy for."""


@dataclass(frozen=True)
class Scales:
    """A fragment's scales, coarse to fine.

    Parameters
    ----------
    rates_hz : tuple of int
    signals : list of Tensor, shape (n_signals, n of that scale), float32
        The fragment at each rate.
    skipped : str
        What the songwriter should know about scales that were left out, "" when nothing.
    """

    rates_hz: tuple[int, ...]
    signals: list[torch.Tensor]
    skipped: str = ""

    @property
    def names(self) -> list[str]:
        """What the scales are called."""
        return [scale_name(rate_hz) for rate_hz in self.rates_hz]

    @property
    def lengths(self) -> list[int]:
        """Samples at each scale."""
        return [signal.shape[-1] for signal in self.signals]

    @property
    def energies(self) -> list[list[float]]:
        """Mean energy of each signal at each scale."""
        return [signal.double().square().mean(dim=-1).tolist() for signal in self.signals]


def scale_name(rate_hz: int) -> str:
    """Return what a scale is called, for instance "320 Hz"."""
    return f"{rate_hz} Hz"


def candidate_rates(rate_hz: int, config: ClassicConfig) -> tuple[int, ...]:
    """Return the rates at which a fragment of `rate_hz` could be trained; the last one is its own or the top rate."""
    top = min(rate_hz, config.top_rate_hz)
    rates = sorted({*config.fs_list, *(EXTENDED_RATES_HZ if config.extended else ())})
    lowest = SPEECH_FROM_HZ if config.speech else 0
    return (*(rate for rate in rates if lowest <= rate < top), top)


def make_scales(samples: torch.Tensor, rate_hz: int, config: ClassicConfig) -> Scales:
    """Bring a fragment to every rate it is trained at.

    Parameters
    ----------
    samples : Tensor, shape (n_signals, n), float32
        With a peak of 1.
    rate_hz : int
    config : ClassicConfig

    Raises
    ------
    TooShortError
        It is shorter than the networks' receptive field, even at its own rate.
    """
    rates = candidate_rates(rate_hz, config)
    signals = [downsample(samples, rate_hz, rate) for rate in rates]
    first, skipped = _first_scale(rates, signals, config)
    long_enough = [i for i in range(first, len(rates)) if signals[i].shape[-1] >= config.shortest]
    if not long_enough:
        needed_s = config.shortest / rates[-1]
        raise TooShortError(
            _("The region of {seconds} s is shorter than what the networks see.").format(
                seconds=number(samples.shape[-1] / rate_hz, ".2f")
            ),
            hint=_("Make it longer than {least} s; 20 to 60 seconds work best. Or lower num_layers.").format(
                least=number(needed_s, ".2f")
            ),
        )
    if long_enough[0] > first:
        skipped = (
            _("The region is too short for scales under {least} Hz: the networks see {seconds} s at {rate} Hz.")
        ).format(least=rates[long_enough[0]], seconds=number(config.shortest / rates[first], ".1f"), rate=rates[first])
    return Scales(rates[long_enough[0] :], signals[long_enough[0] :], skipped)


def _first_scale(rates: tuple[int, ...], signals: list[torch.Tensor], config: ClassicConfig) -> tuple[int, str]:
    """Return the coarsest scale whose energy, of all signals together, is enough.

    Where none is, the published code begins at 500 Hz; a fragment that is loud enough only at some rate keeps all
    faster ones, even where their energy is less.
    """
    if config.speech or not config.set_first_scale_by_energy:
        return 0, ""
    for index, signal in enumerate(signals):
        if float(signal.double().square().mean(dim=-1).sum()) >= config.min_energy_th:
            return index, ""
    index = next((i for i, rate in enumerate(rates) if rate >= SILENT_FROM_HZ), len(rates) - 1)
    said = _("The region is very quiet beside its peaks; training begins at {rate} Hz all the same.")
    return index, said.format(rate=rates[index])


def downsample(samples: torch.Tensor, from_hz: int, to_hz: int) -> torch.Tensor:
    """Bring (n_signals, n) to a lower rate, ceil(n * to_hz / from_hz) samples, with soxr's high quality.

    So does librosa's resampling, which the published code calls.
    """
    if from_hz == to_hz:
        return samples
    length = -(-samples.shape[-1] * to_hz // from_hz)
    lower = soxr.resample(np.ascontiguousarray(samples.numpy().T), from_hz, to_hz, quality="HQ").T[:, :length]
    filled = np.pad(lower, ((0, 0), (0, length - lower.shape[1])))
    return torch.from_numpy(np.ascontiguousarray(filled, dtype=np.float32))
