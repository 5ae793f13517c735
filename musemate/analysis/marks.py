"""What listeners said about a take: a small record that studies fill and the table of takes shows."""

from __future__ import annotations

from dataclasses import dataclass

YES, MAYBE, NO = "yes", "maybe", "no"
MAYBE_FROM = 0.25
"""Share of inspiration from which a take may inspire; over a half it does."""


@dataclass(frozen=True)
class Marks:
    """The answers about one take, over all listeners and studies.

    Parameters
    ----------
    n_yes, n_maybe, n_no : int
        How often it was called inspiring.
    quality_mean : float or None
        Of the question for quality, or for a rating where that was asked instead; None where neither was.
    n_fooled, n_verdicts : int
        How often it was taken for real, of so many times that this was asked.
    """

    n_yes: int = 0
    n_maybe: int = 0
    n_no: int = 0
    quality_mean: float | None = None
    n_fooled: int = 0
    n_verdicts: int = 0

    @property
    def n_asked(self) -> int:
        """How often somebody said whether it inspires."""
        return self.n_yes + self.n_maybe + self.n_no

    @property
    def share(self) -> float | None:
        """How much it inspires, 0 to 1, a maybe counting half; None where nobody was asked."""
        return (self.n_yes + self.n_maybe / 2) / self.n_asked if self.n_asked else None

    @property
    def inspires(self) -> str:
        """Whether it inspires, all answers taken together: "yes", "maybe" or "no", "" where nobody was asked."""
        if self.share is None:
            return ""
        return YES if self.share > 0.5 else MAYBE if self.share >= MAYBE_FROM else NO
