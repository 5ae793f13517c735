"""The check of the headphones: three tones, one of them softer, one of them turned against itself between the ears.

After Woods, Siegel, Traer and McDermott, "Headphone screening to facilitate web-based auditory experiments" (2017):
over loudspeakers the tone in antiphase is weakened in the air and seems the softest; over headphones it is not. The
tones are our own synthesis.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from musemate.audio.clip import AudioClip

N_TRIALS, N_NEEDED = 6, 5
N_TONES = 3
TONE_HZ = 200.0
TONE_S, GAP_S, RAMP_S = 1.0, 0.5, 0.1
SOFTER_DB = -6.0
_LEVEL = 0.2
_RATE_HZ = 44_100


@dataclass(frozen=True, eq=False)
class ToneTrial:
    """Three tones one after the other.

    Parameters
    ----------
    clip : AudioClip
        Stereo.
    softest : int
        Which one is softer, from 0.
    """

    clip: AudioClip
    softest: int


def tone_trials(seed: int) -> tuple[ToneTrial, ...]:
    """Return the trials of a check; each tone is the softest one twice, and in antiphase twice."""
    dice = random.Random(seed)
    kinds = [(softest, turned) for softest in range(N_TONES) for turned in range(N_TONES) if softest != turned]
    dice.shuffle(kinds)
    return tuple(ToneTrial(_clip(softest, turned), softest) for softest, turned in kinds)


def tone_at(position_s: float) -> int:
    """Return which tone sounds at a second of a trial's clip, -1 for none."""
    place, within_s = divmod(position_s, TONE_S + GAP_S)
    return int(place) if within_s < TONE_S and place < N_TONES else -1


def outcome(n_right: int) -> str:
    """Return "passed" or "failed"."""
    return "passed" if n_right >= N_NEEDED else "failed"


def _clip(softest: int, turned: int) -> AudioClip:
    tone = _tone()
    gap = np.zeros((2, round(GAP_S * _RATE_HZ)), dtype=np.float32)
    parts = []
    for place in range(N_TONES):
        gain = 10 ** (SOFTER_DB / 20) if place == softest else 1.0
        sides = np.array([[1.0], [-1.0 if place == turned else 1.0]], dtype=np.float32)
        parts += [gain * sides * tone, gap]
    return AudioClip(np.concatenate(parts[:-1], axis=1), _RATE_HZ)


def _tone() -> np.ndarray:
    """Return one tone with raised-cosine ramps, shape (1, frames), float32."""
    time_s = np.arange(round(TONE_S * _RATE_HZ)) / _RATE_HZ
    edge_s = np.minimum(time_s, TONE_S - time_s) / RAMP_S
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.clip(edge_s, 0.0, 1.0))
    return np.asarray(_LEVEL * ramp * np.sin(2 * np.pi * TONE_HZ * time_s), dtype=np.float32)[None, :]
