"""Splicing: sound is quoted to the sample, and what is joined can neither be heard as a click nor as a hole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.engine.instant.joining import find_attack, find_shift, join, likeness
from musemate.engine.instant.splicing import MAX_SHIFT_S, Piece, Splicer, pieces_of

RATE_HZ = 8000
HOP = 128
NO_BEATS = np.empty(0)
SHIFT = round(MAX_SHIFT_S * RATE_HZ)


def order_of(*quotes):
    """Return an arrangement that quotes `length` frames from `first` on, one quotation after another."""
    return np.concatenate([np.arange(first, first + length) for first, length in quotes])


def noise(n=80_000, channels=1, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, n)).astype(np.float32)


def tone(hertz, n=80_000):
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(n) / RATE_HZ)).astype(np.float32)[None]


def splice(samples, order, beats=()):
    return Splicer(samples, RATE_HZ, HOP).splice(order, np.array(beats), len(order) * HOP)


def levels(samples, n=80):
    """Return the RMS of every 10 ms."""
    return np.sqrt((samples[:, : samples.shape[1] // n * n].reshape(samples.shape[0], -1, n) ** 2).mean(axis=(0, 2)))


# Quotations


def test_quotations_are_the_runs_of_an_arrangement():
    order = order_of((100, 30), (400, 20), (50, 10))
    assert list(pieces_of(order, NO_BEATS)) == [Piece(0, 100), Piece(30, 400), Piece(50, 50)]


def test_rounded_borders_and_scraps_are_no_jumps():
    assert list(pieces_of(order_of((100, 30), (131, 20)), NO_BEATS)) == [Piece(0, 100)]
    assert list(pieces_of(order_of((100, 30), (500, 2), (132, 20)), NO_BEATS)) == [Piece(0, 100)]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(4, 20)), min_size=1, max_size=30))
def test_a_quotation_never_strays_more_than_a_frame(quotes):
    order = order_of(*quotes)
    pieces = list(pieces_of(order, NO_BEATS))
    for piece, stop in zip(pieces, [p.at for p in pieces[1:]] + [len(order)], strict=True):
        heard = piece.frame + np.arange(stop - piece.at)
        assert np.abs(heard - order[round(piece.at) : round(stop)]).max() <= 1


def test_beats_that_were_rounded_come_back_to_their_places():
    """Beats are 31.25 frames apart, from 0.4 on; the plan knows whole frames only."""
    beats = 0.4 + 31.25 * np.arange(20)
    chosen, borders = [2, 9, 5, 14, 7], [round(31.25 * number) for number in range(6)]
    order = order_of(*zip([round(beats[beat]) for beat in chosen], np.diff(borders), strict=True))
    pieces = list(pieces_of(order, beats))
    assert [piece.at for piece in pieces] == pytest.approx([31.25 * number for number in range(5)])
    assert [piece.frame for piece in pieces] == pytest.approx([beats[beat] for beat in chosen])


def test_samples_are_quoted_as_they_are_between_the_joins():
    source = noise(channels=2)
    take = splice(source, order_of((100, 60), (300, 60)))
    np.testing.assert_array_equal(take[:, 100 : 58 * HOP], source[:, 100 * HOP + 100 : 158 * HOP])
    second = take[:, 62 * HOP : 110 * HOP]
    around = [source[:, 302 * HOP + s : 350 * HOP + s] for s in range(-SHIFT, SHIFT + 1)]
    assert sum(np.array_equal(second, piece) for piece in around) == 1


def test_a_plain_course_is_the_fragment():
    source = noise()
    take = splice(source, np.arange(300))
    np.testing.assert_array_equal(take[:, 100 : 290 * HOP], source[:, 100 : 290 * HOP])


def test_places_do_not_drift():
    """In a ramp every sample tells where it comes from: after hundreds of joins each is where the plan wants it."""
    source = np.linspace(0.1, 0.9, 80_000, dtype=np.float32)[None]
    rng = np.random.default_rng(1)
    order = order_of(*((int(first), 25) for first in 200 * (np.arange(300) % 3) + rng.integers(5, 100, 300)))
    take = splice(source, order)[0]
    middles = np.arange(25 * HOP // 2, len(take), 25 * HOP)
    came_from = np.interp(take[middles], source[0], np.arange(80_000))
    wanted = order[middles // HOP] * HOP + middles % HOP
    assert np.abs(came_from - wanted).max() <= SHIFT + 1


# Joins


@pytest.mark.parametrize("hertz", [90.0, 220.0, 1234.0])
def test_a_tone_goes_on_through_joins(hertz):
    source = tone(hertz)
    take = splice(source, order_of((40, 30), (307, 30), (111, 30), (222, 30)))[:, 200 : 118 * HOP]
    assert np.abs(np.diff(take)).max() <= 1.03 * np.abs(np.diff(source)).max()
    period = round(RATE_HZ / hertz)
    rolling = np.sqrt(np.convolve(take[0] ** 2, np.ones(4 * period) / (4 * period), "valid"))
    assert rolling.min() > 0.5 / np.sqrt(2) * 0.93
    assert rolling.max() < 0.5 / np.sqrt(2) * 1.07


def test_noise_keeps_its_power_through_joins():
    source = noise()
    take = splice(source, order_of(*((first, 10) for first in range(20, 600, 7))))
    inside = levels(take[:, 4 * HOP : -4 * HOP], 160)
    plain = levels(source, 160)
    assert np.mean(inside**2) == pytest.approx(np.mean(plain**2), rel=0.05)
    assert inside.min() > 0.8 * plain.min()
    assert np.abs(take).max() <= np.abs(source).max()


def test_channels_stay_linked():
    source = noise()
    stereo = np.concatenate([source, 0.25 * source])
    take = splice(stereo, order_of((100, 20), (300, 20), (200, 20)))
    np.testing.assert_allclose(take[1], 0.25 * take[0], atol=1e-7)


def clicks(times, n=80_000):
    """Return short noises over a soft ground, beginning at the given samples."""
    rng = np.random.default_rng(4)
    sound = rng.normal(0, 0.001, n)
    for time in times:
        sound[time : time + 160] += rng.uniform(-0.5, 0.5, 160) * np.exp(-np.arange(160) / 40)
    return sound.astype(np.float32)[None]


def strokes(samples):
    """Return where it becomes loud after 50 ms of quiet."""
    loud = np.flatnonzero(np.abs(samples[0]) > 0.05)
    return loud[np.diff(loud, prepend=-10_000) > 400]


def test_strokes_come_whole_once_and_in_time():
    """The beats of the fragment are 31.25 frames apart; a plan is rounded to frames, but its take is even again."""
    source = clicks(np.arange(1000, 79_000, 4000))
    beats = [round((1000 + 4000 * number) / HOP) for number in (2, 9, 5, 14, 7, 12, 3, 16, 10)]
    borders = [round(31.25 * number) for number in range(len(beats) + 1)]
    take = splice(source, order_of(*zip(beats, np.diff(borders), strict=True)))
    found = strokes(take)
    assert np.abs(np.diff(found) - 4000).max() <= round(0.004 * RATE_HZ)
    assert len(found) == len(beats), "none is lost, none comes twice"
    own = levels(source[:, 999 + 8000 : 999 + 8160], 160)[0]
    first = levels(take[:, found[0] - 1 : found[0] + 159], 160)[0]
    assert first == pytest.approx(own, rel=0.05), "also the stroke that opens the take is whole"


def test_ends_of_the_fragment_do_not_click():
    source = np.full((1, 40_000), 0.5, dtype=np.float32)
    last = 40_000 // HOP
    take = splice(source, order_of((last - 29, 30), (0, 30)))
    assert np.abs(np.diff(take)).max() < 0.03


def test_after_a_cancel_nothing_more_is_made():
    asked = iter([False, False, True])
    splicer = Splicer(noise(), RATE_HZ, HOP)
    take = splicer.splice(order_of((100, 30), (200, 30), (300, 30)), NO_BEATS, 90 * HOP, lambda: next(asked))
    assert np.abs(take[:, 100 : 28 * HOP]).max() > 0.1
    assert not take[:, 40 * HOP :].any()


# Tools


def test_a_stroke_is_found_where_it_begins():
    sound = noise(800)
    sound[:, :400] *= 0.01
    assert find_attack(sound, 96, RATE_HZ) == 400
    assert find_attack(sound, 480, RATE_HZ) is None, "it was before"
    assert find_attack(noise(800), 96, RATE_HZ) is None
    assert find_attack(tone(60.0, 800), 96, RATE_HZ) is None
    assert find_attack(np.zeros((1, 800), dtype=np.float32), 96, RATE_HZ) is None


def test_the_best_shift_is_the_one_where_the_waveforms_agree():
    source = noise(2000, channels=2)
    assert find_shift(source[:, 517:717], source[:, 500:760]) == 17
    assert find_shift(np.zeros((1, 100), dtype=np.float32), noise(140)) == 20, "nothing to compare: the middle"


def test_a_join_knows_how_alike_its_sounds_are():
    one, other = noise(8000, seed=1), noise(8000, seed=2)
    assert likeness(one, one) == pytest.approx(1.0)
    assert likeness(one, -one) == 0.0
    np.testing.assert_allclose(join(one, one, 1.0), one, atol=1e-6)
    power = (join(one, other, 9.0) ** 2).mean()
    assert power == pytest.approx((one**2).mean(), rel=0.05)
    assert np.abs(join(one, other, 0.5)).max() <= 0.5
