"""All that an AIFF file of ours says about itself, chunk by chunk."""

from __future__ import annotations

import struct

from musemate.audio.aiff import pascal_string
from musemate.audio.riff import Chunk
from musemate.export.filetext import FileText, ascii_bytes, text_of
from musemate.export.id3 import id3
from musemate.export.loopinfo import MIDDLE_C, marks_in_frames
from musemate.export.piece import Notes, Piece

_FORWARD = 1
_MOST_MARKERS = 0x7FFF - 2


def aiff_chunks(piece: Piece, notes: Notes) -> list[Chunk]:
    """Return the chunks of a piece (Audio Interchange File Format 1.3): texts, markers, and the loop if it is one.

    NAME and ANNO are ASCII; an ID3 tag beside them holds the texts as they are, and the tempo where it is sure.

    Parameters
    ----------
    piece : Piece
    notes : Notes
    """
    text = text_of(piece, notes)
    markers = [(frame, ascii_bytes(label)) for frame, label in marks_in_frames(piece, notes)[:_MOST_MARKERS]]
    n = len(markers)
    if piece.is_loop:  # markers lie between frames: the end is after the last one
        markers += [(0, b"loop start"), (piece.clip.n_frames, b"loop end")]
    chunks = [_marker_chunk(markers)] if markers else []
    if piece.is_loop:
        chunks.append(_instrument(n + 1, n + 2))
    return [*chunks, *_texts(text), Chunk(b"ID3 ", id3(text))]


def _marker_chunk(markers: list[tuple[int, bytes]]) -> Chunk:
    packed = [struct.pack(">hI", i, frame) + pascal_string(label) for i, (frame, label) in enumerate(markers, 1)]
    return Chunk(b"MARK", struct.pack(">H", len(packed)) + b"".join(packed))


def _instrument(begin: int, end: int) -> Chunk:
    """Return how samplers play the loop: on all keys, at its own pitch on middle C, from marker to marker for ever."""
    keys = struct.pack(">bbbbbbh", MIDDLE_C, 0, 0, 127, 1, 127, 0)
    return Chunk(b"INST", keys + struct.pack(">hhh", _FORWARD, begin, end) + bytes(6))


def _texts(text: FileText) -> list[Chunk]:
    values = {b"NAME": text.title, b"ANNO": text.description}
    return [Chunk(name, ascii_bytes(value)) for name, value in values.items() if value]
