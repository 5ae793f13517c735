"""The figures that a take is chosen by: a small record that analysis fills, projects keep and the window shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

DEFINITION = 1
"""Version of how figures are reckoned; those of another one are reckoned anew."""


@dataclass(frozen=True)
class Figures:
    """A take beside the region that it was learnt from.

    Parameters
    ----------
    similarity : float
        Of timbre and dynamics, 0 to 1; 1 is the region itself (`likeness.similarity`).
    novelty : float
        0 for a quotation, 0.5 where it is as far from the region as the region's passages are from one another, 1 for
        nothing in common (`novelty.Passages`).
    tempo : float or None
        How well its onsets repeat at the region's tempo, 0 to 1; None where the region has no sure beat.
    loudness_lufs : float or None
        Integrated loudness, LUFS; None for silence.
    traits : tuple of float
        Timbre and course in a few numbers, for telling takes from one another (`likeness.traits`).
    definition : int
        The `DEFINITION` that they were reckoned by.
    """

    similarity: float
    novelty: float
    tempo: float | None
    loudness_lufs: float | None
    traits: tuple[float, ...] = ()
    definition: int = DEFINITION

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a JSON-ready dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Figures | None:
        """Make figures again; None for none, and for those of another definition."""
        if values.get("definition") != DEFINITION:
            return None
        return cls(**{**values, "traits": tuple(values["traits"])})
