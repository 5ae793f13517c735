"""The stereo picture of a sound in three thirds of the spectrum: how wide it is, and how alike both sides are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import HIGHEST_HZ, window_frames
from musemate.audio.clip import AudioClip

N_BANDS = 3
LOWEST_HZ = 40.0
LIMIT_DB = 40.0
"""Side levels farther from the mid than this sound the same: purely mono, or purely out of phase."""
FAINT_DB = 60.0
"""A band so far under the loudest one has no picture that anybody hears."""

Bands = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StereoPicture:
    """Width and likeness of both sides, or the differences of two pictures, a figure a band, low to high.

    Parameters
    ----------
    side_db : ndarray, shape (3,)
        Level of the side (left less right) over that of the mid (left and right), dB, within -40..40; mono is -40.
    coherence : ndarray, shape (3,)
        Magnitude-squared coherence of left and right, 0-1; mono is 1.

    Both are NaN in a band that is over 60 dB fainter than the loudest one.
    """

    side_db: Bands
    coherence: Bands

    def differs_by(self, other: StereoPicture) -> StereoPicture:
        """Return this picture less another one; NaN where either has none."""
        return StereoPicture(self.side_db - other.side_db, self.coherence - other.coherence)


def band_edges_hz(rate_hz: int) -> Bands:
    """Edges of three bands equally wide on the logarithmic axis, 40 Hz to 16 kHz or 0.45 of the rate, shape (4,)."""
    return np.geomspace(LOWEST_HZ, min(HIGHEST_HZ, 0.45 * rate_hz), N_BANDS + 1)


def stereo_picture(clip: AudioClip, edges_hz: Bands | None = None) -> StereoPicture:
    """Measure how wide a clip is, and how alike its sides are.

    Parameters
    ----------
    clip : AudioClip
        Mono or stereo, about a second at least: coherence is an average over windows of 46 ms.
    edges_hz : ndarray, shape (4,), optional
        Edges of the bands; by default `band_edges_hz` of the clip's rate. Two clips are only comparable in the same
        bands.

    Returns
    -------
    StereoPicture
        Cross spectra by Welch's method (Hann window, half overlapping). A band's coherence is the mean over its bins,
        weighted by their power, so that what is heard counts.
    """
    from scipy.signal import csd

    left, right = clip.samples[0], clip.samples[-1]
    size = min(window_frames(clip.rate_hz), clip.n_frames)
    spectra = [csd(a, b, clip.rate_hz, nperseg=size, detrend=False) for a, b in ((left, left), (right, right))]
    (bins_hz, left_power), (_, right_power) = [(hz, power.real.astype(np.float64)) for hz, power in spectra]
    cross = csd(left, right, clip.rate_hz, nperseg=size, detrend=False)[1].astype(np.complex128)
    total = left_power + right_power
    # |l + r|^2 and |l - r|^2 are the sum of the powers plus and less twice the real cross power
    mid, side = np.maximum(total + 2 * cross.real, 0.0), np.maximum(total - 2 * cross.real, 0.0)
    alike = np.abs(cross) ** 2 / np.maximum(left_power * right_power, 1e-30)
    edges = band_edges_hz(clip.rate_hz) if edges_hz is None else edges_hz
    members = (bins_hz >= edges[:-1, None]) & (bins_hz < edges[1:, None])
    power = members @ total
    heard = power > power.max() * 10 ** (-FAINT_DB / 10)
    tiny = 1e-30
    side_db = 10 * np.log10(np.maximum(members @ side, tiny) / np.maximum(members @ mid, tiny))
    coherence = (members @ (total * np.minimum(alike, 1.0))) / np.maximum(power, tiny)
    return StereoPicture(
        np.where(heard, np.clip(side_db, -LIMIT_DB, LIMIT_DB), np.nan), np.where(heard, coherence, np.nan)
    )
