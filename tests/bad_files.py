"""Makes files that people really have and that must not work, and odd ones that must, each with what is to be said."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from musemate.errors import AudioFileError, MuseMateError, TooShortError

RATE_HZ = 44_100
FORMATS_HINT = "Choose a WAV, FLAC, AIFF, OGG or MP3 file."
COPY_HINT = "Copy it again from where it came from, or export it again from your DAW."
DAW_HINT = "Export it again from your DAW."


@dataclass(frozen=True)
class BadFile:
    """A path that cannot be loaded, the error it must raise, and the whole sentence and hint it must say."""

    path: Path
    error: type[AudioFileError]
    message: str
    """A "*" stands for what depends on the decoder."""
    hint: str

    def is_said_by(self, error: MuseMateError) -> bool:
        """Tell whether an error is the one that this file must cause, word for word."""
        pattern = re.escape(self.message).replace(re.escape("*"), ".*")
        return type(error) is self.error and bool(re.fullmatch(pattern, error.message)) and error.hint == self.hint


@dataclass(frozen=True)
class OddFile:
    """A file that must load although it is unusual, and what must be in it."""

    path: Path
    rate_hz: int
    samples: np.ndarray
    """Shape (channels, frames), float32."""
    tolerance: float
    """Largest difference that the coding causes; 0 is bit for bit."""


def make_tone(seconds: float = 1.0, n_channels: int = 2, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Return a quiet chord over noise, shape (channels, frames), float32, exact in 16 bits."""
    rng = np.random.default_rng(7)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6))
    sound = 0.1 * chord + 0.02 * rng.standard_normal((n_channels, len(time_s)))
    return (np.rint(sound * 32768) / 32768).astype(np.float32)


def write_tone(path: Path, subtype: str = "PCM_16", seconds: float = 1.0, **tone: int) -> Path:
    """Write the tone with soundfile, so that our own writer is not its own judge."""
    samples = make_tone(seconds, **tone)
    soundfile.write(path, samples.T, tone.get("rate_hz", RATE_HZ), subtype=subtype)
    return path


def make_bad_files(folder: Path) -> list[BadFile]:
    """Make every kind of file that has to be refused; none of them needs a certain user or system."""
    return [*_no_sound(folder), *_cut_off(folder), *_lying(folder), *_unusable_sound(folder), *_too_short(folder)]


def make_odd_files(folder: Path) -> list[OddFile]:
    """Make files that are unusual but good."""
    tone = make_tone()
    deep = folder / "/".join(["a rather long folder name that nests"] * 10)
    deep.mkdir(parents=True)
    write_tone(folder / "really.flac").rename(folder / "a flac called.wav")
    files = [
        OddFile(write_tone(folder / "8 bit.wav", "PCM_U8"), RATE_HZ, tone, 1 / 128),
        OddFile(write_tone(folder / "24 bit.wav", "PCM_24"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "32 bit.wav", "PCM_32"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "float.wav", "FLOAT"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "double.wav", "DOUBLE"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "apple.aiff", "PCM_24"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "UPPER.WAV"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "Größe – 曲 🎵 עברית.wav"), RATE_HZ, tone, 0),
        OddFile(write_tone(folder / f"{'a very long name ' * 20:.251}.wav"), RATE_HZ, tone, 0),
        OddFile(write_tone(deep / "deep.wav"), RATE_HZ, tone, 0),
        OddFile(folder / "a flac called.wav", RATE_HZ, tone, 0),
        OddFile(write_tone(folder / "mono.wav", n_channels=1), RATE_HZ, make_tone(n_channels=1), 0),
        OddFile(write_tone(folder / "half a second.wav", seconds=0.5), RATE_HZ, make_tone(0.5), 0),
    ]
    for rate_hz in (8_000, 96_000, 192_000):
        path = write_tone(folder / f"{rate_hz}.wav", rate_hz=rate_hz)
        files.append(OddFile(path, rate_hz, make_tone(rate_hz=rate_hz), 0))
    return files


def lie_about_size(path: Path, n_bytes: int) -> Path:
    """Let the header of a WAV promise so many bytes of sound."""
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[4:8] = struct.pack("<I", min(n_bytes + at - 4, 0xFFFFFFFF))
    data[at : at + 4] = struct.pack("<I", n_bytes)
    path.write_bytes(data)
    return path


def _no_sound(folder: Path) -> list[BadFile]:
    (folder / "album.wav").mkdir()
    rng = np.random.default_rng(1)
    contents = {
        "empty.wav": b"",
        "lyrics.wav": "Verse 1\nÜber den Wolken\n".encode(),
        "lyrics.m4a": b"Verse 1\r\n" * 500,
        "notepad.wav": "Verse 1".encode("utf-16"),
        "page.mp3": b"<!DOCTYPE html><html><body>Not found</body></html>",
        "noise.wav": b"\0" + rng.bytes(50_000),
        "noise.flac": b"\1" + rng.bytes(50_000),
        "picture.wav": b"\x89PNG\r\n\x1a\n" + rng.bytes(1000),
        "zeros.wav": bytes(10_000),
        "video.wav": b"RIFF" + struct.pack("<I", 1004) + b"AVI " + rng.bytes(1000),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    long_name = f"{'x' * 300}.wav"
    shown = f"{'x' * 40}…{'x' * 15}.wav"
    texts = ("lyrics.wav", "lyrics.m4a", "notepad.wav", "page.mp3")
    unknown = ("noise.wav", "noise.flac", "picture.wav", "zeros.wav", "video.wav")
    return [
        _bad(folder / "missing.wav", "was not found.", "Check whether it was moved or renamed."),
        _bad(folder / "album.wav", "is a folder, not an audio file.", "Choose the audio files in it."),
        _bad(folder / "empty.wav", "is empty (0 bytes).", "Copy it again, or export it again from your DAW."),
        *[_bad(folder / name, "holds text, not sound.", FORMATS_HINT) for name in texts],
        *[_bad(folder / name, "is not an audio file that MuseMate knows.", FORMATS_HINT) for name in unknown],
        BadFile(
            folder / long_name,
            AudioFileError,
            f'"{shown}" has a name or path that this computer cannot open.',
            "Give the file a shorter name, or move it to a folder nearer to the top.",
        ),
    ]


def _cut_off(folder: Path) -> list[BadFile]:
    files = []
    for ending, says in (
        ("wav", "is cut off: its header promises 1.00 s of sound, but only 0.60 s are there."),
        ("aiff", "is cut off: its header promises 1.00 s of sound, but only 0.60 s are there."),
        ("flac", "is damaged or cut off: it cannot be decoded to its end."),
        ("mp3", "is damaged or cut off: only 0.* s of 1.00 s can be decoded."),
        ("ogg", "is cut off: its end is missing after * s."),
    ):
        whole = folder / f"whole.{ending}"
        soundfile.write(whole, make_tone().T, RATE_HZ)
        content = whole.read_bytes()
        whole.unlink()
        cut, head = folder / f"cut.{ending}", folder / f"head.{ending}"
        cut.write_bytes(content[: round(len(content) * 0.6)])
        head.write_bytes(content[:20])
        files.append(_bad(cut, says, COPY_HINT))
        files.append(_bad(head, "is damaged: its header cannot be read.", COPY_HINT))
    return files


def _lying(folder: Path) -> list[BadFile]:
    flac = write_tone(folder / "lie.flac")
    data = bytearray(flac.read_bytes())
    data[21] |= 0x0F  # the 36 bits of the number of frames: 18 days
    data[22:26] = b"\xff" * 4
    flac.write_bytes(data)
    promises = {0xFFFFFFFF: "6 h 45 min", 0xFFFFFFF0: "6 h 45 min", 0x80000000: "3 h 22 min"}
    return [
        *[
            _bad(
                lie_about_size(write_tone(folder / f"lie {n_bytes:x}.wav"), n_bytes),
                f"is cut off: its header promises {length} of sound, but only 1.00 s are there.",
                COPY_HINT,
            )
            for n_bytes, length in promises.items()
        ],
        _bad(flac, "is damaged or cut off: it cannot be decoded to its end.", COPY_HINT),
        _short(lie_about_size(write_tone(folder / "not closed.wav"), 0), "holds no sound: its length is 0.", DAW_HINT),
    ]


def _unusable_sound(folder: Path) -> list[BadFile]:
    tone = make_tone().T
    for name, value in (("nan.wav", np.nan), ("infinite.wav", np.inf)):
        sick = tone.copy()
        sick[RATE_HZ // 2, 1] = value
        soundfile.write(folder / name, sick, RATE_HZ, subtype="FLOAT")
    soundfile.write(folder / "silence.wav", np.zeros((RATE_HZ, 2)), RATE_HZ)
    write_tone(folder / "surround.wav", n_channels=6)
    write_tone(folder / "slow.wav", rate_hz=4000)
    write_tone(folder / "fast.wav", rate_hz=384_000)
    not_numbers = "holds samples that are not numbers (NaN or infinity), first at 0.50 s."
    rate_hint = "Convert it to a rate between 8 and 192 kHz, for instance 44.1 kHz."
    return [
        _bad(folder / "nan.wav", not_numbers, DAW_HINT),
        _bad(folder / "infinite.wav", not_numbers, DAW_HINT),
        _bad(folder / "silence.wav", "is silent.", "Choose a file or a region that can be heard."),
        _bad(
            folder / "surround.wav",
            "has 6 channels; MuseMate works with mono and stereo.",
            "Mix it down to stereo in your DAW and open that.",
        ),
        _bad(folder / "slow.wav", "has a sample rate of 4000 Hz, which is not supported.", rate_hint),
        _bad(folder / "fast.wav", "has a sample rate of 384000 Hz, which is not supported.", rate_hint),
    ]


def _too_short(folder: Path) -> list[BadFile]:
    soundfile.write(folder / "nothing.wav", np.zeros((0, 2)), RATE_HZ)
    soundfile.write(folder / "one sample.wav", np.ones((1, 2)), RATE_HZ)
    write_tone(folder / "blip.wav", seconds=0.1)
    longer = "Choose a longer recording."
    one = "is only one sample long; MuseMate needs at least 0.5 s."
    return [
        _short(folder / "nothing.wav", "holds no sound: its length is 0.", DAW_HINT),
        _short(folder / "one sample.wav", one, longer),
        _short(folder / "blip.wav", "is only 0.10 s long; MuseMate needs at least 0.5 s.", longer),
    ]


def _bad(path: Path, says: str, hint: str) -> BadFile:
    return BadFile(path, AudioFileError, f'"{path.name}" {says}', hint)


def _short(path: Path, says: str, hint: str) -> BadFile:
    return BadFile(path, TooShortError, f'"{path.name}" {says}', hint)
