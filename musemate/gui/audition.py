"""What is heard: one clip at a time through the player, loaded in the background, with A/B at the same position."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.player import Player
from musemate.gui.background import Background

POLL_MS = 33
WATCH_MS = 1_000
MOST_KEPT_BYTES = 300_000_000
"""Clips kept for the next time: two of five minutes, or very many short ones."""


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
        "fragment", "take", "layer" (a take as one of its scales holds it) or "preview".
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


class Audition(QObject):
    """The player as the window sees it: times are those of the view, and nothing here ever waits."""

    changed = Signal()
    """Another sound, or playing and pausing."""
    moved = Signal(float)
    """Position on the time axis of the view."""
    loaded = Signal(object, object)
    """The `Sound` and its `AudioClip`, for the closest zooms."""
    unavailable = Signal(str)
    """Sound cannot be played, with the reason; said once each time it happens."""
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._player: Player | None = None
        self._kept: OrderedDict[tuple[Path, float, float | None], AudioClip] = OrderedDict()
        self._wants_play = False
        self._is_loaded = False
        self._reason = "Playback is being prepared."
        self._loop: tuple[float, float] | None = None
        self._seek_to: float | None = None
        self._volume = 0.8
        self.sound: Sound | None = None
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        self._watch = QTimer(self, interval=WATCH_MS)
        self._watch.timeout.connect(self._on_watch)

    # the device ----------------------------------------------------------------------------------------

    def start(self, make_player: Callable[[], Player] = Player) -> None:
        """Open the sound device in the background (some systems take a second)."""
        self._background.run(make_player, self._on_player, self.failed.emit)

    @property
    def reason(self) -> str:
        """Why nothing can be played, "" when it can."""
        return self._reason

    def retry(self) -> None:
        """Look for a sound device again."""
        if self._player is not None:
            self._player.retry()
            self._reason = ""  # so that a device that is still missing is said again
            self._check()
            self.changed.emit()

    def close(self) -> None:
        """Stop the sound and let go of the device."""
        self._poll.stop()
        self._watch.stop()
        if self._player is not None:
            self._player.close()
            self._player = None

    def _on_player(self, player: Player) -> None:
        self._player = player
        player.volume = self._volume
        self._watch.start()
        self._check()
        if self.sound is not None:
            self._load(self.sound, keep_position=False)
        self.changed.emit()

    def _check(self) -> None:
        before = self._reason
        self._reason = "" if self._player and self._player.available else self._player_reason()
        if self._reason and self._reason != before:
            self.unavailable.emit(self._reason)

    def _player_reason(self) -> str:
        return self._player.reason if self._player else "Playback is being prepared."

    def _on_watch(self) -> None:
        before = self._reason
        self._check()
        if before != self._reason:
            self.changed.emit()

    # what is heard -------------------------------------------------------------------------------------

    def show(self, sound: Sound | None, *, play: bool = False, keep_position: bool = False) -> None:
        """Make this the sound that the transport works on.

        Parameters
        ----------
        sound : Sound or None
            None for silence.
        play : bool
            Start as soon as it is loaded; a sound that plays goes on in any case when the position is kept.
        keep_position : bool
            Stay as far from the clip's start as now (A/B).
        """
        goes_on = keep_position and self.is_playing
        self.sound = sound
        self._wants_play = play or goes_on
        self._is_loaded = False
        self._loop = None
        if not goes_on and self._player is not None:
            self._player.pause()
        if sound is not None:
            self._load(sound, keep_position=keep_position)
        self.changed.emit()

    def _load(self, sound: Sound, *, keep_position: bool) -> None:
        key = (sound.path, sound.offset_s, sound.length_s)
        if key in self._kept:
            self._kept.move_to_end(key)
            self._on_clip(sound, keep_position, self._kept[key])
            return
        self._background.run(partial(_read, *key), partial(self._on_clip, sound, keep_position), self.failed.emit)

    def _on_clip(self, sound: Sound, keep_position: bool, clip: AudioClip) -> None:
        self._kept[sound.path, sound.offset_s, sound.length_s] = clip
        while len(self._kept) > 2 and sum(kept.samples.nbytes for kept in self._kept.values()) > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        if sound != self.sound:
            return
        self.loaded.emit(sound, clip)
        if self._player is None:
            return
        self._player.set_clip(clip, keep_position=keep_position)
        self._is_loaded = True
        self._apply_loop()
        if self._seek_to is not None:
            self._player.seek(self._seek_to)
            self._seek_to = None
        if self._wants_play:
            self.play()
        self._tell_position()

    # transport -----------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        """Whether sound is heard, or will be as soon as it is loaded."""
        if self._player is None or self._reason:
            return False
        return self._player.is_playing or (self._wants_play and not self._is_loaded)

    @property
    def position_s(self) -> float:
        """Position on the time axis of the view."""
        offset = self.sound.offset_s if self.sound else 0.0
        return offset + (self._player.position_s if self._player and self._is_loaded else 0.0)

    def play(self) -> None:
        """Play on."""
        self._wants_play = True
        if self._player is not None and self._is_loaded and not self._reason:
            self._player.play()
            self._poll.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stay where it is."""
        self._wants_play = False
        if self._player is not None:
            self._player.pause()
        self.changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self.is_playing else self.play)()

    def stop(self) -> None:
        """Stop and go back to the start (of the loop, if there is one)."""
        self._wants_play = False
        if self._player is not None:
            self._player.stop()
        self._tell_position()
        self.changed.emit()

    def seek(self, position_s: float) -> None:
        """Go to a position of the view."""
        inside = max(0.0, position_s - self._offset_s)
        if self._player is not None and self._is_loaded:
            self._player.seek(inside)
        else:
            self._seek_to = inside
        self.moved.emit(self._offset_s + inside)

    def set_loop(self, span: tuple[float, float] | None) -> None:
        """Loop a stretch of the view, or play to the end."""
        if span != self._loop:
            self._loop = span
            self._apply_loop()

    @property
    def volume(self) -> float:
        """Volume, 0-1."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = volume
        if self._player is not None:
            self._player.volume = volume

    @property
    def _offset_s(self) -> float:
        return self.sound.offset_s if self.sound else 0.0

    def _apply_loop(self) -> None:
        if self._player is None or not self._is_loaded:
            return
        if self._loop is None:
            self._player.set_loop(None)
        else:
            start, end = (max(0.0, time_s - self._offset_s) for time_s in self._loop)
            self._player.set_loop(start, end)

    def _on_poll(self) -> None:
        self._tell_position()
        if self._player is None or not self._player.is_playing:
            self._poll.stop()
            self._wants_play = self._wants_play and not self._is_loaded
            self._check()
            self.changed.emit()

    def _tell_position(self) -> None:
        self.moved.emit(self.position_s)


def _read(path: Path, start_s: float, length_s: float | None) -> AudioClip:
    from musemate.audio.files import read_clip

    # coarse previews may be nearly silent and very short: that is no reason not to play them
    return read_clip(path, start_s, length_s, min_s=0.01, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
