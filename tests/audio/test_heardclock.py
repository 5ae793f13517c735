"""A device that is asked late plays on all the same."""

from __future__ import annotations

import numpy as np
import pytest

from musemate.audio.heardclock import HeardClock

RATE_HZ = 44_100
BLOCK_FRAMES = 441
BLOCK_S = BLOCK_FRAMES / RATE_HZ
LATENCY_S = 0.2


def test_late_blocks_are_heard_when_those_before_them_end() -> None:
    rng = np.random.default_rng(1)
    clock = HeardClock(LATENCY_S, RATE_HZ)
    due_s = 10 + BLOCK_S * np.arange(2000)
    late_s = rng.exponential(0.02, len(due_s)) * (rng.random(len(due_s)) < 0.9)
    asked_s = np.maximum.accumulate(due_s + late_s)
    heard_s = np.array([clock.heard_at(float(now_s), BLOCK_FRAMES) for now_s in asked_s])
    wrong_s = np.abs(heard_s - LATENCY_S - due_s)[100:]
    assert wrong_s.max() < (asked_s - due_s).max() / 5
    assert np.diff(heard_s).min() >= 0, "the playhead never steps back"


def test_blocks_asked_for_at_once_are_not_heard_later_and_later() -> None:
    clock = HeardClock(LATENCY_S, RATE_HZ)
    assert [clock.heard_at(10.0, BLOCK_FRAMES) for _ in range(4)] == [pytest.approx(10.2)] * 4


def test_a_slower_device_is_followed() -> None:
    clock = HeardClock(LATENCY_S, RATE_HZ)
    asked_s = 10 + BLOCK_S * 1.0005 * np.arange(20_000)
    heard_s = [clock.heard_at(float(now_s), BLOCK_FRAMES) for now_s in asked_s]
    assert heard_s[-1] - asked_s[-1] == pytest.approx(LATENCY_S, abs=0.002)


def test_a_device_that_ran_dry_starts_anew() -> None:
    clock = HeardClock(LATENCY_S, RATE_HZ)
    clock.heard_at(10.0, BLOCK_FRAMES)
    assert clock.heard_at(10.5, BLOCK_FRAMES) == pytest.approx(10.7)
    clock.restart()
    assert clock.heard_at(10.6, BLOCK_FRAMES) == pytest.approx(10.8)
