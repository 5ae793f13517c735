"""The study's figures: pitches of known notes, MFCCs beside librosa's, distances beside their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from musemate.analysis.copymap import LABEL_PT, LETTER_PT, draw_map, label_places, limits
from musemate.analysis.distributions import (
    Gaussian,
    frechet_distance,
    kl_divergence,
    mean_kl_divergence,
    whitened_frechet,
)
from musemate.analysis.mfcc import RATE_HZ, amplitudes, mfcc
from musemate.analysis.notes import notes_alike
from musemate.analysis.pitches import entropy_bits, pitch_figures, pitch_values
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.errors import TooShortError
from musemate.paths import resource

EDGE = 4
"""Windows at a note's ends that reach over them and smear it."""


def note(hz, seconds=1.0, rate_hz=RATE_HZ):
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return AudioClip((0.5 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32), rate_hz)


def pitch_figures_of(clip):
    return pitch_figures(amplitudes(clip))


def inside(clip):
    """Return the magnitudes of the windows that lie inside a clip."""
    return amplitudes(clip)[EDGE:-EDGE]


@pytest.fixture(scope="module")
def demo():
    return read_clip(resource("demo.flac"), 0.0, 3.0)


# Pitches


def test_a_held_note_is_one_pitch():
    values = pitch_values(inside(note(440.0)))
    assert len(values) == 44 - 2 * EDGE  # one peak a window
    np.testing.assert_allclose(values, 440.0, atol=1.5)  # a bin is 10.8 Hz wide
    assert pitch_figures(inside(note(440.0))).entropy_bits == 0.0


def test_range_and_entropy_of_two_notes():
    magnitudes = np.concatenate([inside(note(220.0)), inside(note(880.0))])
    found = pitch_figures(magnitudes)
    assert found.range_hz == pytest.approx(880.0 - 220.0, abs=3.0)
    assert found.entropy_bits == pytest.approx(1.0, abs=1e-12)  # two pitches, equally long


def test_the_notes_of_a_chord_are_told_apart():
    chord = AudioClip(note(220.0).samples + note(330.0).samples + note(550.0).samples, RATE_HZ)
    values = pitch_values(inside(chord))
    assert sorted({round(float(value) / 110.0, 1) for value in values}) == [2.0, 3.0, 5.0]


def test_entropy_by_hand():
    assert entropy_bits([440.0]) == 0.0
    assert entropy_bits([440.0, 441.0, 439.0]) == 0.0  # all round to A4
    assert entropy_bits([220.0, 440.0, 880.0, 1760.0]) == pytest.approx(2.0)
    # shares 1/2, 1/4, 1/4: 0.5 * 1 + 2 * 0.25 * 2 = 1.5 bits
    assert entropy_bits([220.0, 220.5, 440.0, 880.0]) == pytest.approx(1.5)


def test_notes_outside_150_to_4000_hz_do_not_count():
    found = pitch_figures(inside(note(60.0)))
    assert found.n_distinct == 0
    assert math.isnan(found.range_hz)
    assert math.isnan(found.entropy_bits)


def test_noise_has_more_pitches_than_a_note_and_spreads_them():
    rng = np.random.default_rng(0)
    noise = AudioClip(rng.standard_normal((1, RATE_HZ)).astype(np.float32) * 0.1, RATE_HZ)
    assert pitch_figures_of(noise).n_distinct > 20 * pitch_figures_of(note(440.0)).n_distinct
    assert 5.0 < pitch_figures_of(noise).entropy_bits < math.log2(58)


def test_other_rates_are_brought_to_the_study_s():
    assert np.median(pitch_values(inside(note(440.0, rate_hz=48_000)))) == pytest.approx(440.0, abs=1.5)


@pytest.mark.parametrize("n_frames", [0, 1, 2047])
def test_less_than_a_window_is_refused(n_frames):
    with pytest.raises(TooShortError, match="93 ms"):
        amplitudes(AudioClip(np.zeros((1, n_frames), dtype=np.float32), RATE_HZ))


@pytest.mark.slow  # librosa compiles itself for some seconds
def test_pitch_figures_are_those_of_piptrack(demo):
    import librosa

    mono = AudioClip(demo.mono(), demo.rate_hz).resampled(RATE_HZ).samples[0]
    theirs = librosa.piptrack(y=mono, sr=RATE_HZ)[0]
    distinct = np.unique(theirs[theirs > 0])
    ours = pitch_figures_of(demo)
    assert ours.n_distinct == pytest.approx(distinct.size, rel=1e-3)
    assert ours.range_hz == pytest.approx(distinct[-1] - distinct[0], abs=0.01)
    assert ours.entropy_bits == pytest.approx(entropy_bits(theirs[theirs > 0]), abs=1e-3)


# MFCC


@pytest.mark.slow
def test_mfccs_are_those_of_librosa(demo):
    import librosa

    mono = AudioClip(demo.mono(), demo.rate_hz).resampled(RATE_HZ).samples[0]
    theirs = librosa.feature.mfcc(y=mono, sr=RATE_HZ, n_mfcc=40)[:13].T
    ours = mfcc(amplitudes(demo))
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_a_louder_sound_moves_only_the_first_mfcc_and_that_by_much(demo):
    twice = AudioClip(demo.samples * 2, demo.rate_hz)
    change = mfcc(amplitudes(twice)) - mfcc(amplitudes(demo))
    # 6.02 dB in each of 128 bands, times the first basis function 1 / sqrt(128)
    np.testing.assert_allclose(change[:, 0], 20 * math.log10(2) * math.sqrt(128), atol=1e-3)
    np.testing.assert_allclose(change[:, 1:], 0.0, atol=1e-3)
    # what the report warns of: 6 dB alone is a raw Frechet distance of 6.02^2 * 128
    clouds = [Gaussian.of(mfcc(amplitudes(clip))) for clip in (twice, demo)]
    assert frechet_distance(*clouds) == pytest.approx(4638.0, abs=2.0)


# KL divergence


def test_kl_of_gaussians_is_its_closed_form():
    rng = np.random.default_rng(1)
    p, q = rng.normal(0.0, 1.0, 400_000), rng.normal(0.5, 1.2, 400_000)
    # ln(s_q / s_p) + (s_p^2 + (m_p - m_q)^2) / (2 s_q^2) - 1/2
    assert kl_divergence(p, q) == pytest.approx(math.log(1.2) + 1.25 / 2.88 - 0.5, rel=0.03)
    assert kl_divergence(q, p) == pytest.approx(-math.log(1.2) + 1.69 / 2 - 0.5, rel=0.03)


def test_kl_by_hand():
    # two bins, half a count added to each: p has 2 and 1, q has 1 and 2
    p, q = [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]
    shares = (2.5 / 4, 1.5 / 4)
    expected = shares[0] * math.log(shares[0] / shares[1]) + shares[1] * math.log(shares[1] / shares[0])
    assert kl_divergence(p, q, n_bins=2) == pytest.approx(expected)


def test_kl_stays_finite_where_nothing_is_shared_and_is_0_for_the_same():
    assert 2.0 < kl_divergence(np.zeros(100), np.ones(100), n_bins=10) < math.inf
    assert kl_divergence([3.0, 4.0, 4.0], [3.0, 4.0, 4.0]) == 0.0
    assert kl_divergence([5.0], [5.0, 5.0]) == 0.0


def test_the_mean_over_coefficients_sees_what_one_histogram_does_not():
    rng = np.random.default_rng(2)
    a = np.column_stack([rng.normal(-3, 1, 5000), rng.normal(3, 1, 5000)])
    assert kl_divergence(a, a[:, ::-1]) == 0.0
    one = kl_divergence(a[:, 0], a[:, 1], 32)
    other = kl_divergence(a[:, 1], a[:, 0], 32)
    assert mean_kl_divergence(a, a[:, ::-1]) == pytest.approx((one + other) / 2)
    assert one > 3.0


# Frechet distance


def test_frechet_of_gaussians_is_its_closed_form():
    # variances that commute: |m|^2 + sum (s_a - s_b)^2
    a = Gaussian(np.array([0.0, 0.0]), np.diag([1.0, 4.0]))
    b = Gaussian(np.array([3.0, 4.0]), np.diag([9.0, 1.0]))
    assert frechet_distance(a, b) == pytest.approx(25.0 + 4.0 + 1.0)
    assert frechet_distance(b, a) == pytest.approx(30.0)


def test_frechet_of_covariances_that_do_not_commute():
    from scipy.linalg import sqrtm

    rng = np.random.default_rng(3)
    matrices = [m @ m.T for m in rng.standard_normal((2, 5, 5))]
    a, b = (Gaussian(rng.standard_normal(5), matrix) for matrix in matrices)
    root = sqrtm(a.covariance @ b.covariance).real
    expected = ((a.mean - b.mean) ** 2).sum() + np.trace(a.covariance + b.covariance - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected)


def test_frechet_of_frames_comes_near_the_closed_form():
    rng = np.random.default_rng(4)
    a = rng.normal(0.0, 2.0, (50_000, 13))
    assert frechet_distance(Gaussian.of(a), Gaussian.of(a + 1.0)) == pytest.approx(13.0)
    assert frechet_distance(Gaussian.of(a), Gaussian.of(rng.normal(0, 3.0, (50_000, 13)))) == pytest.approx(
        13, rel=0.02
    )


def test_the_whitened_distance_counts_in_the_reference_s_own_spread():
    mixing = np.array([[3.0, 1.0], [0.0, 0.5]])
    covariance = mixing @ mixing.T
    reference = Gaussian(np.array([7.0, -2.0]), covariance)
    moved = Gaussian(reference.mean + mixing @ np.array([0.6, 0.8]), covariance)
    wider = Gaussian(reference.mean, 4 * covariance)
    assert whitened_frechet(moved, reference) == pytest.approx(1.0)  # one standard deviation, whatever the direction
    assert whitened_frechet(wider, reference) == pytest.approx(2.0)  # (2 - 1)^2 in both directions
    assert whitened_frechet(reference, wider) == pytest.approx(0.5)  # (1/2 - 1)^2 in both


def test_whitening_survives_a_reference_without_spread():
    still = Gaussian(np.zeros(2), np.zeros((2, 2)))
    assert math.isfinite(whitened_frechet(Gaussian(np.ones(2), np.eye(2)), still))


# Notes


def test_notes_alike_by_hand():
    c_and_g, c_and_e, neither = np.zeros((2, 12)), np.zeros(12), np.ones(12)
    (c_major, c_only), c_and_e[[0, 4]] = c_and_g, 1.0
    c_major[[0, 7]], c_only[0] = 1.0, 2.0
    neither[[0, 7]] = 0.0
    assert notes_alike(c_major, c_major * 5) == pytest.approx(1.0)
    assert notes_alike(c_major, neither) == pytest.approx(-1.0)
    # two notes each, one shared, less the mean of 1/6: (1 - 12/36) / (2 - 12/36)
    assert notes_alike(c_major, c_and_e) == pytest.approx(0.4)
    assert math.isnan(notes_alike(c_major, np.zeros(12)))
    assert math.isnan(notes_alike(c_major, np.ones(12)))


# The map


def test_the_map_always_holds_copies_and_all_points():
    assert limits([(0.83, 0.4), (0.9, 0.55)]) == (pytest.approx(0.8), pytest.approx(0.6))
    assert limits([(0.12, 0.93)]) == (pytest.approx(0.1), pytest.approx(1.0))
    assert limits([(1.0, 0.0)]) == (pytest.approx(0.9), pytest.approx(0.6))
    assert limits([(0.0, 1.0)])[0] == 0.0
    assert draw_map([("t1", (0.8, 0.5))], None, ("across", "up"))[:4] == b"\x89PNG"


def test_labels_of_the_map_cover_neither_dots_nor_each_other():
    spots = np.array([[100.0, 100.0], [100.0, 100.0], [106.0, 101.0], [112.0, 100.0], [104.0, 107.0]])
    places = label_places(["t1", "t2", "t13", "t4", "t5"], spots)
    boxes = [(x, y, x + LETTER_PT * 2, y + LABEL_PT) for x, y in places]
    for i, a in enumerate(boxes):
        assert not any(a[0] < x < a[2] and a[1] < y < a[3] for x, y in spots)
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)
