"""Chroma: how strongly each of the twelve pitch classes is played, overtones explained away.

Peaks of long spectra are gathered on a semitone axis and explained by notes with decaying overtones, none of them
negative, after Mauch and Dixon, "Approximate note transcription for the improved identification of difficult chords"
(ISMIR 2010), here with multiplicative updates in place of their solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.spectra import power_blocks
from musemate.audio.clip import AudioClip

WINDOW_S = 0.186
"""Length of a window, rounded to a power of two: 8,192 frames at 44.1 kHz."""
LOWEST, HIGHEST = 31, 103
"""Range of the spectrum as MIDI notes: G1 (49 Hz) to G7 (3.1 kHz)."""
HIGHEST_NOTE = 88
"""Highest note that may be played, E6."""
BASS_BELOW = 55
"""Notes under G3 (196 Hz) count as bass."""
OVERTONES, DECAY = 12, 0.75
"""Overtones of a note and the share of its strength that each keeps from the one before."""
UPDATES = 25

Table = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chroma:
    """Pitch classes over time.

    Parameters
    ----------
    frame_rate : float
        Columns a second; column i is centred on i / frame_rate.
    full : ndarray, shape (12, columns)
        Row 0 is C.
    bass : ndarray, shape (12, columns)
        The same from notes under 196 Hz only.
    tuning : float
        How much the clip is tuned above A4 = 440 Hz, semitones (-0.5 to 0.5).
    """

    frame_rate: float
    full: Table
    bass: Table
    tuning: float


def find_chroma(clip: AudioClip) -> Chroma:
    """Find a clip's tuning and the notes in each of its moments, folded to pitch classes."""
    n_fft = int(2 ** round(np.log2(WINDOW_S * clip.rate_hz)))
    hop = n_fft // 4
    spectrum, tuning = _semitones(clip, n_fft, hop)
    notes = _explain(spectrum)
    folded = np.zeros((2, 12, notes.shape[1]))
    for row, strength in enumerate(notes):
        folded[:, (row + LOWEST) % 12] += np.outer([1.0, row + LOWEST < BASS_BELOW], strength)
    return Chroma(clip.rate_hz / hop, folded[0], folded[1], tuning)


def _semitones(clip: AudioClip, n_fft: int, hop: int) -> tuple[Table, float]:
    """Amplitude of the spectral peaks on a semitone axis, shape (HIGHEST - LOWEST + 1, columns), and the tuning."""
    hz = 440.0 * 2.0 ** ((np.array([LOWEST - 1, HIGHEST + 1]) - 69) / 12)
    low, high = np.clip(np.round(hz * n_fft / clip.rate_hz).astype(np.int64), 2, n_fft // 2)
    blocks = [np.sqrt(block[:, low - 1 : high + 1]) for block in power_blocks(clip, n_fft, hop)]
    amplitude = np.concatenate(blocks).astype(np.float64)
    column, place, size = _peaks(amplitude)
    pitch = 69.0 + 12.0 * np.log2((place + low - 1) * clip.rate_hz / n_fft / 440.0)
    tuning = _tuning(pitch, size * (pitch > 52.0))  # deep peaks lie too coarsely to say
    pitch -= tuning
    size = size**0.5 * np.exp(-0.5 * ((pitch - np.round(pitch)) / 0.25) ** 2)
    row = np.clip(np.round(pitch).astype(np.int64), LOWEST, HIGHEST) - LOWEST
    result = np.zeros((HIGHEST - LOWEST + 1, len(amplitude)))
    np.maximum.at(result, (row, column), size)
    return result, tuning


def _peaks(amplitude: Table) -> tuple[npt.NDArray[np.int64], Table, Table]:
    """Local maxima along frequency: their column, their place in bins (parabola through three) and their size."""
    left, middle, right = amplitude[:, :-2], amplitude[:, 1:-1], amplitude[:, 2:]
    column, k = np.nonzero((middle > left) & (middle >= right) & (middle > 1e-3 * amplitude.max()))
    below, at, above = (np.log(part[column, k] + 1e-12) for part in (left, middle, right))
    shift = 0.5 * (below - above) / np.minimum(below - 2 * at + above, -1e-9)
    return column, k + 1 + np.clip(shift, -0.5, 0.5), np.asarray(middle[column, k])


def _tuning(pitch: Table, weight: Table) -> float:
    """Circular mean of how far the peaks lie from whole semitones."""
    angle = np.angle(np.sum(weight * np.exp(2j * np.pi * pitch)))
    return float(angle / (2 * np.pi))


def _explain(spectrum: Table) -> Table:
    """Strength of each note from LOWEST to HIGHEST_NOTE in each column, shape (notes, columns)."""
    tones = np.zeros((len(spectrum), HIGHEST_NOTE - LOWEST + 1))
    for overtone in range(1, OVERTONES + 1):
        row = np.arange(tones.shape[1]) + round(12 * np.log2(overtone))
        inside = row < len(spectrum)
        tones[row[inside], np.flatnonzero(inside)] += DECAY ** (overtone - 1)
    notes = tones.T @ spectrum
    start, gram = notes.copy(), tones.T @ tones
    for _ in range(UPDATES):
        notes *= start / (gram @ notes + 1e-9)
    return np.asarray(notes)
