"""The dials of the `frames` engine and its three presets."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from musemate.errors import SettingsError

PHASES = (1, 2, 4, 8, 16)
"""What divides every hop."""


@dataclass(frozen=True)
class FramesConfig:
    """Everything that shapes a training besides the clip and the seed.

    Parameters
    ----------
    n_components : int
        Principal components that describe a frame.
    n_generated : int
        How many of them, the strongest, the pyramid makes; the others are taken from the real frame that fits.
    phases : int
        Places a hop at which a fragment with a sure beat is analysed, 1, 2, 4, 8 or 16: a beat seldom falls on a whole
        frame.
    time_scales : tuple of int
        Frames averaged at each scale of the pyramid, coarse to fine; the last is 1.
    pyramid_channels, pyramid_steps, pyramid_batch, pyramid_crop : int
        Width of the networks, steps a scale, crops a step and frames a crop.
    reconstruction_weight, gradient_penalty, sliced_weight : float
        Weights of the pyramid's fixed-noise reconstruction, of R1 on real frames and of the sliced Wasserstein
        distance between made and real patches.
    renderer_channels, renderer_blocks : int
        Width and depth of the renderer.
    draft_steps, sound_steps : int
        Steps of the renderer before and after its discriminators join.
    draft_batch, sound_batch, renderer_crop : int
        Crops a step at 16 kHz mono, before and after the discriminators join, and frames a crop.
    input_noise : float
        Largest noise on the renderer's input frames, in standard deviations of each component: makes it forgive
        imperfect frames.
    draft_rate, sound_rate, learning_rate : float
        Adam's learning rates: of the renderer before and after the discriminators join, and of the pyramid.
    """

    n_components: int = 192
    n_generated: int = 16
    phases: int = 4
    time_scales: tuple[int, ...] = (16, 8, 4, 2, 1)
    pyramid_channels: int = 96
    pyramid_steps: int = 400
    pyramid_batch: int = 8
    pyramid_crop: int = 96
    reconstruction_weight: float = 10.0
    gradient_penalty: float = 5.0
    sliced_weight: float = 5.0
    renderer_channels: int = 256
    renderer_blocks: int = 6
    draft_steps: int = 800
    sound_steps: int = 700
    draft_batch: int = 6
    sound_batch: int = 4
    renderer_crop: int = 40
    input_noise: float = 0.35
    draft_rate: float = 2e-3
    sound_rate: float = 2e-3
    learning_rate: float = 5e-4

    def __post_init__(self) -> None:
        object.__setattr__(self, "time_scales", tuple(self.time_scales))
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name != "time_scales" and not _fits(value, field.default):
                raise SettingsError(f"{field.name} = {value!r} is not possible.", hint="Use a positive number.")
        halving = tuple(2**i for i in reversed(range(len(self.time_scales))))
        if not halving or self.time_scales != halving:
            raise SettingsError(
                "time_scales must halve from scale to scale and end at 1.",
                hint="For instance 16, 8, 4, 2, 1.",
            )
        if self.phases not in PHASES:
            raise SettingsError(f"phases = {self.phases} is not possible.", hint="Choose 1, 2, 4, 8 or 16.")
        if not 1 <= self.n_generated <= self.n_components:
            raise SettingsError("n_generated must lie between 1 and n_components.", hint="The default is 16.")

    def to_json(self) -> dict[str, Any]:
        """Return all values, JSON-ready."""
        return dataclasses.asdict(self)


def _fits(value: object, default: object) -> bool:
    """Whether a value is a number over 0 of the default's kind; whole numbers pass for others, weights may be 0."""
    if isinstance(default, int):
        return type(value) is int and value > 0
    return type(value) in (int, float) and 0 <= float(str(value)) < float("inf")


TINY: dict[str, Any] = {
    "n_components": 8, "n_generated": 4, "time_scales": (4, 2, 1),
    "pyramid_channels": 8, "pyramid_steps": 12, "pyramid_batch": 2, "pyramid_crop": 24,
    "renderer_channels": 16, "renderer_blocks": 1, "draft_steps": 6, "sound_steps": 6,
    "draft_batch": 2, "sound_batch": 2, "renderer_crop": 12,
}  # fmt: skip
"""Trains in seconds and sounds like it: for tests of everything around the engine."""

PRESETS: dict[str, FramesConfig] = {
    "sketch": FramesConfig(),
    "balanced": FramesConfig(pyramid_channels=128, pyramid_steps=1000, draft_steps=2000, sound_steps=2500),
    "fine": FramesConfig(
        pyramid_channels=128, pyramid_steps=2000, draft_steps=4000, sound_steps=8000,
        renderer_channels=384, renderer_blocks=8, draft_batch=8, sound_batch=6,
    ),
}  # fmt: skip


def make_config(preset: str, options: dict[str, Any] | None) -> FramesConfig:
    """Return a preset with some values replaced; the option "tiny" stands for all of TINY.

    Raises
    ------
    SettingsError
        The preset or an option is unknown, or a value is not possible.
    """
    if preset not in PRESETS:
        raise SettingsError(f'There is no preset "{preset}".', hint=f"Choose one of: {', '.join(PRESETS)}.")
    values = dict(options or {})
    if isinstance(values.get("time_scales"), int | float | str):
        raise SettingsError("time_scales must be a list.", hint="For instance [16, 8, 4, 2, 1].")
    if values.pop("tiny", False):
        values = {**TINY, **values}
    try:
        return dataclasses.replace(PRESETS[preset], **values)
    except TypeError as error:
        raise SettingsError("The engine does not know one of these options.", hint=str(error)) from error
