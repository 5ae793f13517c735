"""A trained fragment: arranger, pyramid and renderer together make takes, from whatever parts are finished."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.base import Cancelled, TakeRequest, refuse_scale
from musemate.engine.frames.arranger import Arranger
from musemate.engine.frames.framing import RMS
from musemate.engine.frames.guide import ticks, without
from musemate.engine.frames.preparing import Prepared
from musemate.engine.frames.pyramid import pad_to_multiple, pool
from musemate.engine.frames.renderer import PIECE_FRAMES, Renderer
from musemate.engine.frames.retrieval import between, nearest_frames
from musemate.engine.frames.stack import Pyramid
from musemate.engine.kinship import chance_of
from musemate.engine.memory import memory_errors_said
from musemate.engine.samples import from_mid_side, limit_peaks

MARGIN_S = 2.0
"""Made before and after a take and cut off: networks see an edge there that music has not."""
CONTEXT = 10
"""Frames on each side that retrieval compares: a third of a second in all, about a note."""
TICK_WEIGHT = 3.0
"""How much retrieval minds the moment of a beat, where beats are sure, against the components that were made."""
DRAWN = 0.5
"""How far the components that were made are drawn towards those of the real frame that fits."""
MAX_GAIN = 2.0
"""Largest correction of a channel's level, up or down."""
FADE_S = 0.01
NEW_POWER = 2.0
"""New material keeps fewer real scales than a variation, whose rhythm must stay: closeness counts by this power."""
MIN_FREEDOM = 0.15
"""Noise of the closest take, as a share of the usual."""


@dataclass
class FramesModel:
    """Makes takes of one fragment.

    Parameters
    ----------
    prepared : Prepared
        The fragment.
    pyramid : Pyramid
    renderer : Renderer
    n_generated : int
        Components that the pyramid makes.
    device : torch.device
        Where pyramid and renderer are.
    """

    prepared: Prepared
    pyramid: Pyramid
    renderer: Renderer
    n_generated: int
    device: torch.device
    _arrangers: dict[bool, Arranger] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.framing = self.prepared.framing
        self.fine, self.space = self.prepared.fine.to(self.device), self.prepared.space.to(self.device)
        self.frames = self.fine[:, :: self.prepared.phases]
        self.guide = self.prepared.guide().to(self.device)
        self.weights = component_weights(self.prepared.space.spread, self.n_generated).to(self.device)

    def generate(self, request: TakeRequest, cancelled: Cancelled = lambda: False) -> AudioClip:
        """Make one take; see `musemate.engine.base.Model`."""
        refuse_scale(request)
        with torch.inference_mode(), memory_errors_said(str(self.device)):
            return self._generate(request, cancelled)

    def _generate(self, request: TakeRequest, cancelled: Cancelled) -> AudioClip:
        if request.mode == "reconstruction":
            return self._reconstruct(request.seconds, cancelled)
        framing = self.framing
        margin = round(MARGIN_S * framing.frame_rate)
        n_samples = round(request.seconds * framing.rate_hz)
        n = n_samples // framing.hop_length + 2 + margin
        plan = self.plan(request, n, margin)
        frames = self.draw_frames(request, plan)
        first = margin * framing.hop_length
        sound = self.renderer.render(frames, cancelled=cancelled)[:, first : first + n_samples]
        return self._finish((sound * self._level(sound, plan[margin:])).numpy())

    def _reconstruct(self, seconds: float, cancelled: Cancelled) -> AudioClip:
        """Give the fragment back from the noise that stood for it in the training."""
        framing, n_own = self.framing, self.frames.shape[1]
        n_samples = min(round(seconds * framing.rate_hz), n_own * framing.hop_length)
        n = n_samples // framing.hop_length + 2
        plan = torch.arange(n, device=self.device, dtype=torch.float32).clamp_max(n_own - 1)
        frames = self.reconstructed_frames()[:, plan.long()]
        sound = self.renderer.render(frames, cancelled=cancelled)[:, :n_samples]
        return self._finish((sound * self._level(sound, plan)).numpy())

    def reconstructed_frames(self) -> torch.Tensor:
        """Return the fragment's frames as the pyramid holds them, (components, frames); the real ones before it is."""
        if not self.pyramid.generators:
            return self.frames
        guide = pad_to_multiple(self.guide, self.pyramid.time_scales[0])[None]
        made = self.pyramid.reconstruct(len(self.pyramid.generators), guide)
        return self._complete(made[0], self.guide, metre=True)

    def plan(self, request: TakeRequest, n: int, lead: int = 0) -> torch.Tensor:
        """Arrange `n` frames after `lead` frames: for each its place in the fragment, in frames, shape (lead + n,)."""
        arranger, rng = self._arranger(request.metre), np.random.default_rng(request.seed)
        near = arranger.near(request.mode, request.steps)
        positions = arranger.positions(request.mode, request.closeness, n, rng, lead, near)
        return torch.from_numpy(positions.astype(np.float32)).to(self.device)

    def draw_frames(self, request: TakeRequest, plan: torch.Tensor) -> torch.Tensor:
        """Make the frames of a planned take, shape (components, frames of the plan), in units of `spread`."""
        n_given, freedom = self.entry(request.mode, request.closeness)
        if len(self.pyramid.generators) <= n_given:  # no scale is trained yet that would go on from what is given
            return self.at(plan)
        coarsest = self.pyramid.time_scales[0]
        planned = self.at(plan)[: self.n_generated] * self.weights[:, None]
        given = pad_to_multiple(planned, coarsest)[None]
        guide = between(self._guide(request, n_given), plan)
        chance = chance_of(request, _seeded, lambda step: self.entry(request.mode, step.closeness)[0])
        led = pad_to_multiple(guide, coarsest)[None]
        made = self.pyramid.draw(chance, led, given=given, n_given=n_given, freedom=freedom)[0]
        return self._complete(made, guide, metre=request.metre)

    def at(self, plan: torch.Tensor) -> torch.Tensor:
        """Return the fragment's frames at places (m,) in frames, shape (components, m): the nearest that there are."""
        columns = (plan * self.prepared.phases).round().long()
        return self.fine[:, columns.clamp(0, self.fine.shape[1] - 1)]

    def _level(self, sound: torch.Tensor, plan: torch.Tensor) -> torch.Tensor:
        """Return a gain for each channel of `sound`, (channels, 1), that gives it the power of its plan.

        What is planned is reckoned from frames; how frames and sound go together is known from the fragment, whose
        louder channel was brought to RMS.
        """
        wanted = (self._powers(plan) / self._own_powers.max() * RMS**2).to(sound.device)
        heard = sound.square().mean(dim=1).clamp_min(1e-12)
        return (wanted / heard).sqrt().clamp(1 / MAX_GAIN, MAX_GAIN)[:, None]

    def _powers(self, plan: torch.Tensor) -> torch.Tensor:
        """Return the mean power of planned frames in each channel."""
        sums = torch.zeros(self.framing.n_channels, device=self.device)
        for places in plan.split(PIECE_FRAMES):
            frames = self.at(places) * self.space.spread[:, None]
            sums += self.framing.powers(self.space.bands(frames)) * len(places)
        return sums / len(plan)

    @cached_property
    def _own_powers(self) -> torch.Tensor:
        return self._powers(torch.arange(float(self.frames.shape[1]), device=self.device))

    def _guide(self, request: TakeRequest, n_given: int) -> torch.Tensor:
        if request.metre:
            return self.guide
        # nothing but noise was asked for: then attacks are left to it too
        return without(self.guide, bars=True, accents=not n_given)

    def _complete(self, made: torch.Tensor, guide: torch.Tensor, *, metre: bool) -> torch.Tensor:
        """Add to the components that were made the detail of the real frames that fit them.

        Parameters
        ----------
        made : Tensor, shape (components, frames / factor of the finest trained scale)
        guide : Tensor, shape (channels, frames)
            What led to them.
        metre : bool
            Look for frames that stand at the same moment of a beat too.
        """
        factor, n = self._factor, guide.shape[1]
        made = _stretch(made, factor)[:, :n]
        query, library = made, self._library(factor)
        if metre:
            places = torch.arange(library.shape[1], device=self.device) / self.prepared.phases
            query = torch.cat([query, TICK_WEIGHT * ticks(guide)])
            library = torch.cat([library, TICK_WEIGHT * between(ticks(self.guide), places)])
        frames = self.fine[:, nearest_frames(query, library, CONTEXT, self.prepared.phases)]
        if factor == 1:
            frames[: self.n_generated].lerp_(made / self.weights[:, None], 1 - DRAWN)
        return frames

    @property
    def _factor(self) -> int:
        """Frames averaged at the finest scale that is trained."""
        return self.pyramid.time_scales[len(self.pyramid.generators) - 1]

    def _library(self, factor: int) -> torch.Tensor:
        """Return the fragment as a scale of that factor tells it, at every place of `fine`."""
        library = self.fine[: self.n_generated] * self.weights[:, None]
        if factor == 1:
            return library
        width = factor * self.prepared.phases
        return _stretch(pool(pad_to_multiple(library, width), width), width)[:, : library.shape[1]]

    def _arranger(self, metre: bool) -> Arranger:
        if metre not in self._arrangers:
            self._arrangers[metre] = self.prepared.arranger(metre)
        return self._arrangers[metre]

    def entry(self, mode: str, closeness: float) -> tuple[int, float]:
        """Return how many coarse scales are given, and how strong the noise of the first generated one is."""
        n_scales = len(self.pyramid.time_scales)
        if mode == "new" and closeness == 0:
            return 0, 1.0
        # even the closest take has a little noise at the finest scale: no two takes are the same
        power = NEW_POWER if mode == "new" else 1.0
        place = closeness**power * (n_scales - 1)
        n_given = min(1 + int(place), max(1, n_scales - 1))
        return n_given, max(MIN_FREEDOM, 1.0 - (place - (n_given - 1)))

    def _finish(self, sound: np.ndarray) -> AudioClip:
        """Turn mid/side samples into a clip, in place: long takes fill much memory as it is."""
        samples = from_mid_side(sound)
        samples /= self.prepared.gain
        n_fade = min(round(FADE_S * self.framing.rate_hz), samples.shape[1] // 2)
        ramp = np.sin(np.linspace(0, np.pi / 2, n_fade)) ** 2
        samples[:, :n_fade] *= ramp
        samples[:, samples.shape[1] - n_fade :] *= ramp[::-1]
        limit_peaks(samples)
        return AudioClip(samples, self.framing.rate_hz)


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def component_weights(spread: torch.Tensor, n: int) -> torch.Tensor:
    """Weights of the first `n` normalised components in the pyramid: stronger ones count more, mean square 1."""
    weights = spread[:n].sqrt()
    return weights / weights.square().mean().sqrt()


def _stretch(frames: torch.Tensor, factor: int) -> torch.Tensor:
    """Interpolate (components, frames) to `factor` times the frames."""
    if factor == 1:
        return frames
    return torch.nn.functional.interpolate(
        frames[None], scale_factor=float(factor), mode="linear", align_corners=False
    )[0]
