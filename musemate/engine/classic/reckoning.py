"""How long a training will take: its work, counted, over the device's speed, measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import torch

from musemate.engine.base import CPU, Estimate
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.scales import Scales, candidate_rates
from musemate.engine.device import repeatable

CRITIC_PASSES = 14
"""Passes through the critic's convolutions a step: forth and twice back for real and for fake, six for the gradient
penalty (forth, back, forth and three times back through both), forth and back for the generator's sake."""
GENERATOR_PASSES = 6
"""Forth and twice back, for the fake and for the reconstruction."""
N_SAMPLES = 4096
"""Of the signal that the speed is measured with, besides what the networks' ends take."""
WARM_UP = 1
KEPT_ACTIVATIONS = 6
"""Tensors of full width that a step keeps for each convolution."""
TORCH_MIB = 300.0


def layer_weights(config: ClassicConfig, n_signals: int, width: int) -> tuple[int, int]:
    """Return the multiplications a sample of one pass through critic and generator."""
    inner = width * width * config.filter_size
    ends = width * n_signals * config.filter_size
    critic = ends + (config.num_layers - 2) * inner + width * config.filter_size
    generator = ends + (config.num_layers - 2) * inner + 3 * inner + width * n_signals
    return critic, generator


def step_costs(rates_hz: Sequence[int], lengths: Sequence[int], n_signals: int, config: ClassicConfig) -> list[float]:
    """Return the floating point operations of a step at each scale, drawings of coarser scales included."""
    costs, below = [], 0.0
    for scale, (rate_hz, length) in enumerate(zip(rates_hz, lengths, strict=True)):
        critic, generator = layer_weights(config, n_signals, config.channels(scale))
        own = 2.0 * length * (CRITIC_PASSES * critic + GENERATOR_PASSES * generator)
        n_steps = config.steps(rate_hz)
        n_drawn = min(config.bank_size, n_steps) if config.bank_size else n_steps
        costs.append(own + below * n_drawn / n_steps)
        below += 2.0 * length * generator
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
        began = time.perf_counter()
        next(steps)  # its losses are numbers on the CPU: the device has finished
        return cost / (time.perf_counter() - began)


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
    activations = KEPT_ACTIVATIONS * config.num_layers * config.channels(1) * length * 4 / 2**20
    bank = min(config.bank_size, config.num_epochs) * length * 4 / 2**20
    return activations + bank + (TORCH_MIB if device == CPU else 0)
