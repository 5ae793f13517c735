"""Mel-frequency cepstral coefficients as the comparison studies computed them, and the spectrum they start from.

All of it is librosa's with its defaults, written out in NumPy and tested against it: mono at 22,050 Hz (the rate that
librosa loads at), windows of 2,048 frames with a hop of 512, 128 bands on Slaney's mel scale, 80 dB under the loudest.
librosa itself would first compile for five seconds, and nothing else in the program needs it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import stft
from musemate.audio.clip import AudioClip
from musemate.errors import TooShortError
from musemate.language import _

RATE_HZ, N_FFT, HOP = 22_050, 2_048, 512
N_MELS, N_MFCC, N_KEPT = 128, 40, 13
RANGE_DB = 80.0
SMALLEST_POWER = 1e-10
LINEAR_BELOW_HZ, HZ_PER_MEL = 1_000.0, 200.0 / 3.0
"""Slaney's scale ("Auditory Toolbox", 1998) is linear up to here, in steps of this; above it is logarithmic."""
LOG_STEP = math.log(6.4) / 27.0

Table = npt.NDArray[np.float64]
Frames = npt.NDArray[np.float32]


def amplitudes(clip: AudioClip) -> Frames:
    """Return the magnitudes of the short-time spectrum that both pitches and MFCCs are read from.

    Parameters
    ----------
    clip : AudioClip
        Any rate; one window (93 ms) at least.

    Returns
    -------
    ndarray, shape (1 + frames // 512, 1025), float32
        Of the channels' mean at 22,050 Hz; unscaled, as librosa has it.

    Raises
    ------
    TooShortError
        The clip is shorter than one window.
    """
    mono = AudioClip(clip.mono(), clip.rate_hz).resampled(RATE_HZ) if clip.n_frames else clip
    if mono.n_frames < N_FFT:
        raise TooShortError(
            _("The sound is shorter than one window of 93 ms, so nothing can be measured in it."),
            hint=_("Choose a longer one."),
        )
    # `stft` gives a sine of full scale magnitude 1; librosa leaves the window's sum in
    return np.abs(stft(mono.samples[0], N_FFT, HOP)).T * np.float32(N_FFT / 4)


def mfcc(magnitudes: Frames) -> Table:
    """Return the first 13 of 40 MFCCs.

    Parameters
    ----------
    magnitudes : ndarray, shape (columns, 1025)
        From `amplitudes`.

    Returns
    -------
    ndarray, shape (columns, 13), float64
        Orthonormal cosine transform (type II) of the mel levels in dB. The first coefficient follows the loudness, the
        others the colour.
    """
    from scipy.fft import dct

    power = np.square(magnitudes, dtype=np.float64) @ slaney_filters().T
    levels_db = 10.0 * np.log10(np.maximum(power, SMALLEST_POWER))
    levels_db = np.maximum(levels_db, levels_db.max() - RANGE_DB)
    return np.asarray(dct(levels_db, axis=1, norm="ortho")[:, :N_MFCC][:, :N_KEPT], dtype=np.float64)


def slaney_filters() -> Table:
    """Triangular filters of equal area on Slaney's mel scale from 0 Hz to half the rate, shape (128, 1025)."""
    edges = _hz(np.linspace(0.0, _mel(RATE_HZ / 2), N_MELS + 2))
    bins = np.arange(N_FFT // 2 + 1) * (RATE_HZ / N_FFT)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    return np.asarray(np.maximum(triangles, 0.0) * 2.0 / (high - low))


def _mel(hz: float) -> float:
    if hz < LINEAR_BELOW_HZ:
        return hz / HZ_PER_MEL
    return LINEAR_BELOW_HZ / HZ_PER_MEL + math.log(hz / LINEAR_BELOW_HZ) / LOG_STEP


def _hz(mels: Table) -> Table:
    bend = LINEAR_BELOW_HZ / HZ_PER_MEL
    above = LINEAR_BELOW_HZ * np.exp(LOG_STEP * (np.maximum(mels, bend) - bend))
    return np.where(mels < bend, mels * HZ_PER_MEL, above)
