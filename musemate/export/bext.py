"""The chunk of the Broadcast Wave Format: who made a file, when, where in the song it stands, and how loud it is."""

from __future__ import annotations

import struct

from musemate.audio.clip import AudioClip
from musemate.audio.loudness import BLOCK_S, integrated_lufs
from musemate.audio.riff import Chunk
from musemate.export.filetext import MAKER, SOFTWARE, FileText, ascii_bytes

VERSION = 2
_UNKNOWN = 0x7FFF
"""A measure of loudness that is not given."""
_LOUDEST = 99.99
_LONGEST_S = 600.0
"""A whole song's loudness is not measured: that takes seconds and three times the memory of its sound."""


def bext(clip: AudioClip, text: FileText, song_start_s: float, depth: str) -> Chunk:
    """Return the chunk (EBU Tech 3285, version 2 of 2011).

    Its texts are ASCII; iXML and INFO beside it hold them as they are. Of the five measures of loudness it gives the
    first, integrated loudness (ITU-R BS.1770).

    Parameters
    ----------
    clip : AudioClip
        What the file holds.
    text : FileText
    song_start_s : float
        Where in the song the clip stands: the time reference, which counts samples of this file.
    depth : str
    """
    reference = time_reference(song_start_s, clip.rate_hz)
    content = b"".join(
        [
            _field(text.description, 256),
            _field(MAKER, 32),
            _field("", 32),
            _field(text.made.strftime("%Y-%m-%d") if text.made else "", 10),
            _field(text.made.strftime("%H:%M:%S") if text.made else "", 8),
            struct.pack("<QH", reference, VERSION),
            bytes(64),  # no UMID
            struct.pack("<hHhhh", _loudness(clip), _UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN),
            bytes(180),
            _history(clip, depth),
        ]
    )
    return Chunk(b"bext", content)


def time_reference(song_start_s: float, rate_hz: int) -> int:
    """Return a place in the song in samples of a file."""
    return max(0, round(song_start_s * rate_hz))


def _field(text: str, n_bytes: int) -> bytes:
    return ascii_bytes(text)[:n_bytes].ljust(n_bytes, b"\0")


def _loudness(clip: AudioClip) -> int:
    """Return integrated loudness in hundredths of LUFS."""
    if not BLOCK_S < clip.duration_s <= _LONGEST_S:
        return _UNKNOWN
    lufs = integrated_lufs(clip)
    return round(100 * lufs) if abs(lufs) <= _LOUDEST else _UNKNOWN


def _history(clip: AudioClip, depth: str) -> bytes:
    """Return how the samples are coded (EBU R98)."""
    mode = "stereo" if clip.n_channels == 2 else "mono"
    line = f"A=PCM,F={clip.rate_hz},W={depth.rstrip('f')},M={mode},T={SOFTWARE}\r\n".encode("ascii")
    return line + b"\0" * (len(line) % 2)  # even, see `musemate.export.chunks`
