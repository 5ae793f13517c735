"""Looks at a path before any decoder does: is it a file, may it be read, and what does it hold."""

from __future__ import annotations

import codecs
import errno
import stat
from pathlib import Path
from typing import Literal

from musemate.audio.wording import shown_name
from musemate.errors import AudioFileError
from musemate.language import _, mark

Kind = Literal["soundfile", "ffmpeg", "text", "unknown"]

FORMATS_HINT = mark("Choose a WAV, FLAC, AIFF, OGG or MP3 file.")

_N_HEAD = 4096
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_TEXT_CONTROLS = frozenset("\t\n\r\f")
_PATH_TOO_LONG = (errno.ENAMETOOLONG, errno.ELOOP)


def sniff(path: Path) -> Kind:
    """Check that a path leads to a readable file and tell from its first bytes which decoder it needs.

    Decoders guess by the file's ending where its content says nothing, and then turn a text into noise;
    so what is not known by its content never reaches them.

    Raises
    ------
    AudioFileError
        The path leads to nothing, to a folder or a device, may not be read, or the file is empty.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _folder(path)
        if not stat.S_ISREG(mode):
            raise AudioFileError(
                _('"{name}" is a device, not an audio file.').format(name=shown_name(path)), hint=_(FORMATS_HINT)
            )
        with path.open("rb") as file:
            head = file.read(_N_HEAD)
    except (OSError, ValueError) as error:
        raise refusal(path, error) from error
    if not head:
        raise AudioFileError(
            _('"{name}" is empty (0 bytes).').format(name=shown_name(path)),
            hint=_("Copy it again, or export it again from your DAW."),
        )
    return _kind(head, path.suffix.lower())


def refusal(path: Path, error: OSError | ValueError) -> AudioFileError:
    """Turn an error of the operating system into the sentence for it."""
    name, detail = shown_name(path), repr(error)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return AudioFileError(
            _('"{name}" was not found.').format(name=name),
            hint=_("Check whether it was moved or renamed."),
            detail=detail,
        )
    if isinstance(error, PermissionError):
        return AudioFileError(
            _('"{name}" may not be read: permission was denied.').format(name=name),
            hint=_("Change its permissions, or copy it to a folder of your own."),
            detail=detail,
        )
    if isinstance(error, IsADirectoryError):
        return _folder(path)
    if isinstance(error, ValueError) or error.errno in _PATH_TOO_LONG:
        return AudioFileError(
            _('"{name}" has a name or path that this computer cannot open.').format(name=name),
            hint=_("Give the file a shorter name, or move it to a folder nearer to the top."),
            detail=detail,
        )
    return AudioFileError(
        _('"{name}" could not be read from its disk.').format(name=name),
        hint=_("Check the disk, then copy the file to another one and open it there."),
        detail=detail,
    )


def _folder(path: Path) -> AudioFileError:
    return AudioFileError(
        _('"{name}" is a folder, not an audio file.').format(name=shown_name(path)),
        hint=_("Choose the audio files in it."),
    )


def _kind(head: bytes, suffix: str) -> Kind:
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "soundfile"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "soundfile"
    if len(head) < 12 and head[:4] in (b"RIFF", b"RIFX", b"RF64", b"FORM"):
        return "soundfile"  # so short that libsndfile will call it damaged
    if head.startswith((b"fLaC", b"OggS", b"ID3")) or _is_mpeg_layer_2_or_3(head):
        return "soundfile"
    if head[4:8] == b"ftyp" or head.startswith(_ASF) or _is_adts(head):
        return "ffmpeg"
    if _is_text(head):
        return "text"
    return "soundfile" if suffix == ".mp3" else "unknown"  # some MP3 files begin with padding


def _is_mpeg_layer_2_or_3(head: bytes) -> bool:
    return len(head) > 2 and head[0] == 0xFF and head[1] >= 0xE0 and (head[1] >> 1) & 3 in (1, 2)


def _is_adts(head: bytes) -> bool:
    """Raw AAC has the sync word of MPEG audio with layer 0."""
    return len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(c >= " " or c in _TEXT_CONTROLS for c in text)
