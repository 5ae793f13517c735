"""One clip as the deck reads it: from a position on, around its loop, at its own level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import Samples
from musemate.audio.seam import Loop


class Tape:
    """Copies a clip's samples; made once and loaded anew, so that reading allocates nothing that lasts."""

    __slots__ = ("has_wrapped", "level", "loop", "position", "samples")

    def __init__(self) -> None:
        self.has_wrapped = False
        """Set when a loop begins anew; whoever looks at it clears it."""
        self.load(None, None, 1.0, 0)

    def load(self, samples: Samples | None, loop: Loop | None, level: float, position: int) -> None:
        """Read this from now on.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames), float32, or None
            None reads silence.
        loop : Loop or None
            Of these samples.
        level : float
            Factor on the samples.
        position : int
            The next frame; below 0 is silence before the clip.
        """
        self.samples, self.loop, self.level, self.position = samples, loop, level, position

    @property
    def is_looping(self) -> bool:
        """Whether it will wrap before the clip ends."""
        return self.loop is not None and self.position < self.loop.end

    def read(self, out: npt.NDArray[np.float32]) -> None:
        """Fill a block and go on behind it.

        Parameters
        ----------
        out : ndarray, shape (frames, 1 or 2), float32
            Is overwritten.
        """
        n_done = 0
        while n_done < len(out):
            n_done += self._read_piece(out[n_done:])
        if self.level != 1.0:
            out *= np.float32(self.level)

    def _read_piece(self, out: npt.NDArray[np.float32]) -> int:
        """Read until the loop's seam or end, or the block's end; return how many frames."""
        position, loop = self.position, self.loop
        if loop is None or position >= loop.end:
            copy_frames(self.samples, position, out)
            self.position += len(out)
            return len(out)
        if position < loop.seam_start:
            n = min(len(out), loop.seam_start - position)
            copy_frames(self.samples, position, out[:n])
        else:
            n = min(len(out), loop.end - position)
            copy_frames(loop.seam, position - loop.seam_start, out[:n])
        self.position += n
        if self.position == loop.end:
            self.position, self.has_wrapped = loop.start, True
        return n


def copy_frames(samples: Samples | None, position: int, out: npt.NDArray[np.float32]) -> None:
    """Copy frames from `position` on into `out`; silence before the start and after the end.

    Parameters
    ----------
    samples : ndarray, shape (1 or 2, frames), float32, or None
        Mono goes to both channels of `out`; stereo into one channel is its mean.
    position : int
    out : ndarray, shape (frames, 1 or 2), float32
        Is overwritten.
    """
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
