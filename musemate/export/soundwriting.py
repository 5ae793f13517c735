"""Writes a piece as the file that was asked for, with what it says about itself; whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from musemate.audio.aiff import write_aiff
from musemate.audio.flac import encoded_flac, holds_rate, tagged_head
from musemate.audio.safe_write import write_safely
from musemate.audio.wav import write_wav
from musemate.audio.wording import shown_name
from musemate.errors import ExportError
from musemate.export.aiffchunks import aiff_chunks
from musemate.export.chunks import wav_chunks
from musemate.export.filetext import SOFTWARE, FileText, text_of
from musemate.export.piece import Notes, Piece
from musemate.export.wishes import AIFF, FLAC, WAV, SoundFormat
from musemate.language import _

ENDINGS = {WAV: ".wav", FLAC: ".flac", AIFF: ".aiff"}
"""Of files' names."""


def write_sound(path: Path | str, piece: Piece, wanted: SoundFormat, notes: Notes, *, fresh: bool = True) -> Path:
    """Write a piece; rate and channels are its own (see `musemate.export.converting`).

    Parameters
    ----------
    path : Path or str
        The target; its ending should be that of `ENDINGS`.
    piece : Piece
    wanted : SoundFormat
        Kind, depth, and whether the file says anything beside its sound.
    notes : Notes
        What it says.
    fresh : bool
        Whether to take the next free name ("x 2.wav") where the name is taken.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    ExportError
        The folder is missing or protected, the disk is full, the name is taken, AIFF cannot hold so much, or FLAC not
        this rate.
    """
    if wanted.kind == FLAC:
        return _write_flac(Path(path), piece, wanted, notes, fresh)
    if wanted.kind == AIFF:
        chunks = aiff_chunks(piece, notes) if wanted.notes else []
        return write_aiff(path, piece.clip, wanted.depth, chunks=chunks, fresh=fresh)
    chunks = wav_chunks(piece, notes, wanted.depth) if wanted.notes else []
    return write_wav(path, piece.clip, wanted.depth, chunks=chunks, fresh=fresh)


def flac_tags(text: FileText) -> dict[str, str]:
    """Return the tags of a FLAC file (Vorbis comments) that have something to say."""
    tags = {
        "TITLE": text.title,
        "ALBUM": text.song,
        "DATE": text.day,
        "COMMENT": text.description,
        "BPM": text.tempo,
        "ENCODER": SOFTWARE,
    }
    return {name: value for name, value in tags.items() if value}


def _write_flac(path: Path, piece: Piece, wanted: SoundFormat, notes: Notes, fresh: bool) -> Path:
    """Encode in memory, for libsndfile would not say that the disk is full."""
    if not holds_rate(piece.clip.rate_hz):
        raise ExportError(
            _('"{name}" cannot be written: FLAC does not have the sample rate {rate} Hz.').format(
                name=shown_name(path), rate=piece.clip.rate_hz
            ),
            hint=_("Choose another rate, for instance 96000 Hz, or WAV or AIFF."),
        )
    encoded = encoded_flac(piece.clip, int(wanted.depth))
    head, start = tagged_head(encoded, flac_tags(text_of(piece, notes)) if wanted.notes else {})

    def write(file: BinaryIO) -> None:
        file.write(head)
        file.write(encoded[start:])

    return write_safely(path, write, n_bytes=len(head) + len(encoded) - start, fresh=fresh)
