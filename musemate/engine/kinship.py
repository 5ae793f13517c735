"""The noise of a take that was made near others: a mixture of theirs and its own that stays standard normal.

Two independent standard normal noises a and b give sqrt(1 - d^2) a + d b, which is standard normal too: a point on the
arc between them, as far as the sphere is concerned on which nearly all of many-dimensional noise lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from musemate.engine.base import TakeRequest
from musemate.engine.lineage import Step

Shapes = Callable[[int], Sequence[int]]
"""Shape of the noise of a scale, by its number."""


@dataclass
class Strand:
    """What one take of a line gives.

    Parameters
    ----------
    generator : torch.Generator
        Seeded as for that take alone, on the CPU.
    distance : float
        0-1: from what the takes before it give.
    scale : int
        The coarsest scale that it has noise for; drawn ones are behind it.
    """

    generator: torch.Generator
    distance: float
    scale: int

    def at(self, scale: int, shapes: Shapes) -> torch.Tensor | None:
        """Return the very noise that the take has at a scale; None where it begins above that."""
        if scale < self.scale:
            return None
        while self.scale < scale:
            self._draw(shapes)
        return self._draw(shapes)

    def _draw(self, shapes: Shapes) -> torch.Tensor:
        self.scale += 1
        return torch.randn(*shapes(self.scale - 1), generator=self.generator)


class Kin:
    """Draws the noise of a take that descends from others, scale by scale, coarse to fine.

    Parameters
    ----------
    strands : sequence of Strand
        The oldest first; the last is the take's own.
    """

    def __init__(self, strands: Sequence[Strand]) -> None:
        self._strands = strands

    def at(self, scale: int, shapes: Shapes) -> torch.Tensor:
        """Return the mixture; its mean is 0 and its variance 1."""
        mixed = None
        for strand in self._strands:
            own = strand.at(scale, shapes)
            if own is None:
                continue
            mixed = own if mixed is None else _mix(mixed, own, strand.distance)
        if mixed is None:
            raise ValueError(f"no take of this line has noise at scale {scale}")
        return mixed


def chance_of(
    request: TakeRequest, seeded: Callable[[int], torch.Generator], entry: Callable[[Step], int]
) -> torch.Generator | Kin:
    """Return what draws a take's noise.

    Parameters
    ----------
    request : TakeRequest
    seeded : callable
        Makes a generator on the CPU from a seed.
    entry : callable
        The coarsest scale that a take of a line draws noise for.
    """
    if not request.lineage:
        return seeded(request.seed)
    return Kin([Strand(seeded(step.seed), step.distance, entry(step)) for step in request.steps])


def unit_noise(chance: torch.Generator | Kin, scale: int, shapes: Shapes) -> torch.Tensor:
    """Draw noise of mean 0 and variance 1 for the next scale, on the CPU: the same values on every device."""
    if isinstance(chance, Kin):
        return chance.at(scale, shapes)
    return torch.randn(*shapes(scale), generator=chance)


def _mix(near: torch.Tensor, own: torch.Tensor, distance: float) -> torch.Tensor:
    return near.mul_(math.sqrt(1.0 - distance**2)).add_(own, alpha=distance)
