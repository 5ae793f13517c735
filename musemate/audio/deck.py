"""The part of the player that runs in the sound card's callback: copies prepared samples and counts frames.

The window's thread and the callback share no lock. The window replaces one immutable `Wish`; the callback compares
it with the one it has followed last, and publishes where it is as one immutable `Mark`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import Samples
from musemate.audio.levels import Levels
from musemate.audio.seam import Loop
from musemate.audio.tape import Tape

FADE_S = 0.01
"""Every jump is a cross-fade of this length; it ends at the target, so that an attack there stays whole."""

_PIECE_FRAMES = 1 << 10
"""Longer blocks are made in pieces, each with a level of its own for the meter."""


@dataclass(frozen=True)
class Wish:
    """What is asked of the deck; a serial number that has grown makes a wish new even when its value is not."""

    samples: Samples | None = None
    """Shape (channels, frames), at the deck's rate."""
    loop: Loop | None = None
    """Prepared for these samples."""
    level: float = 1.0
    """Factor on these samples alone: a change is cross-faded as a change of the samples is."""
    playing: bool = False
    gain: float = 1.0
    """Volume, of whatever sounds."""
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
        if not self.loop_frames:
            return self.floor
        return self.floor + (frame - self.floor) % self.loop_frames


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
        self.levels = Levels(_PIECE_FRAMES)
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
        self._tape, self._old = Tape(), Tape()
        self._floor = 0
        self._loop_frames = 0
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

    def render(self, out: npt.NDArray[np.float32], heard_at_s: float) -> None:
        """Fill a block for the sound card.

        Parameters
        ----------
        out : ndarray, shape (frames, 1 or 2), float32
            Is overwritten.
        heard_at_s : float
            When the block's start will be heard, on a steady clock.
        """
        for first in range(0, len(out), _PIECE_FRAMES):
            piece = out[first : first + _PIECE_FRAMES]
            self._fill(piece)
            self._apply_gain(piece)
            heard_at_s += len(piece) / self.rate_hz
            self.levels.note(piece, heard_at_s)
        if self.idle_frames < len(out):
            self.mark = Mark(heard_at_s, max(self._tape.position, self._floor), self._floor, self._loop_frames)
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
                self._stop_at_the_end()
            n = min(len(out) - n_done, self._frames_until_turn())
            self._mix(out[n_done : n_done + n])
            n_done += n

    def _follow(self, wish: Wish) -> None:
        seen = self._seen
        if wish is seen:
            return
        self._seen = wish
        tape = self._tape
        sounding = wish.playing and wish.samples is not None and self.ended_serial != wish.play_serial
        jumps = wish.seek_serial != self._jumped
        target = wish.seek_to if jumps else tape.position
        if sounding and wish.loop is not None and target >= wish.loop.end:  # no way into the loop but a jump
            turns = 0 if jumps else target - wish.loop.start
            target, jumps = wish.loop.start + turns % wish.loop.n_frames, True
        self._jumped = wish.seek_serial
        begins = sounding and not self._sounding
        if jumps or begins or sounding != self._sounding or self._is_heard(seen, wish):
            self._start_fade(sounding, target)
        start = target
        if jumps or begins:
            self._floor, self._loop_frames = target, 0
            start -= self._fade if sounding and self._fade_left else 0
            if not sounding:
                self.mark = Mark(0.0, target, target, 0)
        tape.load(wish.samples, wish.loop, wish.level, start)
        self._sounding = sounding

    def _is_heard(self, seen: Wish, wish: Wish) -> bool:
        """Return whether a change that leaves the position alone needs a cross-fade."""
        if wish.samples is not seen.samples or wish.level != seen.level:
            return True
        seams = [loop.seam_start for loop in (seen.loop, wish.loop) if loop is not None]
        return wish.loop is not seen.loop and bool(seams) and self._tape.position >= min(seams)

    def _start_fade(self, sounding: bool, target: int) -> None:
        """Let the old sound run on under the new one, unless there is none and the new one's own start is the fade."""
        if self._sounding:
            tape = self._tape
            self._old.load(tape.samples, tape.loop, tape.level, tape.position)
        if self._sounding or (sounding and target > 0):
            self._fade_left = self._fade

    def _stop_at_the_end(self) -> None:
        tape = self._tape
        if self._sounding and tape.samples is not None and self._frames_left() <= 0:
            self._sounding = False
            tape.position = tape.samples.shape[1]
            self.ended_serial = self._seen.play_serial

    def _frames_left(self) -> int:
        """Return the frames before the clip's end; a loop has no end."""
        tape = self._tape
        if tape.samples is None or tape.is_looping:
            return _PIECE_FRAMES
        return int(tape.samples.shape[1]) - tape.position

    def _frames_until_turn(self) -> int:
        if self._fade_left > 0:
            return self._fade_left
        return max(1, self._frames_left()) if self._sounding else _PIECE_FRAMES

    def _mix(self, out: npt.NDArray[np.float32]) -> None:
        n = len(out)
        if self._sounding:
            self._tape.read(out)
            self._note_wrap()
        else:
            out[:] = 0
        if self._fade_left > 0:
            self._mix_old(out)
            self.idle_frames = 0
        elif self._sounding:
            self.idle_frames = 0
        else:
            self.idle_frames += n

    def _note_wrap(self) -> None:
        tape = self._tape
        if tape.has_wrapped and tape.loop is not None:
            tape.has_wrapped = False
            self._floor, self._loop_frames = tape.loop.start, tape.loop.n_frames

    def _mix_old(self, out: npt.NDArray[np.float32]) -> None:
        """Put what fades out under what fades in."""
        n, first = len(out), self._fade - self._fade_left
        out *= self._ramp_up[first : first + n]
        under = self._scratch[:n, : out.shape[1]]
        self._old.read(under)
        under *= self._ramp_down[first : first + n]
        out += under
        self._fade_left -= n
        if self._fade_left == 0:
            self._old.load(None, None, 1.0, 0)  # may be the last reference to a long clip

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
