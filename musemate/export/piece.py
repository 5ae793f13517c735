"""A piece of a take on its way into a file: its sound, its grid, and what the file says about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from musemate.audio.clip import AudioClip


@dataclass(frozen=True)
class Grid:
    """A steady tempo with bar lines; only where they are sure."""

    bpm: float
    beats_per_bar: int
    first_bar_s: float
    """Time of the first bar line at or after the sound's start, in seconds."""

    @property
    def bar_s(self) -> float:
        """Length of a bar in seconds."""
        return self.beats_per_bar * 60.0 / self.bpm

    def bar_frames(self, n_bars: int, rate_hz: int) -> int:
        """Return how many frames so many bars are, rounded once for all of them."""
        return round(n_bars * self.beats_per_bar * 60.0 / self.bpm * rate_hz)


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece that was cut out of a take."""

    clip: AudioClip
    start_s: float = 0.0
    """Where in the take it starts."""
    grid: Grid | None = None
    """The piece's own: its times count from the piece's start."""
    n_bars: int = 0
    """Bars that it is long to the frame; 0 where it does not fit the grid."""
    is_loop: bool = False
    """Whether its end goes on with its start without a click."""
    part: str = ""
    """"mid" or "side" where it is only that of the sound: the files of a take need names of their own."""
    said: tuple[str, ...] = ()
    """What could not be had as it was asked for, a sentence each."""


@dataclass(frozen=True)
class Notes:
    """What a file says about itself, beside its sound."""

    title: str
    """The take's name."""
    song: str
    description: str = ""
    """In one line: engine, preset, seed, run."""
    created: str = ""
    """ISO 8601, UTC."""
    song_start_s: float = 0.0
    """Where in the song the piece stands."""
    root: int | None = None
    """Pitch class of the key's root, 0-11, 0 is C."""
    marks: tuple[tuple[float, str], ...] = field(default=())
    """Places in the piece in seconds, and their labels: its bar lines."""
