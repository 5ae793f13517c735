"""The `classic` engine: trains the scales of a fragment one by one, stores each when done, loads them again."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import torch

from musemate.audio.clip import AudioClip
from musemate.engine.base import CPU, Cancelled, Estimate, Need, TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import ClassicConfig, make_config
from musemate.engine.classic.kernels import StepCancelledError
from musemate.engine.classic.ladder import Ladder, Rung
from musemate.engine.classic.model import ClassicModel
from musemate.engine.classic.networks import ScaleCritic, ScaleGenerator
from musemate.engine.classic.preparing import Prepared, prepare
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.reckoning import Pace, measure_pace, needs, reckon, scale_mib, step_costs
from musemate.engine.clock import Pauses, TrainingClock
from musemate.engine.device import one_thread, repeatable
from musemate.engine.events import DeviceChanged, Event, Progressed, RunStarted, Warned
from musemate.engine.fitting import check_fits, fits
from musemate.engine.loading import damage_said
from musemate.engine.memory import memory_errors_said, release_memory
from musemate.engine.parts import Part, check_same, hear_somewhere, no_loss, seeded, store_finite, train_parts
from musemate.engine.points import check_point, chosen_part, part_at
from musemate.engine.previews import preview_seconds
from musemate.engine.region import check_region, clip_hash
from musemate.engine.states import Keeper, what_matters
from musemate.errors import CheckpointError, DeviceMemoryError
from musemate.language import _

REPORT_EVERY_S = 0.1
FRAGMENT = "fragment"


class ClassicEngine:
    """Catch-A-Waveform; see the package's docstring for the method."""

    name = "classic"

    def check(self, request: TrainRequest) -> None:
        """Refuse impossible settings; see `musemate.engine.base.Engine`."""
        make_config(request.preset, request.options)

    def estimate(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> Estimate:
        """Reckon with the work of every scale and the device's measured speed; see `musemate.engine.base.Engine`."""
        return reckon(rate_hz, n_channels, seconds, make_config(request.preset, request.options), request.device)

    def needs(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> list[Need]:
        """Reckon with the longest scale; see `musemate.engine.base.Engine`."""
        return needs(rate_hz, n_channels, seconds, make_config(request.preset, request.options), request.device)

    def train(
        self, clip: AudioClip, request: TrainRequest, directory: Path, cancelled: Cancelled = lambda: False
    ) -> Iterator[Event]:
        """Train on a clip; see `musemate.engine.base.Engine`."""
        config = make_config(request.preset, request.options)
        check_region(clip)
        with memory_errors_said(CPU), repeatable(request.device):
            yield from _Training(clip, config, request, directory, cancelled).events()

    def load(self, directory: Path, device: str = CPU, at_steps: int | None = None) -> ClassicModel:
        """Load what is finished; see `musemate.engine.base.Engine`."""
        with memory_errors_said(device), damage_said(directory):
            return load_model(Checkpoint(directory), device, at_steps)


class _Training:
    def __init__(
        self, clip: AudioClip, config: ClassicConfig, request: TrainRequest, directory: Path, cancelled: Cancelled
    ) -> None:
        self.clip, self.config, self.request = clip, config, request
        self.pauses = Pauses(cancelled)
        self.checkpoint = Checkpoint(directory)
        self.facts = {"seed": request.seed, "clip": clip_hash(clip)}
        self.keeper = Keeper(self.checkpoint, {**self.facts, "config": what_matters(config.to_json())})
        self.pauses.before_rest(self.keeper.keep)
        self.ladder = Ladder(config, request.device)

    def events(self) -> Iterator[Event]:
        prepared = self._prepared()
        names = prepared.scales.names
        yield RunStarted(run="", device=self.request.device, scales=names)
        if prepared.scales.skipped:
            yield Warned(prepared.scales.skipped, _("A longer or louder region is heard at more scales."))
        self.steps = [self.config.steps(scale, rate) for scale, rate in enumerate(prepared.scales.rates_hz)]
        self.clock = self._clock(prepared)
        self.parts = [Part(name, _part(index)) for index, name in enumerate(names)]
        yield from train_parts(self.parts, self.checkpoint, self.pauses, self._train_scale, self._heard)

    def _clock(self, prepared: Prepared) -> TrainingClock:
        """Return a clock that reckons with the work of each scale and the device's measured speed.

        The coarsest scale's networks are narrow: the time that its steps take says nothing about the others.
        """
        scales, names, pace = prepared.scales, prepared.scales.names, self._pace(prepared.n_signals)
        costs = step_costs(scales.rates_hz, scales.lengths, prepared.n_signals, self.config)
        prior_s = {name: pace.seconds(cost) for name, cost in zip(names, costs, strict=True)}
        return TrainingClock(names, self.steps, prior_s, self.pauses, apart=names[:1])

    def _pace(self, n_signals: int) -> Pace:
        """Measure the speed once, unless the training is stopped meanwhile or memory is too short for that."""
        device, known = self.request.device, self.checkpoint.facts.get("pace", {})
        if known.get("device") == device:
            return Pace(known["fixed_s"], known["work_per_s"])
        try:
            with memory_errors_said(device):
                pace = measure_pace(self.config, n_signals, device, self.pauses)
        except (DeviceMemoryError, StepCancelledError):
            return Pace(0.0, 1.0)
        with suppress(CheckpointError):
            self.checkpoint.note({"pace": {**asdict(pace), "device": device}})
        return pace

    def _prepared(self) -> Prepared:
        """Analyse and store the fragment, or make sure that a stored one is of the same clip and settings."""
        known = self.checkpoint.facts
        with one_thread():
            prepared = prepare(self.clip, self.config)
        if FRAGMENT not in self.checkpoint.parts:
            stored = {**self.facts, "config": self.config.to_json(), **prepared.facts()}
            self.checkpoint.store(FRAGMENT, prepared.tensors(), stored)
        else:
            begun = self.config.as_begun(known["config"])
            check_same({**known, "config": begun}, {**self.facts, "config": self.config})
        return prepared

    def _train_scale(self, index: int) -> Iterator[Event]:
        """Train a scale, as often as memory runs out each time one rung lower, until it is stored or cancelled."""
        yield from self._make_fit(index)
        while True:
            device = self.ladder.device
            try:
                with memory_errors_said(device):
                    yield from self._try_scale(index)
                return
            except DeviceMemoryError:
                warned = self.ladder.climb_down()
                if warned is None:
                    raise
            release_memory()  # out here, where the failure no longer holds what it was computed with
            yield from self._said(warned, device)

    def _make_fit(self, index: int) -> Iterator[Event]:
        """Climb down to a rung that the free memory is enough for: Linux kills a process rather than refuse it some."""
        scales = _load_fragment(self.checkpoint).scales
        n_signals, length = scales.signals[index].shape

        def need(rung: Rung) -> Need:
            mib = scale_mib(index, scales.rates_hz[index], length, n_signals, rung.config, rung.device)
            return Need(rung.device, mib)

        now, *lower = self.ladder.left
        if fits(need(now)):
            return
        device = self.ladder.device
        warned = self.ladder.climb_down(lambda rung: fits(need(rung)), ran_out=False)
        if warned is None:
            check_fits([need(rung) for rung in (now, *lower)], ClassicEngine.name, self.parts[index].name)
        else:
            yield from self._said(warned, device)

    def _said(self, warned: Warned, device_before: str) -> Iterator[Event]:
        yield warned
        if self.ladder.device != device_before:
            yield DeviceChanged(self.ladder.device)

    def _try_scale(self, index: int) -> Iterator[Event]:
        part, n_steps = self.parts[index], self.steps[index]
        points = tuple(point for point in self.config.snapshots if point < n_steps)
        training = self.keeper.resumed(part.file, points, lambda: self._training(index))
        yield from self.keeper.news()
        with self.keeper.watching(index, part.file, training):
            yield from self._steps(index, training, points)
        if len(training.pyramid.generators) > index:  # else it was cancelled
            store_finite(self.checkpoint, part, scale_tensors(training))
            self.keeper.forget()

    def _steps(self, index: int, training: ScaleTraining, points: Sequence[int]) -> Iterator[Event]:
        """Take the steps that are left, and say how they go; ends early where cancelled."""
        part, n_scales, reported = self.parts[index], len(training.scales.rates_hz), 0.0
        self.clock.begin(index, training.done)
        if training.done:
            shown = self.clock.look(training.done)
            yield Progressed(index, n_scales, training.done, training.n_steps, {}, *shown)
            if not self._point_kept(part, training, points):
                return
        for losses in training.steps():
            step = training.done
            if not all(math.isfinite(loss) for loss in losses.values()):
                raise no_loss(part, f"step {step}: {losses}")
            if time.monotonic() - reported >= REPORT_EVERY_S or step == training.n_steps:
                reported = time.monotonic()
                yield Progressed(index, n_scales, step, training.n_steps, losses, *self.clock.look(step))
            stopping = self.pauses.cancelled() or not self._point_kept(part, training, points)
            yield from self.keeper.look(stopping=stopping)
            if stopping:
                return
        if len(training.pyramid.generators) == index:  # cancelled inside a step
            yield from self.keeper.look(stopping=True)

    def _point_kept(self, part: Part, training: ScaleTraining, points: Sequence[int]) -> bool:
        """Keep the scale as it is now, where that is asked for and not done; False where it was cancelled."""
        step = training.done
        if step not in points or part_at(part.file, step) in self.checkpoint.parts:
            return True
        if (kept := training.kept()) is None:
            return False
        store_finite(self.checkpoint, part, generator_tensors(training, kept), step)
        return True

    def _training(self, index: int) -> ScaleTraining:
        """Return the training of a scale as it begins."""
        prepared = _load_fragment(self.checkpoint)
        pyramid = _load_pyramid(self.checkpoint, self.config, prepared, torch.device(self.ladder.device))
        below = _load_critic(self.checkpoint, index - 1, self.config, prepared.n_signals) if index else None
        with seeded(self.request.seed, index) as random:
            return ScaleTraining(self.ladder.config, prepared.scales, pyramid, below, random, self.pauses)

    def _heard(self, index: int) -> tuple[AudioClip, AudioClip]:
        """Make new material as the scale that was just finished makes it, and the fragment, both at its own rate."""
        seconds = preview_seconds(self.clip)
        request = TakeRequest(seconds, "new", seed=index)
        made = hear_somewhere(
            self.ladder.device, lambda device: load_model(self.checkpoint, device).scale_clip(request, index)
        )
        return made, _load_fragment(self.checkpoint).clip(index, seconds)


def scale_tensors(training: ScaleTraining) -> dict[str, torch.Tensor]:
    """Return what a checkpoint stores of a trained scale."""
    critic = {f"critic.{key}": tensor for key, tensor in training.critic.state_dict().items()}
    return generator_tensors(training, training.generator) | critic


def generator_tensors(training: ScaleTraining, generator: ScaleGenerator) -> dict[str, torch.Tensor]:
    """Return what makes takes of a scale with one of its generators: that in training, or one that was kept."""
    tensors = {f"generator.{key}": tensor for key, tensor in generator.state_dict().items()}
    tensors["noise_level"] = training.noise_level
    if training.scale == 0:
        assert training.pyramid.fixed_noise is not None
        tensors["fixed_noise"] = training.pyramid.fixed_noise
    return tensors


def _part(index: int) -> str:
    return f"scale-{index}"


def load_model(checkpoint: Checkpoint, device: str, at_steps: int | None = None) -> ClassicModel:
    """Load a trained fragment as far as it got, or as it was after so many steps of each scale.

    Raises
    ------
    CheckpointError
        No scale is finished yet.
    SettingsError
        That point was not kept.
    """
    check_point(checkpoint.parts, at_steps)
    if _part(0) not in checkpoint.parts:
        raise CheckpointError(
            _("This training was stopped before its first scale was finished, so it cannot make takes yet."),
            hint=_("Go on with the training, or start a new one."),
        )
    config = make_config("code", checkpoint.facts["config"])
    prepared = _load_fragment(checkpoint)
    pyramid = _load_pyramid(checkpoint, config, prepared, torch.device(device), at_steps)
    return ClassicModel(prepared.scales, prepared.gain, pyramid)


def _load_fragment(checkpoint: Checkpoint) -> Prepared:
    return Prepared.restore(checkpoint.load(FRAGMENT), checkpoint.facts)


def _load_pyramid(
    checkpoint: Checkpoint,
    config: ClassicConfig,
    prepared: Prepared,
    device: torch.device,
    at_steps: int | None = None,
) -> Pyramid:
    pyramid = Pyramid(config, prepared.scales.rates_hz, prepared.n_signals, device)
    for index in range(len(pyramid.rates_hz)):
        if _part(index) not in checkpoint.parts:
            break
        part = chosen_part(_part(index), checkpoint.parts, at_steps)
        tensors = {name: t.to(device) for name, t in checkpoint.load(part).items()}
        if index == 0:
            pyramid.fixed_noise = tensors["fixed_noise"]
        generator = ScaleGenerator(config, prepared.n_signals, config.channels(index))
        generator.load_state_dict(_under("generator.", tensors))
        pyramid.add(generator.to(device), tensors["noise_level"])
    return pyramid


def _load_critic(checkpoint: Checkpoint, index: int, config: ClassicConfig, n_signals: int) -> ScaleCritic:
    critic = ScaleCritic(config, n_signals, config.channels(index))
    critic.load_state_dict(_under("critic.", checkpoint.load(_part(index))))
    return critic


def _under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
