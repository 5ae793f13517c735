"""A trained fragment: arranger, pyramid and renderer together make takes, from whatever parts are finished."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.base import Cancelled, TakeRequest
from musemate.engine.frames.arranger import Arranger
from musemate.engine.frames.framing import from_mid_side
from musemate.engine.frames.guide import without
from musemate.engine.frames.preparing import Prepared
from musemate.engine.frames.pyramid import pad_to_multiple, pool
from musemate.engine.frames.renderer import Renderer
from musemate.engine.frames.retrieval import nearest_frames
from musemate.engine.frames.stack import Pyramid
from musemate.engine.memory import memory_errors_said

MARGIN_S = 2.0
"""Made before and after a take and cut off: networks see an edge there that music has not."""
CONTEXT = 10
"""Frames on each side that retrieval compares: a third of a second in all, about a note."""
DRAWN = 0.5
"""How far the components that were made are drawn towards those of the real frame that fits."""
FADE_S = 0.01
MIN_FREEDOM = 0.15
"""Noise of the closest take, as a share of the usual."""
MAX_PEAK = 0.99


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
        self.frames = self.prepared.frames.to(self.device)
        self.guide = self.prepared.guide().to(self.device)
        self.weights = component_weights(self.prepared.space.spread, self.n_generated).to(self.device)

    def generate(self, request: TakeRequest, cancelled: Cancelled = lambda: False) -> AudioClip:
        """Make one take; see `musemate.engine.base.Model`."""
        with torch.inference_mode(), memory_errors_said(str(self.device)):
            return self._generate(request, cancelled)

    def _generate(self, request: TakeRequest, cancelled: Cancelled) -> AudioClip:
        framing = self.framing
        margin = round(MARGIN_S * framing.frame_rate)
        n_samples = round(request.seconds * framing.rate_hz)
        n = n_samples // framing.hop_length + 2 + margin
        frames = self.draw_frames(request, n, margin)
        first = margin * framing.hop_length
        sound = self.renderer.render(frames, cancelled=cancelled)[:, first : first + n_samples].numpy()
        return self._finish(sound)

    def draw_frames(self, request: TakeRequest, n: int, lead: int = 0) -> torch.Tensor:
        """Make `n` frames of a take after `lead` frames, shape (components, lead + n), in units of `spread`."""
        rng = np.random.default_rng(request.seed)
        generator = torch.Generator().manual_seed(request.seed)
        arranger = self._arranger(request.metre)
        source = torch.from_numpy(arranger.arrange(request.mode, request.closeness, n, rng, lead)).to(self.device)
        n_given, freedom = self._entry(request)
        if len(self.pyramid.generators) <= n_given:  # no scale is trained yet that would go on from what is given
            return self.frames[:, source]
        coarsest = self.pyramid.time_scales[0]
        arranged = pad_to_multiple(self.frames[: self.n_generated, source] * self.weights[:, None], coarsest)
        guide = pad_to_multiple(self._guide(request, n_given)[:, source], coarsest)
        made = self.pyramid.draw(generator, guide[None], given=arranged[None], n_given=n_given, freedom=freedom)
        return self._complete(made[0], n + lead)

    def _guide(self, request: TakeRequest, n_given: int) -> torch.Tensor:
        if request.metre:
            return self.guide
        # nothing but noise was asked for: then attacks are left to it too
        return without(self.guide, bars=True, accents=not n_given)

    def _complete(self, made: torch.Tensor, n: int) -> torch.Tensor:
        """Add to the components that were made the detail of the real frames that fit them."""
        whole = len(self.pyramid.generators) == len(self.pyramid.time_scales)
        factor = self.pyramid.time_scales[len(self.pyramid.generators) - 1]
        library = self.frames[: self.n_generated] * self.weights[:, None]
        if not whole:
            made = _stretch(made, factor)
            library = _stretch(pool(pad_to_multiple(library, factor), factor), factor)[:, : library.shape[1]]
        match = nearest_frames(made[:, :n], library, CONTEXT)
        frames = self.frames[:, match].clone()
        if whole:
            frames[: self.n_generated].lerp_(made[:, :n] / self.weights[:, None], 1 - DRAWN)
        return frames

    def _arranger(self, metre: bool) -> Arranger:
        if metre not in self._arrangers:
            self._arrangers[metre] = self.prepared.arranger(metre)
        return self._arrangers[metre]

    def _entry(self, request: TakeRequest) -> tuple[int, float]:
        """Return how many coarse scales are given, and how strong the noise of the first generated one is."""
        n_scales = len(self.pyramid.time_scales)
        if request.mode == "new" and request.closeness == 0:
            return 0, 1.0
        # even the closest take has a little noise at the finest scale: no two takes are the same
        place = request.closeness * (n_scales - 1)
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
        peak = float(max(samples.max(), -samples.min()))
        if peak > MAX_PEAK:
            samples *= MAX_PEAK / peak
        return AudioClip(samples, self.framing.rate_hz)


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
