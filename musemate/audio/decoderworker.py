"""The process that decodes one file from outside: whatever is wrong with it or its decoder breaks this process only.

It reads a line with the request, limits itself, opens the file and says what it is; a second line tells from which
frame on the sound is wanted. Every answer is a letter, a length and so many bytes.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np

from musemate import language
from musemate.audio.decoding import Decoder, open_decoder
from musemate.audio.limits import TOO_MUCH_MEMORY, limit_own
from musemate.errors import AudioFileError

ANSWER = struct.Struct("<cI")
"""What comes before each answer: its letter and its length in bytes."""
FACTS, BLOCK, END, REFUSED = b"f", b"b", b"e", b"r"
FACT_NAMES = ("rate_hz", "n_channels", "n_frames", "format", "subtype", "needs_ffmpeg")


def main() -> int:
    """Serve one request from the standard input; return the exit code."""
    language.use_parents()
    line = sys.stdin.buffer.readline()
    if not line:  # it was not needed
        return 0
    request = json.loads(line)
    limit_own(int(request["memory_bytes"]), int(request["cpu_s"]))
    output = sys.stdout.buffer
    try:
        with open_decoder(Path(request["path"])) as decoder:
            _decode(decoder, output)
    except AudioFileError as error:
        told = {"message": error.message, "hint": error.hint, "detail": error.detail}
        _answer(output, REFUSED, json.dumps(told).encode())
    except MemoryError:
        return TOO_MUCH_MEMORY
    return 0


def _decode(decoder: Decoder, output: BinaryIO) -> None:
    facts = {name: getattr(decoder, name) for name in FACT_NAMES}
    _answer(output, FACTS, json.dumps(facts).encode())
    first = sys.stdin.buffer.readline()
    if not first:
        return
    for block in decoder.blocks(int(first)):
        _answer(output, BLOCK, np.ascontiguousarray(block, dtype="<f4").tobytes())
    _answer(output, END, b"")


def _answer(output: BinaryIO, letter: bytes, content: bytes) -> None:
    output.write(ANSWER.pack(letter, len(content)) + content)
    output.flush()
