"""Says beforehand how long a training takes and how much memory: a few of its real steps, measured.

What is timed are the very steps of the training, on noise of the fragment's shape: their time and memory depend on
sizes alone.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import torch
from torch import nn

from musemate.engine.base import CPU, Estimate
from musemate.engine.frames.climbing import PENALTY_EVERY, ScaleTraining
from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.guide import N_ACCENT, speeds
from musemate.engine.frames.ladder import SHORTEST
from musemate.engine.frames.rendering import RendererTraining
from musemate.engine.frames.stack import Pyramid
from musemate.engine.memory import PROCESS_MIB
from musemate.engine.stopwatch import Stopwatch

TIMED_S = 0.35
"""Time for the steps of each kind of part; some are taken in any case, and one before them unmeasured."""
CYCLE = {"draft": 1, "sound": 1, "scale": PENALTY_EVERY}
"""Steps that are timed together: every few steps a scale's critic takes a penalty, which costs more."""
SHORT_S = 6.0
"""The renderer's steps cut crops of fixed length: noise of this length does as well as a long one."""
MOST_CYCLES = 50
N_WALKS = 2
N_GUIDE = N_ACCENT + 2 * len(speeds(4))
PART_S = 1.0
"""What a part takes besides its steps: to be set up, stored and heard."""
COPIES = 5
"""Of every weight: itself, its gradient, Adam's two moments and the running average."""
MIB = 2.0**20


@dataclass
class Held:
    """Counts the bytes that autograd holds for its way back, and their peak, while it is entered."""

    now: int = 0
    peak: int = 0
    _hooks: Any = field(default=None, repr=False)

    def __enter__(self) -> Held:
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, lambda kept: kept.tensor)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._hooks.__exit__(*error)

    def _pack(self, tensor: torch.Tensor) -> _Kept:
        kept, n_bytes = _Kept(tensor), tensor.nbytes
        self.now += n_bytes
        self.peak = max(self.peak, self.now)
        weakref.finalize(kept, self._let_go, n_bytes)
        return kept

    def _let_go(self, n_bytes: int) -> None:
        self.now -= n_bytes


@dataclass(eq=False)
class _Kept:
    tensor: torch.Tensor


def reckon(config: FramesConfig, framing: Framing, seconds: float, device: str) -> Estimate:
    """Measure some steps of every kind of part and add up the training.

    Parameters
    ----------
    config : FramesConfig
    framing : Framing
        Of the region.
    seconds : float
        Length of the region.
    device : str
        The torch device to measure.
    """
    costs, mib = {}, _always_mib(framing, seconds, device)
    steps_mib = 0.0
    for kind, n_steps, training in _trainings(config, framing, seconds, device):
        step_s, held = _measured(training.steps(), CYCLE[kind], device)
        costs[kind] = step_s * n_steps + PART_S * (len(config.time_scales) if kind == "scale" else 1)
        steps_mib = max(steps_mib, (held + _weight_bytes(training)) / MIB)
    return Estimate(sum(costs.values()), mib + steps_mib, device)


def least_mib(config: FramesConfig, framing: Framing, seconds: float, device: str) -> float:
    """Return the memory of a training on the lowest rung of its ladder; takes one step of each kind of part."""
    lowest = replace(config, draft_batch=1, sound_batch=1, pyramid_batch=1, **_shortest(config))
    steps_mib = 0.0
    for _, _, training in _trainings(lowest, framing, seconds, device):
        with Held() as held:
            next(training.steps())
        steps_mib = max(steps_mib, (held.peak + _weight_bytes(training)) / MIB)
    return _always_mib(framing, seconds, device) + steps_mib


def _shortest(config: FramesConfig) -> dict[str, Any]:
    return {name: min(length, getattr(config, name)) for name, length in SHORTEST.items()}


def _always_mib(framing: Framing, seconds: float, device: str) -> float:
    """Return the memory that every step needs: of the process, and of the sound."""
    sound_mib = framing.rate_hz * framing.n_channels * seconds * 4 / MIB
    return (PROCESS_MIB if device == CPU else 0.0) + 4 * sound_mib


def _trainings(
    config: FramesConfig, framing: Framing, seconds: float, device: str
) -> Iterator[tuple[str, int, RendererTraining | ScaleTraining]]:
    """Yield each kind of part with the steps that all of its parts take together."""
    generator = torch.Generator().manual_seed(0)

    def noise(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator).to(device)

    n_short = framing.n_frames(round(min(seconds, SHORT_S) * framing.rate_hz))
    frames = noise(config.n_components, n_short)
    sound = 0.1 * noise(framing.n_channels, (n_short - 1) * framing.hop_length)
    draft = RendererTraining(config, framing, frames, 1, sound, generator)
    yield "draft", config.draft_steps, draft
    weights = {name: tensor.clone() for name, tensor in draft.averaged.state_dict().items()}
    del draft
    yield "sound", config.sound_steps, RendererTraining(config, framing, frames, 1, sound, generator, weights)
    n = framing.n_frames(round(seconds * framing.rate_hz))
    walks = torch.arange(n, device=device).repeat(N_WALKS, 1)
    # the finest scale alone: a step of any other takes as long, its crops have as many frames
    finest = replace(config, time_scales=(1,))
    scale = ScaleTraining(finest, Pyramid((1,)), noise(config.n_generated, n), noise(N_GUIDE, n), walks, generator)
    yield "scale", config.pyramid_steps * len(config.time_scales), scale


def _measured(steps: Iterator[object], cycle: int, device: str) -> tuple[float, int]:
    """Return the seconds of a step and the bytes that its ways back hold."""
    with Held() as held:
        next(steps)  # its time says nothing: the first one chooses its kernels
    times: list[float] = []
    while not times or (sum(times) * cycle < TIMED_S and len(times) < MOST_CYCLES):
        watch = Stopwatch(device)
        if len(list(islice(steps, cycle))) < cycle:  # a training of very few steps is over
            break
        times.append(watch.seconds() / cycle)
    # the quickest: what else the machine does just now only ever adds to the time
    return min(times, default=0.0), held.peak


def _weight_bytes(training: RendererTraining | ScaleTraining) -> int:
    if isinstance(training, RendererTraining):
        modules: Iterable[nn.Module] = (training.renderer, training.discriminators)
    else:
        modules = (training.made, training.critic)
    return COPIES * sum(p.nbytes for module in modules for p in module.parameters())
