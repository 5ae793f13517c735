"""The `instant` engine: analyses a fragment instead of training on it, and makes takes by splicing it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from musemate.analysis.rhythm import find_beats
from musemate.audio.clip import AudioClip
from musemate.engine.base import CPU, Cancelled, Estimate, Need, TakeRequest, TrainRequest, refuse_scale
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.device import one_thread
from musemate.engine.events import Event, RunStarted, ScaleFinished
from musemate.engine.frames.arranger import Arranger, Indices
from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.preparing import Prepared, prepare
from musemate.engine.instant.splicing import Samples, Splicer
from musemate.engine.loading import damage_said
from musemate.engine.memory import PROCESS_MIB, memory_errors_said
from musemate.engine.points import check_point
from musemate.engine.region import check_region, clip_hash, fitting_rate
from musemate.errors import CheckpointError, SettingsError
from musemate.language import _

ANALYSIS, SOUND = "analysis", "sound"
START_S, ANALYSIS_SHARE = 0.5, 0.03
"""Seconds of the analysis of any region, and of each of its seconds, on a processor of 2020."""


class InstantEngine:
    """Arranger and splicer; see the package's docstring for the method."""

    name = "instant"

    def check(self, request: TrainRequest) -> None:
        """Refuse options: there are none. See `musemate.engine.base.Engine`."""
        if request.options:
            raise SettingsError(_("Instant takes have no options."), hint=_("Leave them out."))

    def estimate(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> Estimate:
        """Say how long the analysis takes; see `musemate.engine.base.Engine`."""
        self.check(request)
        (need,) = self.needs(rate_hz, n_channels, seconds, request)
        return Estimate(START_S + ANALYSIS_SHARE * seconds, need.mib, need.device)

    def needs(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> list[Need]:
        """Say what the analysis holds; see `musemate.engine.base.Engine`."""
        samples_mib = rate_hz * n_channels * seconds * 4 / 2**20
        return [Need(CPU, PROCESS_MIB + 8 * samples_mib)]

    def train(
        self, clip: AudioClip, request: TrainRequest, directory: Path, cancelled: Cancelled = lambda: False
    ) -> Iterator[Event]:
        """Analyse a clip; see `musemate.engine.base.Engine`."""
        self.check(request)
        check_region(clip)
        clip, checkpoint = fitting_rate(clip), Checkpoint(directory)
        yield RunStarted(run="", device=request.device, scales=[ANALYSIS])
        began_s = time.monotonic()
        facts = {"clip": clip_hash(clip)}
        if ANALYSIS not in checkpoint.parts:
            beats = find_beats(clip)
            if cancelled():
                return
            with one_thread():
                prepared = prepare(clip, FramesConfig(phases=1), beats)
            checkpoint.store(SOUND, {"samples": torch.from_numpy(clip.samples)})
            checkpoint.store(ANALYSIS, prepared.tensors(), {**facts, **prepared.facts()})
        elif checkpoint.facts["clip"] != facts["clip"]:
            raise CheckpointError(_("These instant takes were begun with another region."), hint=_("Begin new ones."))
        yield ScaleFinished(0, ANALYSIS, "", time.monotonic() - began_s)

    def load(self, directory: Path, device: str = "cpu", at_steps: int | None = None) -> InstantModel:
        """Load what was analysed, on the CPU whatever the device; see `musemate.engine.base.Engine`."""
        checkpoint = Checkpoint(directory)
        check_point(checkpoint.parts, at_steps)
        with memory_errors_said(CPU), damage_said(directory):
            prepared = Prepared.restore(checkpoint.load(ANALYSIS), checkpoint.facts)
            return InstantModel(prepared, checkpoint.load(SOUND)["samples"].numpy())


class InstantModel:
    """Makes takes of one fragment.

    Parameters
    ----------
    prepared : Prepared
        The fragment's frames and units.
    samples : ndarray, shape (channels, n), float32
        The fragment; brought down to full scale where it is over it.
    """

    def __init__(self, prepared: Prepared, samples: Samples) -> None:
        self._prepared = prepared
        self._arrangers: dict[bool, Arranger] = {}
        framing = prepared.framing
        peak = float(np.abs(samples).max(initial=0.0))
        self._splicer = Splicer(samples / np.float32(max(1.0, peak)), framing.rate_hz, framing.hop_length)

    def generate(self, request: TakeRequest, cancelled: Cancelled = lambda: False) -> AudioClip:
        """Make one take; see `musemate.engine.base.Model`."""
        refuse_scale(request)
        if request.mode == "reconstruction":
            raise SettingsError(
                _("Instant takes know no reconstruction: nothing was trained."),
                hint=_("Listen to the fragment itself."),
            )
        framing = self._prepared.framing
        n_samples = round(request.seconds * framing.rate_hz)
        order = self.arrange(request, n_samples // framing.hop_length + 1)
        beats = self._prepared.borders.numpy() if request.metre else np.empty(0)
        return AudioClip(self._splicer.splice(order, beats, n_samples, cancelled), framing.rate_hz)

    def arrange(self, request: TakeRequest, n_frames: int) -> Indices:
        """Return for each frame of a take the frame of the fragment that stands there, shape (n_frames,)."""
        if request.metre not in self._arrangers:  # it remembers what it has compared
            self._arrangers[request.metre] = self._prepared.arranger(request.metre)
        arranger, rng = self._arrangers[request.metre], np.random.default_rng(request.seed)
        near = arranger.near(request.mode, request.steps)
        return arranger.arrange(request.mode, request.closeness, n_frames, rng, near=near)
