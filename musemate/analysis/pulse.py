"""How evenly a take keeps its beat, and whether bars counted from its start are those that it plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.metre import Beats
from musemate.analysis.rhythm import find_beats, played_beats
from musemate.audio.clip import AudioClip

Times = npt.NDArray[np.float64]
ENOUGH = 4
"""Fewer beats say nothing."""


@dataclass(frozen=True)
class Pulse:
    """A take's beat beside its fragment's.

    Parameters
    ----------
    variation, fragment_variation : float
        Coefficient of variation of the intervals between beats (standard deviation over mean); NaN under four beats.
    beat_stray : float
        Median distance of the take's beats from a grid that starts with the take and runs at the fragment's tempo, in
        beats: 0 to 0.5, chance is 0.25; NaN where the fragment's beat is not sure.
    bar_offset : float
        Distance of the take's first bar line from its start, or from one bar after it where that is nearer, in beats, 0
        to half a bar; NaN where the beat of the take or of the fragment is not sure. Which beat opens a bar is the
        tracker's guess.
    """

    variation: float
    fragment_variation: float
    beat_stray: float
    bar_offset: float


def compare_pulse(take: AudioClip, fragment: AudioClip, metre: Beats | None = None) -> Pulse:
    """Compare the beat of a take with that of its fragment.

    Parameters
    ----------
    take, fragment : AudioClip
        2 s at least; sample rates may differ.
    metre : Beats, optional
        The fragment's metre where it is known already.
    """
    own = find_beats(fragment) if metre is None else metre
    played = played_beats(take)
    stray = beat_stray(played, 60.0 / own.bpm) if own.is_sure else float("nan")
    offset = bar_offset(find_beats(take)) if own.is_sure else float("nan")
    return Pulse(beat_variation(played), beat_variation(played_beats(fragment)), stray, offset)


def beat_variation(times_s: Times) -> float:
    """Coefficient of variation of the intervals between beats; NaN when there are too few.

    Parameters
    ----------
    times_s : ndarray, shape (beats,)
        Rising times.
    """
    if len(times_s) < ENOUGH:
        return float("nan")
    intervals = np.diff(times_s)
    return float(intervals.std() / intervals.mean())


def beat_stray(times_s: Times, period_s: float) -> float:
    """Median distance of beats from the grid 0, period, 2 periods, ..., in beats; NaN when there are too few.

    Parameters
    ----------
    times_s : ndarray, shape (beats,)
    period_s : float
        Length of a beat, over 0.
    """
    if len(times_s) < ENOUGH:
        return float("nan")
    place = np.asarray(times_s) / period_s
    return float(np.median(np.abs(place - np.round(place))))


def bar_offset(beats: Beats) -> float:
    """Distance of the first bar line from bars counted from 0, in beats; NaN without a sure beat."""
    if not beats.is_sure or len(beats.beat_times_s) <= max(ENOUGH, beats.downbeat):
        return float("nan")
    bars = beats.beat_times_s[beats.downbeat] * beats.bpm / 60.0 / beats.beats_per_bar
    return abs(bars - round(bars)) * beats.beats_per_bar
