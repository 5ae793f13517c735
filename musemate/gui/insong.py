"""A take in its song, as it is heard: the copy of the song that it lies in, and the song as it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from musemate.engine.events import Placed
from musemate.gui import wording
from musemate.gui.matching import decibels
from musemate.gui.sound import Sound
from musemate.language import _, number
from musemate.project.records import Fragment, Take

LEAD_S = 3.0
"""What is heard of the song before the take, where its bars are not sure."""
LEAD_BARS = 2
KIND = "song"
QUIET_DB = 0.05
"""A smaller change of level is not worth a word."""


@dataclass(frozen=True)
class InSong:
    """A take in its song.

    Parameters
    ----------
    placed : Placed
        Where the copy is, and where in it the take.
    take : Take
    fragment : Fragment
        Of the take.
    original : Sound
        The song as it was.
    """

    placed: Placed
    take: Take
    fragment: Fragment
    original: Sound

    @property
    def name(self) -> str:
        """What is heard."""
        return _("{take} in its song").format(take=wording.take_title(self.take, full=False))

    @property
    def facts(self) -> str:
        """What was done to the take and to the song, in a few words."""
        clocks = (wording.clock(time_s, tenths=True) for time_s in (self.placed.start_s, self.placed.end_s))
        words = ["–".join(clocks)]
        if abs(self.placed.gain_db) >= QUIET_DB:
            words.append(decibels(self.placed.gain_db))
        if self.placed.shift_s:
            seconds = number(abs(self.placed.shift_s), ".1f")
            later, earlier = _("the song goes on {seconds} s later"), _("the song goes on {seconds} s earlier")
            words.append((later if self.placed.shift_s > 0 else earlier).format(seconds=seconds))
        return " · ".join(words)

    @property
    def sound(self) -> Sound:
        """The song with the take in it."""
        return Sound(Path(self.placed.file), self.name, KIND)

    @property
    def start_s(self) -> float:
        """Where to begin to listen: two bars before the take, or three seconds."""
        beats = self.fragment.beats
        lead_s = LEAD_S
        if beats is not None and beats.is_sure:
            lead_s = LEAD_BARS * beats.beats_per_bar * 60.0 / beats.bpm
        return max(0.0, self.placed.start_s - lead_s)

    def in_original(self, position_s: float) -> float:
        """Return the second of the song as it was that belongs to one of the copy."""
        return position_s - self.placed.shift_s if position_s >= self.placed.end_s else position_s

    def in_copy(self, position_s: float) -> float:
        """Return the second of the copy that belongs to one of the song as it was."""
        goes_on_s = self.placed.end_s - self.placed.shift_s
        return position_s + self.placed.shift_s if position_s >= goes_on_s else position_s
