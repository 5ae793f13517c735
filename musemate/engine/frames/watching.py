"""Keeps an eye on the losses of a part without making a graphics card wait at every step."""

from __future__ import annotations

from collections.abc import Mapping

import torch


class LossWatch:
    """The losses of one part's steps, kept on the device that computed them until somebody looks.

    To read a number off a graphics card, the computer waits until the card has done everything that it was told so
    far, and the card then waits for what comes next.
    """

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._latest = torch.zeros(0)
        self._finite: torch.Tensor | None = None

    def note(self, losses: Mapping[str, torch.Tensor]) -> None:
        """Take in a step's losses, numbers on the device; reads nothing."""
        self._names, self._latest = tuple(losses), torch.stack(tuple(losses.values()))
        finite = self._latest.isfinite().all()
        self._finite = finite if self._finite is None else self._finite & finite

    def latest(self) -> dict[str, float]:
        """Read the losses of the last step."""
        return dict(zip(self._names, self._latest.tolist(), strict=True))

    def all_finite(self) -> bool:
        """Read whether every loss of every step so far was a number."""
        return self._finite is None or bool(self._finite)
