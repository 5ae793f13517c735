"""The rows of a project: fragments, runs and takes, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from musemate.analysis.figures import Figures
from musemate.analysis.marks import Marks
from musemate.analysis.metre import Beats as Beats
from musemate.language import _

INSTANT = "instant"
"""Name of the engine that trains nothing: its runs only analyse, its takes are spliced."""


@dataclass(frozen=True)
class Fragment:
    """A loaded piece of a song and the region chosen in it."""

    id: str
    name: str
    source: str
    """Path that it was loaded from."""
    audio: str
    """Name of the immutable file in the project's audio folder."""
    rate_hz: int
    n_channels: int
    duration_s: float
    start_s: float
    length_s: float
    """The chosen region."""
    created: str
    """ISO 8601, UTC."""
    beats: Beats | None = None
    """None until analysed."""
    key: str = ""
    """For instance "A minor", "" when unsure or not analysed."""
    voice: tuple[float, ...] = ()
    """Likelihood of voice, 0-1, one value a second; empty until analysed."""


@dataclass(frozen=True)
class Run:
    """One training, or the analysis that instant takes are made with."""

    id: str
    fragment: str
    start_s: float
    length_s: float
    engine: str
    preset: str
    device: str
    seed: int
    state: str
    """"training", "stopped" (some scales are finished), "finished" or "failed"."""
    scales: tuple[str, ...]
    n_finished: int
    seconds: float
    peak_mib: float
    created: str
    reason: str = ""
    """Why it failed."""
    options: dict[str, Any] = field(default_factory=dict)
    """The engine's own parameters, so that a stopped run can go on with them."""

    @property
    def is_usable(self) -> bool:
        """Whether something is trained that takes may be made from."""
        return self.n_finished > 0

    @property
    def is_instant(self) -> bool:
        """Whether nothing is trained in it."""
        return self.engine == INSTANT


@dataclass(frozen=True)
class Layer:
    """The signal of one scale of a take."""

    name: str
    """For instance "320 Hz"."""
    audio: str
    """Name of the immutable file in the project's audio folder, at the scale's own rate."""
    rate_hz: int


@dataclass(frozen=True)
class Take:
    """One generated result."""

    id: str
    run: str
    audio: str
    seconds: float
    mode: str
    closeness: float
    seed: int
    created: str
    name: str
    """Short name shown to the songwriter, for instance "take 3"."""
    stars: int = 0
    device: str = ""
    """The device that made it; the same request gives the same samples there."""
    request: dict[str, Any] = field(default_factory=dict)
    """The engine's TakeRequest, whole, so that the take can be made again."""
    engine: str = ""
    """The engine of its run."""
    layers: tuple[Layer, ...] = ()
    """The signals of its scales, coarse to fine; the last is the take itself. Empty where scales are no signals."""
    tags: tuple[str, ...] = ()
    """Words of the songwriter's own, in the order in which they were given."""
    note: str = ""
    rejected: bool = False
    """Put aside, but not removed."""
    figures: Figures | None = None
    """How it compares with its fragment; None until that is reckoned."""
    marks: Marks | None = None
    """What listeners said about it; None where nobody did. Its studies keep that: whoever shows it puts it in."""

    @property
    def is_instant(self) -> bool:
        """Whether it was made without any training."""
        return self.engine == INSTANT

    @property
    def full_name(self) -> str:
        """Name that tells instant takes from trained ones, for files."""
        return f"{INSTANT} {self.name}" if self.is_instant else self.name

    @property
    def has_usual_name(self) -> bool:
        """Whether it still has the name that it was stored with."""
        return self.name.startswith("take ") and self.name[5:].isdigit()

    @property
    def short_name(self) -> str:
        """Name in the language in use; names that the songwriter gave stay as they are."""
        return _("take {n}").format(n=self.name[5:]) if self.has_usual_name else self.name

    @property
    def shown_name(self) -> str:
        """The same, telling instant takes from trained ones."""
        return _("instant {take}").format(take=self.short_name) if self.is_instant else self.short_name
