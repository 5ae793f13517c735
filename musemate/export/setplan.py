"""What a set for a DAW holds: sounds at their places in the song, a tempo where it is sure, and marks."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from musemate.errors import SettingsError
from musemate.export.piece import Grid
from musemate.language import _

RPP, DAWPROJECT, MIDI = "rpp", "dawproject", "midi"
KINDS = (RPP, DAWPROJECT, MIDI)
"""The files that a set may have beside its sounds."""


@dataclass(frozen=True)
class Placed:
    """A sound at its place in the song."""

    file: str
    """Its path in the set's folder, with "/"."""
    name: str
    start_s: float
    """Where in the song it stands."""
    n_frames: int
    rate_hz: int
    n_channels: int
    is_muted: bool = False

    @property
    def length_s(self) -> float:
        """Its length in seconds."""
        return self.n_frames / self.rate_hz

    @property
    def end_s(self) -> float:
        """Where in the song it ends."""
        return self.start_s + self.length_s


@dataclass(frozen=True)
class Mark:
    """A named place in the song, or a stretch of it."""

    time_s: float
    label: str
    length_s: float = 0.0
    """0 is a place."""


@dataclass(frozen=True)
class SetPlan:
    """All that a set says.

    Raises
    ------
    SettingsError
        It has no sound.
    """

    song: str
    sounds: tuple[Placed, ...]
    """From top to bottom: the fragment, then the takes."""
    grid: Grid | None = None
    """Tempo and bar lines in the song's time; None where they are not sure."""
    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if not self.sounds:
            raise SettingsError(_("There is no take in this set."), hint=_("Star some takes, or choose them."))

    @property
    def end_s(self) -> float:
        """Where the last sound ends."""
        return max(sound.end_s for sound in self.sounds)


def plain_line(text: str) -> str:
    """Return a text in one line, without what XML 1.0 and DAWs cannot hold: control characters and the like."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(character for character in text if _is_fit(character))


def _is_fit(character: str) -> bool:
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return not is_noncharacter and unicodedata.category(character) not in ("Cc", "Cs")
