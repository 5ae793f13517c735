"""The tag in which AIFF files tell title, tempo and the like in Unicode."""

from __future__ import annotations

import struct

from musemate.export.filetext import SOFTWARE, FileText

_UTF_16 = b"\1"


def id3(text: FileText) -> bytes:
    """Return an ID3 tag (version 2.3, which all programs read), without parts that have nothing to say."""
    frames = {
        b"TIT2": text.title,
        b"TALB": text.song,
        b"TBPM": text.tempo,
        b"TYER": text.day[:4],
        b"TDAT": text.day[8:] + text.day[5:7],  # day and month
        b"TSSE": SOFTWARE,
    }
    packed = [_frame(name, _UTF_16 + _utf_16(value)) for name, value in frames.items() if value]
    if text.description:
        packed.append(_frame(b"COMM", _UTF_16 + b"eng" + _utf_16("") + b"\0\0" + _utf_16(text.description)))
    body = b"".join(packed)
    body += b"\0" * (len(body) % 2)  # SoX does not find what follows a chunk of odd size that it does not know
    return b"ID3\3\0\0" + _size_of_7_bits(len(body)) + body


def _frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">IH", len(content), 0) + content


def _utf_16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def _size_of_7_bits(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
