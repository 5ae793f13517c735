"""Splices a take from the fragment's own samples: long quotations, joined where their waveforms agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from musemate.engine.instant.joining import find_attack, find_shift, join

Samples = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Times = npt.NDArray[np.float64]

JOIN_S = 0.024
SHORT_JOIN_S = 0.010
"""Length of a join, and of one that a stroke follows at once: a longer one would smear what rings before it."""
MAX_SHIFT_S = 0.006
"""How far a piece may be moved to where its waveform agrees with the one before."""
STROKE_SHIFT_S = 0.016
"""How far a piece may be moved to bring its stroke in time."""
FINE_SHIFT_S = 0.002
"""How far it may be moved from there to where its waveform agrees."""
STROKE_REACH_S, CALM_S = 0.024, 0.012
"""How far around the border of its unit a stroke is looked for, and how much of what comes before has to be calmer."""
MOST_ROUNDED = 1.25
"""Frames by which a quotation may seem to jump because its border was rounded."""
BEAT_SLACK = 0.75
"""Frames by which a beat may have been rounded."""
FEWEST_FRAMES = 4
"""Shorter quotations are no music: the one before goes on instead."""
FADE_IN_S, FADE_OUT_S = 0.004, 0.03
EDGE_S = 0.005
"""Ramp at both ends of the fragment, which was cut out of a song and would click."""


@dataclass(frozen=True)
class Piece:
    """A quotation: from frame `at` of the take on, the fragment is heard from its frame `frame` on; not rounded."""

    at: float
    frame: float


def pieces_of(order: Indices, beats: Times) -> Iterator[Piece]:
    """Cut an arrangement into quotations.

    Parameters
    ----------
    order : ndarray, shape (frames of the take,)
        For each frame of the take, the frame of the fragment that stands there.
    beats : ndarray, shape (any number,)
        Where the fragment's beats are, in frames and not rounded. An arrangement has rounded them; as it is cut at
        beats, each quotation is put back to where it has to be for the beat to be as even as in the fragment.

    Yields
    ------
    Piece
        A step of one frame is no jump but a rounded border: the quotation goes on, and stays within one frame of the
        place that the arrangement gave it.
    """
    jumps = np.flatnonzero(np.diff(order) != 1) + 1
    current = Piece(0.0, _on_beat(float(order[0]), beats))
    yield current
    for start, stop in pairwise([*jumps.tolist(), len(order)]):
        going_on = current.frame + start - current.at
        if abs(int(order[start]) - going_on) > MOST_ROUNDED and stop - start >= FEWEST_FRAMES:
            at = start + _on_beat(going_on, beats) - going_on
            current = Piece(at, _on_beat(float(order[start]), beats))
            yield current


def _on_beat(frame: float, beats: Times) -> float:
    """Return the beat that was rounded to a frame, or the frame itself where there is none."""
    nearest = float(beats[np.abs(beats - frame).argmin()]) if len(beats) else np.inf
    return nearest if abs(nearest - frame) <= BEAT_SLACK else frame


@dataclass(frozen=True)
class _Seam:
    """Where in the take a join begins and ends, by how much the piece that comes in is moved, and how freely."""

    start: int
    end: int
    shift: int
    reach: int


class Splicer:
    """Splices takes of one fragment.

    Parameters
    ----------
    samples : ndarray, shape (channels, n), float32
        The fragment.
    rate_hz : int
    hop_length : int
        Samples a frame.
    """

    def __init__(self, samples: Samples, rate_hz: int, hop_length: int) -> None:
        self._samples = _with_soft_edges(samples, round(EDGE_S * rate_hz))
        self._rate_hz, self._hop_length = rate_hz, hop_length
        self._peak = float(np.abs(samples).max(initial=0.0))

    def splice(
        self, order: Indices, beats: Times, n_samples: int, cancelled: Callable[[], bool] = lambda: False
    ) -> Samples:
        """Return a take, shape (channels, n_samples); after a cancel, what is done by then and silence.

        Parameters
        ----------
        order : ndarray, shape (at least n_samples / hop_length,)
            For each frame of the take, the frame of the fragment that stands there.
        beats : ndarray, shape (any number,)
            The fragment's beats in frames, not rounded; none where there is no metre.
        n_samples : int
            Length of the take.
        cancelled : callable
            Asked between the pieces.
        """
        out = np.zeros((self._samples.shape[0], n_samples), dtype=np.float32)
        done, offset = 0, 0  # the take is written up to `done`; sample t of it comes from sample t + offset
        for piece in pieces_of(order, beats):
            if cancelled():
                return out
            border = round(piece.at * self._hop_length)
            wanted = round(piece.frame * self._hop_length) - border
            if piece.at == 0:
                offset = wanted + self._to_first_attack(wanted)
            elif border < n_samples:
                done, offset = self._join(out, done, border, offset, wanted)
        self._quote(out, done, n_samples, offset)
        _fade(out, round(FADE_IN_S * self._rate_hz), round(FADE_OUT_S * self._rate_hz))
        return out

    def _join(self, out: Samples, done: int, border: int, offset: int, wanted: int) -> tuple[int, int]:
        """Write up to the end of the join at `border` and return where that is, and the new offset."""
        seam = self._seam(border, offset, wanted)
        start = min(max(done, seam.start), out.shape[1])
        end = min(max(start, seam.end), out.shape[1])
        self._quote(out, done, start, offset)
        going = self._read(start + offset, end - start)
        first = wanted + seam.shift - seam.reach
        coming = first + find_shift(going, self._read(start + first, end - start + 2 * seam.reach))
        out[:, start:end] = join(going, self._read(start + coming, end - start), self._peak)
        return end, coming

    def _seam(self, border: int, offset: int, wanted: int) -> _Seam:
        """Plan a join: before the strokes of both pieces, and only where both are heard."""
        most, late, fine = (round(s * self._rate_hz) for s in (MAX_SHIFT_S, STROKE_SHIFT_S, FINE_SHIFT_S))
        coming, going = self._attack(border + wanted), self._attack(border + offset)
        length = round((JOIN_S if coming is going is None else SHORT_JOIN_S) * self._rate_hz)
        end, shift, reach = length // 2, 0, most
        if going is not None:
            end = going
        if coming is not None:
            # the stroke comes when that of the other piece would have come: the beat is as even as in the fragment
            shift = 0 if going is None else min(max(coming - going, -late), late)
            reach = fine
            end = min(coming - shift, end) - fine
        end += border
        end = min(end, self._samples.shape[1] - offset)  # a piece that ends the fragment is left before that
        return _Seam(max(end - length, -wanted), end, shift, reach)

    def _attack(self, at: int) -> int | None:
        """Return how many samples after `at` of the fragment a stroke begins, None when there is none around it."""
        reach, calm = round(STROKE_REACH_S * self._rate_hz), round(CALM_S * self._rate_hz)
        attack = find_attack(self._read(at - reach - calm, calm + 2 * reach), calm, self._rate_hz)
        return None if attack is None else attack - calm - reach

    def _to_first_attack(self, at: int) -> int:
        """Return how far a take starts from its first frame, so that its first stroke is whole."""
        attack = self._attack(at)
        return 0 if attack is None else max(attack - round(FADE_IN_S * self._rate_hz), -at)

    def _quote(self, out: Samples, start: int, stop: int, offset: int) -> None:
        out[:, start:stop] = self._read(start + offset, stop - start)

    def _read(self, first: int, n: int) -> Samples:
        """Return `n` samples from `first` on, silence outside of the fragment."""
        length = self._samples.shape[1]
        inside = self._samples[:, min(max(first, 0), length) : min(max(first + n, 0), length)]
        before = min(max(-first, 0), n)
        return np.pad(inside, ((0, 0), (before, n - before - inside.shape[1])))


def _with_soft_edges(samples: Samples, n: int) -> Samples:
    soft = samples.copy()
    _fade(soft, n, n)
    return soft


def _fade(samples: Samples, n_in: int, n_out: int) -> None:
    """Fade in place, at both ends, over at most half the length."""
    for part, n in ((samples, n_in), (samples[:, ::-1], n_out)):
        n = min(n, samples.shape[1] // 2)
        part[:, :n] *= np.sin(np.linspace(0, np.pi / 2, n, dtype=np.float32)) ** 2
