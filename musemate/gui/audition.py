"""What is heard: one clip at a time through the player, loaded in the background, with A/B at the same position."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from musemate.audio.clip import AudioClip
from musemate.audio.player import Player
from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.gui.clipstore import ClipStore
from musemate.gui.sound import Output, Sound
from musemate.language import _

POLL_MS = 33
WATCH_MS = 1_000
LOOK_AGAIN_S = (2, 4, 8, 15, 30)
"""How long after a device was lost it is looked for by itself, and from then on at the last interval."""


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
    noticed = Signal(str)
    """Something has happened to the sound device that needs no answer."""
    metered = Signal(object)
    """The `Level` that was heard since the last time."""

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._player: Player | None = None
        self.clips = ClipStore(background)
        self._wants_play = False
        self._is_loaded = False
        self._reason = _("Playback is being prepared.")
        self._loop: tuple[float, float] | None = None
        self._seek_to: float | None = None
        self._volume = 0.8
        self._levels: dict[Path, float] = {}
        self._wanted_output = ("", 0.0)
        self._was_available = False
        self._is_settling = False
        self._seconds_lost = 0
        self._looking = -1
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
            self._reason = ""  # so that a device that is still missing is said again
            self._looking = self._player.card.generation
            self._player.retry()
            self._look_after()
            self.changed.emit()

    @property
    def output(self) -> Output:
        """What is played on."""
        card = self._player.card if self._player is not None else None
        device = card.device if card is not None else None
        name, buffer_s = self._wanted_output
        if card is None or device is None:
            return Output(card.names if card else (), name, buffer_s, "", 0, 0.0)
        rate_hz = card.output.deck.rate_hz if card.output is not None else device.rate_hz
        return Output(card.names, name, buffer_s, device.name, rate_hz, card.latency_s)

    def choose_output(self, name: str, buffer_s: float) -> None:
        """Play on another device ("" for the system's default), or with another buffer (0 for automatic)."""
        self._wanted_output = (name, buffer_s)
        if self._player is not None:
            self._player.choose_output(name, buffer_s)
            self._look_after()
            self.changed.emit()

    def close(self) -> None:
        """Stop the sound and let go of the device."""
        self._poll.stop()
        self._watch.stop()
        if self._player is not None:
            self._player.close()
            self._player = self.clips.player = None

    def _on_player(self, player: Player) -> None:
        self._player = self.clips.player = player
        player.volume = self._volume
        player.choose_output(*self._wanted_output)
        self._watch.start()
        self._check()
        if self.sound is not None:
            self._load(self.sound, keep_position=False)
        self.changed.emit()

    def _check(self) -> None:
        if self._player is not None and self._player.card.generation == self._looking:
            return  # it is being looked for just now
        before = self._reason
        self._reason = "" if self._player and self._player.available else self._player_reason()
        if self._reason and self._reason != before:
            self.unavailable.emit(self._reason)
        elif self._player is not None and not self._reason:
            notice = self._player.take_notice()
            if before and self._was_available and not notice:
                notice = _("The sound device is back.")
            self._was_available, self._seconds_lost = True, 0
            if notice:
                self.noticed.emit(notice)

    def _player_reason(self) -> str:
        return self._player.reason if self._player else _("Playback is being prepared.")

    def _on_watch(self) -> None:
        before = self._reason
        self._look_after()
        if self._reason and self._was_available:
            self._seconds_lost += 1
            last = LOOK_AGAIN_S[-1]
            if self._seconds_lost in LOOK_AGAIN_S or self._seconds_lost % last == 0:
                assert self._player is not None
                self._player.retry()
        if before != self._reason:
            self.changed.emit()

    def _look_after(self) -> None:
        """Take over what has happened to the device; a clip that needs another rate is resampled in the background."""
        player = self._player
        if player is None:
            return
        player.position_s  # noqa: B018 - asking is what makes it look at the device
        if not player.is_settled and not self._is_settling:
            clip = self.clips.kept(self.sound)
            if clip is not None and player.available:
                self._is_settling = True
                self._background.run(partial(player.prepare, clip), self._settle, self.failed.emit)
            else:
                self._settle()
        self._check()

    def _settle(self, _prepared: None = None) -> None:
        player, self._is_settling = self._player, False
        if player is None:
            return
        player.settle()
        if player.is_playing:
            self._wants_play = True
            self._poll.start()
        elif self._is_loaded:
            player.warm()
        self._check()
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

    def set_levels(self, levels: dict[Path, float]) -> None:
        """Turn these files down to these factors, and play all others as they are."""
        self._levels = levels
        if self._player is not None and self._is_loaded:
            self._player.set_level(self._level)

    @property
    def _level(self) -> float:
        return self._levels.get(self.sound.path, 1.0) if self.sound else 1.0

    def _load(self, sound: Sound, *, keep_position: bool) -> None:
        self.clips.fetch(sound, partial(self._on_clip, sound, keep_position), partial(self._on_unreadable, sound))

    def _on_unreadable(self, sound: Sound, error: MuseMateError) -> None:
        if sound == self.sound:
            self._wants_play = False
            self.changed.emit()
        self.failed.emit(error)

    def _on_clip(self, sound: Sound, keep_position: bool, clip: AudioClip) -> None:
        if sound != self.sound:
            return
        self.loaded.emit(sound, clip)
        if self._player is None:
            return
        self._player.set_clip(clip, keep_position=keep_position, level=self._level)
        self._is_loaded = True
        self._apply_loop()
        if self._seek_to is not None:
            self._player.seek(self._seek_to)
            self._seek_to = None
        if self._wants_play:
            self.play()
        else:
            self._player.warm()
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
        if self._player is None:
            return
        level = self._player.level
        if level is not None:
            self.metered.emit(level)
        if not self._player.is_settled:
            self._look_after()
        if not self._player.is_playing and not self._player.is_waiting:
            self._poll.stop()
            self._wants_play = self._wants_play and not self._is_loaded
            self._check()
            self.changed.emit()

    def _tell_position(self) -> None:
        self.moved.emit(self.position_s)
