"""What a training will take: its work, counted, over the device's speed, measured; and the memory of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from musemate.engine.base import CPU, Cancelled, Estimate, Need
from musemate.engine.classic.climbing import ScaleTraining, is_batched
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.kernels import StepCancelledError
from musemate.engine.classic.ladder import rungs
from musemate.engine.classic.networks import inner_type
from musemate.engine.classic.pyramid import PIECE, Pyramid
from musemate.engine.classic.scales import Scales, candidate_rates
from musemate.engine.device import repeatable
from musemate.engine.memory import PROCESS_MIB
from musemate.engine.stopwatch import Stopwatch

CRITIC_PASSES = 14
"""Passes through the critic's convolutions a step: forth and twice back for real and for fake, six for the gradient
penalty (forth, back, forth and three times back through both), forth and back for the generator's sake."""
GENERATOR_PASSES = 6
"""Forth and twice back, for the fake and for the reconstruction."""
SETTLING_PASSES = 2
"""Through the generator with the whole signal, after a scale's last step, where steps see excerpts."""
AGAIN = 1
"""Passes through the generator that a checkpointed step takes twice."""
N_SAMPLES = (256, 6144)
"""Of the two signals that are timed, besides what the networks' ends take. A step's fixed costs stand out in the short
one and its work in the long one; a longer one would take seconds."""
MIB = 2.0**20
KEPT = {"batched": (9.0, 17.0), "one by one": (6.0, 10.0), "checkpointed": (4.0, 4.0)}
"""Tensors of full width and single precision that are held at a step's peak: for each block, and besides.
A block's convolution and norm hold one each for every way back that is open. Measured, see the benchmarks' table."""
SHORT = 0.62
"""Of it where they are held in bfloat16: the ends of the networks and what sums up are not."""
UNFUSED = 1.5
"""Of it with torch's own norms, which take their second derivative apart."""
SETTLING = 5.0
"""Tensors of full width and length that are held while a generator's norms settle."""
DRAWING = 6.0
"""Tensors of full width and one piece that frozen scales draw with. Beside steps on whole signals they do not count; of
steps on excerpts, tensors are so small that the system does not get them back before others are drawn or settle."""
SET_UP_MIB = 165.0
"""On the CPU: what oneDNN compiles for itself, weights, their gradients and moments."""


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
        critic, generator = pass_work(config, n_signals, config.channels(scale), config.seen(length))
        _, whole = pass_work(config, n_signals, config.channels(scale), length)
        n_steps = config.steps(scale, rate_hz)
        n_drawn = min(config.bank_size, n_steps) if config.bank_size else n_steps
        passes = GENERATOR_PASSES + (AGAIN if config.checkpointed else 0)
        settling = SETTLING_PASSES * whole if config.seen(length) < length else 0.0
        if settling:  # what is kept at a point is settled too, and draws the coarser scales anew for it
            settling += (settling + below) * sum(point < n_steps for point in config.snapshots)
        costs.append(CRITIC_PASSES * critic + passes * generator + (below * n_drawn + settling) / n_steps)
        below += whole
    return costs


@dataclass(frozen=True)
class Pace:
    """What a step takes: a fixed time, and that of its work.

    Parameters
    ----------
    fixed_s : float
        For weights, Adam and everything else that does not grow with the signal.
    work_per_s : float
        Floating point operations a second.
    """

    fixed_s: float
    work_per_s: float

    @classmethod
    def of(cls, works: tuple[float, float], seconds: tuple[float, float]) -> Pace:
        """Lay a line through a small and a large step; where it does not rise, the large one alone tells."""
        more_work, more_s = works[1] - works[0], seconds[1] - seconds[0]
        fixed_s = seconds[0] - works[0] * more_s / more_work
        if more_s <= 0 or fixed_s < 0:
            return cls(0.0, works[1] / seconds[1])
        return cls(fixed_s, more_work / more_s)

    def seconds(self, work: float) -> float:
        """Return the time of a step."""
        return self.fixed_s + work / self.work_per_s


def reckon(rate_hz: int, n_channels: int, seconds: float, config: ClassicConfig, device: str) -> Estimate:
    """Return what training on so much sound will take.

    Which scale is the coarsest depends on the fragment's energy; all are counted. The coarse ones hardly count.
    """
    rates, lengths = _sizes(rate_hz, seconds, config)
    costs = step_costs(rates, lengths, n_channels, config)
    pace = measure_pace(config, n_channels, device)
    steps = [config.steps(scale, rate) for scale, rate in enumerate(rates)]
    spent_s = sum(n * pace.seconds(cost) for n, cost in zip(steps, costs, strict=True))
    return Estimate(spent_s, peak_mib(rates, lengths, n_channels, config, device), device)


def measure_pace(config: ClassicConfig, n_signals: int, device: str, cancelled: Cancelled = lambda: False) -> Pace:
    """Time real steps of full width and two lengths; takes about four seconds on two cores.

    Raises
    ------
    StepCancelledError
        `cancelled()` turned True.
    """
    with repeatable(device):
        (small, small_s), (large, large_s) = (_timed_step(config, n_signals, n, device, cancelled) for n in N_SAMPLES)
    return Pace.of((small, large), (small_s, large_s))


def _timed_step(
    config: ClassicConfig, n_signals: int, n_samples: int, device: str, cancelled: Cancelled
) -> tuple[float, float]:
    """Return the work of a step and its seconds, the quicker of two: the first one of a length sets up its kernels."""
    training = _small_training(config, n_signals, n_samples, device)
    training.cancelled = cancelled
    (work,) = step_costs([1], [training.real.shape[-1]], n_signals, training.config)
    steps, spent = training.steps(), []
    for _ in range(2):
        watch = Stopwatch(device)
        if next(steps, None) is None:  # else its losses are numbers on the CPU: the device has finished
            raise StepCancelledError
        spent.append(watch.seconds())
    return work, min(spent)


def _small_training(config: ClassicConfig, n_signals: int, n_samples: int, device: str) -> ScaleTraining:
    """Set up a scale of noise, as wide as all but the coarsest, that is seen whole."""
    n = n_samples + 2 * config.pad_size
    wide = replace(config, hidden_channels_init=config.channels(1), bank_size=1, num_epochs=100, full_epochs_to_hz=0)
    wide = replace(wide, coarsest_epochs=0, crop_samples=0)
    random = torch.Generator().manual_seed(0)
    signal = 0.1 * torch.randn(n_signals, n, generator=random)
    pyramid = Pyramid(wide, (1,), n_signals, torch.device(device))
    with torch.random.fork_rng(devices=[]):
        return ScaleTraining(wide, Scales((1,), [signal]), pyramid, None, random)


def peak_mib(
    rates_hz: Sequence[int], lengths: Sequence[int], n_signals: int, config: ClassicConfig, device: str
) -> float:
    """Return the memory that the largest of the scales takes."""
    sizes = enumerate(zip(rates_hz, lengths, strict=True))
    return max(scale_mib(scale, rate_hz, length, n_signals, config, device) for scale, (rate_hz, length) in sizes)


def scale_mib(scale: int, rate_hz: int, length: int, n_signals: int, config: ClassicConfig, device: str) -> float:
    """Return the memory that training a scale takes at its peak: a step's tensors, the bank and, on the CPU, torch."""
    one, seen = length * 4 / MIB, config.seen(length)
    bank = min(config.bank_size, config.steps(scale, rate_hz)) * n_signals * one if scale else 0.0
    held = _kept(seen, config, device) * seen / length
    if seen < length:
        held += _short(config, device) * SETTLING + DRAWING * min(PIECE, length) / length
    return held * config.channels(scale) * one + bank + _process_mib(device)


def _kept(seen: int, config: ClassicConfig, device: str) -> float:
    """Return how many tensors of full width a step that sees so many samples holds at its peak."""
    way = "batched" if is_batched(config, seen, device) else "checkpointed" if config.checkpointed else "one by one"
    a_block, besides = KEPT[way]
    factor = 1.0 if config.fast_kernels else UNFUSED
    return _short(config, device) * factor * (a_block * (config.num_layers - 1) + besides)


def _short(config: ClassicConfig, device: str) -> float:
    """Return what a tensor takes beside one of single precision."""
    return SHORT if device == CPU and inner_type(config) == torch.bfloat16 else 1.0


def _process_mib(device: str) -> float:
    return PROCESS_MIB + SET_UP_MIB if device == CPU else 0.0


def needs(rate_hz: int, n_channels: int, seconds: float, config: ClassicConfig, device: str) -> list[Need]:
    """Return what memory each way of training on so much sound takes; see `musemate.engine.base.Engine.needs`."""
    rates, lengths = _sizes(rate_hz, seconds, config)
    return [
        Need(rung.device, peak_mib(rates, lengths, n_channels, rung.config, rung.device))
        for rung in rungs(config, device)
    ]


def _sizes(rate_hz: int, seconds: float, config: ClassicConfig) -> tuple[tuple[int, ...], list[int]]:
    """Return rates and lengths of all the scales that a fragment may have."""
    rates = candidate_rates(rate_hz, config)
    return rates, [round(seconds * rate) for rate in rates]
