"""Writes clips as AIFF, and as AIFF-C where floats need it.

The writer is our own, as that of WAV is: libsndfile rounds differently, hides a full disk, dates float files by the
clock, and cannot write markers and loops.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from musemate.audio.clip import AudioClip
from musemate.audio.pcm import WIDTHS, check_depth, encoded
from musemate.audio.riff import MOST_BYTES, Chunk, packed
from musemate.audio.safe_write import write_safely
from musemate.audio.wording import shown_name
from musemate.errors import ExportError
from musemate.language import _

_AIFC_VERSION = 0xA2805140
_EXTENDED_BIAS = 16383


def write_aiff(
    path: Path | str,
    clip: AudioClip,
    depth: str = "24",
    *,
    chunks: Sequence[Chunk] = (),
    overwrite: bool = False,
    fresh: bool = False,
) -> Path:
    """Write a clip as AIFF in one step: the file appears whole or not at all.

    Parameters are those of `musemate.audio.wav.write_wav`, and so are rounding, dither and limits.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    SettingsError
        There is no such depth.
    ExportError
        The clip exceeds 4 GiB, the folder is missing or protected, the disk is full, or the name is taken.
    """
    path = Path(path)
    check_depth(depth)
    n_bytes = clip.samples.size * WIDTHS[depth]
    if n_bytes + len(packed(chunks)) + 1024 > MOST_BYTES:
        raise ExportError(
            _('"{name}" would be larger than the 4 GB that an AIFF file can hold.').format(name=shown_name(path)),
            hint=_("Export it as WAV or FLAC, or a shorter region."),
        )
    header = aiff_header(clip.n_channels, clip.n_frames, clip.rate_hz, depth, chunks)

    def write(file: BinaryIO) -> None:
        file.write(header)
        for block in encoded(clip.samples, depth, ">"):
            file.write(block)
        if n_bytes % 2:
            file.write(b"\0")

    return write_safely(path, write, n_bytes=len(header) + n_bytes, overwrite=overwrite, fresh=fresh)


def aiff_header(n_channels: int, n_frames: int, rate_hz: int, depth: str, chunks: Sequence[Chunk] = ()) -> bytes:
    """Return what comes before the samples (Apple, Audio Interchange File Format 1.3; for floats AIFF-C, 1991)."""
    n_bytes = n_frames * n_channels * WIDTHS[depth]
    common = struct.pack(">HIH", n_channels, n_frames, 8 * WIDTHS[depth]) + extended(rate_hz)
    kind, first = b"AIFF", [Chunk(b"COMM", common)]
    if depth == "32f":
        coding = b"fl32" + pascal_string(b"32-bit float")
        kind, first = b"AIFC", [Chunk(b"FVER", struct.pack(">I", _AIFC_VERSION)), Chunk(b"COMM", common + coding)]
    body = packed([*first, *chunks], ">")
    sound = b"SSND" + struct.pack(">III", 8 + n_bytes, 0, 0)  # no offset and no blocks
    size = len(kind) + len(body) + len(sound) + n_bytes + n_bytes % 2
    return b"FORM" + struct.pack(">I", size) + kind + body + sound


def extended(whole: int) -> bytes:
    """Return a positive whole number as the float of 80 bits in which AIFF keeps the rate."""
    shift = whole.bit_length() - 1
    return struct.pack(">HQ", _EXTENDED_BIAS + shift, whole << (63 - shift))


def pascal_string(text: bytes) -> bytes:
    """Return a text with its length in front, padded so that both together are even."""
    text = text[:255]
    return bytes([len(text)]) + text + b"\0" * ((len(text) + 1) % 2)
