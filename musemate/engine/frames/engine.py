"""The `frames` engine: trains the parts of a fragment one by one, stores each when done, loads them again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from musemate.analysis.rhythm import find_beats
from musemate.audio.clip import AudioClip
from musemate.engine.base import CPU, Cancelled, Estimate, Need, TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.clock import Pauses, TrainingClock
from musemate.engine.device import one_thread, repeatable
from musemate.engine.events import DeviceChanged, Event, Progressed, RunStarted
from musemate.engine.frames.climbing import ScaleTraining
from musemate.engine.frames.config import FramesConfig, make_config
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.ladder import Ladder
from musemate.engine.frames.model import FramesModel, component_weights
from musemate.engine.frames.preparing import Prepared, prepare
from musemate.engine.frames.pyramid import ScaleGenerator
from musemate.engine.frames.reckoning import least_mib, reckon
from musemate.engine.frames.rendering import RendererTraining, make_renderer
from musemate.engine.frames.stack import Pyramid
from musemate.engine.frames.watching import LossWatch
from musemate.engine.loading import damage_said
from musemate.engine.memory import memory_errors_said, release_memory
from musemate.engine.parts import Part, check_same, hear_somewhere, no_loss, seeded, store_finite, train_parts
from musemate.engine.points import check_point, chosen_part
from musemate.engine.previews import beginning, preview_seconds
from musemate.engine.region import check_region, clip_hash, fitting_rate, lower_rate
from musemate.engine.states import Keeper, what_matters
from musemate.errors import CheckpointError, DeviceMemoryError
from musemate.language import _

REPORT_EVERY_S = 0.1
WALKS = 8
"""Arrangements of the fragment that the pyramid trains on."""
WALK_JUMPINESS = 0.7
PRIOR_S = {"draft": 0.065, "sound": 0.21, "scale": 0.045}
"""Seconds a step, right relative to each other."""
FRAGMENT, DRAFT, SOUND = "fragment", "draft", "sound"


class FramesEngine:
    """Frame pyramid and renderer; see the package's docstring for the method."""

    name = "frames"

    def train(
        self, clip: AudioClip, request: TrainRequest, directory: Path, cancelled: Cancelled = lambda: False
    ) -> Iterator[Event]:
        """Train on a clip; see `musemate.engine.base.Engine`."""
        config = make_config(request.preset, request.options)
        check_region(clip)
        with memory_errors_said(CPU), repeatable(request.device):
            yield from _Training(fitting_rate(clip), config, request, directory, cancelled).events()

    def check(self, request: TrainRequest) -> None:
        """Refuse impossible settings; see `musemate.engine.base.Engine`."""
        make_config(request.preset, request.options)

    def estimate(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> Estimate:
        """Time some real steps; see `musemate.engine.base.Engine`."""
        config = make_config(request.preset, request.options)
        framing = Framing(lower_rate(rate_hz), n_channels)
        with memory_errors_said(request.device), repeatable(request.device), torch.random.fork_rng(devices=[]):
            return reckon(config, framing, seconds, request.device)

    def needs(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> list[Need]:
        """Measure the lowest rung, little less than what is asked for; see `musemate.engine.base.Engine`."""
        config = make_config(request.preset, request.options)
        framing = Framing(lower_rate(rate_hz), n_channels)
        found = []
        for device in dict.fromkeys((request.device, CPU)):
            with repeatable(device), torch.random.fork_rng(devices=[]):
                found.append(Need(device, least_mib(config, framing, seconds, device)))
        return found

    def load(self, directory: Path, device: str = "cpu", at_steps: int | None = None) -> FramesModel:
        """Load what is finished; see `musemate.engine.base.Engine`."""
        with memory_errors_said(device), damage_said(directory):
            return load_model(Checkpoint(directory), device, at_steps)


@dataclass(frozen=True)
class _Part(Part):
    kind: str
    n_steps: int
    points: tuple[int, ...] = ()
    """Steps after which it is kept too."""


_PartTraining = RendererTraining | ScaleTraining


class _Training:
    def __init__(
        self,
        clip: AudioClip,
        config: FramesConfig,
        request: TrainRequest,
        directory: Path,
        cancelled: Cancelled,
    ) -> None:
        self.clip, self.config, self.request = clip, config, request
        self.pauses = Pauses(cancelled)
        self.checkpoint = Checkpoint(directory)
        self.facts = {"seed": request.seed, "clip": clip_hash(clip)}
        self.keeper = Keeper(self.checkpoint, {**self.facts, "config": what_matters(config.to_json())})
        self.pauses.before_rest(self.keeper.keep)
        self.ladder = Ladder(config, request.device, Framing(clip.rate_hz, clip.n_channels))
        self.parts = _parts(config)
        kinds, steps = [p.kind for p in self.parts], [p.n_steps for p in self.parts]
        self.clock = TrainingClock(kinds, steps, PRIOR_S, self.pauses)

    def events(self) -> Iterator[Event]:
        yield RunStarted(run="", device=self.request.device, scales=[p.name for p in self.parts])
        self._store_fragment()
        yield from train_parts(self.parts, self.checkpoint, self.pauses, self._train_part, self._heard)

    @property
    def device(self) -> torch.device:
        return torch.device(self.ladder.device)

    def _store_fragment(self) -> None:
        known = self.checkpoint.facts
        if FRAGMENT not in self.checkpoint.parts:
            with one_thread():
                prepared = prepare(self.clip, self.config, find_beats(self.clip))
            stored = {**self.facts, "config": self.config.to_json(), **prepared.facts()}
            self.checkpoint.store(FRAGMENT, prepared.tensors(), stored)
        else:
            begun = self.config.as_begun(known["config"])
            check_same({**known, "config": begun}, {**self.facts, "config": self.config})

    def _train_part(self, index: int) -> Iterator[Event]:
        """Train a part, as often as memory runs out each time one rung lower, until it is stored or cancelled."""
        part = self.parts[index]
        while True:
            device = self.ladder.device
            try:
                with memory_errors_said(device):
                    yield from self._try_part(index, part)
                return
            except DeviceMemoryError:
                warned = self.ladder.climb_down(part.kind)
                if warned is None:
                    raise
            release_memory()  # out here, where the failure no longer holds what it was computed with
            yield warned
            if self.ladder.device != device:
                yield DeviceChanged(self.ladder.device)

    def _try_part(self, index: int, part: _Part) -> Iterator[Event]:
        prepared = _load_fragment(self.checkpoint)
        training = self.keeper.resumed(part.file, part.points, lambda: self._training(index, prepared))
        yield from self.keeper.news()
        with self.keeper.watching(index, part.file, training):
            yield from self._steps(index, part, training)
        if training.done == part.n_steps:
            store_finite(self.checkpoint, part, training.trained())
            self.keeper.forget()

    def _steps(self, index: int, part: _Part, training: _PartTraining) -> Iterator[Event]:
        """Take the steps that are left, and say how they go; ends early where cancelled."""
        self.clock.begin(index, training.done)
        watch, reported = LossWatch(), 0.0
        if training.done:  # so far of a training that was stopped
            yield Progressed(index, len(self.parts), training.done, part.n_steps, {}, *self.clock.look(training.done))
        for losses in training.steps():
            step = training.done
            watch.note(losses)
            if step in part.points:
                store_finite(self.checkpoint, part, training.trained(), step)
            if time.monotonic() - reported >= REPORT_EVERY_S or step == part.n_steps:
                shown = watch.latest()
                if not watch.all_finite():
                    raise no_loss(part, f"up to step {step}: {shown}")
                reported = time.monotonic()
                yield Progressed(index, len(self.parts), step, part.n_steps, shown, *self.clock.look(step))
            stopping = self.pauses.cancelled()
            yield from self.keeper.look(stopping=stopping)
            if stopping:
                return

    def _training(self, index: int, prepared: Prepared) -> _PartTraining:
        """Return the training of a part as it begins."""
        with seeded(self.request.seed, index) as random:
            return self._trainer(self.parts[index], prepared, random)

    def _trainer(self, part: _Part, prepared: Prepared, generator: torch.Generator) -> _PartTraining:
        frames = prepared.frames.to(self.device)
        if part.kind != "scale":
            sound = prepared.framing.to_tensor(self.clip).to(self.device)
            draft = self.checkpoint.load(DRAFT) if part.file == SOUND else None
            fine = prepared.fine.to(self.device)
            return RendererTraining(
                self.ladder.config, prepared.framing, fine, prepared.phases, sound, generator, draft
            )
        pyramid = _load_pyramid(self.checkpoint, self.config, self.device)
        weights = component_weights(prepared.space.spread, self.config.n_generated).to(self.device)
        frames = frames[: self.config.n_generated] * weights[:, None]
        guide, walks = prepared.guide().to(self.device), self._walks(prepared)
        return ScaleTraining(self.ladder.config, pyramid, frames, guide, walks, generator)

    def _walks(self, prepared: Prepared) -> torch.Tensor:
        """Return arrangements that the pyramid learns to continue from, shape (WALKS, frames)."""
        rng = np.random.default_rng(self.request.seed)
        arranger, n = prepared.arranger(), prepared.frames.shape[1]
        walks = [arranger.new_walk(n, WALK_JUMPINESS, rng) for _ in range(WALKS)]
        return torch.from_numpy(np.stack(walks)).to(self.device)

    def _heard(self, index: int) -> tuple[AudioClip, AudioClip]:
        """Make what can be heard now: the fragment rendered, noise through the scales so far, or a real take.

        The fragment beside it is that itself; at a scale of the pyramid, what the scales so far give back.
        """
        part, seconds = self.parts[index], preview_seconds(self.clip)
        fragment = beginning(self.clip, seconds)
        if part.file == DRAFT:
            request = TakeRequest(seconds, "variation", 1.0, seed=0)
        else:
            request = TakeRequest(seconds, "new", 0.0 if part.kind == "scale" else 0.5, seed=index)
        if part.kind == "scale":
            fragment = self._take(TakeRequest(seconds, "reconstruction"))
        return self._take(request), fragment

    def _take(self, request: TakeRequest) -> AudioClip:
        return hear_somewhere(self.ladder.device, lambda device: load_model(self.checkpoint, device).generate(request))


def _parts(config: FramesConfig) -> list[_Part]:
    def part(name: str, file: str, kind: str, n_steps: int) -> _Part:
        return _Part(name, file, kind, n_steps, tuple(step for step in config.snapshots if step < n_steps))

    scales = [
        part(f"structure 1/{factor}" if factor > 1 else "structure 1", f"scale-{i}", "scale", config.pyramid_steps)
        for i, factor in enumerate(config.time_scales)
    ]
    draft = _Part("sound draft", DRAFT, "draft", config.draft_steps)  # of which nobody needs an earlier point
    return [draft, *scales, part("sound", SOUND, "sound", config.sound_steps)]


def load_model(checkpoint: Checkpoint, device: str, at_steps: int | None = None) -> FramesModel:
    """Load a trained fragment as far as it got, or as it was after so many steps of each part.

    Raises
    ------
    CheckpointError
        No renderer is finished yet.
    SettingsError
        That point was not kept.
    """
    check_point(checkpoint.parts, at_steps)
    stored = SOUND if SOUND in checkpoint.parts else DRAFT
    if stored not in checkpoint.parts:
        raise CheckpointError(
            _("This training was stopped before its first part was finished, so it cannot make takes yet."),
            hint=_("Go on with the training, or start a new one."),
        )
    config = make_config("sketch", checkpoint.facts["config"])
    prepared = _load_fragment(checkpoint)
    renderer = make_renderer(config, prepared.framing, prepared.frames.shape[0])
    renderer.load_state_dict(checkpoint.load(chosen_part(stored, checkpoint.parts, at_steps)))
    pyramid = _load_pyramid(checkpoint, config, torch.device(device), at_steps)
    return FramesModel(prepared, pyramid, renderer.to(device).eval(), config.n_generated, torch.device(device))


def _load_fragment(checkpoint: Checkpoint) -> Prepared:
    return Prepared.restore(checkpoint.load(FRAGMENT), checkpoint.facts)


def _load_pyramid(
    checkpoint: Checkpoint, config: FramesConfig, device: torch.device, at_steps: int | None = None
) -> Pyramid:
    pyramid = Pyramid(config.time_scales)
    for index in range(len(config.time_scales)):
        if f"scale-{index}" not in checkpoint.parts:
            break
        part = chosen_part(f"scale-{index}", checkpoint.parts, at_steps)
        tensors = {name: t.to(device) for name, t in checkpoint.load(part).items()}
        pyramid.fixed_noise = tensors.pop("fixed_noise")
        level = tensors["noise_level"]
        n_guide = tensors["net.0.weight"].shape[1] - level.shape[0]
        generator = ScaleGenerator(level.shape[0], n_guide, config.pyramid_channels, level).to(device)
        generator.load_state_dict(tensors)
        pyramid.generators.append(generator)
    return pyramid
