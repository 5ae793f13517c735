"""Tempo, beats and bars of a clip, with an honest word on how sure they are.

The confidence speaks of tempo and beats. It comes from how steadily onsets repeat (`tempo.choose_tempo`) and
shrinks when there are fewer than eight beats. A short clip without a clear beat that is exactly some bars long at
a whole number of bpm is taken for a loop cut out in a DAW, the idea of Font and Serra, "Tempo estimation for music
loops and a simple confidence measure" (ISMIR 2016). Where bar lines cannot be told, the first beat opens a bar.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musemate.analysis.bars import find_bars
from musemate.analysis.chroma import find_chroma
from musemate.analysis.metre import Beats
from musemate.analysis.onsets import Onsets, find_onsets
from musemate.analysis.tempo import PRIOR, TEMPOS, choose_tempo, repetition, track
from musemate.audio.clip import AudioClip

SHORTEST_S = 1.5
STEADINESS = (0.08, 0.22, 0.4, 0.7)
CONFIDENCE = (0.0, 0.5, 0.85, 1.0)
"""Confidence at these values of the steadiness, straight lines between."""
ENOUGH_BEATS = 8
EVEN_S = 0.025
"""Nine of ten beats lie this near to an even grid where a clip has one tempo."""
STRAIGHT = 0.012
"""Beats that stray less than this share of a beat from an even grid (standard deviation) are put on it."""
LOOP_BEATS = (8, 16, 32)
LOOP_BPM = (60, 180)
LOOP_SLACK_S = 0.0005
LOOP_STRAY = 0.11
"""Onsets of a loop lie nearer to its half beats than this on average, in beats; chance is 0.125."""
LOOP_ONSETS = 6
"""Fewer clear onsets say nothing about a loop."""
LOOP_CONFIDENCE = 0.6

Times = npt.NDArray[np.float64]


def find_beats(clip: AudioClip) -> Beats:
    """Find tempo, beats and bar lines.

    Parameters
    ----------
    clip : AudioClip
        A region or a whole file, 2 s to some minutes.

    Returns
    -------
    Beats
        Times are seconds from the clip's start; they cover the whole clip. With a confidence under 0.5 there is no
        steady beat (rubato, speech, long tones) and they are a guess. Without any onset there are none, and bpm and
        confidence are 0.
    """
    onsets = find_onsets(clip)
    if clip.duration_s < SHORTEST_S or not onsets.full.any():
        return Beats(bpm=0.0, confidence=0.0)
    bpm, steadiness = choose_tempo(repetition(onsets.full, onsets.frame_rate))
    confidence = float(np.interp(steadiness, STEADINESS, CONFIDENCE))
    confidence *= min(1.0, clip.duration_s * bpm[0] / 60.0 / ENOUGH_BEATS)
    looped = loop_bpm(clip, onsets) if confidence < 0.5 else 0
    if looped:
        times = np.arange(0.0, clip.duration_s - 0.01, 60.0 / looped)
        return _beats(times, LOOP_CONFIDENCE, downbeat=0, beats_per_bar=4)
    times = _covering(_straightened(_tracked(onsets, bpm)), 60.0 / bpm[0], clip.duration_s)
    bars = find_bars(times, onsets, find_chroma(clip))
    return _beats(times, confidence, bars.downbeat, bars.beats_per_bar)


def played_beats(clip: AudioClip) -> Times:
    """Find beats where they were played, put on no grid and not continued to the clip's ends.

    Parameters
    ----------
    clip : AudioClip
        2 s to some minutes.

    Returns
    -------
    ndarray, shape (beats,)
        Rising seconds from the clip's start; empty where nothing sets in.
    """
    onsets = find_onsets(clip)
    if clip.duration_s < SHORTEST_S or not onsets.full.any():
        return np.zeros(0)
    return _tracked(onsets, choose_tempo(repetition(onsets.full, onsets.frame_rate))[0])


def _tracked(onsets: Onsets, bpm: Times) -> Times:
    """Beats of an onset curve in seconds, `bpm` as `tempo.choose_tempo` gives it."""
    return np.asarray(_refined(track(onsets.full, onsets.frame_rate, bpm), onsets) / onsets.frame_rate)


def loop_bpm(clip: AudioClip, onsets: Onsets) -> int:
    """Tempo at which a clip is two, four or eight bars of four beats long to the sample, and 0 for no such tempo.

    The tempo has to be a whole number, the length must not be a whole number of half seconds (a clip cut by hand), and
    the onsets must lie nearer to the half beats than chance has it.
    """
    if abs(clip.duration_s * 2 - round(clip.duration_s * 2)) < 2 * LOOP_SLACK_S:
        return 0
    fitting = []
    for n_beats in LOOP_BEATS:
        bpm = round(60.0 * n_beats / clip.duration_s)
        exact = abs(clip.duration_s - 60.0 * n_beats / bpm) < LOOP_SLACK_S if bpm else False
        if exact and LOOP_BPM[0] <= bpm <= LOOP_BPM[1] and _stray(onsets, bpm) < LOOP_STRAY:
            fitting.append(bpm)
    return max(fitting, key=lambda bpm: float(np.interp(bpm, TEMPOS, PRIOR)), default=0)


def _stray(onsets: Onsets, bpm: float) -> float:
    """Mean distance of the onsets from the nearest half beat after the start, weighted by their strength, in beats."""
    curve = onsets.full
    peaks = 1 + np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:]))
    if np.count_nonzero(curve[peaks] > 0.3) < LOOP_ONSETS:
        return 1.0
    place = (peaks / onsets.frame_rate) * bpm / 60.0
    return float(np.average(np.abs(place - np.round(place * 2) / 2), weights=curve[peaks]))


def _beats(times: Times, confidence: float, downbeat: int, beats_per_bar: int) -> Beats:
    period = _period(times)
    return Beats(
        bpm=round(60.0 / period, 2) if period else 0.0,
        confidence=round(confidence, 3),
        beat_times_s=tuple(round(float(time), 4) for time in times),
        downbeat=downbeat,
        beats_per_bar=beats_per_bar,
    )


def _period(times: Times) -> float:
    """Mean distance of even beats by least squares; the median, which is as fine as the frames only, of uneven ones."""
    if len(times) < ENOUGH_BEATS:
        return float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    number = np.arange(len(times))
    line = np.polyfit(number, times, 1)
    is_even = np.quantile(np.abs(times - np.polyval(line, number)), 0.9) <= EVEN_S
    return float(line[0]) if is_even else float(np.median(np.diff(times)))


def _refined(frames: Times, onsets: Onsets) -> Times:
    """Move beats that stand on a peak of the curve to the summit of the parabola through it."""
    at = np.clip(frames.astype(np.int64), 1, len(onsets.full) - 2)
    before, here, after = onsets.full[at - 1], onsets.full[at], onsets.full[at + 1]
    bend = before - 2 * here + after
    on_peak = (here > before) & (here >= after) & (at == frames)
    return frames + np.where(on_peak, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)


def _straightened(times: Times) -> Times:
    """Put beats on the even grid that fits them best if they hardly stray from it, as in music made to a click."""
    if len(times) < ENOUGH_BEATS:
        return times
    number = np.arange(len(times))
    grid = np.polyval(np.polyfit(number, times, 1), number)
    period = grid[1] - grid[0]
    # a few beats without a stroke of their own must not spoil the grid
    stray = np.abs(times - grid) / period
    return np.asarray(grid) if np.quantile(stray, 0.7) < STRAIGHT and stray.max() < 0.1 else times


def _covering(times: Times, period: float, duration_s: float) -> Times:
    """Go on with beats to both ends of the clip, at the pace of the outermost ones."""
    steps = np.diff(times)
    first, last = (np.median(steps[:4]), np.median(steps[-4:])) if len(steps) else (period, period)
    before = times[0] - first * np.arange(int((times[0] + 0.03) / first), 0, -1)
    after = times[-1] + last * np.arange(1, int((duration_s - times[-1] - 0.01) / last) + 1)
    covering = np.concatenate([before, times, after])
    return np.asarray(np.clip(covering, 0.0, duration_s))
