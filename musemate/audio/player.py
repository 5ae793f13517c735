"""Plays clips: loop, seek, and switch between take and fragment at the same position without a click."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
import weakref
from collections.abc import Iterator
from typing import Any

from musemate.audio.clip import MIN_RATE_HZ, AudioClip, Samples
from musemate.audio.deck import Deck
from musemate.audio.output import Output, find_device, load_backend, restart_backend, usable_rate
from musemate.errors import PlaybackError

MIN_LOOP_S = 0.05
"""A shorter loop is none."""

_SILENT_DEVICE_S = 3.0
_GONE = "The sound device is gone. Connect one and press play again."
_log = logging.getLogger(__name__)


class Player:
    """Plays one clip at a time on the default sound device.

    It never raises: where it cannot play, `available` is False and `reason` is a sentence that says why. All of its
    methods belong to one thread and return at once; `position_s` and `is_playing` are meant to be asked 30 times a
    second, and notice there when the device has disappeared.

    Parameters
    ----------
    backend : module, optional
        What stands in for sounddevice in tests.
    """

    def __init__(self, backend: Any = None) -> None:
        self.available = False
        self.reason = ""
        self._backend = backend
        self._output: Output | None = None
        self._clip: AudioClip | None = None
        self._loop_s: tuple[float, float] | None = None
        self._volume = 1.0
        self._n_channels, self._device_hz = 2, 48_000
        self._deck = Deck(self._device_hz)
        self._resampled: weakref.WeakKeyDictionary[AudioClip, Samples] = weakref.WeakKeyDictionary()
        with self._or_unavailable():
            self._backend = backend or load_backend()
            self._n_channels, self._device_hz = find_device(self._backend)
            self.available = True

    def set_clip(self, clip: AudioClip | None, keep_position: bool = False) -> None:
        """Choose what is played.

        Parameters
        ----------
        clip : AudioClip or None
            Played at its own rate where the device can, else resampled; low rates always are. None unloads.
        keep_position : bool
            Go on at the same second (and keep playing), cross-faded over 10 ms; else stop at the start.
        """
        position_s = self.position_s if keep_position else 0.0
        if not keep_position:
            self._ask(playing=False)
        self._clip = clip
        if clip is None:
            self._ask(samples=None, playing=False)
            return
        if not (self._deck.wish.playing and self._output is not None):
            self._use_rate(self._rate_for(clip), position_s)
        self._ask(samples=self._samples_of(clip), loop=self._loop_frames())
        if not keep_position:
            self.seek(0.0)

    def play(self) -> bool:
        """Play from the position, or from the start when that is the end; return whether it plays.

        After the device has disappeared, this looks for one again.
        """
        if self._clip is None or not (self.available or self.retry()):
            return False
        with self._or_unavailable():
            if self._is_at_the_end():
                self.seek(self._loop_s[0] if self._loop_s else 0.0)
            if self._output is None:
                self._output = Output(self._backend, self._deck, self._n_channels)
            self._ask(playing=True, play_serial=self._deck.wish.play_serial + 1)
            self._output.start()
        return self.available

    def pause(self) -> None:
        """Stop and stay at the position."""
        self._ask(playing=False)

    def stop(self) -> None:
        """Stop and go back to the start of the loop, or of the clip."""
        self._ask(playing=False)
        self.seek(self._loop_s[0] if self._loop_s else 0.0)

    def seek(self, position_s: float) -> None:
        """Go to a position in seconds, limited to the clip, playing or not."""
        length_s = self._clip.duration_s if self._clip else 0.0
        frame = round(min(max(0.0, position_s), length_s) * self._deck.rate_hz)
        self._ask(seek_to=frame, seek_serial=self._deck.wish.seek_serial + 1)

    def set_loop(self, start_s: float | None, end_s: float | None = None) -> None:
        """Repeat a region given in seconds; None, or less than 50 ms, plays to the end of the clip."""
        if start_s is None or end_s is None or end_s - start_s < MIN_LOOP_S:
            self._loop_s = None
        else:
            self._loop_s = (max(0.0, start_s), end_s)
        self._ask(loop=self._loop_frames())

    @property
    def position_s(self) -> float:
        """The second of the clip that is heard now."""
        self._watch()
        wish = self._deck.wish
        if wish.seek_serial != self._deck.followed_seek:
            return wish.seek_to / self._deck.rate_hz
        frame = self._deck.mark.frame_at(time.monotonic(), self._deck.rate_hz)
        return frame / self._deck.rate_hz

    @property
    def is_playing(self) -> bool:
        """Whether it plays; True until the last sample of the clip has been heard."""
        self._watch()
        if not self._deck.wish.playing:
            return False
        return not self._deck.has_ended or time.monotonic() < self._deck.mark.heard_at_s

    @property
    def volume(self) -> float:
        """Loudness from 0 (silent) to 1 (as recorded), on a scale that sounds even (the gain is its square)."""
        return self._volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._volume = min(1.0, max(0.0, value))
        self._ask(gain=self._volume**2)

    def retry(self) -> bool:
        """Look for a sound device again, for instance after one was connected; return whether there is one."""
        if self._output is not None:
            self._lose(PlaybackError(self.reason))
        with self._or_unavailable():
            self._backend = self._backend or load_backend()
            if restart_backend(self._backend):
                self._n_channels, self._device_hz = find_device(self._backend)
                self.available, self.reason = True, ""
                if self._clip is not None:
                    self._use_rate(self._rate_for(self._clip), self.position_s)
        return self.available

    def close(self) -> None:
        """Stop at once and free the device."""
        self._ask(playing=False)
        if self._output is not None:
            self._output.close()
            self._output = None

    def _is_at_the_end(self) -> bool:
        """Whether nothing is left to play from where the deck, not yet the ear, has arrived."""
        samples = self._deck.wish.samples
        return samples is not None and self._frame_reached() >= samples.shape[1]

    def _frame_reached(self) -> int:
        wish, deck = self._deck.wish, self._deck
        return wish.seek_to if wish.seek_serial != deck.followed_seek else deck.mark.frame

    def _ask(self, **changes: Any) -> None:
        self._deck.wish = dataclasses.replace(self._deck.wish, **changes)

    def _rate_for(self, clip: AudioClip) -> int:
        if not self.available:
            return clip.rate_hz
        if clip.rate_hz < MIN_RATE_HZ:  # devices play such rates badly, if at all, though some promise to
            return self._device_hz
        return usable_rate(self._backend, clip.rate_hz, self._n_channels, self._device_hz)

    def _use_rate(self, rate_hz: int, position_s: float) -> None:
        """Change to a deck of another rate at the same second; the old one's stream is closed."""
        old = self._deck
        if rate_hz == old.rate_hz:
            return
        self.close()
        self._deck = Deck(rate_hz)
        samples = self._samples_of(self._clip) if self._clip is not None else None
        self._ask(samples=samples, loop=self._loop_frames(), gain=old.wish.gain)
        self._ask(play_serial=old.wish.play_serial)
        self.seek(position_s)

    def _samples_of(self, clip: AudioClip) -> Samples:
        """Return the clip at the deck's rate; what had to be resampled is kept as long as the clip is."""
        if clip.rate_hz == self._deck.rate_hz:
            return clip.samples
        known = self._resampled.get(clip)
        if known is None or round(clip.duration_s * self._deck.rate_hz) != known.shape[1]:
            known = clip.resampled(self._deck.rate_hz).samples
            self._resampled[clip] = known
        return known

    def _loop_frames(self) -> tuple[int, int] | None:
        if self._loop_s is None:
            return None
        return round(self._loop_s[0] * self._deck.rate_hz), round(self._loop_s[1] * self._deck.rate_hz)

    def _watch(self) -> None:
        """Notice that the device has stopped asking for sound although something plays."""
        output, deck = self._output, self._deck
        if output is None or not deck.wish.playing or deck.has_ended:
            return
        if output.ran_out:  # it stopped because of silence in the very moment when play was pressed
            with self._or_unavailable():
                output.start()
        elif not output.runs or time.monotonic() - output.last_call_s > _SILENT_DEVICE_S:
            self._lose(PlaybackError(_GONE))

    @contextlib.contextmanager
    def _or_unavailable(self) -> Iterator[None]:
        try:
            yield
        except PlaybackError as error:
            self._lose(error)

    def _lose(self, error: PlaybackError) -> None:
        _log.warning("playback is off: %s (%s)", error.message, error.detail)
        self.available = False
        self.reason = f"{error.message} {error.hint}".strip()
        frame = self._frame_reached()
        self._ask(playing=False)
        if self._output is not None:
            self._output.discard()
            self._output = None
            self._ask(seek_to=frame, seek_serial=self._deck.wish.seek_serial + 1)
