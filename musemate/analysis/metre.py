"""What is known of a sound's metre: the record that rhythm analysis fills and project, engine and window read."""

from __future__ import annotations

from dataclasses import dataclass

SURE = 0.5
"""Confidence from which bars may be shown and used."""


@dataclass(frozen=True)
class Beats:
    """The metre of a sound as far as it is known.

    `confidence` (0-1) says how sure the tracker is; at 0.5 and over the tempo counts as sure and bars may be shown.
    """

    bpm: float
    confidence: float
    beat_times_s: tuple[float, ...] = ()
    downbeat: int = 0
    """Index of the first beat that starts a bar."""
    beats_per_bar: int = 4

    @property
    def is_sure(self) -> bool:
        """Whether bars may be shown and used."""
        return self.confidence >= SURE
