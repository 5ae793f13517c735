"""The chunks that WAV and AIFF files are made of, and what comes before the samples of a WAV file."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from musemate.audio.pcm import WIDTHS

MOST_BYTES = 0xFFFFFFFF
"""What a size of 32 bits can say; a WAV file that needs more becomes RF64, whose `ds64` chunk holds the sizes."""

_ELSEWHERE = 0xFFFFFFFF
"""In the place of a size: it stands in the `ds64` chunk."""

_PCM, _FLOAT = 1, 3
_FIRST = b"bext"
"""The one chunk that readers look for ahead of the format (EBU Tech 3285)."""


class Chunk(NamedTuple):
    """A named stretch of a file."""

    name: bytes
    """Four bytes."""
    content: bytes


def packed(chunks: Iterable[Chunk], order: str = "<") -> bytes:
    """Return chunks as they stand in a file: name, size, content, and a zero where the content is odd.

    Parameters
    ----------
    chunks : iterable of Chunk
    order : str
        "<" in WAV, ">" in AIFF.
    """
    return b"".join(_packed(chunk, order) for chunk in chunks)


def wav_header(n_channels: int, n_frames: int, rate_hz: int, depth: str, chunks: Sequence[Chunk] = ()) -> bytes:
    """Return what comes before the samples (Microsoft and IBM, Multimedia Programming Interface, 1991).

    Past 4 GiB it is that of an RF64 file (EBU Tech 3306), which is the same but for its sizes.

    Parameters
    ----------
    n_channels, n_frames, rate_hz : int
    depth : str
        "16", "24" or "32f".
    chunks : sequence of Chunk
        What else the file holds: a "bext" comes before the format, all others after it. Nothing comes after the
        samples, so a file whose end is lost still tells what it was.
    """
    n_bytes = n_frames * n_channels * WIDTHS[depth]
    body = packed(
        [
            *(chunk for chunk in chunks if chunk.name == _FIRST),
            *_format(n_channels, n_frames, rate_hz, depth),
            *(chunk for chunk in chunks if chunk.name != _FIRST),
        ]
    )
    size = len(b"WAVE") + len(body) + len(b"data....") + n_bytes + n_bytes % 2
    if size <= MOST_BYTES:
        return b"RIFF" + struct.pack("<I", size) + b"WAVE" + body + b"data" + struct.pack("<I", n_bytes)
    sizes = struct.pack("<QQQI", size + 36, n_bytes, n_frames, 0)  # 36: this chunk; 0: no other is so long
    body = packed([Chunk(b"ds64", sizes)]) + body
    return b"RF64" + struct.pack("<I", _ELSEWHERE) + b"WAVE" + body + b"data" + struct.pack("<I", _ELSEWHERE)


def _format(n_channels: int, n_frames: int, rate_hz: int, depth: str) -> list[Chunk]:
    width = WIDTHS[depth]
    frame_bytes = width * n_channels
    tag = _FLOAT if depth == "32f" else _PCM
    fmt = struct.pack("<HHIIHH", tag, n_channels, rate_hz, rate_hz * frame_bytes, frame_bytes, 8 * width)
    if tag == _PCM:
        return [Chunk(b"fmt ", fmt)]
    # every coding but PCM has to tell its length in frames
    return [Chunk(b"fmt ", fmt + struct.pack("<H", 0)), Chunk(b"fact", struct.pack("<I", min(n_frames, _ELSEWHERE)))]


def _packed(chunk: Chunk, order: str) -> bytes:
    padding = b"\0" * (len(chunk.content) % 2)
    return chunk.name + struct.pack(f"{order}I", len(chunk.content)) + chunk.content + padding
