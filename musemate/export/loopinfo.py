"""Tempo, loop points and bar lines as samplers and DAWs read them from WAV files."""

from __future__ import annotations

import struct

from musemate.audio.riff import Chunk, packed
from musemate.export.filetext import one_line
from musemate.export.piece import Notes, Piece

MIDDLE_C = 60
MOST_MARKS = 500
"""libsndfile opens no WAV file whose chunks before the samples exceed 64 KB; so many take half of that."""
_MOST_LABEL_BYTES = 40
_MOST_FRAMES = 0xFFFFFFFF
_ONE_SHOT, _HAS_ROOT, _STRETCHES = 1, 2, 4
_LOW_C = 48
"""Roots are told in the octave from here on; the next one up has a flag of its own, "high octave"."""
_QUARTER = 4


def marks_in_frames(piece: Piece, notes: Notes) -> list[tuple[int, str]]:
    """Return the marks that lie inside of a piece, in order: frame and label; of too many every second, third, ..."""
    last = min(piece.clip.n_frames - 1, _MOST_FRAMES)
    marks = [(round(time_s * piece.clip.rate_hz), _label(label)) for time_s, label in notes.marks]
    inside = sorted((frame, label) for frame, label in marks if 0 <= frame <= last)
    return inside[:: max(1, -(-len(inside) // MOST_MARKS))]


def _label(text: str) -> str:
    return one_line(text).encode()[:_MOST_LABEL_BYTES].decode(errors="ignore")


def loop_points(piece: Piece) -> Chunk | None:
    """Return the sampler chunk of a loop: all of it, for ever, at its own pitch on middle C; None if it is none.

    The end is the last frame that sounds (Microsoft and IBM, New Multimedia Data Types, 1994).
    """
    n_frames = piece.clip.n_frames
    if not piece.is_loop or n_frames > _MOST_FRAMES:
        return None
    period_ns = round(1e9 / piece.clip.rate_hz)
    sampler = struct.pack("<9I", 0, 0, period_ns, MIDDLE_C, 0, 0, 0, 1, 0)
    return Chunk(b"smpl", sampler + struct.pack("<6I", 0, 0, 0, n_frames - 1, 0, 0))


def tempo(piece: Piece, notes: Notes) -> Chunk | None:
    """Return what ACID and the programs after it read; None where the tempo is not sure, for nothing is claimed then.

    A loop of whole bars is one that stretches; anything else is a one-shot, which keeps its length whatever the
    project's tempo is. The fields, and what the bits of the first mean, are those that libsndfile reads.
    """
    grid = piece.grid
    if grid is None:
        return None
    is_loop = piece.is_loop and piece.n_bars > 0
    flags = (_STRETCHES if is_loop else _ONE_SHOT) | (0 if notes.root is None else _HAS_ROOT)
    n_beats = piece.n_bars * grid.beats_per_bar or round(piece.clip.duration_s * grid.bpm / 60)
    root = MIDDLE_C if notes.root is None else _LOW_C + notes.root
    return Chunk(
        b"acid", struct.pack("<IHHfIHHf", flags, root, 0x8000, 0.0, n_beats, _QUARTER, grid.beats_per_bar, grid.bpm)
    )


def bar_lines(marks: list[tuple[int, str]]) -> list[Chunk]:
    """Return the cue points of marks and, beside them, their labels; nothing where there are none."""
    if not marks:
        return []
    points = [struct.pack("<II4sIII", i, frame, b"data", 0, 0, frame) for i, (frame, _) in enumerate(marks, 1)]
    labels = [
        Chunk(b"labl", struct.pack("<I", i) + label.encode() + b"\0") for i, (_, label) in enumerate(marks, 1) if label
    ]
    cue = Chunk(b"cue ", struct.pack("<I", len(points)) + b"".join(points))
    return [cue, Chunk(b"LIST", b"adtl" + packed(labels))] if labels else [cue]
