"""The figures that takes are chosen by, on sounds whose order is known."""

from __future__ import annotations

import numpy as np
import pytest
from analysis.material import RATE_HZ, clicks, demo, noise, tones

from musemate.analysis.figures import DEFINITION, Figures
from musemate.analysis.likeness import dynamics_distance_db, similarity, traits
from musemate.analysis.metre import Beats
from musemate.analysis.novelty import LENGTHS, Passages, nearest_db
from musemate.analysis.similarity import log_mel
from musemate.analysis.yardstick import Yardstick
from musemate.audio.clip import AudioClip
from musemate.errors import TooShortError

N_BEATS = 24
BEAT = RATE_HZ // 2


def cut(clip, first, last):
    return AudioClip(clip.samples[:, first:last], clip.rate_hz)


def shuffled(clip):
    """Return the clip's beats of half a second in another order."""
    beats = clip.samples[:, : N_BEATS * BEAT].reshape(clip.n_channels, N_BEATS, BEAT)
    order = np.random.default_rng(3).permutation(N_BEATS)
    return AudioClip(np.ascontiguousarray(beats[:, order].reshape(clip.n_channels, -1)), clip.rate_hz)


@pytest.fixture(scope="module")
def fragment():
    return cut(demo().resampled(RATE_HZ), 0, N_BEATS * BEAT)


@pytest.fixture(scope="module")
def yardstick(fragment):
    return Yardstick(fragment, Beats(120.0, 1.0, (0.0, 0.5)))


def test_the_fragment_itself_is_alike_and_nothing_new(fragment, yardstick):
    found = yardstick.measure(fragment)
    assert (found.similarity, found.tempo, found.definition) == (1.0, 1.0, DEFINITION)
    assert found.novelty < 0.01
    assert found.loudness_lufs == pytest.approx(-14.0, abs=1.0)


def test_a_change_of_gain_alone_is_seen_in_loudness_alone(fragment, yardstick):
    softer = yardstick.measure(AudioClip(0.25 * fragment.samples, fragment.rate_hz))
    loud = yardstick.measure(fragment)
    assert softer.loudness_lufs == pytest.approx(loud.loudness_lufs - 12.04, abs=0.05)
    assert (softer.similarity, softer.tempo) == (1.0, 1.0)
    assert softer.novelty < 0.01


def test_the_same_sound_in_another_order_is_alike_yet_newer(fragment, yardstick):
    copied, other, strange = (yardstick.measure(clip) for clip in (fragment, shuffled(fragment), noise(12.0)))
    assert other.similarity > 0.9
    assert copied.novelty < other.novelty < strange.novelty
    assert 0.1 < other.novelty < 0.5
    assert strange.similarity < 0.2
    assert strange.novelty > 0.5


def test_tempo_agrees_only_at_the_fragments_own(fragment):
    beats = Beats(120.0, 0.9, (0.0, 0.5))
    even = clicks(np.arange(0.1, 12.0, 0.5), 12.0)
    slower = clicks(np.arange(0.1, 12.0, 0.61), 12.0)
    yardstick = Yardstick(even, beats)
    assert yardstick.measure(even).tempo == 1.0
    assert yardstick.measure(slower).tempo < 0.3
    assert Yardstick(even, Beats(120.0, 0.3, (0.0, 0.5))).measure(even).tempo is None
    assert Yardstick(even).measure(even).tempo is None


def test_silence_has_no_loudness_and_breaks_nothing(yardstick):
    silent = yardstick.measure(AudioClip(np.zeros((1, 3 * RATE_HZ), np.float32), RATE_HZ))
    assert silent.loudness_lufs is None
    assert silent.similarity < 0.2
    assert silent.tempo == 0.0


def test_what_is_too_short_is_refused(yardstick):
    with pytest.raises(TooShortError, match=r"0\.50 s cannot be compared"):
        yardstick.measure(noise(0.5))


def test_dynamics_are_told_in_the_decibels_that_levels_are_moved_by():
    even = np.full((400, 64), -20.0, dtype=np.float32)
    uneven = even.copy()
    uneven[:200] -= 8.0
    assert dynamics_distance_db(uneven, even) == pytest.approx(4.0, abs=0.05)
    assert similarity(even, even) == 1.0


def test_nearest_passages_are_found_at_both_lengths_and_never_in_themselves():
    rng = np.random.default_rng(1)
    sound = rng.normal(-30, 5, (400, 64)).astype(np.float32)
    quoted = np.concatenate([sound[100:160], sound[300:360]])
    found = nearest_db(quoted, sound)
    assert sorted(found) == list(LENGTHS)
    assert found[16] == pytest.approx(0.0, abs=0.05)
    assert found[64] > 3.0  # two seconds in a row are quoted nowhere
    own = nearest_db(sound, sound, elsewhere=True)
    assert own[16] == pytest.approx(5.0 * np.sqrt(2), rel=0.1)
    assert nearest_db(sound[:40], sound) == {16: pytest.approx(0.0, abs=0.05)}


def test_passages_longer_than_a_block_are_compared_alike(monkeypatch):
    rng = np.random.default_rng(2)
    ours, theirs = (rng.normal(-30, 5, (300, 64)).astype(np.float32) for _ in range(2))
    whole = nearest_db(ours, theirs)
    monkeypatch.setattr("musemate.analysis.novelty.BLOCK", 70)
    assert nearest_db(ours, theirs) == pytest.approx(whole, rel=1e-5)


def test_a_loop_has_no_passages_apart_and_still_a_scale():
    beat = np.random.default_rng(3).normal(-30, 5, (32, 64)).astype(np.float32)
    passages = Passages(np.tile(beat, (16, 1)))
    assert passages.own_db == {16: 3.0, 64: 3.0}
    assert passages.novelty(np.tile(beat, (8, 1))) == pytest.approx(0.0, abs=0.02)


def test_traits_tell_two_courses_apart(fragment):
    other = shuffled(fragment)
    own, same, different = (
        np.array(traits(log_mel(clip), log_mel(fragment)))
        for clip in (fragment, AudioClip(0.5 * fragment.samples, fragment.rate_hz), other)
    )
    assert own.shape == (44,)
    assert np.linalg.norm(own - same) < 0.01
    assert np.linalg.norm(own - different) > 0.1


def test_a_short_sound_has_traits_too():
    assert len(traits(log_mel(tones([(60, 64)], 0.7)), log_mel(noise(2.0)))) == 44


def test_figures_are_made_again_from_json():
    figures = Figures(0.8, 0.4, None, -14.2, (0.1, 0.2))
    assert Figures.from_json(figures.to_json()) == figures
    assert Figures.from_json({}) is None
