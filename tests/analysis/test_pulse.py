import numpy as np
import pytest
from analysis.material import clicks, noise

from musemate.analysis.metre import Beats
from musemate.analysis.pulse import bar_offset, beat_stray, beat_variation, compare_pulse
from musemate.analysis.rhythm import played_beats


def played(period_s, seconds=20.0, jitter_s=0.0, start_s=0.0):
    times = np.arange(start_s, seconds - 0.1, period_s)
    return times + np.random.default_rng(3).normal(0.0, jitter_s, len(times)) if jitter_s else times


def test_variation_is_that_of_the_intervals():
    assert beat_variation(np.array([0.0, 0.5, 1.0, 1.5])) == 0.0
    # intervals 0.4 and 0.6 in turn: mean 0.5, deviation 0.1
    assert beat_variation(np.array([0.0, 0.4, 1.0, 1.4, 2.0])) == pytest.approx(0.2)
    assert np.isnan(beat_variation(np.array([0.0, 0.5, 1.0])))


def test_stray_is_the_distance_from_the_grid_in_beats():
    times = np.arange(12) * 0.5
    assert beat_stray(times, 0.5) == 0.0
    assert beat_stray(times + 0.1, 0.5) == pytest.approx(0.2)
    assert beat_stray(times + 0.4, 0.5) == pytest.approx(0.2)
    assert np.isnan(beat_stray(times[:3], 0.5))


@pytest.mark.parametrize(("first_s", "beats"), [(0.0, 0.0), (0.1, 0.2), (1.0, 2.0), (1.5, 1.0), (1.9, 0.2)])
def test_bar_offset_is_the_nearest_way_to_the_start(first_s, beats):
    times = tuple(first_s + 0.5 * np.arange(16))
    assert bar_offset(Beats(120.0, 0.9, times, downbeat=0)) == pytest.approx(beats)


def test_bar_offset_needs_a_sure_beat():
    times = tuple(0.5 * np.arange(16))
    assert np.isnan(bar_offset(Beats(120.0, 0.4, times)))
    assert np.isnan(bar_offset(Beats(120.0, 0.9, times[:3])))


def test_beats_are_found_where_they_were_played():
    times = played(0.5, jitter_s=0.01)
    found = played_beats(clicks(times, 20.0))
    assert np.median(np.abs(found[:, None] - times).min(axis=1)) < 0.006
    assert len(played_beats(clicks([], 20.0))) == 0


def test_a_take_that_stumbles_varies_more_than_its_fragment():
    fragment = clicks(played(0.5), 20.0)
    even = compare_pulse(clicks(played(0.5), 20.0), fragment)
    stumbling = compare_pulse(clicks(played(0.5, jitter_s=0.02), 20.0), fragment)
    assert even.variation < 0.01
    assert even.fragment_variation == even.variation
    assert even.beat_stray < 0.03
    # differences of two independent jitters of 20 ms at 500 ms; the tracker smooths a little
    assert 0.02 < stumbling.variation < 0.08


def test_beats_beside_the_grid_of_the_start_show():
    fragment = clicks(played(0.5), 20.0)
    late = compare_pulse(clicks(played(0.5, start_s=0.2), 20.0), fragment)
    assert late.beat_stray == pytest.approx(0.4, abs=0.04)
    assert late.variation < 0.01


def test_where_the_fragment_has_no_sure_beat_nothing_is_counted():
    pulse = compare_pulse(clicks(played(0.5), 20.0), noise(10.0))
    assert np.isnan(pulse.beat_stray)
    assert np.isnan(pulse.bar_offset)
