"""MFCCs, the outline of a sound's timbre, as numbers and as a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.gridpicture import MFCC, GridPicture
from musemate.analysis.spectra import mel_edges_hz, mel_filters, power_blocks, window_frames
from musemate.audio.clip import AudioClip

N_BANDS, N_COEFFICIENTS = 40, 13
HIGHEST_HZ = 16_000.0
RANGE_DB = 80.0
"""Bands softer than this below the loudest count as just that soft: silence would else outweigh all sound."""
SPREAD = 2.5
"""Standard deviations around a coefficient's mean that its row shows."""


def mfcc(clip: AudioClip) -> tuple[npt.NDArray[np.float32], int]:
    """Return the first 13 of 40 MFCCs, from windows of about 46 ms.

    The orthonormal DCT-II of the levels in dB of 40 mel bands up to 16 kHz (Davis and Mermelstein, "Comparison of
    parametric representations for monosyllabic word recognition", IEEE TASSP 28(4), 1980, with levels in dB in place
    of natural logarithms).

    Returns
    -------
    ndarray, shape (13, columns), float32
        Coefficient 0, the loudness, first; column i is centred on frame i * hop.
    int
        The hop in frames, half a window.
    """
    from scipy.fft import dct

    n_fft = window_frames(clip.rate_hz)
    hop = n_fft // 2
    edges = mel_edges_hz(N_BANDS, 0.0, min(HIGHEST_HZ, clip.rate_hz / 2))
    filters = mel_filters(clip.rate_hz, n_fft, edges).T
    bands = np.concatenate([block @ filters for block in power_blocks(clip, n_fft, hop)])
    level_db = 10.0 * np.log10(np.maximum(bands, 1e-12))
    level_db = np.maximum(level_db, level_db.max() - RANGE_DB)
    return np.asarray(dct(level_db, norm="ortho", axis=1)[:, :N_COEFFICIENTS].T, dtype=np.float32), hop


def mfcc_picture(clip: AudioClip) -> GridPicture:
    """Draw the MFCCs of a clip, each row on its own scale: its mean in the middle, 2.5 standard deviations around."""
    values, hop = mfcc(clip)
    mean = values.mean(axis=1, dtype=np.float64)
    spread = SPREAD * np.maximum(values.std(axis=1, dtype=np.float64), 1e-3)
    low, high = mean - spread, mean + spread
    scaled = (values - low[:, None]) * (255.0 / (high - low))[:, None]
    image = np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)
    return GridPicture(MFCC, clip.rate_hz, clip.n_frames, hop, np.arange(len(values), dtype=float), low, high, image)
