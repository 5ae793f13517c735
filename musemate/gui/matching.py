"""Plays A and B equally loud: the louder one is turned down while listening, and nothing else is changed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import MuseMateError, TooShortError
from musemate.gui.audition import Audition
from musemate.gui.background import Background
from musemate.gui.sound import Sound
from musemate.language import _, number

MOST_DB = 20.0
"""More is not made up for: the louder one could hardly be heard any more."""
SAME_DB = 0.05
SILENT_LUFS = float("-inf")


class Matching(QObject):
    """Measures what is compared (ITU-R BS.1770) and tells the audition how far to turn it down."""

    changed = Signal()
    """Text and tooltip are new."""

    def __init__(self, audition: Audition, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._audition, self._background = audition, background
        self._lufs: dict[Sound, float | None] = {}
        self._asked: set[Sound] = set()
        self._pair: tuple[Sound, Sound] | None = None
        self._is_on = True

    @property
    def is_on(self) -> bool:
        """Whether A and B are played equally loud."""
        return self._is_on

    def set_on(self, on: bool) -> None:
        """Match from now on, or play both as they are."""
        self._is_on = on
        self._apply()

    def set_pair(self, a: Sound | None, b: Sound | None) -> None:
        """Compare these two, or nothing."""
        self._pair = (a, b) if a is not None and b is not None else None
        for sound in self._pair or ():
            if sound not in self._lufs and sound not in self._asked:
                self._asked.add(sound)
                self._audition.clips.fetch(sound, partial(self._measure, sound), partial(self._on_unknown, sound))
        self._apply()

    def forget(self) -> None:
        """Forget all measurements: another project may use the same names."""
        self._lufs.clear()
        self._asked.clear()
        self.set_pair(None, None)

    @property
    def gains_db(self) -> tuple[float, float] | None:
        """What is added to A and B, one of them 0; None while that is not known."""
        known = [self._lufs.get(sound) for sound in self._pair or ()]
        if len(known) < 2 or known[0] is None or known[1] is None or SILENT_LUFS in known:
            return None
        difference = max(-MOST_DB, min(MOST_DB, known[0] - known[1]))
        return min(0.0, -difference), min(0.0, difference)

    @property
    def text(self) -> str:
        """What is done, in a word or two."""
        gains = self.gains_db
        if not self._is_on:
            return _("As they are")
        if self._pair is None:
            return _("Match")
        if gains is None:
            return _("Measuring…") if any(sound not in self._lufs for sound in self._pair) else _("No match")
        if max(map(abs, gains)) < SAME_DB:
            return _("Equal")
        return f"A {decibels(gains[0])}" if gains[0] < 0 else f"B {decibels(gains[1])}"

    @property
    def explanation(self) -> str:
        """What is done, in full."""
        what = _("Play A and B equally loud: the louder one is turned down while listening (M).")
        return f"{what} {self._finding}"

    @property
    def _finding(self) -> str:
        """What is known of the pair."""
        if self._pair is None:
            return _("Choose a take to compare.")
        if any(sound not in self._lufs for sound in self._pair):
            return _("They are being measured.")
        if self.gains_db is None:
            return _("One of them is too short or too quiet to be measured, so both are played as they are.")
        levels = [number(level, ".1f") for sound in self._pair if (level := self._lufs[sound]) is not None]
        said = ", ".join(f"{side} {level} LUFS" for side, level in zip("AB", levels, strict=True))
        return _("{levels}. Exports stay as they are.").format(levels=said.replace("-", "−"))

    def _measure(self, sound: Sound, clip: AudioClip) -> None:
        self._background.run(partial(_loudness, clip), partial(self._on_measured, sound), self._audition.failed.emit)

    def _on_measured(self, sound: Sound, lufs: float | None) -> None:
        self._asked.discard(sound)
        self._lufs[sound] = lufs
        self._apply()

    def _on_unknown(self, sound: Sound, _error: MuseMateError) -> None:
        self._on_measured(sound, None)  # whoever wants to hear it is told why that cannot be

    def _apply(self) -> None:
        gains = self.gains_db if self._is_on else None
        known = zip(self._pair, gains, strict=True) if self._pair and gains else ()
        self._audition.set_levels({sound.path: 10 ** (gain_db / 20) for sound, gain_db in known})
        self.changed.emit()


def decibels(value_db: float) -> str:
    """Return a gain as it is read: with a real minus sign."""
    return f"{number(value_db, '+.1f')} dB".replace("-", "−")


def _loudness(clip: AudioClip) -> float | None:
    try:
        return integrated_lufs(clip)
    except TooShortError:
        return None
