"""The one door for audio files: looks at them, reads them as clips, and offers what writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musemate.audio.clip import MAX_RATE_HZ, MIN_RATE_HZ, AudioClip, Samples
from musemate.audio.decoding import Decoder, open_decoder
from musemate.audio.ffmpeg import FFMPEG_SUFFIXES
from musemate.audio.guarded import open_guarded
from musemate.audio.pcm import DEPTHS, count_overs
from musemate.audio.safe_write import fresh_path, write_safely
from musemate.audio.wav import write_wav
from musemate.audio.wording import shown_length, shown_name
from musemate.errors import AudioFileError, SettingsError, TooShortError
from musemate.language import _, number

__all__ = [
    "DEPTHS",
    "MAX_SAMPLES",
    "MIN_S",
    "READABLE_SUFFIXES",
    "AudioInfo",
    "count_overs",
    "fresh_path",
    "probe",
    "read_clip",
    "read_outside",
    "write_safely",
    "write_wav",
]

READABLE_SUFFIXES = (
    *(".wav", ".wave", ".bwf", ".rf64", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".mp3"),
    *FFMPEG_SUFFIXES,
)
"""Endings that file dialogs offer, in lower case; what a file really is, is told from its content."""

MIN_S = 0.5
"""Shortest sound that a songwriter may load."""

MAX_SAMPLES = 1 << 28
"""Samples of all channels that are decoded at most: 1 GiB of memory, 46 minutes of stereo at 48 kHz."""
MOST_SAMPLES_A_BYTE = 16
"""What compression hardly ever reaches: a header that claims more may be lying."""


@dataclass(frozen=True)
class AudioInfo:
    """What the header of an audio file says.

    Parameters
    ----------
    path : Path
        The file.
    rate_hz : int
        Sample rate, 8,000 to 192,000.
    n_channels : int
        1 or 2.
    n_frames : int
        Length in frames.
    format, subtype : str
        Container and coding as libsndfile names them, for instance "WAV" and "PCM_24".
    needs_ffmpeg : bool
        Whether only ffmpeg can decode it.
    """

    path: Path
    rate_hz: int
    n_channels: int
    n_frames: int
    format: str
    subtype: str
    needs_ffmpeg: bool = False

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_frames / self.rate_hz


def probe(path: Path | str, *, min_rate_hz: int = MIN_RATE_HZ, outside: bool = False) -> AudioInfo:
    """Look at an audio file without decoding it (unless its header does not tell its length).

    NaN, silence and damage inside the sound are only found by `read_clip`; for `min_rate_hz` see there. A file from
    outside, which no project of ours has taken in, is looked at in a process of its own.

    Raises
    ------
    AudioFileError
        It cannot be opened, is no sound, is cut off, or has unsupported channels or rate.
    """
    path = Path(path)
    with open_guarded(path) if outside else open_decoder(path) as decoder:
        _check_format(path, decoder, min_rate_hz)
        return _described(path, decoder, _count(path, decoder) if decoder.n_frames is None else decoder.n_frames)


def read_clip(
    path: Path | str,
    start_s: float = 0.0,
    length_s: float | None = None,
    *,
    min_s: float = MIN_S,
    allow_silence: bool = False,
    min_rate_hz: int = MIN_RATE_HZ,
    outside: bool = False,
) -> AudioClip:
    """Read a file, or a region of it, and check what is in it.

    Parameters
    ----------
    path : Path or str
        The file.
    start_s : float
        Start of the region in seconds.
    length_s : float, optional
        Length of the region in seconds; it ends with the file at the latest. None reads to the end.
    min_s : float
        Shortest length in seconds that the caller can use.
    allow_silence : bool
        Whether a clip whose peak is under -80 dBFS may pass.
    min_rate_hz : int
        Lowest sample rate that the caller can use.
    outside : bool
        Whether no project of ours has taken the file in: then a process of its own decodes it.

    Returns
    -------
    AudioClip
        Samples of shape (channels, frames), float32, at the file's own rate; integers become n / 2^(bits-1).

    Raises
    ------
    AudioFileError
        The file cannot be used; the sentence names it and says why.
    TooShortError
        The file or the region is shorter than `min_s`.
    SettingsError
        The region has no meaning (a negative start, a length of 0).
    """
    path = Path(path)
    _check_region(start_s, length_s)
    with open_guarded(path) if outside else open_decoder(path) as decoder:
        _check_format(path, decoder, min_rate_hz)
        clip = _decoded(path, decoder, start_s, length_s, min_s)
    if not allow_silence:
        _check_sounds(path, clip, is_whole=start_s == 0 and length_s is None)
    return clip


def read_outside(path: Path | str) -> tuple[AudioInfo, AudioClip]:
    """Read a whole file from outside, decoded in a process of its own whose time and memory are limited.

    Raises
    ------
    AudioFileError
        As `read_clip`, and when the decoder breaks down over the file or exceeds its limits.
    """
    path = Path(path)
    with open_guarded(path) as decoder:
        _check_format(path, decoder)
        clip = _decoded(path, decoder, 0.0, None, MIN_S)
        info = _described(path, decoder, clip.n_frames)
    _check_sounds(path, clip, is_whole=True)
    return info, clip


def _described(path: Path, decoder: Decoder, n_frames: int) -> AudioInfo:
    return AudioInfo(
        path=path,
        rate_hz=decoder.rate_hz,
        n_channels=decoder.n_channels,
        n_frames=n_frames,
        format=decoder.format,
        subtype=decoder.subtype,
        needs_ffmpeg=decoder.needs_ffmpeg,
    )


def _count(path: Path, decoder: Decoder) -> int:
    """Decode all of a file that does not tell its length, but no more than could be loaded."""
    n_frames = 0
    for block in decoder.blocks(0):
        n_frames += block.shape[1]
        if n_frames * decoder.n_channels > MAX_SAMPLES:
            raise _too_long(path, n_frames / decoder.rate_hz)
    return n_frames


def _decoded(path: Path, decoder: Decoder, start_s: float, length_s: float | None, min_s: float) -> AudioClip:
    rate_hz = decoder.rate_hz
    first = round(start_s * rate_hz)
    wanted = None if length_s is None else max(1, round(length_s * rate_hz))
    _check_length(path, decoder.n_frames, rate_hz, first, wanted, min_s)
    _check_room(path, decoder, first, wanted)
    samples = _collect(path, decoder, first, wanted)
    _check_length(path, first + samples.shape[1], rate_hz, first, wanted, min_s)
    return AudioClip(samples, rate_hz)


def _check_sounds(path: Path, clip: AudioClip, *, is_whole: bool) -> None:
    if clip.is_silent:
        silent = _('"{name}" is silent.') if is_whole else _('"{name}" is silent in the chosen region.')
        raise AudioFileError(
            silent.format(name=shown_name(path)),
            hint=_("Choose a file or a region that can be heard."),
        )


def _check_region(start_s: float, length_s: float | None) -> None:
    if not (math.isfinite(start_s) and start_s >= 0):
        raise SettingsError(
            _("A region cannot start at {start} s.").format(start=number(start_s, "g")),
            hint=_("Choose a start of 0 s or later."),
        )
    if length_s is not None and not (math.isfinite(length_s) and length_s > 0):
        raise SettingsError(
            _("A region cannot be {seconds} s long.").format(seconds=number(length_s, "g")),
            hint=_("Choose a length above 0 s."),
        )


def _check_format(path: Path, decoder: Decoder, min_rate_hz: int = MIN_RATE_HZ) -> None:
    if decoder.n_channels > 2:
        raise AudioFileError(
            _('"{name}" has {count} channels; MuseMate works with mono and stereo.').format(
                name=shown_name(path), count=decoder.n_channels
            ),
            hint=_("Mix it down to stereo in your DAW and open that."),
        )
    if not min_rate_hz <= decoder.rate_hz <= MAX_RATE_HZ:
        raise AudioFileError(
            _('"{name}" has a sample rate of {rate_hz} Hz, which is not supported.').format(
                name=shown_name(path), rate_hz=decoder.rate_hz
            ),
            hint=_("Convert it to a rate between 8 and 192 kHz, for instance 44.1 kHz."),
        )


def _check_length(path: Path, n_frames: int | None, rate_hz: int, first: int, wanted: int | None, min_s: float) -> None:
    """Refuse what is too short; `n_frames` is the length of the file as far as it is known."""
    if n_frames is None:
        return
    name, needed = shown_name(path), _("MuseMate needs at least {least} s").format(least=number(min_s, "g"))
    if n_frames == 0:
        raise TooShortError(
            _('"{name}" holds no sound: its length is 0.').format(name=name), hint=_("Export it again from your DAW.")
        )
    if n_frames <= first:
        raise TooShortError(
            _('The region starts at {length}, after the end of "{name}".').format(
                length=shown_length(first / rate_hz), name=name
            ),
            hint=_("Choose a start inside the file."),
        )
    left = n_frames - first if wanted is None else min(wanted, n_frames - first)
    if left >= round(min_s * rate_hz):
        return
    # rounded down: "is only 0.50 s long; MuseMate needs at least 0.5 s" would help nobody
    length = _("one sample") if left == 1 else shown_length(math.floor(100 * left / rate_hz) / 100)
    if left < n_frames:
        raise TooShortError(
            _('The region of "{name}" is only {length} long; {needed}.').format(
                name=name, length=length, needed=needed
            ),
            hint=_("Choose a longer region."),
        )
    raise TooShortError(
        _('"{name}" is only {length} long; {needed}.').format(name=name, length=length, needed=needed),
        hint=_("Choose a longer recording."),
    )


def _check_room(path: Path, decoder: Decoder, first: int, wanted: int | None) -> None:
    """Refuse what is too long by its header, where the file is large enough for it; else decoding finds out."""
    if decoder.n_frames is None or path.stat().st_size * MOST_SAMPLES_A_BYTE < decoder.n_frames * decoder.n_channels:
        return
    left = decoder.n_frames - first if wanted is None else min(wanted, decoder.n_frames - first)
    if left * decoder.n_channels > MAX_SAMPLES:
        raise _too_long(path, MAX_SAMPLES // decoder.n_channels / decoder.rate_hz)


def _too_long(path: Path, most_s: float) -> AudioFileError:
    return AudioFileError(
        _('"{name}" is longer than the {length} that MuseMate can load at once.').format(
            name=shown_name(path), length=shown_length(most_s)
        ),
        hint=_("Cut out the part that you want to work with and open that."),
    )


def _collect(path: Path, decoder: Decoder, first: int, wanted: int | None) -> Samples:
    """Decode block by block, so that memory follows what is in the file and not what its header says."""
    pieces = [np.zeros((decoder.n_channels, 0), dtype=np.float32)]
    n_done = 0
    for block in decoder.blocks(first):
        piece = block if wanted is None else block[:, : wanted - n_done]
        _check_finite(path, piece, first + n_done, decoder.rate_hz)
        pieces.append(piece)
        n_done += piece.shape[1]
        if wanted is not None and n_done >= wanted:
            break
        if n_done * decoder.n_channels > MAX_SAMPLES:
            raise _too_long(path, n_done / decoder.rate_hz)
    return np.concatenate(pieces, axis=1)


def _check_finite(path: Path, block: Samples, first: int, rate_hz: int) -> None:
    bad = ~np.isfinite(block).all(axis=0)
    if bad.any():
        place = shown_length((first + int(bad.argmax())) / rate_hz)
        raise AudioFileError(
            _('"{name}" holds samples that are not numbers (NaN or infinity), first at {place}.').format(
                name=shown_name(path), place=place
            ),
            hint=_("Export it again from your DAW."),
        )
