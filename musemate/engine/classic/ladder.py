"""Where a training goes on when memory runs out: without what only makes it faster, then on the CPU.

What is computed stays: whole signals and wide networks are the method.
"""

from __future__ import annotations

from dataclasses import replace

from musemate.engine.base import CPU
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.events import Warned


class Ladder:
    """The rung that a training stands on.

    Parameters
    ----------
    asked : ClassicConfig
        The top rung.
    device : str
        torch's name of the device that was asked for.
    """

    def __init__(self, asked: ClassicConfig, device: str) -> None:
        self._asked = asked
        self.config, self.device = asked, device

    def climb_down(self) -> Warned | None:
        """Take the next lower rung; None when this is the lowest."""
        where = "computer" if self.device == CPU else "graphics card"
        if self.config.bank_size or self.config.batched:
            self.config = replace(self.config, bank_size=0, batched=False)
            how = "fewer things kept at hand, more slowly"
        elif self.device != CPU:
            # another memory: it may well hold what was asked for
            self.config, self.device, how = self._asked, CPU, "the CPU"
        else:
            return None
        return Warned(
            f"The {where} ran out of memory; MuseMate goes on with {how}.", "Closing other programs frees memory."
        )
