"""Plays clips: loop, seek, and switch between two of them at the same position without a click."""

from __future__ import annotations

import dataclasses
import time
import weakref
from typing import Any

from musemate.audio.card import Card
from musemate.audio.clip import MIN_RATE_HZ, AudioClip, Samples
from musemate.audio.deck import Deck
from musemate.audio.dropouts import Dropouts
from musemate.audio.errands import Errands, at_once
from musemate.audio.levels import Level
from musemate.audio.seam import Loop, prepare_loop

MIN_LOOP_S = 0.05
"""A shorter loop is none."""
BUFFERS_S = (0.0, 0.025, 0.05, 0.1, 0.2)
"""Buffers to choose from; 0 finds the shortest that does not drop out."""

_SILENT_DEVICE_S = 3.0
_RESUME_LIMIT_S = 15.0
"""A device that comes back later than this plays on only when it is asked to."""
_USUAL_RATE_HZ = 48_000


class Player:
    """Plays one clip at a time.

    It never raises: where it cannot play, `available` is False and `reason` is a sentence that says why. Except for
    `prepare`, all of its methods belong to one thread and return at once; `position_s` and `is_playing` are meant to be
    asked 30 times a second, and notice there when the device has disappeared. What takes time with the device is done
    in a thread of its own; `settle` then takes over what came of it.

    Parameters
    ----------
    backend : module, optional
        What stands in for sounddevice in tests; its devices are asked at once, without a thread.
    """

    def __init__(self, backend: Any = None) -> None:
        self._errands = Errands("musemate-sound") if backend is None else None
        self.card = Card(self._errands.run if self._errands else at_once, backend)
        self._clip: AudioClip | None = None
        self._level = 1.0
        self._loop_s: tuple[float, float] | None = None
        self._volume = 1.0
        self._deck = Deck(_USUAL_RATE_HZ)
        self._resampled: weakref.WeakKeyDictionary[AudioClip, Samples] = weakref.WeakKeyDictionary()
        self._resume_until_s = 0.0
        self.card.find()
        self._settled = self.card.generation

    # what is played ------------------------------------------------------------------------------------

    def prepare(self, clip: AudioClip) -> None:
        """Resample a clip where it must be, ahead of `set_clip`; may be called in another thread, and may take long."""
        rate_hz = self._deck.rate_hz if self._is_bound else self._rate_for(clip, wait=True)
        self._samples_at(clip, rate_hz)

    def set_clip(self, clip: AudioClip | None, keep_position: bool = False, level: float = 1.0) -> None:
        """Choose what is played.

        Parameters
        ----------
        clip : AudioClip or None
            Played at its own rate where the device can, else resampled; low rates always are. None unloads.
        keep_position : bool
            Go on at the same second (and keep playing), cross-faded over 10 ms; else stop at the start.
        level : float
            Factor on this clip.
        """
        position_s = self.position_s if keep_position else 0.0
        if not keep_position:
            self._ask(playing=False)
        self._clip, self._level = clip, level
        if clip is None:
            self._ask(samples=None, loop=None, playing=False)
            return
        if not self._is_bound:
            self._use_rate(self._rate_for(clip, wait=False), position_s)
        self._load()
        if not keep_position:
            self.seek(0.0)

    def set_level(self, level: float) -> None:
        """Change the factor on the current clip, cross-faded over 10 ms."""
        if level != self._level:
            self._level = level
            self._ask(level=level)

    def set_loop(self, start_s: float | None, end_s: float | None = None) -> None:
        """Repeat a region given in seconds; None, or less than 50 ms, plays to the end of the clip."""
        if start_s is None or end_s is None or end_s - start_s < MIN_LOOP_S:
            self._loop_s = None
        else:
            self._loop_s = (max(0.0, start_s), end_s)
        self._ask(loop=self._loop_of(self._deck.wish.samples))

    # transport -----------------------------------------------------------------------------------------

    def play(self) -> bool:
        """Play from the position, or from the start when that is the end; return whether it plays, or is about to.

        Where there is no device, this looks for one again.
        """
        if self._clip is None:
            return False
        if not self.available:
            self._resume_until_s = time.monotonic() + _RESUME_LIMIT_S
            self.retry()
            return self.available
        self._begin()
        return self.available

    def warm(self) -> None:
        """Let the device run in silence: the next click is heard at once, and dropouts show before they are heard."""
        if self.available:
            self.card.wake(self._deck)

    def pause(self) -> None:
        """Stop and stay at the position."""
        self._resume_until_s = 0.0
        self._ask(playing=False)

    def stop(self) -> None:
        """Stop and go back to the start of the loop, or of the clip."""
        self.pause()
        self.seek(self._loop_s[0] if self._loop_s else 0.0)

    def seek(self, position_s: float) -> None:
        """Go to a position in seconds, limited to the clip, playing or not."""
        length_s = self._clip.duration_s if self._clip else 0.0
        frame = round(min(max(0.0, position_s), length_s) * self._deck.rate_hz)
        self._ask(seek_to=frame, seek_serial=self._deck.wish.seek_serial + 1)

    @property
    def position_s(self) -> float:
        """The second of the clip that is heard now."""
        self._watch()
        return self._frame_heard() / self._deck.rate_hz

    @property
    def is_playing(self) -> bool:
        """Whether it plays; True until the last sample of the clip has been heard."""
        self._watch()
        if not self._deck.wish.playing:
            return False
        return not self._deck.has_ended or time.monotonic() < self._deck.mark.heard_at_s

    @property
    def level(self) -> Level | None:
        """What was heard since this was asked the last time, None for nothing."""
        return self._deck.levels.heard(time.monotonic())

    @property
    def volume(self) -> float:
        """Loudness from 0 (silent) to 1 (as recorded), on a scale that sounds even (the gain is its square)."""
        return self._volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._volume = min(1.0, max(0.0, value))
        self._ask(gain=self._volume**2)

    # the device ----------------------------------------------------------------------------------------

    @property
    def available(self) -> bool:
        """Whether there is a device to play on."""
        return self.card.device is not None

    @property
    def reason(self) -> str:
        """Why nothing can be played, "" when it can."""
        return self.card.reason

    @property
    def is_settled(self) -> bool:
        """Whether nothing has happened to the device that `settle` has not taken over."""
        return self._settled == self.card.generation

    @property
    def is_waiting(self) -> bool:
        """Whether it will play on by itself if the device is back soon."""
        return time.monotonic() < self._resume_until_s

    def retry(self) -> bool:
        """Look for a sound device again, for instance after one was connected; return whether one is known by now."""
        self._hold()
        self.card.look_again()
        self._settle_at_once()
        return self.available

    def choose_output(self, name: str, buffer_s: float) -> None:
        """Play on another device, or with another buffer, from the same position.

        Parameters
        ----------
        name : str
            One of `card.names`, "" for the system's default.
        buffer_s : float
            One of `BUFFERS_S`.
        """
        if (name, buffer_s) != (self.card.wanted, self.card.wanted_latency_s):
            self._hold()
            self.card.choose(name, buffer_s)
            self._settle_at_once()

    def settle(self) -> None:
        """Take over what has happened to the device, and play on if it was lost while something played.

        Resamples the clip where another rate is needed; `prepare` does that ahead.
        """
        self._settled = self.card.generation
        if not self.available:
            if self._deck.wish.playing:
                self._hold()
            return
        if self._clip is not None:
            self._use_rate(self._rate_for(self._clip, wait=False), self.position_s)
        if self._deck.wish.playing:
            self.card.wake(self._deck)
        elif self.is_waiting:
            self._resume_until_s = 0.0
            self._begin()

    def take_notice(self) -> str:
        """Return what happened to the device since the last call and needs no answer, "" for nothing."""
        notice, self.card.notice = self.card.notice, ""
        return notice

    def close(self) -> None:
        """Stop at once and free the device."""
        self._ask(playing=False)
        self.card.close()
        if self._errands is not None:
            self._errands.close()

    # inside --------------------------------------------------------------------------------------------

    @property
    def _is_bound(self) -> bool:
        """Whether the deck's rate must stay, because it is heard."""
        return self._deck.wish.playing and self.available

    def _begin(self) -> None:
        samples = self._deck.wish.samples
        if samples is not None and self._frame_reached() >= samples.shape[1]:
            self.seek(self._loop_s[0] if self._loop_s else 0.0)
        self._ask(playing=True, play_serial=self._deck.wish.play_serial + 1)
        self.card.wake(self._deck)
        self._settle_at_once()

    def _settle_at_once(self) -> None:
        """Settle where the device is asked without a thread; else whoever polls does it, after preparing."""
        if self._errands is None and not self.is_settled:
            self.settle()

    def _frame_reached(self) -> int:
        wish, deck = self._deck.wish, self._deck
        return wish.seek_to if wish.seek_serial != deck.followed_seek else deck.mark.frame

    def _frame_heard(self) -> int:
        wish, deck = self._deck.wish, self._deck
        if wish.seek_serial != deck.followed_seek:
            return wish.seek_to
        return deck.mark.frame_at(time.monotonic(), deck.rate_hz)

    def _ask(self, **changes: Any) -> None:
        self._deck.wish = dataclasses.replace(self._deck.wish, **changes)

    def _load(self) -> None:
        samples = self._samples_at(self._clip, self._deck.rate_hz) if self._clip is not None else None
        self._ask(samples=samples, loop=self._loop_of(samples), level=self._level)

    def _rate_for(self, clip: AudioClip, *, wait: bool) -> int:
        device = self.card.device
        if device is None:
            return clip.rate_hz
        if clip.rate_hz < MIN_RATE_HZ:  # devices play such rates badly, if at all, though some promise to
            return device.rate_hz
        return clip.rate_hz if self.card.plays(clip.rate_hz, wait=wait) else device.rate_hz

    def _use_rate(self, rate_hz: int, position_s: float) -> None:
        """Change to a deck of another rate at the same second; the old one's stream is closed."""
        old = self._deck
        if rate_hz == old.rate_hz:
            return
        self.card.close()
        self._deck = Deck(rate_hz)
        self._ask(gain=old.wish.gain, playing=old.wish.playing, play_serial=old.wish.play_serial)
        self._load()
        self.seek(position_s)

    def _samples_at(self, clip: AudioClip, rate_hz: int) -> Samples:
        """Return the clip at a rate; what had to be resampled is kept as long as the clip is."""
        if clip.rate_hz == rate_hz:
            return clip.samples
        known = self._resampled.get(clip)
        if known is None or round(clip.duration_s * rate_hz) != known.shape[1]:
            known = clip.resampled(rate_hz).samples
            self._resampled[clip] = known
        return known

    def _loop_of(self, samples: Samples | None) -> Loop | None:
        if self._loop_s is None or samples is None:
            return None
        start, end = (round(edge_s * self._deck.rate_hz) for edge_s in self._loop_s)
        return prepare_loop(samples, start, end, self._deck.rate_hz)

    def _watch(self) -> None:
        """Notice that the device drops out, or has stopped asking for sound although something plays."""
        output, deck = self.card.output, self._deck
        if output is None or output.deck is not deck:
            return
        if output.dropouts.are_too_many:
            output.dropouts = Dropouts()
            if self.card.widen():
                return
        if not deck.wish.playing or deck.has_ended:
            return
        if output.ran_out:  # it stopped because of silence in the very moment when play was pressed
            self.card.wake(deck)
        elif not output.runs or time.monotonic() - output.last_call_s > _SILENT_DEVICE_S:
            self._hold()
            self.card.widen()  # a buffer that is too short may be the reason
            self.card.look_again(lost=output.device.name)
            self._settle_at_once()

    def _hold(self) -> None:
        """Stay at what is heard; what plays now goes on when the device is back."""
        wish = self._deck.wish
        if wish.playing and not self._deck.has_ended:
            self._resume_until_s = time.monotonic() + _RESUME_LIMIT_S
            self._ask(playing=False, seek_to=self._frame_heard(), seek_serial=wish.seek_serial + 1)
