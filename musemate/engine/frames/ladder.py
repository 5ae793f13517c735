"""Where a training goes on when memory runs out: fewer crops a step, then shorter crops, then the CPU.

Only what a step takes in becomes smaller, never a network: what is stored fits the run as it was asked for, whichever
rung it was trained on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from musemate.engine.base import CPU
from musemate.engine.events import Warned
from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.pyramid import REACH
from musemate.engine.frames.rendering import CONTEXT_FRAMES, crops_a_step
from musemate.language import _, mark

BATCHES = {"draft": ("draft_batch", "sound_batch"), "sound": ("sound_batch",), "scale": ("pyramid_batch",)}
"""What each kind of part takes fewer of. The sound takes as much memory a crop as the draft, and more."""
CROPS = {"draft": "renderer_crop", "sound": "renderer_crop", "scale": "pyramid_crop"}
SHORTEST = {
    # longer than the context, and than the longest window of the losses, 181 ms at most, to be heard inside it
    "renderer_crop": CONTEXT_FRAMES + 10,
    # longer than what one output of the networks sees
    "pyramid_crop": 2 * REACH + 2,
}
FEWER, SHORTER, ON_CPU = mark("smaller batches"), mark("shorter pieces of the fragment"), mark("the CPU")


class Ladder:
    """The rung that a training stands on.

    Parameters
    ----------
    asked : FramesConfig
        The top rung.
    device : str
        torch's name of the device that was asked for.
    framing : Framing
        Of the fragment.
    """

    def __init__(self, asked: FramesConfig, device: str, framing: Framing) -> None:
        self._asked, self._framing = asked, framing
        self.config, self.device = asked, device

    def climb_down(self, kind: str) -> Warned | None:
        """Take the next lower rung after a part of this kind ran out of memory; None when this is the lowest."""
        said = _("The graphics card ran out of memory; MuseMate goes on with {how}.")
        if self.device == CPU:
            said = _("The computer ran out of memory; MuseMate goes on with {how}.")
        if (fewer := self._fewer(BATCHES[kind])) is not None:
            self.config, how = fewer, FEWER
        elif (shorter := self._shorter(CROPS[kind])) is not None:
            self.config, how = shorter, SHORTER
        elif self.device != CPU:
            # another memory: it may well hold what was asked for
            self.config, self.device, how = self._asked, CPU, ON_CPU
        else:
            return None
        return Warned(said.format(how=_(how)), _("Closing other programs frees memory."))

    def _fewer(self, names: tuple[str, ...]) -> FramesConfig | None:
        """Halve what is asked until a step has fewer crops, one at least."""
        lower, now = self.config, self._n_crops(self.config, names)
        if now == 1:
            return None
        while self._n_crops(lower, names) == now:
            lower = _changed(lower, {name: max(1, getattr(lower, name) // 2) for name in names})
        return lower

    def _n_crops(self, config: FramesConfig, names: tuple[str, ...]) -> int:
        asked: int = getattr(config, names[0])
        return asked if names[0] == "pyramid_batch" else crops_a_step(asked, self._framing)

    def _shorter(self, name: str) -> FramesConfig | None:
        length: int = getattr(self.config, name)
        shorter = max(SHORTEST[name], length // 2)
        return _changed(self.config, {name: shorter}) if shorter < length else None


def _changed(config: FramesConfig, values: dict[str, Any]) -> FramesConfig:
    return replace(config, **values)
