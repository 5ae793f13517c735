"""What can be heard, and on what it is played, as records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sound:
    """Something that can be heard.

    Parameters
    ----------
    path : Path
        The sound file.
    name : str
        Shown in the transport.
    kind : str
        "fragment", "take", "layer" (a take as one of its scales holds it), "preview" or "song" (a take in its song).
    offset_s : float
        Where the clip starts on the time axis of the view.
    length_s : float or None
        How much of the file from `offset_s` on belongs to the clip; None for all of it.
    """

    path: Path
    name: str
    kind: str
    offset_s: float = 0.0
    length_s: float | None = None

    @property
    def key(self) -> tuple[Path, float, float | None]:
        """What its samples depend on."""
        return self.path, self.offset_s, self.length_s


@dataclass(frozen=True)
class Output:
    """What is played on.

    Parameters
    ----------
    names : tuple of str
        The devices to choose from.
    wanted : str
        The chosen one, "" for the system's default.
    buffer_s : float
        The chosen buffer, 0 for automatic.
    name : str
        The device in use, "" for none.
    rate_hz : int
        Its sample rate just now.
    latency_s : float
        Its buffer just now.
    """

    names: tuple[str, ...]
    wanted: str
    buffer_s: float
    name: str
    rate_hz: int
    latency_s: float
