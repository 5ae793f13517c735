"""From a clip to everything that training and generating need, and to and from a checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.engine.frames.arranger import Units, cut_units
from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.framing import FrameSpace, Framing
from musemate.errors import AudioFileError, SettingsError, TooShortError

MAX_RATE_HZ = 48_000
UNIT_COMPONENTS = 24
"""Components by which the arranger compares units."""


@dataclass(frozen=True)
class Prepared:
    """A fragment as the engine sees it.

    Parameters
    ----------
    framing : Framing
    gain : float
        Factor from the clip's samples to the ones used here.
    space : FrameSpace
    frames : Tensor, shape (components, frames)
        In units of `space.spread`.
    units : Units
        What the arranger walks over.
    """

    framing: Framing
    gain: float
    space: FrameSpace
    frames: torch.Tensor
    units: Units

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what a checkpoint stores."""
        return {
            **self.space.tensors(),
            "frames": self.frames,
            "times": torch.from_numpy(self.units.times),
            "places": torch.from_numpy(self.units.places),
            "costs": torch.from_numpy(self.units.costs),
        }

    def facts(self) -> dict[str, Any]:
        """Return what a checkpoint's manifest stores."""
        return {"rate_hz": self.framing.rate_hz, "n_channels": self.framing.n_channels, "gain": self.gain}

    @classmethod
    def restore(cls, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> Prepared:
        """Undo `tensors` and `facts`."""
        space = FrameSpace(tensors["mean"], tensors["axes"], tensors["spread"])
        units = Units(tensors["times"].numpy(), tensors["places"].numpy(), tensors["costs"].numpy())
        framing = Framing(int(facts["rate_hz"]), int(facts["n_channels"]))
        return cls(framing, float(facts["gain"]), space, tensors["frames"], units)


def fitting_rate(clip: AudioClip) -> AudioClip:
    """Bring a clip above 48 kHz to 44.1 or 48 kHz, whichever divides its rate; others stay as they are."""
    if clip.rate_hz <= MAX_RATE_HZ:
        return clip
    return clip.resampled(44_100 if clip.rate_hz % 44_100 == 0 else MAX_RATE_HZ)


def check_region(clip: AudioClip) -> None:
    """Refuse what cannot be trained on.

    Raises
    ------
    TooShortError, SettingsError, AudioFileError
    """
    if clip.duration_s < MIN_REGION_S - 1e-3:
        raise TooShortError(
            f"The chosen region lasts {clip.duration_s:.2f} s; training needs at least {MIN_REGION_S:g} s.",
            hint="Make the region longer; 20 to 60 seconds work best.",
        )
    if clip.duration_s > MAX_REGION_S + 1e-3:
        raise SettingsError(
            f"The chosen region lasts {clip.duration_s:.0f} s; training takes at most {MAX_REGION_S:g} s.",
            hint="Make the region shorter; 20 to 60 seconds work best.",
        )
    if clip.is_silent:
        raise AudioFileError("The chosen region is silent.", hint="Choose a region with sound in it.")


def prepare(clip: AudioClip, config: FramesConfig, beats: Beats | None) -> Prepared:
    """Analyse a clip (at most 48 kHz) whose metre is known or None."""
    framing = Framing(clip.rate_hz, clip.n_channels)
    bands = framing.log_bands(framing.to_tensor(clip))
    space = FrameSpace.fit(bands, config.n_components)
    frames = space.frames(bands)
    units = cut_units(frames[:UNIT_COMPONENTS].numpy(), framing.frame_rate, beats)
    return Prepared(framing, framing.gain(clip), space, frames / space.spread[:, None], units)


def clip_hash(clip: AudioClip) -> str:
    """Return the SHA-256 of a clip's rate and samples."""
    return hashlib.sha256(f"{clip.rate_hz} ".encode() + np.ascontiguousarray(clip.samples).tobytes()).hexdigest()
