"""A trained fragment: arranger, pyramid and renderer together make takes, from whatever parts are finished."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.base import Cancelled, TakeRequest
from musemate.engine.device import memory_errors_said
from musemate.engine.frames.arranger import Units, course, new_walk
from musemate.engine.frames.framing import Framing, from_mid_side
from musemate.engine.frames.pyramid import pad_to_multiple, pool
from musemate.engine.frames.renderer import Renderer
from musemate.engine.frames.retrieval import nearest_frames
from musemate.engine.frames.stack import Pyramid

MARGIN_S = 2.0
"""Made before and after a take and cut off: networks see an edge there that music has not."""
CONTEXT = 3
"""Frames on each side that retrieval compares."""
FADE_S = 0.01
STRAYING = 0.6
"""Chance of a variation's unit to be replaced, at closeness 0."""
MIN_FREEDOM = 0.15
"""Noise of the closest take, as a share of the usual."""
MAX_PEAK = 0.99


@dataclass
class FramesModel:
    """Makes takes of one fragment.

    Parameters
    ----------
    framing : Framing
    gain : float
        Factor from the fragment's samples to those that the networks saw.
    spread : Tensor, shape (components,)
        Standard deviation of each component.
    frames : Tensor, shape (components, frames)
        The fragment's frames in units of `spread`.
    units : Units
        What the arranger walks over.
    pyramid : Pyramid
    renderer : Renderer
    n_generated : int
        Components that the pyramid makes.
    """

    framing: Framing
    gain: float
    spread: torch.Tensor
    frames: torch.Tensor
    units: Units
    pyramid: Pyramid
    renderer: Renderer
    n_generated: int

    def generate(self, request: TakeRequest, cancelled: Cancelled = lambda: False) -> AudioClip:
        """Make one take; see `musemate.engine.base.Model`."""
        with torch.inference_mode(), memory_errors_said(str(self.frames.device)):
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
        source = torch.from_numpy(self._arrange(request, n, lead, rng))
        n_given, freedom = self._entry(request)
        trained = len(self.pyramid.generators)
        if trained <= n_given:  # no scale is trained yet that would go on from what is given
            return self.frames[:, source]
        weights = component_weights(self.spread, self.n_generated)
        arranged = pad_to_multiple(
            self.frames[: self.n_generated, source] * weights[:, None], self.pyramid.time_scales[0]
        )
        shape = (1, *arranged.shape)
        made = self.pyramid.draw(shape, generator, given=arranged[None], n_given=n_given, freedom=freedom)[0]
        return self._complete(made, weights, n + lead)

    def _complete(self, made: torch.Tensor, weights: torch.Tensor, n: int) -> torch.Tensor:
        """Add to the components that were made the detail of the real frames that fit them."""
        whole = len(self.pyramid.generators) == len(self.pyramid.time_scales)
        factor = self.pyramid.time_scales[len(self.pyramid.generators) - 1]
        library = self.frames[: self.n_generated] * weights[:, None]
        if not whole:
            made = _stretch(made, factor)
            library = _stretch(pool(pad_to_multiple(library, factor), factor), factor)[:, : library.shape[1]]
        match = nearest_frames(made[:, :n], library, CONTEXT)
        frames = self.frames[:, match].clone()
        if whole:
            frames[: self.n_generated] = made[:, :n] / weights[:, None]
        return frames

    def _arrange(self, request: TakeRequest, n: int, lead: int, rng: np.random.Generator) -> np.ndarray:
        if request.mode == "variation":
            return course(self.units, n, STRAYING * (1 - request.closeness), rng, lead)
        return new_walk(self.units, n, 0.9 - 0.4 * request.closeness, rng, lead)

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
        samples = from_mid_side(sound) / self.gain
        n_fade = min(round(FADE_S * self.framing.rate_hz), samples.shape[1] // 2)
        ramp = np.sin(np.linspace(0, np.pi / 2, n_fade)) ** 2
        samples[:, :n_fade] *= ramp
        samples[:, samples.shape[1] - n_fade :] *= ramp[::-1]
        peak = float(np.abs(samples).max())
        if peak > MAX_PEAK:
            samples *= MAX_PEAK / peak
        return AudioClip(samples.astype(np.float32), self.framing.rate_hz)


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
