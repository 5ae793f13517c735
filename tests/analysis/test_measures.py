"""The figures of a report as a whole: what needs a beat, and what a short sound cannot have."""

from __future__ import annotations

import numpy as np
import pytest

from musemate.analysis.measures import Measured, Reference, of_own_beat, of_sound
from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.errors import AudioFileError

RATE_HZ = 22_050
UNSURE = Beats(bpm=0.0, confidence=0.0)


def ticks(start_s: float, period_s: float = 0.5, seconds: float = 8.0) -> AudioClip:
    """Return short noises at an even distance."""
    samples = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
    burst = 0.5 * np.random.default_rng(0).standard_normal(400) * np.linspace(1, 0, 400) ** 2
    for at_s in np.arange(start_s, seconds - 0.05, period_s):
        at = round(at_s * RATE_HZ)
        samples[at : at + len(burst)] = burst
    return AudioClip(samples, RATE_HZ)


@pytest.mark.parametrize(("start_s", "stray"), [(0.0, 0.0), (0.125, 0.25), (0.25, 0.5)])
def test_a_fragment_that_starts_between_beats_is_off_its_own_grid(start_s: float, stray: float) -> None:
    found = of_own_beat(Measured(ticks(start_s)), Beats(bpm=120.0, confidence=0.9))
    assert found["beat_stray"] == pytest.approx(stray, abs=0.04)
    assert found["unevenness"] == 1.0


def test_without_a_sure_beat_nothing_is_said_about_it() -> None:
    assert of_own_beat(Measured(ticks(0.0, seconds=1.0)), UNSURE) == {}


def test_a_sound_of_a_tenth_of_a_second_has_what_can_be_measured() -> None:
    short, whole = Measured(ticks(0.0, seconds=0.1)), Measured(ticks(0.0, seconds=3.0))
    values = {name: value for part in of_sound(short) for name, value in part.items()}
    values |= {name: value for part in Reference(whole, UNSURE).compare(short) for name, value in part.items()}
    assert values["frechet"] > 0.0
    missing = {name for name, value in values.items() if value is None}
    assert missing == {"bpm", "key", "lufs", "similarity", "novelty", "tempo", "nearness_db"}


def test_silence_is_refused() -> None:
    with pytest.raises(AudioFileError, match="silent"):
        Measured(AudioClip(np.zeros((1, RATE_HZ), dtype=np.float32), RATE_HZ))
