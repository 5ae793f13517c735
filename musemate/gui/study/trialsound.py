"""What is heard of one trial, one sample or two, and how much of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.audio.clip import AudioClip
from musemate.gui.audition import Audition
from musemate.gui.sound import Sound
from musemate.study.listening import Heard

KIND = "study"
"""Of a `Sound`; nothing in the window tells one from another."""


class TrialSound(QObject):
    """Plays the samples of a trial and counts what sounded.

    Parameters
    ----------
    audition : Audition
    parent : QObject
    """

    changed = Signal()
    """Another sample, or playing and pausing."""
    moved = Signal(float)
    """Position as a part of the sample, 0-1."""
    opened = Signal()
    """Enough was heard: answers count from now on."""
    pictured = Signal(object)
    """The `AudioClip` of the sample that is heard now."""

    def __init__(self, audition: Audition, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._audition = audition
        self._tokens: tuple[str, ...] = ()
        self._sounds: dict[str, Sound] = {}
        self._lengths_s: dict[str, float] = {}
        self._loops = False
        self._is_sounding = self._was_enough = False
        self.side = 0
        """Which of a pair is heard; 0 for a single sample."""
        self.heard = Heard({})
        audition.moved.connect(self._on_moved)
        audition.changed.connect(self._on_changed)
        audition.loaded.connect(self._on_loaded)

    def begin(self, sounds: dict[str, tuple[Path, float]], *, loops: bool, heard: Heard | None = None) -> None:
        """Play a trial's samples from the first one's start.

        Parameters
        ----------
        sounds : dict of str to (Path, float)
            File and duration in seconds by the token, in the order A, B.
        loops : bool
            Whether a sample begins anew at its end.
        heard : Heard, optional
            What was heard of this trial before; None for nothing.
        """
        self._tokens = tuple(sounds)
        self._sounds = {token: Sound(path, "", KIND) for token, (path, _) in sounds.items()}
        self._lengths_s = {token: length_s for token, (_, length_s) in sounds.items()}
        self._loops, self.side = loops, 0
        self.heard = heard or Heard(self._lengths_s)
        self._was_enough = self.heard.is_enough
        self.heard.jumped()
        self._show(0, keep_position=False)
        for token in self._tokens[1:]:
            self._audition.clips.prefetch(self._sounds[token])

    def end(self) -> None:
        """Be silent: another page has no sound of a trial."""
        self._tokens = ()
        self._is_sounding = False
        self._audition.show(None)

    @property
    def reason(self) -> str:
        """Why nothing can be heard, "" when it can."""
        return self._audition.reason

    @property
    def is_playing(self) -> bool:
        """Whether something sounds."""
        return bool(self._tokens) and self._audition.is_playing

    @property
    def unheard(self) -> list[int]:
        """Which of the samples must still be heard before answers count."""
        return [place for place, token in enumerate(self._tokens) if self.heard.left_of(token) > 0]

    @property
    def loops(self) -> bool:
        """Whether a sample begins anew at its end."""
        return self._loops

    def set_loops(self, loops: bool) -> None:
        """Let a sample begin anew at its end, or not."""
        self._loops = loops
        self._audition.set_loop((0.0, self._lengths_s[self._token]) if loops and self._tokens else None)
        self.changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        if not self._tokens:
            return
        if self.is_playing:
            self._audition.pause()
        elif self._is_at_end:
            self.replay()
        else:
            self._is_sounding = True
            self._audition.play()

    def replay(self) -> None:
        """Play from the start."""
        if self._tokens:
            self.heard.jumped()
            self._audition.seek(0.0)
            self._start()

    def choose(self, side: int) -> None:
        """Hear A (0) or B (1): at the same position where one sounds, else from its start."""
        if side >= len(self._tokens):
            return
        if side == self.side and self.is_playing:
            self.replay()
        elif self.is_playing:
            self._show(side, keep_position=True)
        else:
            self._show(side, keep_position=False)

    # inside --------------------------------------------------------------------------------------------

    @property
    def _token(self) -> str:
        return self._tokens[self.side]

    @property
    def _is_at_end(self) -> bool:
        return self._audition.position_s >= self._lengths_s[self._token] - 0.05

    def _show(self, side: int, *, keep_position: bool) -> None:
        self.side = side
        self.heard.jumped()
        self.heard.started()
        self._is_sounding = True
        self._audition.show(self._sounds[self._token], play=True, keep_position=keep_position)
        if self._loops:
            self._audition.set_loop((0.0, self._lengths_s[self._token]))
        self.changed.emit()

    def _start(self) -> None:
        self.heard.started()
        self._is_sounding = True
        self._audition.play()

    def _on_moved(self, position_s: float) -> None:
        if not self._tokens or self._audition.sound != self._sounds[self._token]:
            return
        self.moved.emit(min(1.0, position_s / max(self._lengths_s[self._token], 1e-9)))
        if self._is_sounding:
            self.heard.sounded(self._token, position_s)
        if self.heard.is_enough and not self._was_enough:
            self._was_enough = True
            self.opened.emit()

    def _on_changed(self) -> None:
        if self._tokens:
            self._is_sounding = self._audition.is_playing
            self.changed.emit()

    def _on_loaded(self, sound: Sound, clip: AudioClip) -> None:
        if self._tokens and sound == self._sounds[self._token]:
            self.pictured.emit(clip)
