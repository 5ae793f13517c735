"""An answer counts when the sample was heard: whole, or five seconds of a longer one."""

from __future__ import annotations

import pytest

from musemate.study.listening import NEEDED_S, Heard


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def listen(heard: Heard, token: str, start_s: float, end_s: float, step_s: float = 0.033) -> None:
    """Look at a player that plays, as the window does."""
    position_s = start_s
    while position_s < end_s:
        heard.sounded(token, position_s)
        position_s += step_s
    heard.sounded(token, end_s)
    heard.jumped()


def test_a_short_sample_must_be_heard_whole() -> None:
    heard = Heard({"t": 2.0})
    listen(heard, "t", 0.0, 1.7)
    assert not heard.is_enough
    assert heard.left_s == pytest.approx(0.1)
    listen(heard, "t", 1.7, 2.0)
    assert heard.is_enough
    assert heard.heard_s == pytest.approx(2.0)


def test_of_a_long_sample_some_seconds_are_enough() -> None:
    heard = Heard({"t": 30.0})
    listen(heard, "t", 10.0, 10.0 + NEEDED_S - 0.3)
    assert not heard.is_enough
    listen(heard, "t", 20.0, 20.3)
    assert heard.is_enough


def test_the_same_second_again_is_nothing_new() -> None:
    heard = Heard({"t": 30.0})
    for _ in range(20):
        listen(heard, "t", 0.0, 1.0)
    assert heard.heard_s == pytest.approx(20.0)
    assert heard.left_s > 3.5


def test_both_of_a_pair_must_be_heard() -> None:
    heard = Heard({"a": 1.0, "b": 1.0})
    listen(heard, "a", 0.0, 1.0)
    assert (heard.left_of("a"), heard.is_enough) == (0, False)
    listen(heard, "b", 0.0, 1.0)
    assert heard.is_enough


def test_a_jump_is_no_listening() -> None:
    heard = Heard({"t": 30.0})
    heard.sounded("t", 0.0)
    heard.sounded("t", 20.0)
    assert heard.heard_s == 0.0


def test_a_loop_goes_on_at_its_start() -> None:
    heard = Heard({"t": 3.0})
    for position_s in (2.8, 2.9, 0.1, 0.2):
        heard.sounded("t", position_s)
    assert heard.heard_s == pytest.approx(0.4)


def test_a_position_that_trembles_is_no_loop() -> None:
    heard = Heard({"t": 0.5})
    for position_s in (0.1, 0.2, 0.19, 0.21, 0.2, 0.3):
        heard.sounded("t", position_s)
    assert heard.heard_s == pytest.approx(0.2)


def test_time_runs_from_the_first_sound() -> None:
    clock = Clock()
    heard = Heard({"t": 3.0}, clock)
    clock.now_s += 50
    assert heard.seconds == 0.0
    heard.sounded("t", 0.0)
    clock.now_s += 2.5
    assert heard.seconds == pytest.approx(2.5)


def test_a_sample_without_length_asks_for_nothing() -> None:
    assert Heard({"t": 0.0}).is_enough
