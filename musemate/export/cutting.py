"""Cuts a piece out of a take: a region or whole bars, to be played once or to be looped."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from musemate.audio.clip import AudioClip, Samples
from musemate.audio.seam import prepare_loop
from musemate.errors import SettingsError, TooShortError
from musemate.export.barlines import seen_from, snapped, whole_bars
from musemate.export.edges import (
    FADE_S,
    REACH_S,
    STROKE_FADE_S,
    edge_clicks,
    fade_in,
    fade_out,
    quiet_edge,
    starts_with_stroke,
)
from musemate.export.piece import Grid, Piece
from musemate.export.tails import folded, ringing_frames
from musemate.export.wishes import PLAIN, TAIL, Cut
from musemate.language import _, number

MIN_S = 0.01
"""Shortest piece."""


def cut_piece(clip: AudioClip, cut: Cut, grid: Grid | None) -> Piece:
    """Cut what is asked for out of a take.

    On bars, the piece is exactly round(bars x beats x 60 / bpm x rate) frames long. Else its edges move to a zero
    crossing near by where one does not click. An edge that would click is faded over 5 ms, or 1 ms where a stroke
    begins there; the take's own start and end are left alone. A loop's edges are not faded but joined: with a seam, or
    with what rings on after its end laid over its start. Everything else is the take's own samples.

    Parameters
    ----------
    clip : AudioClip
        The whole take.
    cut : Cut
    grid : Grid or None
        The take's, where it is sure: without one nothing snaps to bars.

    Returns
    -------
    Piece

    Raises
    ------
    SettingsError
        The region has no meaning.
    TooShortError
        The region lies outside of the take, or holds no bar.
    """
    first, last = _region(clip, cut)
    n_bars = 0
    if cut.on_bars and grid is not None:
        bars = snapped(grid, first, last, clip.n_frames, clip.rate_hz)
        first, last, n_bars = bars.start, bars.start + bars.n_frames, bars.n_bars
    elif cut.ending == PLAIN:
        first, last = _at_crossings(clip, first, last)
    own = seen_from(grid, first, clip.rate_hz) if grid is not None else None
    if own is not None and not n_bars:
        n_bars = whole_bars(own, last - first, clip.rate_hz)
    piece = Piece(clip, first / clip.rate_hz, own, n_bars)
    if cut.ending == PLAIN:
        samples = _plain(clip, first, last)
        return replace(piece, clip=AudioClip(samples, clip.rate_hz))
    return _looped(piece, first, last, cut.ending)


def _region(clip: AudioClip, cut: Cut) -> tuple[int, int]:
    """Return the frames of the region: the first one, and the first one after it."""
    start_s, length_s = cut.start_s or 0.0, cut.length_s
    if not (0.0 <= start_s < math.inf) or (length_s is not None and not 0.0 < length_s < math.inf):
        raise SettingsError(
            _("The region to export has no meaning."), hint=_("Choose a start of 0 s or later and a length over 0 s.")
        )
    n_frames = clip.region(start_s, length_s).n_frames  # refuses what lies outside
    if n_frames < MIN_S * clip.rate_hz:
        raise TooShortError(
            _("A piece of {seconds} s is too short.").format(seconds=number(n_frames / clip.rate_hz, ".3f")),
            hint=_("Choose a longer region."),
        )
    first = round(start_s * clip.rate_hz)
    return first, first + n_frames


def _at_crossings(clip: AudioClip, first: int, last: int) -> tuple[int, int]:
    """Move the edges that were cut out of the take to zero crossings near by, where there are quiet ones."""
    reach = min(round(REACH_S * clip.rate_hz), (last - first) // 8)  # a short piece stays where it is
    start = end = None
    if first > 0:
        start = quiet_edge(clip.samples, first, clip.rate_hz, is_start=True, reach=reach)
    if last < clip.n_frames:
        end = quiet_edge(clip.samples, last, clip.rate_hz, is_start=False, reach=reach)
    return first if start is None else start, last if end is None else end


def _plain(clip: AudioClip, first: int, last: int) -> Samples:
    samples = _padded(clip.samples, first, last)[:, max(first, 0) :][:, : last - first]
    if first > 0:
        samples = _begun(samples, clip, first)
    if last < clip.n_frames and edge_clicks(samples, samples.shape[1], clip.rate_hz, is_start=False):
        samples = fade_out(samples, clip.rate_hz)
    return samples


def _begun(samples: Samples, clip: AudioClip, first: int) -> Samples:
    """Fade the start of a piece in where it would click."""
    if not edge_clicks(samples, 0, clip.rate_hz, is_start=True):
        return samples
    is_stroke = starts_with_stroke(clip.samples, first, clip.rate_hz)
    return fade_in(samples, STROKE_FADE_S if is_stroke else FADE_S, clip.rate_hz)


def _padded(samples: Samples, first: int, last: int) -> Samples:
    """Put silence around a take, so that frames `first` (then at 0) to `last` lie inside of it."""
    before, after = max(0, -first), max(0, last - samples.shape[1])
    return np.pad(samples, ((0, 0), (before, after))) if before or after else samples


def _looped(piece: Piece, first: int, last: int, ending: str) -> Piece:
    """Cut the piece, which holds the whole take so far, so that its end goes on with its start."""
    rate_hz, samples = piece.clip.rate_hz, _padded(piece.clip.samples, first, last)
    start, end = max(first, 0), max(first, 0) + last - first
    said: tuple[str, ...] = ()
    n_ringing = min(ringing_frames(AudioClip(samples, rate_hz), end), end - start) if ending == TAIL else 0
    if n_ringing >= round(FADE_S * rate_hz):
        sound, said = _tailed(AudioClip(samples, rate_hz), start, end, n_ringing)
    else:
        if ending == TAIL:
            said = (
                _("At the end of the piece nothing rings on that could be laid over its start, so it ends in a seam."),
            )
        sound = _seamed(samples, start, end, rate_hz)
    return replace(piece, clip=AudioClip(sound, rate_hz), is_loop=True, said=said)


def _seamed(samples: Samples, start: int, end: int, rate_hz: int) -> Samples:
    loop = prepare_loop(samples, start, end, rate_hz)
    sound = samples[:, start:end]
    if loop is None or loop.seam is None:
        return sound
    return np.concatenate([sound[:, : loop.seam_start - start], loop.seam], axis=1)


def _tailed(clip: AudioClip, start: int, end: int, n_tail: int) -> tuple[Samples, tuple[str, ...]]:
    """Lay the tail over the start, and turn the piece down where both together would clip."""
    piece = clip.samples[:, start:end]
    # the end goes on in the tail; what was cut out of the take comes in softly on top of it
    begun = _begun(piece, clip, start) if start > 0 else piece
    sound = folded(begun, clip.samples[:, end : end + n_tail], clip.rate_hz)
    most, peak = max(1.0, float(np.abs(piece).max())), float(np.abs(sound).max())
    if peak <= most:
        return sound, ()
    quieter = _("The piece was turned down by {db} dB: with its tail over its start it would have clipped.")
    sound = np.clip(sound * np.float32(most / peak), -most, most)
    return sound, (quieter.format(db=number(20 * math.log10(peak / most), ".1f")),)
