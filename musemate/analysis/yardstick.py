"""Measures many takes against one fragment: what is known of the fragment is found once."""

from __future__ import annotations

import math

import numpy as np

from musemate.analysis.figures import Figures
from musemate.analysis.likeness import similarity, traits
from musemate.analysis.metre import Beats
from musemate.analysis.novelty import Passages
from musemate.analysis.onsets import find_onsets
from musemate.analysis.similarity import log_mel
from musemate.analysis.tempo import TEMPOS, repetition
from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import TooShortError
from musemate.language import _, number

TEMPO_SLACK = 0.03
"""How far a take's tempo may lie from the fragment's, as a share of it."""
SHORTEST_S = 0.6
"""Less than a passage and a block of loudness cannot be measured."""


class Yardstick:
    """Compares takes with the region that they were learnt from.

    Parameters
    ----------
    fragment : AudioClip
        The region, 0.6 s at least.
    metre : Beats, optional
        Tempo of the fragment; without a sure one no tempo is compared.

    Raises
    ------
    TooShortError
        The region is too short.
    """

    def __init__(self, fragment: AudioClip, metre: Beats | None = None) -> None:
        _check(fragment)
        self._columns = log_mel(fragment)
        self._passages = Passages(self._columns)
        self._bpm = metre.bpm if metre is not None and metre.is_sure else 0.0
        self._own_repetition = _repetition_at(fragment, self._bpm) if self._bpm else 0.0

    def measure(self, take: AudioClip) -> Figures:
        """Return a take's figures.

        Parameters
        ----------
        take : AudioClip
            0.6 s at least; its rate may differ from the fragment's.

        Raises
        ------
        TooShortError
            The take is too short.
        """
        _check(take)
        columns = log_mel(take)
        tempo, loudness = self._tempo(take), integrated_lufs(take)
        return Figures(
            similarity=round(similarity(columns, self._columns), 3),
            novelty=round(self._passages.novelty(columns), 3),
            tempo=None if tempo is None else round(tempo, 3),
            loudness_lufs=round(loudness, 2) if math.isfinite(loudness) else None,
            traits=traits(columns, self._columns),
        )

    def _tempo(self, take: AudioClip) -> float | None:
        """How steadily the take's onsets repeat at the fragment's tempo, over how steadily the fragment's do.

        The windowed autocorrelation of `tempo.repetition`, looked at within 3 % of the fragment's tempo only: a take
        that plays at another tempo, or at none, has nothing there.
        """
        if self._own_repetition <= 0:
            return None
        return float(np.clip(_repetition_at(take, self._bpm) / self._own_repetition, 0.0, 1.0))


def _repetition_at(clip: AudioClip, bpm: float) -> float:
    onsets = find_onsets(clip)
    if not onsets.full.any():
        return 0.0
    near = np.abs(TEMPOS / bpm - 1.0) <= TEMPO_SLACK
    found = repetition(onsets.full, onsets.frame_rate)[:, near].max(axis=1)
    return float(found.mean()) if found.size else 0.0


def _check(clip: AudioClip) -> None:
    if clip.duration_s < SHORTEST_S:
        raise TooShortError(
            _("A sound of {seconds} s cannot be compared.").format(seconds=number(clip.duration_s, ".2f")),
            hint=_("Choose at least {least} s.").format(least=number(SHORTEST_S, "g")),
        )
