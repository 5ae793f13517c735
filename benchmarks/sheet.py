"""A sheet of sounds one under the other, in the colours of the app, for the benchmarks' tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from flowchart import write_small

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.files import read_clip
from musemate.tasks.picture import Sound, draw_sheet

SILENCE = 1e-9


@dataclass(frozen=True)
class Heard:
    """One sound of the sheet.

    Parameters
    ----------
    title, note : str
        Name and what else is to be said about it.
    file, fragment : Path
        The sound, and the one that it is to be compared with.
    """

    title: str
    note: str
    file: Path
    fragment: Path


def draw(path: Path, heard: Sequence[Heard]) -> None:
    """Draw waveform and mel spectrogram of each sound on one time axis and write them as a PNG of few colours.

    Each sound is cut to the length of its fragment and brought to its level (root mean square), as judges do: else the
    picture would show how loud a take was written. An old file is replaced.
    """
    sounds = [Sound(one.title, one.note, _beside(one), one.file != one.fragment) for one in heard]
    with tempfile.TemporaryDirectory() as folder:
        heading = "Waveforms and mel spectrograms, each at the level of its fragment"
        write_small(draw_sheet(Path(folder) / "sheet.png", sounds, heading), path)


def _beside(one: Heard) -> AudioClip:
    fragment = read_clip(one.fragment)
    clip = read_clip(one.file, 0.0, fragment.duration_s, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    gain = _level(fragment) / max(_level(clip), SILENCE)
    return AudioClip(clip.samples * np.float32(gain), clip.rate_hz)


def _level(clip: AudioClip) -> float:
    return float(np.sqrt(np.mean(np.square(clip.mono()))))
