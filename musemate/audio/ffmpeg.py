"""Decodes M4A, AAC and WMA (and MP3 of unknown length) through the program ffmpeg where it is installed."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from musemate.audio.clip import Samples
from musemate.audio.wording import shown_name
from musemate.errors import AudioFileError
from musemate.language import _

FFMPEG_SUFFIXES = (".m4a", ".aac", ".wma")

# Only containers of sound: playlists, which make ffmpeg open other files and addresses, stay closed.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,aac,asf,mp3"
_BLOCK_FRAMES = 1 << 16
_AU_HEADER = struct.Struct(">4s5I")


@dataclass
class FfmpegDecoder:
    """A running ffmpeg whose output is read in blocks."""

    path: Path
    rate_hz: int
    n_channels: int
    output: IO[bytes]
    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    format: str
    subtype: str = "decoded by ffmpeg"
    n_frames: int | None = None
    needs_ffmpeg: bool = True

    def blocks(self, first: int) -> Iterator[Samples]:
        """Yield the sound from frame `first` on, shape (channels, frames), float32.

        Raises
        ------
        AudioFileError
            ffmpeg ended with an error.
        """
        frame_bytes = 4 * self.n_channels
        left_out = first
        while data := self.output.read(_BLOCK_FRAMES * frame_bytes):
            whole = len(data) - len(data) % frame_bytes
            block = np.frombuffer(data[:whole], dtype=">f4").reshape(-1, self.n_channels).T
            dropped = min(left_out, block.shape[1])
            left_out -= dropped
            yield block[:, dropped:].astype(np.float32)
        if self.process.wait() != 0:
            raise _refused(self.path, self.errors)


def has_ffmpeg() -> bool:
    """Tell whether the program ffmpeg is installed."""
    return _program() is not None


def _program() -> str | None:
    """Return the program; none from the current folder, where Windows looks first and a file from outside may lie."""
    found = shutil.which("ffmpeg")
    return None if found is None or Path(found).absolute().parent == Path.cwd() else found


@contextmanager
def open_with_ffmpeg(path: Path) -> Iterator[FfmpegDecoder]:
    """Start ffmpeg on a file and end it on the way out.

    Raises
    ------
    AudioFileError
        ffmpeg is not installed, or finds no sound that it can decode.
    """
    program = _program()
    if program is None:
        raise AudioFileError(
            _('"{name}" needs the free program ffmpeg, which is not installed here.').format(name=shown_name(path)),
            hint=_("Install ffmpeg (ffmpeg.org) and open the file again, or convert it to WAV."),
        )
    with tempfile.TemporaryFile() as errors, _started(_command(program, path), errors) as process:
        assert process.stdout is not None
        header = process.stdout.read(_AU_HEADER.size)
        if len(header) < _AU_HEADER.size:
            process.wait()
            raise _refused(path, errors)
        _magic, offset, _size, _coding, rate_hz, n_channels = _AU_HEADER.unpack(header)
        process.stdout.read(offset - _AU_HEADER.size)
        yield FfmpegDecoder(path, rate_hz, n_channels, process.stdout, process, errors, path.suffix[1:].upper())


def _command(program: str, path: Path) -> list[str]:
    """Return the call that writes the first sound as 32-bit float AU; its header tells rate and channels."""
    guard = ["-protocol_whitelist", "file", "-format_whitelist", _CONTAINERS]
    source = ["-i", f"file:{path}", "-map", "0:a:0"]
    # MP3 files often carry a little rubbish between frames; in the others, damage means that sound is lost
    strict = [] if path.suffix.lower() == ".mp3" else ["-xerror"]
    return [
        program,
        "-v",
        "error",
        "-nostdin",
        *strict,
        *guard,
        *source,
        "-c:a",
        "pcm_f32be",
        "-f",
        "au",
        "-",
    ]


@contextmanager
def _started(command: list[str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, creationflags=no_window)
    try:
        yield process
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()
        process.wait()


def _refused(path: Path, errors: IO[bytes]) -> AudioFileError:
    errors.seek(0)
    detail = errors.read(4000).decode("utf-8", "replace")
    if "matches no streams" in detail:
        return AudioFileError(
            _('"{name}" holds no sound.').format(name=shown_name(path)), hint=_("Choose a file with sound in it.")
        )
    return AudioFileError(
        _('"{name}" is damaged or cut off and cannot be decoded.').format(name=shown_name(path)),
        hint=_("Copy it again from where it came from, or convert it to WAV."),
        detail=detail,
    )
