"""Where the bars of a steady tempo lie on a timeline that starts with the song.

A DAW counts bars from its timeline's start, and a song's first bar line rarely stands there. Moving everything would
put each sound beside its place in the song, so the song keeps its time and gets one lead-in bar: played slower or
faster, it ends where the song's bar lines begin, and from there on the tempo is the song's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from musemate.export.piece import Grid

SNAP_S = 0.010
"""A bar line so near to the song's start is taken to stand there: beats are not found more exactly than that."""


@dataclass(frozen=True)
class TempoMap:
    """Seconds to beats and bars; the lead-in bar is the first where there is one."""

    grid: Grid
    """In the song's time."""

    @property
    def lead_s(self) -> float:
        """Length of the lead-in bar in seconds, from half a bar to one and a half; 0 where none is needed."""
        rest = self.grid.first_bar_s % self.grid.bar_s
        if min(rest, self.grid.bar_s - rest) <= SNAP_S:
            return 0.0
        return rest if rest >= self.grid.bar_s / 2 else rest + self.grid.bar_s

    @property
    def lead_bpm(self) -> float:
        """Tempo of the lead-in bar."""
        return self.grid.beats_per_bar * 60.0 / self.lead_s

    def beats(self, time_s: float) -> float:
        """Return how many beats lie between the song's start and a time in seconds."""
        if self.lead_s == 0.0:
            return time_s * self.grid.bpm / 60.0
        if time_s < self.lead_s:
            return time_s * self.lead_bpm / 60.0
        return self.grid.beats_per_bar + (time_s - self.lead_s) * self.grid.bpm / 60.0

    def bar_lines(self, start_s: float, end_s: float) -> list[tuple[int, float]]:
        """Return number (as the DAW's ruler counts, from 1) and time in seconds of the bar lines from start to end.

        The lead-in's own start is none of them.
        """
        n_lead = 1 if self.lead_s else 0
        first = max(0, ceil((start_s - self.lead_s) / self.grid.bar_s - 1e-6))
        last = floor((end_s - self.lead_s) / self.grid.bar_s + 1e-6)
        return [(n_lead + 1 + bar, self.lead_s + bar * self.grid.bar_s) for bar in range(first, last + 1)]
