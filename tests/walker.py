"""Walks through WAV and AIFF files, independently of what writes them, and accepts nothing that is not in order."""

from __future__ import annotations

import struct


def walk_wav(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return names and contents of all chunks, asserting sizes, padding and that nothing is left over."""
    kind, size, form = data[:4], int.from_bytes(data[4:8], "little"), data[8:12]
    assert form == b"WAVE"
    if kind == b"RIFF":
        assert size == len(data) - 8
        return walk(data[12:], "<")
    assert (kind, size, data[12:20]) == (b"RF64", 0xFFFFFFFF, b"ds64" + struct.pack("<I", 28))
    riff_size, data_size, _, n_table = struct.unpack("<QQQI", data[20:48])
    assert (riff_size, n_table) == (len(data) - 8, 0)
    return walk(data[12:], "<", data_size)


def walk_aiff(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return names and contents of all chunks, asserting sizes, padding and that nothing is left over."""
    assert data[:4] == b"FORM"
    assert int.from_bytes(data[4:8], "big") == len(data) - 8
    assert data[8:12] in (b"AIFF", b"AIFC")
    return walk(data[12:], ">")


def walk(data: bytes, order: str, data_size: int = 0) -> list[tuple[bytes, bytes]]:
    """Return names and contents of chunks that fill `data`; `data_size` stands in for a size of 32 ones."""
    found, place = [], 0
    while place < len(data):
        name, size = data[place : place + 4], int(struct.unpack(order + "I", data[place + 4 : place + 8])[0])
        size = data_size if size == 0xFFFFFFFF else size
        start, end = place + 8, place + 8 + size
        assert end + size % 2 <= len(data)
        assert data[end : end + size % 2] in (b"", b"\0")
        found.append((name, data[start:end]))
        place = end + size % 2
    assert place == len(data)
    return found
