"""All that a WAV file of ours says about itself, chunk by chunk."""

from __future__ import annotations

from musemate.audio.riff import Chunk, packed
from musemate.export.bext import bext
from musemate.export.filetext import SOFTWARE, FileText, text_of
from musemate.export.ixml import ixml
from musemate.export.loopinfo import bar_lines, loop_points, marks_in_frames, tempo
from musemate.export.piece import Notes, Piece


def wav_chunks(piece: Piece, notes: Notes, depth: str) -> list[Chunk]:
    """Return the chunks of a piece.

    All are of even length in themselves: in an RF64 libsndfile does not find what follows one that it does not know and
    that had to be padded.

    Parameters
    ----------
    piece : Piece
        Its loop points are given where it is a loop, its tempo where it has a grid.
    notes : Notes
    depth : str
        "16", "24" or "32f".
    """
    text = text_of(piece, notes)
    chunks = [
        bext(piece.clip, text, notes.song_start_s, depth),
        *bar_lines(marks_in_frames(piece, notes)),
        loop_points(piece),
        tempo(piece, notes),
        info(text),
        ixml(piece, text, notes.song_start_s, depth),
    ]
    return [chunk for chunk in chunks if chunk is not None]


def info(text: FileText) -> Chunk:
    """Return the texts that players show; nobody is named as the artist, for MuseMate knows no names."""
    values = {
        b"INAM": text.title,
        b"IPRD": text.song,
        b"ICRD": text.day,
        b"ICMT": text.description,
        b"ISFT": SOFTWARE,
    }
    return Chunk(
        b"LIST", b"INFO" + packed(Chunk(name, value.encode() + b"\0") for name, value in values.items() if value)
    )
