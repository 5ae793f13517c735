"""The part of the player that runs in the sound card's callback: copies prepared samples and counts frames.

The window's thread and the callback share no lock. The window replaces one immutable `Wish`; the callback compares
it with the one it has followed last, and publishes where it is as one immutable `Mark`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import Samples

FADE_S = 0.01
"""Every jump is a cross-fade of this length; it ends at the target, so that an attack there stays whole."""

_PIECE_FRAMES = 1 << 13


@dataclass(frozen=True)
class Wish:
    """What is asked of the deck; a serial number that has grown makes a wish new even when its value is not."""

    samples: Samples | None = None
    """Shape (channels, frames), at the deck's rate."""
    playing: bool = False
    loop: tuple[int, int] | None = None
    gain: float = 1.0
    seek_to: int = 0
    seek_serial: int = 0
    play_serial: int = 0


@dataclass(frozen=True)
class Mark:
    """Where the deck was at the end of a block, and when that end will be heard.

    `floor` is the frame where the sound came from a jump; `loop_frames` is the length of the loop that was wrapped
    there, 0 when the jump was none.
    """

    heard_at_s: float
    frame: int
    floor: int
    loop_frames: int

    def frame_at(self, now_s: float, rate_hz: int) -> int:
        """Return the frame that is heard at a time."""
        frame = self.frame - round(max(0.0, self.heard_at_s - now_s) * rate_hz)
        if frame >= self.floor:
            return frame
        return max(0, frame + self.loop_frames) if self.loop_frames else self.floor


class Deck:
    """Plays one clip with clickless jumps, switches, pauses and loops.

    Parameters
    ----------
    rate_hz : int
        Sample rate of everything it plays.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.wish = Wish()
        self.mark = Mark(0.0, 0, 0, 0)
        self.followed_seek = 0
        """Serial of the last seek that `mark` knows of."""
        self.ended_serial = -1
        """The play serial that ran into the end of its clip."""
        self.idle_frames = 0
        """Frames of silence since something was last heard."""
        self.lead_in = 0
        """Frames of silence to play before anything else, for a device that has just started."""
        self._seen = self.wish
        self._jumped = 0
        self._fade = max(1, round(FADE_S * rate_hz))
        self._fade_left = 0
        self._sounding = False
        self._position = 0
        self._floor = 0
        self._loop_frames = 0
        self._old: Samples | None = None
        self._old_position = 0
        self._gain = 1.0
        up = ((np.arange(self._fade, dtype=np.float32) + 1) / self._fade)[:, None]
        self._ramp_up, self._ramp_down = up, 1 - up
        self._scratch = np.zeros((_PIECE_FRAMES, 2), dtype=np.float32)
        self._counting = np.arange(1, _PIECE_FRAMES + 1, dtype=np.float32)[:, None]
        self._gains = np.ones((_PIECE_FRAMES, 1), dtype=np.float32)

    @property
    def has_ended(self) -> bool:
        """Whether what was last asked to play has reached its end."""
        return self.ended_serial == self.wish.play_serial

    def render(self, out: npt.NDArray[np.float32], now_s: float, latency_s: float) -> None:
        """Fill a block for the sound card.

        Parameters
        ----------
        out : ndarray, shape (frames, 1 or 2), float32
            Is overwritten.
        now_s : float
            The time on a steady clock.
        latency_s : float
            How long after `now_s` the block's start will be heard.
        """
        for first in range(0, len(out), _PIECE_FRAMES):
            piece = out[first : first + _PIECE_FRAMES]
            self._fill(piece)
            self._apply_gain(piece)
        if self.idle_frames < len(out):
            heard_at_s = now_s + latency_s + len(out) / self.rate_hz
            self.mark = Mark(heard_at_s, max(self._position, self._floor), self._floor, self._loop_frames)
        self.followed_seek = self._jumped

    def _fill(self, out: npt.NDArray[np.float32]) -> None:
        n_done = min(self.lead_in, len(out))
        out[:n_done] = 0
        self.lead_in -= n_done
        self.idle_frames += n_done
        while n_done < len(out):
            if self._fade_left == 0:  # a jump during a fade waits for its end, 10 ms at most
                self._follow(self.wish)
            if self._fade_left == 0:
                self._turn_at_the_end()
            n = min(len(out) - n_done, self._frames_until_turn())
            self._mix(out[n_done : n_done + n])
            n_done += n

    def _follow(self, wish: Wish) -> None:
        seen = self._seen
        if wish is seen:
            return
        self._seen = wish
        sounding = wish.playing and wish.samples is not None and self.ended_serial != wish.play_serial
        jumps = wish.seek_serial != self._jumped
        self._start_fade(seen.samples if self._sounding else None, sounding, jumps, wish.samples)
        if jumps:
            self._position = wish.seek_to
            self._jumped = wish.seek_serial
        if jumps or (sounding and not self._sounding):
            self._floor, self._loop_frames = self._position, 0
            if sounding:
                self._position -= self._fade
            else:
                self.mark = Mark(0.0, self._position, self._position, 0)
        self._sounding = sounding

    def _start_fade(self, old: Samples | None, sounding: bool, jumps: bool, new: Samples | None) -> None:
        """Let the old sound run on under the new one, where there is a difference to hear."""
        after = new if sounding else None
        if (old is after and not jumps) or (old is None and after is None):
            return
        self._old, self._old_position = old, self._position
        self._fade_left = self._fade

    def _turn_at_the_end(self) -> None:
        """Wrap a loop one fade before its end, or stop at the end of the clip."""
        samples = self._seen.samples
        if not self._sounding or samples is None or self._frames_left(samples) > 0:
            return
        loop = self._loop_in(samples)
        if loop is None:
            self._sounding = False
            self._position = samples.shape[1]
            self.ended_serial = self._seen.play_serial
            return
        start, end = loop
        self._old, self._old_position = samples, self._position
        self._fade_left = self._fade
        self._position = start - self._fade
        self._floor, self._loop_frames = start, end - start

    def _loop_in(self, samples: Samples) -> tuple[int, int] | None:
        """Return the loop as far as the clip reaches, None where too little of it is left to be wrapped."""
        if self._seen.loop is None:
            return None
        start, end = self._seen.loop
        end = min(end, samples.shape[1])
        return (start, end) if end - start > 2 * self._fade else None

    def _frames_left(self, samples: Samples) -> int:
        """Return the frames before the next turn: one fade before the end of the loop, or the end of the clip."""
        loop = self._loop_in(samples)
        return (samples.shape[1] if loop is None else loop[1] - self._fade) - self._position

    def _frames_until_turn(self) -> int:
        if self._fade_left > 0:
            return self._fade_left
        if self._sounding and self._seen.samples is not None:
            return max(1, self._frames_left(self._seen.samples))
        return _PIECE_FRAMES

    def _mix(self, out: npt.NDArray[np.float32]) -> None:
        n = len(out)
        _copy(self._seen.samples if self._sounding else None, self._position, out)
        if self._sounding:
            self._position += n
        if self._fade_left > 0:
            first = self._fade - self._fade_left
            out *= self._ramp_up[first : first + n]
            under = self._scratch[:n, : out.shape[1]]
            _copy(self._old, self._old_position, under)
            under *= self._ramp_down[first : first + n]
            out += under
            self._old_position += n
            self._fade_left -= n
            if self._fade_left == 0:
                self._old = None  # may be the last reference to a long clip
            self.idle_frames = 0
        elif self._sounding:
            self.idle_frames = 0
        else:
            self.idle_frames += n

    def _apply_gain(self, out: npt.NDArray[np.float32]) -> None:
        """Multiply by the volume; a change is spread over the block, so that it makes no steps."""
        target, n = self.wish.gain, len(out)
        if target == self._gain:
            if target != 1.0:
                out *= np.float32(target)
            return
        gains = self._gains[:n]
        np.multiply(self._counting[:n], (target - self._gain) / n, out=gains)
        gains += np.float32(self._gain)
        out *= gains
        self._gain = target


def _copy(samples: Samples | None, position: int, out: npt.NDArray[np.float32]) -> None:
    """Copy frames from `position` on into `out`; silence before the start and after the end."""
    n = len(out)
    first = max(0, position)
    last = min(position + n, samples.shape[1]) if samples is not None else 0
    if samples is None or last <= first:
        out[:] = 0
        return
    a, b = first - position, last - position
    out[:a] = 0
    out[b:] = 0
    if out.shape[1] == 1 and samples.shape[0] == 2:
        np.add(samples[0, first:last], samples[1, first:last], out=out[a:b, 0])
        out[a:b] *= 0.5
        return
    for channel in range(out.shape[1]):
        out[a:b, channel] = samples[min(channel, samples.shape[0] - 1), first:last]
