"""The sounds before the first trial: tones that check the headphones, and music to set the volume by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.audio.loudness import integrated_lufs
from musemate.paths import resource
from musemate.study.headphones import tone_trials

LEVEL_S = 8.0
_PEAK = 0.97
_SOFTEST_LUFS = -60.0


@dataclass(frozen=True)
class CheckSounds:
    """Files and their durations in seconds.

    Parameters
    ----------
    level : (Path, float)
        Music, as loud as the samples of the study.
    tones : tuple of (Path, float, int)
        File, duration, and which of the three tones is the softest.
    """

    level: tuple[Path, float]
    tones: tuple[tuple[Path, float, int], ...]


def make_check_sounds(folder: Path, like: Path | None, seed: int | None) -> CheckSounds:
    """Write the sounds into a folder.

    Parameters
    ----------
    folder : Path
    like : Path or None
        A sample of the study: the music is made as loud as it is.
    seed : int or None
        Of the order of the tones; None makes no tones.

    Raises
    ------
    AudioFileError
        A file cannot be read or written.
    """
    music = level_music(read_clip(like, min_s=0.0, allow_silence=True) if like is not None else None)
    level = write_wav(folder / "level.wav", music)
    tones = tuple(
        (write_wav(folder / f"tones{number}.wav", trial.clip), trial.clip.duration_s, trial.softest)
        for number, trial in enumerate(tone_trials(seed) if seed is not None else (), 1)
    )
    return CheckSounds((level, music.duration_s), tones)


def level_music(like: AudioClip | None) -> AudioClip:
    """Return some seconds of the demo fragment, as loud as a sample (ITU-R BS.1770) where its peaks allow it."""
    music, lufs = _demo()
    if like is None or like.duration_s < 1.0:
        return music
    wanted = integrated_lufs(like)
    if not np.isfinite(wanted) or wanted < _SOFTEST_LUFS:
        return music
    gain = min(10 ** ((wanted - lufs) / 20), _PEAK / music.peak)
    return AudioClip((music.samples * np.float32(gain)).astype(np.float32), music.rate_hz)


@cache
def _demo() -> tuple[AudioClip, float]:
    """Return the music as it is bundled, and its loudness in LUFS: needed anew for everybody who listens."""
    music = read_clip(resource("demo.flac"), 0.0, LEVEL_S)
    return music, integrated_lufs(music)
