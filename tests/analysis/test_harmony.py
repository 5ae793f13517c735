import numpy as np
import pytest

from musemate.analysis.chroma import find_chroma
from musemate.analysis.harmony import MAJOR, MINOR, find_key, key_likeness
from musemate.audio.clip import AudioClip
from tests.analysis.material import demo, demo_truth, noise, shared, tones

MAJOR_CADENCE = [(48, 60, 64, 67), (41, 60, 65, 69), (43, 59, 62, 67), (48, 60, 64, 67)]  # C F G C
MINOR_CADENCE = [(48, 60, 63, 67), (41, 60, 65, 68), (43, 59, 62, 67), (48, 60, 63, 67)]  # Cm Fm G Cm


def test_demo_is_in_its_key():
    assert find_key(demo()) == demo_truth()["key"]


@pytest.mark.parametrize(("steps", "tonic"), [(0, "C"), (3, "Eb"), (6, "F#"), (-2, "Bb")])
def test_cadences_are_heard_in_their_key(steps, tonic):
    for cadence, mode in ((MAJOR_CADENCE, "major"), (MINOR_CADENCE, "minor")):
        moved = [tuple(note + steps for note in chord) for chord in cadence]
        assert find_key(tones(moved)) == f"{tonic} {mode}"


@pytest.mark.parametrize("detune", [-0.3, 0.35])
def test_a_detuned_band_is_heard_in_tune(detune):
    clip = tones(MAJOR_CADENCE, detune=detune)
    assert find_chroma(clip).tuning == pytest.approx(detune, abs=0.03)
    assert find_key(clip) == "C major"


def test_chroma_names_the_notes_and_not_their_overtones():
    chroma = find_chroma(tones([(57, 61, 64)] * 2))  # A major
    strengths = chroma.full.sum(axis=1)
    assert set(np.argsort(strengths)[-3:]) == {9, 1, 4}
    assert np.sort(strengths)[-3] > 4 * np.sort(strengths)[-4]
    assert chroma.bass.sum() < 0.2 * chroma.full.sum()


def test_no_key_where_there_is_none():
    every_note = [tuple(range(48, 60))] * 8
    for clip in (noise(5.0), tones(every_note), AudioClip(np.zeros((1, 40_000), np.float32), 8_000)):
        assert find_key(clip) == ""


def test_a_profile_is_most_like_its_own_key():
    for mode, profile in enumerate((MAJOR, MINOR)):
        likeness = key_likeness(np.roll(profile, 5))
        assert likeness[mode, 5] == pytest.approx(1.0)
        assert likeness.max() == pytest.approx(1.0)
    assert not key_likeness(np.ones(12)).any()


def test_brahms_fifth_hungarian_dance_is_in_g_minor():
    assert find_key(shared("hungarian_dance_5.flac")) == "G minor"
