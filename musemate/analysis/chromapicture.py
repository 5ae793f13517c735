"""The chromagram as a picture: which pitch classes sound, and how strongly beside one another."""

from __future__ import annotations

import numpy as np

from musemate.analysis.chroma import WINDOW_S, find_chroma
from musemate.analysis.gridpicture import CHROMA, GridPicture
from musemate.audio.clip import AudioClip

SILENCE = 0.02
"""Moments softer than this share of the loudest are shown that much fainter: silence has no chord."""


def chroma_picture(clip: AudioClip) -> GridPicture:
    """Draw the chromagram of a clip.

    Returns
    -------
    GridPicture
        Twelve rows, C at the bottom; 1 is the strongest pitch class of its moment.
    """
    strength = find_chroma(clip).full
    strongest = strength.max(axis=0)
    floor = max(SILENCE * float(strongest.max(initial=0.0)), 1e-9)
    image = np.rint(255.0 * np.clip(strength / np.maximum(strongest, floor), 0.0, 1.0)).astype(np.uint8)
    hop = int(2 ** round(np.log2(WINDOW_S * clip.rate_hz))) // 4
    rows = np.arange(12, dtype=float)
    return GridPicture(CHROMA, clip.rate_hz, clip.n_frames, hop, rows, np.zeros(12), np.ones(12), image)
