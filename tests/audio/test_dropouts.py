"""When a buffer counts as too short."""

from __future__ import annotations

import pytest

from musemate.audio.dropouts import MOST_HEARD, MOST_SILENT, WINDOW_S, Dropouts


def after(*times_s: float, heard: bool) -> bool:
    dropouts = Dropouts()
    for time_s in times_s:
        dropouts.note(time_s, heard)
    return dropouts.are_too_many


def test_two_that_are_heard_are_too_many() -> None:
    assert not after(0.0, heard=True)
    assert after(0.0, 0.01, heard=True)
    assert MOST_HEARD == 2


def test_a_burst_in_silence_counts_once() -> None:
    assert not after(*(0.03 * n for n in range(30)), heard=False)  # a window that opens
    assert not after(0.0, 0.5, 2.0, 2.5, heard=False)
    assert after(0.0, 1.5, 3.0, heard=False)
    assert after(*(0.03 * n for n in range(100)), heard=False)  # it does not end
    assert MOST_SILENT == 3


@pytest.mark.parametrize("heard", [True, False])
def test_rare_ones_are_forgotten(heard: bool) -> None:
    assert not after(*(n * (WINDOW_S + 0.1) for n in range(20)), heard=heard)
