"""How high a sound reaches, and the filter that lets several reach equally high."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import AudioClip, Samples

TRANSITION = 0.08
"""Share of the limit in which the filter falls from passing everything to passing nothing."""
STOP_DB = 90.0
"""How far the filter keeps down what lies above the limit."""
_NO_LIMIT = 0.985
"""A limit above this share of half the rate cuts nothing that could be heard."""
_N_FFT = 4096
_BANDS_AN_OCTAVE = 12
_LOWEST_HZ = 200.0
_HEARD_DB = -80.0
"""What lies so far below the strongest band is not heard."""
_EDGE_DB = 18.0
"""A fall as steep as this, within a third of an octave, is a cut: instruments and rooms fall more gently."""


def band_of(clip: AudioClip) -> float:
    """Return the highest frequency that a sound can hold: where it was cut off, else half of its rate.

    A sound that only fades out towards the top counts as whole: a bass is no narrow recording. What is looked for is
    an edge, as low-pass filters, resampling and lossy coding leave it.

    Parameters
    ----------
    clip : AudioClip
        Mono or stereo.

    Returns
    -------
    float
        In Hz.
    """
    centres, levels = _levels(clip)
    if len(centres) < 2 * _BANDS_AN_OCTAVE:
        return clip.rate_hz / 2
    heard = np.flatnonzero(levels > levels.max() + _HEARD_DB)
    top = int(heard[-1])
    n_around = _BANDS_AN_OCTAVE // 3
    below, above = levels[max(0, top - n_around) : top + 1], levels[top + 2 : top + 2 + n_around]
    if len(above) < n_around or float(np.median(below) - np.median(above)) < _EDGE_DB:
        return clip.rate_hz / 2
    return float(centres[top] * 2 ** (0.5 / _BANDS_AN_OCTAVE))


def limited(clip: AudioClip, limit_hz: float) -> AudioClip:
    """Take away what lies above a frequency, with a steep filter of linear phase; nothing is shifted in time.

    Parameters
    ----------
    clip : AudioClip
    limit_hz : float
        From here on nothing is left; up to 8 % below, nothing changes.

    Returns
    -------
    AudioClip
        The clip itself where its rate holds nothing above.
    """
    if limit_hz >= _NO_LIMIT * clip.rate_hz / 2:
        return clip
    from scipy.signal import oaconvolve

    taps = _low_pass(limit_hz, clip.rate_hz)
    # a clip that is shorter than the filter would come back as long as the filter
    whole = oaconvolve(clip.samples.astype(np.float64), taps[None, :], mode="full", axes=1)
    start = len(taps) // 2
    return AudioClip(whole[:, start : start + clip.n_frames].astype(np.float32), clip.rate_hz)


def _low_pass(limit_hz: float, rate_hz: int) -> npt.NDArray[np.float64]:
    """Return an odd number of taps (Kaiser's window; Kaiser, "Nonrecursive digital filter design", 1974)."""
    from scipy.signal import firwin, kaiserord

    width_hz = TRANSITION * limit_hz
    n_taps, beta = kaiserord(STOP_DB, width_hz / (rate_hz / 2))
    taps = firwin(n_taps | 1, limit_hz - width_hz / 2, window=("kaiser", beta), fs=rate_hz)
    return np.asarray(taps, dtype=np.float64)


def _levels(clip: AudioClip) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return centre frequencies (Hz) and mean levels (dB) of bands a twelfth of an octave wide, up to half the rate."""
    power, n_fft = _power(clip.samples), _N_FFT
    frequencies = np.arange(n_fft // 2 + 1) * clip.rate_hz / n_fft
    n_bands = math.floor(_BANDS_AN_OCTAVE * math.log2(clip.rate_hz / 2 / _LOWEST_HZ))
    edges = clip.rate_hz / 2 * 2.0 ** (np.arange(-n_bands, 1) / _BANDS_AN_OCTAVE)
    place = np.searchsorted(edges, frequencies, side="right") - 1
    levels = [power[place == band].mean() if (place == band).any() else np.nan for band in range(n_bands)]
    known = ~np.isnan(levels)
    centres = np.sqrt(edges[:-1] * edges[1:])
    return centres[known], 10 * np.log10(np.asarray(levels)[known] + 1e-30)


def _power(samples: Samples) -> npt.NDArray[np.float64]:
    """Return the mean power spectrum of all channels (Welch, 1967), shape (n_fft // 2 + 1,)."""
    from scipy.signal import welch

    padded = np.pad(samples, ((0, 0), (0, max(0, _N_FFT - samples.shape[1]))))
    _frequencies, power = welch(padded, window="blackmanharris", nperseg=_N_FFT, detrend=False, axis=1)
    return np.asarray(power.mean(axis=0), dtype=np.float64)
