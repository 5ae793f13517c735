"""The charts of findings: what is read off them, and that the pictures show it."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread

from musemate import language
from musemate.analysis import findingsplots as plots
from musemate.analysis.chartreading import axis_of, beside, groups_of, interval, legend, shown, spoken, tick, told
from musemate.analysis.findings import Bar, Chart

SHARES = Chart(
    "fooled",
    "How often taken for real",
    "bars",
    "taken for real",
    (Bar("real clips", 0.84, 0.68, 0.93, 38, is_real=True), Bar("frames", 0.42, 0.28, 0.57, 43), Bar("other", None)),
    0.0,
    1.0,
    0.5,
    "chance",
    is_share=True,
)
numbers = st.floats(-1e6, 1e6)
bars = st.builds(
    Bar,
    st.text(max_size=40),
    st.none() | numbers,
    st.none() | numbers,
    st.none() | numbers,
    st.integers(0, 999),
    st.lists(numbers, max_size=4).map(tuple),
    st.booleans(),
)
charts = st.builds(
    Chart,
    st.just("chart"),
    st.text(max_size=20),
    st.sampled_from(["bars", "points", "spread"]),
    st.text(max_size=20),
    st.lists(bars, max_size=4).map(tuple),
    reference=st.none() | numbers,
    is_share=st.booleans(),
)


def picture(chart: Chart) -> np.ndarray:
    return imread(io.BytesIO(plots.draw_chart(chart)), format="png")[:, :, :3]


def test_an_axis_holds_everything_between_round_numbers() -> None:
    chart = Chart("d", "d'", "points", "d'", (Bar("Anna", 1.17, -1.18, 3.52, 20),), reference=0.0)
    axis = axis_of(chart)
    assert (axis.least, axis.most) == (-2.0, 4.0)
    assert axis.ticks == (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0)
    assert axis.place(1.0) == 0.5
    assert (axis.place(-9.0), axis.place(9.0)) == (0.0, 1.0)


def test_the_ends_that_a_chart_names_are_kept() -> None:
    assert axis_of(SHARES) == axis_of(replace(SHARES, bars=()))
    assert (axis_of(SHARES).least, axis_of(SHARES).most) == (0.0, 1.0)
    assert axis_of(SHARES).ticks == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def test_bars_begin_at_nought_and_points_need_not() -> None:
    rows = (Bar("a", 51.0), Bar("b", 59.0))
    assert axis_of(Chart("x", "", "bars", "", rows)).least == 0.0
    assert axis_of(Chart("x", "", "points", "", rows)).least == 50.0


@given(charts)
@settings(max_examples=150, deadline=None)
def test_every_axis_has_room_for_its_values_and_a_few_numbers(chart: Chart) -> None:
    axis = axis_of(chart)
    values = [v for bar in chart.bars for v in (bar.value, bar.low, bar.high) if v is not None]
    slack = 1e-6 * (axis.most - axis.least)
    assert all(axis.least - slack <= value <= axis.most + slack for value in values)
    assert 2 <= len(axis.ticks) <= 12
    assert len({tick(value, chart, axis) for value in axis.ticks}) == len(axis.ticks)
    assert spoken(chart)


def test_a_row_says_its_value_its_interval_and_on_what_it_rests() -> None:
    axis = axis_of(SHARES)
    assert told(SHARES.bars[1], SHARES, axis) == "frames: 42%, interval 28% to 57%, from 43 answers"
    assert told(replace(SHARES.bars[1], n=1, low=None), SHARES, axis) == "frames: 42%, from one answer"
    assert told(SHARES.bars[2], SHARES, axis) == "other: no value"
    assert shown(None, SHARES, axis) == shown(math.nan, SHARES, axis) == "–"


def test_numbers_are_written_as_the_language_does(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = Chart("q", "", "points", "", (Bar("a", -1.25, -2.0, 0.5),))
    assert shown(-1.25, chart, axis_of(chart)) == "\u22121.25"
    monkeypatch.setenv(language.VARIABLE, "de")
    language.use("de")
    try:
        assert shown(-1.25, chart, axis_of(chart)) == "\u22121,25"
        assert tick(0.5, chart, axis_of(chart)) == "0,5"
    finally:
        language.use("en")


def test_a_chart_in_words_has_every_row_and_what_it_is_compared_with() -> None:
    said = spoken(SHARES)
    assert said.startswith("How often taken for real. taken for real. frames: 42%")
    assert "real clips: 84%, interval 68% to 93%, from 38 answers." in said
    assert said.endswith("chance: 50%.")
    assert spoken(replace(SHARES, bars=())).endswith("There is nothing to show yet.")


def test_real_clips_are_apart_and_the_signs_are_explained() -> None:
    assert [[bar.label for bar in group] for group in groups_of(SHARES)] == [["frames", "other"], ["real clips"]]
    assert legend(SHARES) == "Thin line: the interval. Hatched: real clips."
    assert legend(replace(SHARES, note="Wilson.", kind="spread")) == "Wilson. Hollow: real clips."
    assert interval(Bar("a", 0.5, 0.1), SHARES, axis_of(SHARES)) == ""


def test_equal_values_lie_beside_each_other() -> None:
    axis = axis_of(Chart("x", "", "spread", "", (), 0.0, 10.0))
    moved = beside([3.0, 3.0, 3.0, 9.0], axis)
    assert moved[3] == 0.0
    assert moved[:3] == pytest.approx([-1 / 3, 0.0, 1 / 3])
    crowd = beside([5.0] * 500, axis)
    assert max(map(abs, crowd)) <= 1.0
    assert len(set(crowd)) == 500


def test_a_bar_is_as_long_as_its_value_says() -> None:
    image = picture(SHARES)
    height, width = image.shape[:2]
    assert width == 1440
    row = int((plots.TOP_IN + 0.3 * plots.ROW_IN) / (height / 200) * height)  # above the interval's line
    orange = (image[row, :, 0] - image[row, :, 2]) > 0.3
    inside = np.flatnonzero(orange) / 200 - plots.LEFT_IN
    whole = plots.WIDTH_IN - plots.LEFT_IN - plots.RIGHT_IN
    assert inside.min() == pytest.approx(0.0, abs=0.02)
    assert inside.max() == pytest.approx(0.42 * whole, abs=0.02)


def test_each_row_has_its_height() -> None:
    assert picture(SHARES).shape[0] - picture(replace(SHARES, bars=SHARES.bars[:2])).shape[0] == pytest.approx(
        200 * plots.ROW_IN, abs=1
    )


@pytest.mark.parametrize("kind", ["bars", "points", "spread"])
def test_anything_can_be_drawn(kind: str) -> None:
    hostile = (
        Bar("$\\frac{a}{$ 夜曲 \x00\n<b>" * 9, 3.0, -math.inf, math.inf, 3, (1.0, 2.0, 2.0)),
        Bar("", math.nan, n=2, is_real=True),
        Bar("outside", 99.0, 98.0, 100.0, 1, (99.0,)),
    )
    chart = Chart("x", "$", kind, "$\\x", hostile, 0.0, 10.0, 5.0, "$_")
    assert picture(chart).std() > 0.01
    assert picture(replace(chart, bars=(), reference=None)).std() > 0.001
