"""Opens a file from outside in a process of its own, so that a decoder that breaks or never ends harms nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musemate.audio import decoderprocess
from musemate.audio.clip import Samples
from musemate.audio.decoderprocess import MEMORY, TOO_LONG, BrokenProcessError, DecoderProcess
from musemate.audio.decoderworker import BLOCK, END, FACTS, REFUSED
from musemate.audio.sniffing import sniff
from musemate.audio.wording import shown_name
from musemate.errors import AudioFileError
from musemate.language import _
from musemate.parsing import parsed_json

_MOST_NAME = 100


@contextmanager
def open_guarded(path: Path) -> Iterator[GuardedDecoder]:
    """Open an audio file as `decoding.open_decoder` does, with every decoder in another process.

    Raises
    ------
    AudioFileError
        What `open_decoder` raises, or the process broke, took too long, too much memory, or could not be started.
    """
    sniff(path)  # what cannot even be opened needs no process
    try:
        process = DecoderProcess()
    except OSError as error:
        raise AudioFileError(
            _('"{name}" could not be decoded: the process for it could not be started.').format(name=shown_name(path)),
            hint=_("Close other programs and try again."),
            detail=repr(error),
        ) from error
    try:
        limits = {"memory_bytes": decoderprocess.MEMORY_BYTES, "cpu_s": decoderprocess.CPU_S}
        process.ask(json.dumps({"path": str(path), **limits}))
        yield _opened(path, process)
    finally:
        process.end()


@dataclass
class GuardedDecoder:
    """A file that another process has open; see `decoding.Decoder`."""

    path: Path
    process: DecoderProcess
    rate_hz: int
    n_channels: int
    n_frames: int | None
    format: str
    subtype: str
    needs_ffmpeg: bool

    def blocks(self, first: int) -> Iterator[Samples]:
        """Yield the sound from frame `first` on, shape (channels, frames), float32; once only.

        Raises
        ------
        AudioFileError
            The sound is damaged, or the process broke over it.
        """
        self.process.ask(str(first))
        while (answer := _heard(self.path, self.process))[0] != END:
            letter, content = answer
            if letter != BLOCK or len(content) % (4 * self.n_channels):
                raise _broken(self.path, self.process, f"a block of {len(content)} bytes, called {letter!r}")
            yield np.frombuffer(content, dtype="<f4").reshape(self.n_channels, -1)


def _opened(path: Path, process: DecoderProcess) -> GuardedDecoder:
    letter, content = _heard(path, process)
    try:
        facts = parsed_json(content)
        decoder = GuardedDecoder(path, process, **facts)
    except (ValueError, TypeError) as error:
        raise _broken(path, process, repr(error)) from error
    if letter != FACTS or not _is_sound(decoder):
        raise _broken(path, process, f"{letter!r}: {facts}")
    return decoder


def _is_sound(decoder: GuardedDecoder) -> bool:
    """Check what the other process says: a decoder that was taken over may say anything."""
    counts: list[Any] = [decoder.rate_hz, decoder.n_channels, 0 if decoder.n_frames is None else decoder.n_frames]
    names: list[Any] = [decoder.format, decoder.subtype]
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and decoder.n_channels > 0
        and all(type(name) is str and len(name) <= _MOST_NAME for name in names)
        and type(decoder.needs_ffmpeg) is bool
    )


def _heard(path: Path, process: DecoderProcess) -> tuple[bytes, bytes]:
    """Wait for an answer; raise what it refuses."""
    try:
        letter, content = process.listen()
    except BrokenProcessError as error:
        raise _broken(path, process, str(error)) from error
    if letter != REFUSED:
        return letter, content
    try:
        told = parsed_json(content)
        refusal = AudioFileError(str(told["message"]), hint=str(told["hint"]), detail=str(told["detail"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(path, process, repr(error)) from error
    raise refusal


def _broken(path: Path, process: DecoderProcess, detail: str) -> AudioFileError:
    cause, last_words = process.autopsy()
    if cause == TOO_LONG:
        sentence = _('"{name}" was given up: decoding it took too long.')
    elif cause == MEMORY:
        sentence = _('"{name}" was given up: decoding it took too much memory.')
    else:
        sentence = _('"{name}" is damaged: the decoder broke down over it.')
    return AudioFileError(
        sentence.format(name=shown_name(path)),
        hint=_("Copy it again from where it came from, or export it again from your DAW."),
        detail=f"{detail}\n{last_words}",
    )
