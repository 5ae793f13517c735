"""Opens an audio file with the decoder that its content needs, and hands its sound out in blocks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soundfile

from musemate.audio.clip import Samples
from musemate.audio.container import find_sound_chunk, mp3_knows_its_length, ogg_has_its_end
from musemate.audio.ffmpeg import has_ffmpeg, open_with_ffmpeg
from musemate.audio.sniffing import FORMATS_HINT, refusal, sniff
from musemate.audio.wording import shown_length, shown_name
from musemate.errors import AudioFileError
from musemate.language import _, mark

LOST_S = 0.05
"""A file that lacks no more than this of the sound that its header promises is taken as it is."""

_BLOCK_FRAMES = 1 << 16
_EXPORT_HINT = mark("Copy it again from where it came from, or export it again from your DAW.")


class Decoder(Protocol):
    """An open audio file."""

    rate_hz: int
    n_channels: int
    n_frames: int | None
    """Frames that the header promises, None where it promises nothing that can be relied on."""
    format: str
    subtype: str
    needs_ffmpeg: bool

    def blocks(self, first: int) -> Iterator[Samples]:
        """Yield the sound from frame `first` on, shape (channels, frames), float32."""


@contextmanager
def open_decoder(path: Path) -> Iterator[Decoder]:
    """Open an audio file; what is read from it is as long as its header says, or reading it raises.

    Raises
    ------
    AudioFileError
        It is missing, a folder, unreadable, empty, no sound, damaged, or shorter than its header promises.
    """
    kind = sniff(path)
    name = shown_name(path)
    if kind == "text":
        raise AudioFileError(_('"{name}" holds text, not sound.').format(name=name), hint=_(FORMATS_HINT))
    if kind == "unknown":
        raise AudioFileError(
            _('"{name}" is not an audio file that MuseMate knows.').format(name=name), hint=_(FORMATS_HINT)
        )
    if kind == "soundfile":
        with _open_with_soundfile(path) as file:
            decoder = _checked(path, file)
            # libsndfile stops at its guess of the length, which can lose half of a song of variable bit rate
            if decoder.n_frames is not None or not has_ffmpeg():
                yield decoder
                return
    with open_with_ffmpeg(path) as stream:
        yield stream


@dataclass
class _SoundfileDecoder:
    path: Path
    file: Any
    rate_hz: int
    n_channels: int
    n_frames: int | None
    format: str
    subtype: str
    needs_ffmpeg: bool = False

    def blocks(self, first: int) -> Iterator[Samples]:
        """Yield the sound from frame `first` on, shape (channels, frames), float32."""
        n_done = first
        try:
            self.file.seek(first)
            while len(block := self.file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)):
                n_done += len(block)
                yield np.ascontiguousarray(block.T)
        except (soundfile.SoundFileError, OSError) as error:
            raise self._damaged(_("it cannot be decoded to its end"), repr(error)) from error
        if self.n_frames is not None and n_done < self.n_frames - LOST_S * self.rate_hz:
            there, promised = shown_length(n_done / self.rate_hz), shown_length(self.n_frames / self.rate_hz)
            raise self._damaged(_("only {there} of {promised} can be decoded").format(there=there, promised=promised))

    def _damaged(self, says: str, detail: str = "") -> AudioFileError:
        return AudioFileError(
            _('"{name}" is damaged or cut off: {says}.').format(name=shown_name(self.path), says=says),
            hint=_(_EXPORT_HINT),
            detail=detail,
        )


@contextmanager
def _open_with_soundfile(path: Path) -> Iterator[Any]:
    # names that are no valid text reach libsndfile only as bytes, and Windows only takes text
    name = str(path) if sys.platform == "win32" else os.fsencode(path)
    try:
        file = soundfile.SoundFile(name)
    except (soundfile.SoundFileError, OSError, TypeError, ValueError) as error:
        raise AudioFileError(
            _('"{name}" is damaged: its header cannot be read.').format(name=shown_name(path)),
            hint=_(_EXPORT_HINT),
            detail=repr(error),
        ) from error
    with file:
        yield file


def _checked(path: Path, file: Any) -> _SoundfileDecoder:
    """Compare the header's promise with the file, then describe it."""
    try:
        chunk = find_sound_chunk(path)
        is_guess = file.format == "MP3" and not mp3_knows_its_length(path)
        lacks_end = file.format == "OGG" and not ogg_has_its_end(path)
    except OSError as error:
        raise refusal(path, error) from error
    present_s = file.frames / file.samplerate
    if chunk is not None and chunk.missing_share * present_s > LOST_S:
        promised_s = present_s * (1 + chunk.missing_share)
        raise AudioFileError(
            _('"{name}" is cut off: its header promises {promised} of sound, but only {present} are there.').format(
                name=shown_name(path), promised=shown_length(promised_s), present=shown_length(present_s)
            ),
            hint=_(_EXPORT_HINT),
        )
    if lacks_end:
        raise AudioFileError(
            _('"{name}" is cut off: its end is missing after {present}.').format(
                name=shown_name(path), present=shown_length(present_s)
            ),
            hint=_(_EXPORT_HINT),
        )
    n_frames = None if is_guess else int(file.frames)
    return _SoundfileDecoder(
        path, file, int(file.samplerate), int(file.channels), n_frames, str(file.format), str(file.subtype)
    )
