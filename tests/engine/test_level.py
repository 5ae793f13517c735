"""Peaks of takes: rounded off where they would clip, untouched elsewhere."""

import numpy as np
import pytest

from musemate.engine.frames.model import KNEE, MAX_PEAK, limit_peaks


def _noise(peak: float) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal((2, 5000)).astype(np.float32)
    return samples * np.float32(peak / np.abs(samples).max())


def test_what_does_not_clip_stays_bit_for_bit() -> None:
    samples = _noise(0.98)
    before = samples.copy()
    limit_peaks(samples)
    assert np.array_equal(samples, before)


def test_single_peaks_are_rounded_off_and_the_rest_stays() -> None:
    samples = _noise(1.2)
    before = samples.copy()
    limit_peaks(samples)
    assert np.abs(samples).max() <= MAX_PEAK
    low = np.abs(before) <= KNEE
    assert np.array_equal(samples[low], before[low])
    assert np.sqrt((samples**2).mean()) == pytest.approx(np.sqrt((before**2).mean()), rel=0.01)
    order = np.argsort(before, axis=None)
    assert (np.diff(samples.ravel()[order]) >= 0).all()


def test_far_too_loud_takes_are_turned_down_first() -> None:
    samples = _noise(7.0)
    limit_peaks(samples)
    assert np.abs(samples).max() <= MAX_PEAK
    # most of it lies under the knee again, and is not squeezed
    assert (np.abs(samples) > KNEE).mean() < 0.05


def test_silence_stays() -> None:
    samples = np.zeros((1, 10), dtype=np.float32)
    limit_peaks(samples)
    assert not samples.any()
