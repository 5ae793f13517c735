"""Where a training goes on when memory is short: with what is slower and takes less, then on the CPU.

What is computed stays: whole signals and wide networks are the method. The lowest rung keeps fewer digits, and only
where that is quicker besides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from musemate.engine.base import CPU
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.kernels import has_quick_bfloat16
from musemate.engine.events import Warned
from musemate.language import _, mark

WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    (mark("one signal at a time"), {"batched": False}),
    (mark("less of a step in memory, more slowly"), {"batched": False, "checkpointed": True}),
    (mark("as little in memory as it can, more slowly"), {"batched": False, "checkpointed": True, "bank_size": 0}),
    (
        mark("fewer digits inside a step"),
        {"batched": False, "checkpointed": True, "bank_size": 0, "bfloat16": True},
    ),
)
"""What each rung gives up, and how that is said."""
ON_CPU = mark("the CPU")


@dataclass(frozen=True)
class Rung:
    """One way of training.

    Parameters
    ----------
    config : ClassicConfig
    device : str
    how : str
        What it goes on with; "" for the way that was asked for.
    """

    config: ClassicConfig
    device: str
    how: str = ""


def rungs(asked: ClassicConfig, device: str) -> list[Rung]:
    """Return the ways of training from the one that was asked for down to the one that takes least."""
    found = [Rung(asked, device)]
    for how, values in WAYS:
        if "bfloat16" in values and not (device == CPU and asked.fast_kernels and has_quick_bfloat16()):
            continue
        lower = replace(asked, **values)
        if lower != found[-1].config:
            found.append(Rung(lower, device, how))
    if device == CPU:
        return found
    # another memory: it may well hold what was asked for
    (top, *lower_ones) = rungs(asked, CPU)
    return [*found, replace(top, how=ON_CPU), *lower_ones]


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
        self._rungs = rungs(asked, device)

    @property
    def config(self) -> ClassicConfig:
        """What the steps are taken with."""
        return self._rungs[0].config

    @property
    def device(self) -> str:
        """Where they are."""
        return self._rungs[0].device

    @property
    def left(self) -> list[Rung]:
        """This rung and all below."""
        return list(self._rungs)

    def climb_down(self, fits: Callable[[Rung], bool] = lambda rung: True, *, ran_out: bool = True) -> Warned | None:
        """Take the next lower rung that fits; None when there is none.

        Parameters
        ----------
        fits : callable
            What is known of a rung beforehand.
        ran_out : bool
            Whether memory did run out, or is known to be too little.
        """
        lower = [index for index, rung in enumerate(self._rungs) if index and fits(rung)]
        if not lower:
            return None
        where, self._rungs = self.device, self._rungs[lower[0] :]
        said = _said(where, ran_out).format(how=_(self._rungs[0].how))
        return Warned(said, _("Closing other programs frees memory."))


def _said(device: str, ran_out: bool) -> str:
    """Return the sentence that says why a training goes on another way, with "{how}" to be filled in."""
    if device == CPU:
        if ran_out:
            return _("The computer ran out of memory; MuseMate goes on with {how}.")
        return _("The computer has too little free memory for the usual way; MuseMate goes on with {how}.")
    if ran_out:
        return _("The graphics card ran out of memory; MuseMate goes on with {how}.")
    return _("The graphics card has too little free memory for the usual way; MuseMate goes on with {how}.")
