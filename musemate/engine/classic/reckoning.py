"""How long a training will take: its work, counted, over the device's speed, measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from musemate.engine.base import CPU, Estimate
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.networks import inner_type
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.scales import Scales, candidate_rates
from musemate.engine.device import repeatable
from musemate.engine.stopwatch import Stopwatch

CRITIC_PASSES = 14
"""Passes through the critic's convolutions a step: forth and twice back for real and for fake, six for the gradient
penalty (forth, back, forth and three times back through both), forth and back for the generator's sake."""
GENERATOR_PASSES = 6
"""Forth and twice back, for the fake and for the reconstruction."""
N_SAMPLES = 1024
"""Of the signal that the speed is measured with, besides what the networks' ends take."""
WARM_UP = 1
KEPT_ACTIVATIONS = 10.0
"""Tensors of full width and single precision that a step keeps for each convolution at its peak."""
KEPT_SHORT = 5.5
"""The same where they are kept in bfloat16."""
TORCH_MIB = 300.0


def pass_work(config: ClassicConfig, n_signals: int, width: int, length: int) -> tuple[float, float]:
    """Return the floating point operations of one pass of a signal of `length` through critic and generator."""
    inner, ends = width * width * config.filter_size, width * n_signals * config.filter_size
    reach = [dilation * (config.filter_size - 1) for dilation in config.dilation_factors]
    shrunk = [sum(reach[: i + 1]) for i in range(len(reach))]
    blocks = [ends, *([inner] * (config.num_layers - 2))]
    critic = sum(w * (length - s) for w, s in zip(blocks, shrunk, strict=False))
    critic += width * config.filter_size * (length - shrunk[-1])
    generator = sum(w * (length + shrunk[-1] - s) for w, s in zip(blocks, shrunk, strict=False))
    generator += (3 * inner + width * n_signals) * length
    return 2.0 * critic, 2.0 * generator


def step_costs(rates_hz: Sequence[int], lengths: Sequence[int], n_signals: int, config: ClassicConfig) -> list[float]:
    """Return the floating point operations of a step at each scale, drawings of coarser scales included."""
    costs, below = [], 0.0
    for scale, (rate_hz, length) in enumerate(zip(rates_hz, lengths, strict=True)):
        critic, generator = pass_work(config, n_signals, config.channels(scale), length)
        n_steps = config.steps(rate_hz)
        n_drawn = min(config.bank_size, n_steps) if config.bank_size else n_steps
        costs.append(CRITIC_PASSES * critic + GENERATOR_PASSES * generator + below * n_drawn / n_steps)
        below += generator
    return costs


def reckon(rate_hz: int, n_channels: int, seconds: float, config: ClassicConfig, device: str) -> Estimate:
    """Return what training on so much sound will take.

    Which scale is the coarsest depends on the fragment's energy; all are counted. The coarse ones hardly count.
    """
    rates = candidate_rates(rate_hz, config)
    lengths = [round(seconds * rate) for rate in rates]
    costs = step_costs(rates, lengths, n_channels, config)
    work = sum(cost * config.steps(rate) for cost, rate in zip(costs, rates, strict=True))
    return Estimate(work / measure_speed(config, n_channels, device), peak_mib(lengths[-1], config, device), device)


def measure_speed(config: ClassicConfig, n_signals: int, device: str) -> float:
    """Return the floating point operations a second of a real, small training step; takes about a second."""
    training = _small_training(config, n_signals, device)
    (cost,) = step_costs([1], [training.real.shape[-1]], n_signals, training.config)
    with repeatable(device):
        steps = training.steps()
        for _ in range(WARM_UP):
            next(steps)
        watch = Stopwatch(device)
        next(steps)  # its losses are numbers on the CPU: the device has finished
        return cost / watch.seconds()


def _small_training(config: ClassicConfig, n_signals: int, device: str) -> ScaleTraining:
    """Set up a wide scale of noise that is a second or so of work at most."""
    n = N_SAMPLES + 2 * config.pad_size
    wide = replace(config, hidden_channels_init=config.channels(1), bank_size=1, num_epochs=100, full_epochs_to_hz=0)
    random = torch.Generator().manual_seed(0)
    signal = 0.1 * torch.randn(n_signals, n, generator=random)
    pyramid = Pyramid(wide, (1,), n_signals, torch.device(device))
    with torch.random.fork_rng(devices=[]):
        return ScaleTraining(wide, Scales((1,), [signal]), pyramid, None, random)


def peak_mib(length: int, config: ClassicConfig, device: str) -> float:
    """Return the memory that a step of the finest scale takes: its activations, and on the CPU torch itself."""
    short = device == CPU and inner_type(config) == torch.bfloat16
    activations = (
        (KEPT_SHORT if short else KEPT_ACTIVATIONS) * config.num_layers * config.channels(1) * length * 4 / 2**20
    )
    bank = min(config.bank_size, config.num_epochs) * length * 4 / 2**20
    return activations + bank + (TORCH_MIB if device == CPU else 0)
