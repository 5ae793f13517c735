"""The lead-in bar: bar lines at the song's own places, counted from the song's start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.export.piece import Grid
from musemate.export.tempomap import SNAP_S, TempoMap


def test_a_song_that_starts_on_a_bar_needs_no_lead_in() -> None:
    tempo = TempoMap(Grid(120.0, 4, 0.0))
    assert tempo.lead_s == 0.0
    assert tempo.beats(3.0) == pytest.approx(6.0)
    assert tempo.bar_lines(0.0, 4.0) == [(1, 0.0), (2, 2.0), (3, 4.0)]


@pytest.mark.parametrize("first_bar_s", [0.009, 1.991, 3.991])
def test_a_bar_line_within_ten_milliseconds_counts_as_the_start(first_bar_s: float) -> None:
    assert TempoMap(Grid(120.0, 4, first_bar_s)).lead_s == 0.0


@pytest.mark.parametrize(("first_bar_s", "lead_s"), [(0.4, 2.4), (1.2, 1.2), (5.2, 1.2)])
def test_the_lead_in_ends_at_a_bar_line_after_half_a_bar_to_one_and_a_half(first_bar_s: float, lead_s: float) -> None:
    tempo = TempoMap(Grid(120.0, 4, first_bar_s))
    assert tempo.lead_s == pytest.approx(lead_s)
    assert tempo.lead_bpm == pytest.approx(240.0 / lead_s)
    assert tempo.beats(lead_s / 2) == pytest.approx(2.0)
    assert tempo.beats(lead_s + 0.5) == pytest.approx(5.0)
    assert tempo.bar_lines(lead_s, lead_s + 2.0) == [(2, pytest.approx(lead_s)), (3, pytest.approx(lead_s + 2.0))]


@given(st.floats(40.0, 240.0), st.integers(2, 7), st.floats(0.0, 60.0), st.floats(0.0, 300.0), st.floats(0.0, 30.0))
def test_every_bar_line_lies_on_the_grid_and_on_a_whole_bar(
    bpm: float, beats_per_bar: int, first_bar_s: float, start_s: float, length_s: float
) -> None:
    tempo = TempoMap(Grid(bpm, beats_per_bar, first_bar_s))
    bar_s = tempo.grid.bar_s
    assert tempo.lead_s == 0.0 or bar_s / 2 <= tempo.lead_s < 1.5 * bar_s
    lines = tempo.bar_lines(start_s, start_s + length_s)
    for number, time_s in lines:
        assert tempo.beats(time_s) == pytest.approx((number - 1) * beats_per_bar, abs=1e-6)
        off = (time_s - first_bar_s) % bar_s
        assert min(off, bar_s - off) <= SNAP_S + 1e-6
        assert start_s - 1e-5 <= time_s <= start_s + length_s + 1e-5
    first_possible = max(start_s, tempo.lead_s)
    assert len(lines) >= int((start_s + length_s - first_possible) / bar_s) if lines else length_s < 2.5 * bar_s


@given(st.floats(40.0, 240.0), st.floats(0.0, 60.0), st.lists(st.floats(0.0, 300.0), min_size=2, max_size=20))
def test_beats_rise_with_time(bpm: float, first_bar_s: float, times_s: list[float]) -> None:
    tempo = TempoMap(Grid(bpm, 4, first_bar_s))
    beats = [tempo.beats(time_s) for time_s in sorted(times_s)]
    assert beats == sorted(beats)
