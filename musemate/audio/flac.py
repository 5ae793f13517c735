"""Writes clips as FLAC, with tags where they are asked for, else with nothing but the sound: no names, no dates."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.audio.pcm import stepped

_FULL = 1 << 23
_MARK = b"fLaC"
_LAST, _TAGS = 0x80, 4


_MOST_SINGLE_HZ = 65_535


def holds_rate(rate_hz: int) -> bool:
    """Tell whether FLAC files may have a sample rate: high ones in tens only (RFC 9639, section 9.1.2)."""
    return rate_hz <= _MOST_SINGLE_HZ or rate_hz % 10 == 0


def quantised(clip: AudioClip) -> AudioClip:
    """Return a clip as 24 bits hold it, limited to full scale."""
    steps = np.clip(np.rint(clip.samples.astype(np.float64) * _FULL), -_FULL, _FULL - 1)
    return AudioClip((steps / _FULL).astype(np.float32), clip.rate_hz)


def write_flac(path: Path, clip: AudioClip) -> None:
    """Write a clip as FLAC of 24 bits; samples come back as `quantised` says.

    It is encoded in memory: libsndfile would not say that a disk is full.

    Parameters
    ----------
    path : Path
        It is not there yet.
    clip : AudioClip

    Raises
    ------
    OSError
        It cannot be written.
    """
    encoded = encoded_flac(clip, 24)
    with path.open("xb") as file:
        file.write(encoded)
        file.flush()
        os.fsync(file.fileno())


def encoded_flac(clip: AudioClip, bits: int) -> memoryview:
    """Return the bytes of a FLAC file without tags; rounding and dither are those of `musemate.audio.pcm.stepped`.

    Parameters
    ----------
    clip : AudioClip
        Of a rate that `holds_rate` says yes to.
    bits : int
        16 or 24.
    """
    import soundfile

    encoded = io.BytesIO()
    subtype = f"PCM_{bits}"
    with soundfile.SoundFile(encoded, "w", clip.rate_hz, clip.n_channels, subtype=subtype, format="FLAC") as file:
        for steps in stepped(clip.samples, bits):
            file.write(steps << (32 - bits))  # libsndfile takes the upper bits of whole numbers
    return encoded.getbuffer()


def tagged_head(encoded: memoryview, tags: Mapping[str, str]) -> tuple[bytes, int]:
    """Return what stands before the sound, with these tags, and where in `encoded` the sound begins.

    libsndfile knows some tags only, and no tempo. Other blocks than that of the tags are kept as they are (RFC 9639,
    sections 8 and 8.6).

    Parameters
    ----------
    encoded : memoryview
        A FLAC file.
    tags : mapping of str to str
        Names in ASCII, values in Unicode.
    """
    place, blocks, maker = len(_MARK), list[tuple[int, bytes]](), b""
    is_last = False
    while not is_last:
        kind, size = encoded[place], int.from_bytes(encoded[place + 1 : place + 4], "big")
        content = bytes(encoded[place + 4 : place + 4 + size])
        is_last, kind, place = bool(kind & _LAST), kind & ~_LAST, place + 4 + size
        if kind == _TAGS:
            maker = content[4 : 4 + int.from_bytes(content[:4], "little")]
        else:
            blocks.append((kind, content))
    blocks.append((_TAGS, _tag_block(maker, tags)))
    parts = [_block(kind, content, is_last=(kind == _TAGS)) for kind, content in blocks]
    return _MARK + b"".join(parts), place


def _block(kind: int, content: bytes, is_last: bool) -> bytes:
    return bytes([kind | _LAST if is_last else kind]) + len(content).to_bytes(3, "big") + content


def _tag_block(maker: bytes, tags: Mapping[str, str]) -> bytes:
    entries = [f"{name}={value}".encode() for name, value in tags.items()]
    lines = [struct.pack("<I", len(entry)) + entry for entry in entries]
    return struct.pack("<I", len(maker)) + maker + struct.pack("<I", len(lines)) + b"".join(lines)
