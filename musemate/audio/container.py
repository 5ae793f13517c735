"""Reads what the headers of audio files promise; libsndfile silently repairs promises that are not kept."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAX_CHUNKS = 1000
_MAX_OGG_PAGE = 65_307
_OGG_LAST_PAGE = 4
_UNKNOWN_32 = 0xFFFFFFFF
_ENDIAN = {b"RIFF": "<", b"RF64": "<", b"RIFX": ">", b"FORM": ">"}


@dataclass(frozen=True)
class SoundChunk:
    """The chunk that holds the samples: bytes that it promises, and bytes that the file has from there on."""

    promised: int
    present: int

    @property
    def missing_share(self) -> float:
        """Missing bytes as a multiple of those present; 0 when the promise is kept."""
        return max(0, self.promised - self.present) / max(1, self.present)


def find_sound_chunk(path: Path) -> SoundChunk | None:
    """Find the sample chunk of a WAV, RF64 or AIFF file; None in other files and where there is none.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        endian = _ENDIAN.get(file.read(12)[:4])
        return _walk(file, size, endian) if endian else None


def _walk(file: BinaryIO, size: int, endian: str) -> SoundChunk | None:
    long_size: int | None = None
    for _ in range(_MAX_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return None
        name, length = header[:4], int(struct.unpack(endian + "I", header[4:])[0])
        start = file.tell()
        if name in (b"data", b"SSND"):
            is_long = length == _UNKNOWN_32 and long_size is not None
            return SoundChunk(long_size if is_long and long_size is not None else length, size - start)
        if name == b"ds64":
            sizes = file.read(16)
            long_size = int(struct.unpack("<QQ", sizes)[1]) if len(sizes) == 16 else None
        file.seek(start + length + length % 2)
    return None


def mp3_knows_its_length(path: Path) -> bool:
    """Tell whether an MP3 file carries its length (a Xing, Info or VBRI header); else decoders only guess it.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            a, b, c, d = (byte & 0x7F for byte in head[6:10])
            file.seek(10 + (a << 21 | b << 14 | c << 7 | d))
        else:
            file.seek(0)
        frame = file.read(4096)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def ogg_has_its_end(path: Path) -> bool:
    """Tell whether the last page of an Ogg file is there: the one that is marked as the end of the stream.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2 * _MAX_OGG_PAGE))
        tail = file.read()
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & _OGG_LAST_PAGE)
