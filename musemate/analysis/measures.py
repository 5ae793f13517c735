"""All figures of a report: of the fragment, of its two halves beside each other, and of each take beside it.

The halves are a measure for the distances: what already lies between two parts of the same music is no fault of a take.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from musemate.analysis.distributions import Gaussian, frechet_distance, kl_divergence, mean_kl_divergence
from musemate.analysis.distributions import whitened_frechet as whitened
from musemate.analysis.harmony import find_key
from musemate.analysis.metre import Beats
from musemate.analysis.mfcc import Table, amplitudes, mfcc
from musemate.analysis.notes import notes_alike
from musemate.analysis.pitches import pitch_figures
from musemate.analysis.portrait import Portrait, portray
from musemate.analysis.pulse import compare_pulse
from musemate.analysis.rhythm import find_beats
from musemate.analysis.similarity import compare, nearness
from musemate.analysis.yardstick import Yardstick
from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import AudioFileError, TooShortError
from musemate.language import _

COMPARABLE_S = 2.0
"""Sounds shorter than this have no beat, no fade and no standing tone to compare."""

Found = TypeVar("Found")
Values = dict[str, Any]
"""Figures by their names in `export.reporttext`: numbers, a key's name, or None where there is nothing to measure."""


class Measured:
    """A sound with what is needed to draw it and to compare it.

    Parameters
    ----------
    clip : AudioClip
        93 ms at least, not silent.

    Raises
    ------
    TooShortError, AudioFileError
        It is too short, or silent.
    """

    def __init__(self, clip: AudioClip) -> None:
        if clip.is_silent:
            raise AudioFileError(
                _("It is silent, so there is nothing to measure."), hint=_("Choose one that can be heard.")
            )
        self.magnitudes = amplitudes(clip)
        self.clip = clip
        self.coefficients: Table = mfcc(self.magnitudes)
        self.portrait: Portrait
        self.portrait, self.notes = portray(clip, self.coefficients)


def of_sound(sound: Measured, metre: Beats | None = None) -> Iterator[Values]:
    """Yield the figures of a sound alone, a few at a time, so that the work can be stopped between them.

    Parameters
    ----------
    sound : Measured
    metre : Beats, optional
        Where it is known already.
    """
    pitches = pitch_figures(sound.magnitudes)
    yield {
        "seconds": sound.clip.duration_s,
        "pitches": pitches.n_distinct,
        "pitch_range_hz": pitches.range_hz,
        "pitch_entropy_bits": pitches.entropy_bits,
    }
    beats = find_beats(sound.clip) if metre is None else metre
    yield {"bpm": beats.bpm if beats.is_sure else None}
    yield {"key": find_key(sound.clip) or None, "lufs": _where_long_enough(lambda: integrated_lufs(sound.clip))}


class Reference:
    """The fragment that takes are compared with; what they need of it is found once.

    Parameters
    ----------
    fragment : Measured
    metre : Beats
        The fragment's.
    """

    def __init__(self, fragment: Measured, metre: Beats) -> None:
        self._fragment, self._metre = fragment, metre
        self._yardstick = _where_long_enough(lambda: Yardstick(fragment.clip, metre))

    def compare(self, take: Measured) -> Iterator[Values]:
        """Yield the figures of a take beside the fragment, a few at a time."""
        fragment = self._fragment
        yield _chosen_by(self._yardstick, take.clip)
        yield _distances(take.coefficients, fragment.coefficients)
        yield {"nearness_db": _where_long_enough(lambda: nearness(take.clip, fragment.clip))}
        yield {"notes_alike": notes_alike(take.notes.sum(axis=1), fragment.notes.sum(axis=1))}
        if min(take.clip.duration_s, fragment.clip.duration_s) >= COMPARABLE_S:
            yield _faults(take, fragment, self._metre)


def of_own_beat(fragment: Measured, metre: Beats) -> Values:
    """Return how the fragment itself stands to its own tempo; none where its beat is not sure."""
    if not metre.is_sure:
        return {}
    found = compare_pulse(fragment.clip, fragment.clip, metre)
    return tidy({"beat_stray": found.beat_stray, "bar_offset": found.bar_offset, "unevenness": 1.0})


def of_halves(fragment: Measured, metre: Beats) -> Values:
    """Return the distances of the fragment's second half from its first."""
    frames, weights = fragment.coefficients, fragment.notes
    middle, half_s = len(frames) // 2, fragment.clip.duration_s / 2
    if middle < 2:
        return {}
    first, second = fragment.clip.region(0.0, half_s), fragment.clip.region(half_s)
    split = weights.shape[1] // 2
    values = _distances(frames[middle:], frames[:middle])
    values |= _chosen_by(_where_long_enough(lambda: Yardstick(first, metre)), second)
    values["nearness_db"] = _where_long_enough(lambda: nearness(second, first))
    values["notes_alike"] = notes_alike(weights[:, split:].sum(axis=1), weights[:, :split].sum(axis=1))
    return tidy(values)


def tidy(values: Values) -> Values:
    """Return figures with None in the place of what is not a number, so that JSON can hold them."""
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in values.items()}


def _distances(take: Table, fragment: Table) -> Values:
    """Distances of the MFCCs of two sounds, each of shape (columns, 13) with two columns at least."""
    ours, theirs = Gaussian.of(take), Gaussian.of(fragment)
    return {
        "kl": kl_divergence(take, fragment),
        "kl_reverse": kl_divergence(fragment, take),
        "kl_each": mean_kl_divergence(take, fragment),
        "frechet": frechet_distance(ours, theirs),
        "frechet_whitened": whitened(ours, theirs),
    }


def _chosen_by(yardstick: Yardstick | None, take: AudioClip) -> Values:
    """Return the figures that takes are chosen by in the window, none where a sound is too short for them."""
    found = None if yardstick is None else _where_long_enough(lambda: yardstick.measure(take))
    if found is None:
        return {"similarity": None, "novelty": None, "tempo": None}
    return {"similarity": found.similarity, "novelty": found.novelty, "tempo": found.tempo}


def _faults(take: Measured, fragment: Measured, metre: Beats) -> Values:
    found = compare(take.clip, fragment.clip, metre)
    own, wider = found.pulse.fragment_variation, np.abs(found.picture.side_db)
    is_stereo = take.clip.n_channels == fragment.clip.n_channels == 2 and np.isfinite(wider).any()
    return {
        "loudness_lu": found.loudness_lu,
        "clicks": len(found.clicks_s),
        "tones": len(found.tones),
        "side_db": float(np.nanmean(wider)) if is_stereo else None,
        "level_change_db": found.fading.level_change_db,
        "flatness_change_db": found.fading.flatness_change_db,
        "beat_stray": found.pulse.beat_stray,
        "bar_offset": found.pulse.bar_offset,
        "unevenness": found.pulse.variation / own if metre.is_sure and own > 0 else None,
    }


def _where_long_enough(measure: Callable[[], Found]) -> Found | None:
    try:
        return measure()
    except TooShortError:
        return None
