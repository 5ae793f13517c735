"""Tables of the engine's benchmark that need no judge: picture, level, faults, beat, and a take of three minutes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from measuring import median, table, worst

from musemate.analysis.pulse import beat_variation
from musemate.analysis.rhythm import find_beats
from musemate.analysis.similarity import Similarity, compare
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip

Figures = dict[str, float]

GOALS = {
    "side dB": 2.0, "coherence": 0.1, "loudness LU": 1.0, "clicks": 0.0, "tones": 0.0, "beat variation": 1.5,
}  # fmt: skip


def figures(take: AudioClip, fragment: AudioClip, similarity: Similarity) -> Figures:
    """Put a comparison into one row: the worst band, numbers of faults, ratios to the fragment."""
    fading, pulse = similarity.fading, similarity.pulse
    own = second_opinion(fragment)
    return {
        "side dB": worst(similarity.picture.side_db.tolist()),
        "coherence": worst(similarity.picture.coherence.tolist()),
        "loudness LU": similarity.loudness_lu,
        "clicks": float(len(similarity.clicks_s)),
        "tones": float(len(similarity.tones)),
        "beat variation": pulse.variation / max(pulse.fragment_variation, 1e-6),
        "variation, librosa": second_opinion(take) / max(own, 1e-6),
        "beats off the grid": pulse.beat_stray,
        "bar off the start": pulse.bar_offset,
        "level change dB": fading.level_change_db,
        "noisiness change dB": fading.flatness_change_db,
        "level outside dB": fading.level_outside_db,
        "noisiness outside dB": fading.flatness_outside_db,
    }


SHORT = (
    "side dB", "coherence", "loudness LU", "clicks", "tones", "beat variation", "variation, librosa",
    "beats off the grid", "bar off the start",
)  # fmt: skip
LONG = (
    "side dB", "loudness LU", "clicks", "tones", "level change dB", "noisiness change dB", "level outside dB",
    "noisiness outside dB", "beats off the grid",
)  # fmt: skip
MEDIANS = ("beat variation", "variation, librosa", "beats off the grid", "bar off the start")
"""Figures of which the median over the takes is shown; of clicks and tones the sum, of all others the worst."""


def measured(files: Sequence[Path], fragment: AudioClip) -> Figures:
    """Compare takes with their fragment and return one row for all."""
    metre = find_beats(fragment)
    takes = [read_clip(file, allow_silence=True) for file in files]
    rows = [figures(take, fragment, compare(take, fragment, metre)) for take in takes]
    return {name: _summary(name, [row[name] for row in rows]) for name in rows[0]}


def _summary(name: str, values: Sequence[float]) -> float:
    if name in ("clicks", "tones"):
        return sum(values)
    return median(values) if name in MEDIANS else worst(values)


def second_opinion(clip: AudioClip) -> float:
    """Coefficient of variation of the intervals between librosa's beats (finer than its default: a hop of 4 ms)."""
    from librosa.beat import beat_track

    mono = AudioClip(clip.mono(), clip.rate_hz).resampled(22_050).samples[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # silence has no tempo, and librosa says so
        _, times_s = beat_track(y=mono, sr=22_050, hop_length=128, units="time")
    return beat_variation(times_s)


def short_table(rows: Mapping[tuple[str, str], Figures]) -> str:
    """Return the table of usual takes, a row for each fragment and kind."""
    return _table(("fragment", "take", *SHORT), SHORT, rows)


def long_table(rows: Mapping[tuple[str, str], Figures]) -> str:
    """Return the table of long takes."""
    return _table(("fragment", "take", *LONG), LONG, rows)


def _table(head: Sequence[str], names: Sequence[str], rows: Mapping[tuple[str, str], Figures]) -> str:
    goals = ["", "goal", *(f"{GOALS[name]:g}" if name in GOALS else "" for name in names)]
    shown = [[*key, *(_shown(name, row[name]) for name in names)] for key, row in rows.items()]
    return table(head, [goals, *shown])


def _shown(name: str, value: float) -> str | float:
    return f"{value:.0f}" if name in ("clicks", "tones") else value
