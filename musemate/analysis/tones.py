"""Finds foreign tones: lines that stand in a take's spectrum for long and that its fragment does not have.

Whistling, humming and ringing of a network are such lines; the notes of the music are not, because the fragment has
them too. A line "stands" where the quietest tenth of a long-window spectrum over time still rises over the spectrum
around it: it goes on while notes come and go. The take is looked at in sections of ten seconds, the fragment in
sections of two, so that even a note of two seconds is the fragment's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import power_blocks
from musemate.audio.clip import AudioClip

WINDOW_S = 0.37
"""Window, rounded to a power of two: lines 5 Hz apart are told from each other."""
HOPS = 4
"""Windows begin this often in one another's length."""
TAKE_SECTION_S, FRAGMENT_SECTION_S = 10.0, 2.0
LOWEST_HZ = 30.0
STANDING = 0.1
"""Share of the time in which a standing line may be fainter."""
AROUND = 31
"""Bins whose median is the level around a line."""
STANDS_OUT_DB = 10.0
"""A tone rises this far over its surroundings ..."""
MORE_DB = 6.0
"""... and this much more than anything near it in the fragment does."""
NEAR_CENTS, NEAR_BINS = 20.0, 2
"""How far from a line a line of the fragment still counts as the same."""
FAINT_DB = -90.0
"""Levels under this, relative to the fragment's RMS, are raised to it: nobody hears what stands out there."""

Levels = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tone:
    """One foreign tone.

    Parameters
    ----------
    hz : float
        Frequency, to the bin (about 3 Hz).
    level_db : float
        Level in the section where it stands out most, dB; 0 is a sine of full scale.
    over_db : float
        How far it rises over the spectrum around it.
    start_s : float
        Where that section starts in the take.
    """

    hz: float
    level_db: float
    over_db: float
    start_s: float


def foreign_tones(take: AudioClip, fragment: AudioClip) -> tuple[Tone, ...]:
    """Find the tones of a take that its fragment does not have.

    Parameters
    ----------
    take, fragment : AudioClip
        Of the same sample rate, half a second at least.

    Returns
    -------
    tuple of Tone
        Rising in frequency; empty where there is none.
    """
    rms = float(np.sqrt(np.mean(fragment.samples.astype(np.float64) ** 2)))
    floor_db = 20 * np.log10(max(rms, 1e-6)) + FAINT_DB
    levels, starts_s = standing_levels(take, TAKE_SECTION_S, floor_db)
    own = rising(standing_levels(fragment, FRAGMENT_SECTION_S, floor_db)[0]).max(axis=0)
    over = rising(levels)
    section = over.argmax(axis=0)
    at = np.arange(levels.shape[1])
    over, level = over[section, at], levels[section, at]
    is_peak = (level >= np.roll(level, 1)) & (level > np.roll(level, -1))
    bin_hz = take.rate_hz / _n_fft(take.rate_hz)
    is_foreign = (over >= STANDS_OUT_DB) & (over - _widened(own) >= MORE_DB)
    found = np.flatnonzero(is_peak & is_foreign & (at * bin_hz >= LOWEST_HZ))
    return tuple(Tone(float(k * bin_hz), float(level[k]), float(over[k]), starts_s[section[k]]) for k in found)


def standing_levels(clip: AudioClip, section_s: float, floor_db: float) -> tuple[Levels, list[float]]:
    """Level that each bin of each section has nine tenths of the time.

    Parameters
    ----------
    clip : AudioClip
    section_s : float
        Length of a section; what is left at the end belongs to the last one.
    floor_db : float
        Lower levels are raised to this.

    Returns
    -------
    levels : ndarray, shape (sections, bins)
        dB; 0 is a sine of full scale.
    starts_s : list of float
        Where the sections start.
    """
    n_fft = _n_fft(clip.rate_hz)
    power = np.concatenate(list(power_blocks(clip, n_fft, n_fft // HOPS)))
    # the outermost windows reach over the ends: an edge there would look like noise
    power = power[HOPS // 2 : -(HOPS // 2)] if len(power) > HOPS else power
    n_sections = max(1, int(clip.duration_s / section_s))
    borders = np.linspace(0, len(power), n_sections + 1).round().astype(int)
    standing = [np.quantile(power[a:b], STANDING, axis=0) for a, b in pairwise(borders) if b > a]
    levels = 10 * np.log10(np.maximum(standing, 10 ** (floor_db / 10)))
    return np.asarray(levels, dtype=np.float64), [float(a * n_fft / HOPS / clip.rate_hz) for a in borders[:-1]]


def rising(levels: Levels) -> Levels:
    """How far each bin rises over the median of the bins around it, dB, shape as `levels` (sections, bins)."""
    from scipy.ndimage import median_filter

    return np.asarray(levels - median_filter(levels, size=(1, AROUND), mode="nearest"))


def _widened(own: Levels) -> Levels:
    """The largest value near each bin, shape (bins,): nearness grows with frequency, two bins at least."""
    at = np.arange(len(own))
    reach = np.maximum(NEAR_BINS, np.ceil(at * (2 ** (NEAR_CENTS / 1200) - 1))).astype(int)
    first, end = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(own))
    return np.array([own[a:b].max() for a, b in zip(first, end, strict=True)])


def _n_fft(rate_hz: int) -> int:
    return int(2 ** round(np.log2(WINDOW_S * rate_hz)))
