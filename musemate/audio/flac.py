"""Writes clips as FLAC that holds nothing but the sound: no tags, no names, no dates."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from musemate.audio.clip import AudioClip

_FULL = 1 << 23


def quantised(clip: AudioClip) -> AudioClip:
    """Return a clip as 24 bits hold it, limited to full scale."""
    steps = np.clip(np.rint(clip.samples.astype(np.float64) * _FULL), -_FULL, _FULL - 1)
    return AudioClip((steps / _FULL).astype(np.float32), clip.rate_hz)


def write_flac(path: Path, clip: AudioClip) -> None:
    """Write a clip as FLAC of 24 bits; samples come back as `quantised` says.

    It is encoded in memory: libsndfile would not say that a disk is full.

    Parameters
    ----------
    path : Path
        It is not there yet.
    clip : AudioClip

    Raises
    ------
    OSError
        It cannot be written.
    """
    import soundfile

    steps = np.rint(quantised(clip).samples.astype(np.float64) * _FULL).astype(np.int32) << 8
    encoded = io.BytesIO()
    soundfile.write(encoded, steps.T, clip.rate_hz, format="FLAC", subtype="PCM_24")
    with path.open("xb") as file:
        file.write(encoded.getbuffer())
        file.flush()
        os.fsync(file.fileno())
