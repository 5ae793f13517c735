"""How much of a training is done and how long the rest takes, pauses left out."""

from __future__ import annotations

import pytest

from musemate.engine import clock
from musemate.engine.clock import Pauses, TrainingClock


class Time:
    """The only clock of these tests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(clock.time, "monotonic", lambda: self.now)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def test_a_pause_is_no_work(time: Time) -> None:
    rest_s = [0.01, 3600.0, 0.01]

    def cancelled() -> bool:
        time.now += rest_s.pop(0)
        return not rest_s

    pauses = Pauses(cancelled)
    began_s = pauses.now_s()
    assert [pauses.cancelled() for _ in range(3)] == [False, False, True]
    assert pauses.now_s() - began_s == pytest.approx(0.02), "what is asked quickly counts, the hour does not"


def test_time_left_does_not_grow_by_a_pause(time: Time) -> None:
    pauses = Pauses(lambda: bool(setattr(time, "now", time.now + 600.0)))
    training = TrainingClock(["scale", "sound"], [100, 100], {"scale": 1.0, "sound": 3.0}, pauses)
    training.begin(0)
    for step in range(1, 11):
        time.now += 0.5
        before = training.look(step)
    pauses.cancelled()
    assert training.look(10) == before
    fraction, left_s = before
    assert fraction == pytest.approx(0.1 * 1 / 4)
    assert left_s == pytest.approx(90 * 0.5 + 100 * 1.5)


def test_nothing_is_said_before_a_speed_is_known(time: Time) -> None:
    running = TrainingClock(["a", "b"], [10, 10], {"a": 1.0, "b": 3.0})
    running.begin(0)
    time.now += 4.0
    assert running.look(4) == (pytest.approx(0.1), None)
    time.now += 6.0
    assert running.look(5) == (pytest.approx(0.125), pytest.approx(5 * 2.0 + 10 * 6.0))


def test_a_small_part_does_not_speak_for_the_large_ones(time: Time) -> None:
    # the small part's steps take ten times what they were reckoned with, the large one's just that
    running = TrainingClock(["small", "large", "next"], [10, 10, 10], {"small": 0.01, "large": 1.0, "next": 1.0})
    running.begin(0)
    time.now += 1.0
    running.look(10)
    running.begin(1)
    time.now += 10.0
    _, left_s = running.look(10)
    assert left_s == pytest.approx(10 * 1.1 / 1.01)


def test_what_stands_apart_does_not_speak_for_the_others(time: Time) -> None:
    # narrow networks take a third of the time that their work would, or thirty times as much: nobody knows before
    running = TrainingClock(["narrow", "a", "b"], [10, 10, 10], {"narrow": 1.0, "a": 2.0, "b": 4.0}, apart=["narrow"])
    running.begin(0)
    time.now += 300.0
    fraction, left_s = running.look(10)
    assert left_s == pytest.approx(10 * 2.0 + 10 * 4.0)
    assert fraction == pytest.approx(300 / 360)
    running.begin(1)
    time.now += 40.0
    assert running.look(10)[1] == pytest.approx(10 * 8.0)


def test_a_part_that_goes_on_counts_the_steps_of_this_time_only(time: Time) -> None:
    running = TrainingClock(["a", "b"], [100, 100], {"a": 1.0, "b": 1.0})
    running.begin(0, 60)
    assert running.look(60) == (pytest.approx(0.3), None)
    time.now += 10.0
    assert running.look(65) == (pytest.approx(0.325), pytest.approx(2.0 * (35 + 100)))
    last = TrainingClock(["a"], [10], {"a": 1.0})
    last.begin(0, 8)
    time.now += 2.0
    assert last.look(10)[1] == pytest.approx(0.0)
