"""The parameters of the `frames` engine and its three presets."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from musemate.engine.parameters import check_names, check_values, described
from musemate.engine.points import MOST_STEPS, SNAPSHOTS, check_snapshots
from musemate.errors import ParameterError, SettingsError
from musemate.language import _, mark

PHASES = (1, 2, 4, 8, 16)
"""What divides every hop."""
STEPS, STRUCTURE = mark("Steps"), mark("Structure: the pyramid")
SOUND, FRAGMENT = mark("Sound: the renderer"), mark("The fragment's frames")


@dataclass(frozen=True)
class FramesConfig:
    """Everything that shapes a training besides the clip and the seed; each field describes itself.

    Raises
    ------
    ParameterError
        A value is not possible.
    """

    draft_steps: int = described(
        800, "Steps of the renderer before its discriminators join", STEPS, 1, MOST_STEPS, unit="steps"
    )
    pyramid_steps: int = described(400, "Steps of each scale of the pyramid", STEPS, 1, MOST_STEPS, unit="steps")
    sound_steps: int = described(
        700, "Steps of the renderer with its discriminators", STEPS, 1, MOST_STEPS, unit="steps"
    )
    snapshots: tuple[int, ...] = described(
        (), "Steps of each part after which it is kept too, so that takes can be made as it was then",
        STEPS, 1, MOST_STEPS, unit="steps", may_be_empty=True,
    )  # fmt: skip
    time_scales: tuple[int, ...] = described(
        (16, 8, 4, 2, 1), "Frames averaged at each scale, coarse to fine, each half the one before", STRUCTURE, 1, 256
    )
    pyramid_channels: int = described(96, "Width of the pyramid's networks", STRUCTURE, 1, 1024, unit="channels")
    pyramid_batch: int = described(8, "Pieces of the fragment that a step of the pyramid sees", STRUCTURE, 1, 256)
    pyramid_crop: int = described(96, "Length of each of the pyramid's pieces", STRUCTURE, 1, 4096, unit="frames")
    reconstruction_weight: float = described(
        10.0, "How much it matters that a fixed noise gives the fragment back", STRUCTURE, 0, 1000
    )
    gradient_penalty: float = described(5.0, "How gentle the critic must be (R1 on real frames)", STRUCTURE, 0, 1000)
    sliced_weight: float = described(
        5.0, "How much it matters that made and real moments are alike on the whole", STRUCTURE, 0, 1000
    )
    learning_rate: float = described(5e-4, "How far a step of the pyramid goes (Adam's learning rate)", STRUCTURE, 0, 1)
    renderer_channels: int = described(256, "Width of the renderer's network", SOUND, 1, 2048, unit="channels")
    renderer_blocks: int = described(6, "Depth of the renderer's network", SOUND, 1, 64, unit="blocks")
    draft_batch: int = described(
        6, "Pieces that a step of the renderer sees before its discriminators join, at 16 kHz mono", SOUND, 1, 256
    )
    sound_batch: int = described(
        4, "Pieces that a step of the renderer sees with its discriminators, at 16 kHz mono", SOUND, 1, 256
    )
    renderer_crop: int = described(40, "Length of each of the renderer's pieces", SOUND, 1, 4096, unit="frames")
    input_noise: float = described(
        0.35, "Noise on the renderer's frames while it learns, so that it forgives imperfect ones", SOUND, 0, 10
    )
    draft_rate: float = described(
        2e-3, "How far a step of the renderer goes before its discriminators join", SOUND, 0, 1
    )
    sound_rate: float = described(2e-3, "How far a step of the renderer goes with its discriminators", SOUND, 0, 1)
    n_components: int = described(192, "Numbers that describe a moment of sound", FRAGMENT, 1, 1024)
    n_generated: int = described(
        16,
        "How many of them, the strongest, are made; the others come from the real moment that fits",
        FRAGMENT,
        1,
        1024,
    )
    phases: int = described(
        4, "Places a hop at which a fragment with a sure beat is looked at", FRAGMENT, choices=PHASES
    )

    def __post_init__(self) -> None:
        check_values(self)
        check_snapshots(self.snapshots)
        halving = tuple(2**i for i in reversed(range(len(self.time_scales))))
        if self.time_scales != halving:
            raise ParameterError(
                _("time_scales must halve from scale to scale and end at 1."),
                hint=_("For instance 16, 8, 4, 2, 1."),
                name="time_scales",
            )
        if self.n_generated > self.n_components:
            raise ParameterError(
                _("n_generated must lie between 1 and n_components."), hint=_("It is usually 16."), name="n_generated"
            )

    def to_json(self) -> dict[str, Any]:
        """Return all values, JSON-ready."""
        return dataclasses.asdict(self)

    def as_begun(self, stored: dict[str, Any]) -> FramesConfig:
        """Return the configuration that a training was stored with, perhaps by a version that knew fewer parameters.

        Which points are kept changes nothing in what is trained: they are those of this configuration.
        """
        return make_config("sketch", {**stored, SNAPSHOTS: self.snapshots})


TINY: dict[str, Any] = {
    "n_components": 8, "n_generated": 4, "time_scales": (4, 2, 1), "snapshots": (),
    "pyramid_channels": 8, "pyramid_steps": 12, "pyramid_batch": 2, "pyramid_crop": 24,
    "renderer_channels": 16, "renderer_blocks": 1, "draft_steps": 6, "sound_steps": 6,
    "draft_batch": 2, "sound_batch": 2, "renderer_crop": 12,
}  # fmt: skip
"""Trains in seconds and sounds like it: for tests of everything around the engine."""

PRESETS: dict[str, FramesConfig] = {
    "sketch": FramesConfig(snapshots=(100, 200)),
    "balanced": FramesConfig(
        pyramid_channels=128, pyramid_steps=1000, draft_steps=2000, sound_steps=2500, snapshots=(250, 500)
    ),
    "fine": FramesConfig(
        pyramid_channels=128, pyramid_steps=2000, draft_steps=4000, sound_steps=8000, snapshots=(500, 1000),
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
        raise SettingsError(
            _('There is no preset "{preset}".').format(preset=preset),
            hint=_("Choose one of: {names}.").format(names=", ".join(PRESETS)),
        )
    values = dict(options or {})
    if values.pop("tiny", False):
        values = {**TINY, **values}
    check_names("frames", FramesConfig, set(values))
    return dataclasses.replace(PRESETS[preset], **values)
