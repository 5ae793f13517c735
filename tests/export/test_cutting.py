"""Pieces of takes: bars to the frame, edges that do not click, loops and tails."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import as_file, files
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musemate.audio.clip import AudioClip, Samples
from musemate.audio.files import read_clip
from musemate.audio.seam import clicks
from musemate.errors import SettingsError, TooShortError
from musemate.export.barlines import SLACK_S, seen_from, snapped, whole_bars
from musemate.export.cutting import cut_piece
from musemate.export.edges import (
    FADE_S,
    REACH_S,
    STROKE_FADE_S,
    edge_clicks,
    quiet_edge,
    starts_with_stroke,
)
from musemate.export.piece import Grid
from musemate.export.tails import ringing_frames
from musemate.export.wishes import ENDINGS, SEAM, TAIL, Cut

RATE_HZ = 44_100
GRID = Grid(120.0, 4, 0.0)
BAR = 2 * RATE_HZ


@cache
def _demo() -> AudioClip:
    """Twelve bars of a band at 120 bpm, the first one at the start."""
    with as_file(files("musemate.resources") / "demo.flac") as path:
        return read_clip(path)


def _noise(seconds: float, n_channels: int = 2, seed: int = 1) -> AudioClip:
    noise = np.random.default_rng(seed).standard_normal((n_channels, round(seconds * RATE_HZ)))
    return AudioClip((0.1 * noise).astype(np.float32), RATE_HZ)


def _tone(seconds: float, hz: float, level: float = 0.5, rate_hz: int = RATE_HZ) -> Samples:
    tone = np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return (level * tone[None]).astype(np.float32)


# ---- bars

_GRIDS = st.builds(
    Grid, st.floats(40, 240), st.integers(2, 7), st.floats(0, 0.45)
)  # the first line lies within the shortest bar, 0.5 s, and the one before it well ahead of the take
_RATES = st.sampled_from([8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000])


@settings(max_examples=200, deadline=None)
@given(_GRIDS, _RATES, st.integers(1, 40))
def test_bars_tile_without_drifting(grid: Grid, rate_hz: int, n_bars: int) -> None:
    bar, origin = grid.bar_s * rate_hz, grid.first_bar_s * rate_hz
    n_frames = math.ceil(origin + n_bars * bar)
    pieces = [snapped(grid, origin + i * bar, origin + (i + 1) * bar, n_frames, rate_hz) for i in range(n_bars)]
    exact = grid.beats_per_bar * 60 / grid.bpm * rate_hz
    assert all(piece.n_bars == 1 and piece.n_frames == round(exact) for piece in pieces)
    for before, piece in pairwise(pieces):
        assert abs(piece.start - before.start - before.n_frames) <= 1
    whole = snapped(grid, 0, n_frames, n_frames, rate_hz)
    assert (whole.start, whole.n_bars) == (pieces[0].start, n_bars)
    assert whole.n_frames == round(n_bars * exact)
    assert abs(whole.start + whole.n_frames - pieces[-1].start - pieces[-1].n_frames) <= 1
    if exact == round(exact) and origin == round(origin):
        assert sum(piece.n_frames for piece in pieces) == whole.n_frames


@settings(max_examples=200, deadline=None)
@given(_GRIDS, _RATES, st.floats(0, 30), st.floats(0.01, 30))
def test_a_region_snaps_to_the_nearest_lines(grid: Grid, rate_hz: int, start_s: float, length_s: float) -> None:
    n_frames = 40 * rate_hz
    first, last = start_s * rate_hz, min((start_s + length_s) * rate_hz, n_frames)
    bar = grid.bar_s * rate_hz
    if last - first < bar / 2:
        with pytest.raises(TooShortError, match="shorter than half a bar"):
            snapped(grid, first, last, n_frames, rate_hz)
        return
    try:
        bars = snapped(grid, first, last, n_frames, rate_hz)
    except TooShortError as error:
        assert error.message.startswith("No whole bar of")
        assert last > n_frames - bar or first < bar
        return
    end = bars.start + bars.n_frames
    slack = SLACK_S * rate_hz + 2
    assert bars.start >= -slack and end <= n_frames + slack
    reach = bar / 2 if bars.n_bars > 1 else bar
    assert abs(bars.start - first) <= reach + 2 or bars.start < bar
    assert abs(end - last) <= reach + 2 or end > n_frames - bar


def test_bars_are_cut_to_the_frame() -> None:
    clip = _noise(8.0)
    piece = cut_piece(clip, Cut(1.9, 4.3, on_bars=True), GRID)
    assert (piece.clip.n_frames, piece.n_bars, piece.start_s) == (2 * BAR, 2, 2.0)
    assert piece.grid == GRID
    n = round(FADE_S * RATE_HZ)
    assert np.array_equal(piece.clip.samples[:, n:-n], clip.samples[:, BAR + n : 3 * BAR - n])


def test_all_pieces_of_as_many_bars_are_equally_long() -> None:
    grid = Grid(97.3, 3, 0.21)
    clip = _noise(30.0, 1)
    lengths = {cut_piece(clip, Cut(start_s, 3.7, on_bars=True), grid).clip.n_frames for start_s in range(20)}
    assert lengths == {round(2 * 3 * 60 / 97.3 * RATE_HZ)}


def test_a_region_around_one_line_takes_the_bar_that_holds_most_of_it() -> None:
    piece = cut_piece(_noise(8.0), Cut(1.2, 1.4, on_bars=True), GRID)
    assert (piece.start_s, piece.n_bars) == (0.0, 1)


def test_bars_beyond_the_end_are_left_out() -> None:
    clip = _noise(5.0)
    assert cut_piece(clip, Cut(on_bars=True), GRID).n_bars == 2
    with pytest.raises(TooShortError) as caught:
        cut_piece(clip, Cut(4.0, 1.0, on_bars=True), GRID)
    assert caught.value.message == "No whole bar of 2.00 s lies in the region."
    with pytest.raises(TooShortError) as caught:
        cut_piece(clip, Cut(1.0, 0.9, on_bars=True), GRID)
    assert caught.value.message == "The region is shorter than half a bar."
    assert caught.value.hint == "Choose at least one bar (2.00 s), or leave the bar lines aside."


def test_a_last_bar_that_lacks_a_moment_ends_in_silence() -> None:
    clip = _noise(4.0 - 0.02)
    piece = cut_piece(clip, Cut(on_bars=True), GRID)
    assert (piece.clip.n_frames, piece.n_bars) == (2 * BAR, 2)
    assert np.array_equal(piece.clip.samples[:, : clip.n_frames], clip.samples)
    assert not piece.clip.samples[:, clip.n_frames :].any()
    # and a first line a moment before the take
    early = cut_piece(clip, Cut(on_bars=True), Grid(120.0, 4, 1.99))
    assert (early.clip.n_frames, early.n_bars, early.start_s) == (2 * BAR, 2, -0.01)
    assert np.array_equal(early.clip.samples[:, 441 : 441 + clip.n_frames], clip.samples)


def test_without_a_grid_nothing_snaps() -> None:
    clip = _noise(5.0)
    piece = cut_piece(clip, Cut(on_bars=True), None)
    assert piece.clip.samples is clip.samples or np.array_equal(piece.clip.samples, clip.samples)
    assert (piece.grid, piece.n_bars, piece.is_loop) == (None, 0, False)


def test_a_take_that_happens_to_fit_says_its_bars() -> None:
    assert cut_piece(_noise(8.0), Cut(), GRID).n_bars == 4
    assert cut_piece(_noise(8.01), Cut(), GRID).n_bars == 0
    late = cut_piece(_noise(8.0), Cut(), Grid(120.0, 4, 0.5))
    assert (late.n_bars, late.grid) == (0, Grid(120.0, 4, 0.5))


def test_a_piece_counts_from_its_own_start() -> None:
    assert seen_from(Grid(120.0, 4, 0.5), RATE_HZ, RATE_HZ).first_bar_s == pytest.approx(1.5)
    assert seen_from(Grid(120.0, 4, 0.5), RATE_HZ // 2 + 1, RATE_HZ).first_bar_s == 0.0
    assert whole_bars(Grid(120.0, 4, 0.5), 2 * BAR, RATE_HZ) == 0


# ---- edges


def test_the_takes_own_edges_are_left_alone() -> None:
    clip = _noise(2.0)
    assert np.array_equal(cut_piece(clip, Cut(), None).clip.samples, clip.samples)


@pytest.mark.parametrize("start_s", np.linspace(0.3, 20.0, 25).tolist())
def test_edges_lie_at_quiet_zero_crossings_or_are_faded(start_s: float) -> None:
    clip = _demo()
    piece = cut_piece(clip, Cut(start_s, 1.5), None)
    first = round(piece.start_s * RATE_HZ)
    end = first + piece.clip.n_frames
    assert abs(first - start_s * RATE_HZ) <= REACH_S * RATE_HZ + 1
    assert abs(end - (start_s + 1.5) * RATE_HZ) <= REACH_S * RATE_HZ + 1
    samples, n = piece.clip.samples, round(FADE_S * RATE_HZ)
    assert np.array_equal(samples[:, n:-n], clip.samples[:, first + n : end - n])
    for is_start, at, edge in ((True, first, slice(0, n)), (False, end, slice(-n, None))):
        own = clip.samples[:, first:end][:, edge]
        if np.array_equal(samples[:, edge], own):  # left as it is: then all channels cross zero there
            assert np.all(clip.samples[:, at - 1] * clip.samples[:, at] <= 0)
        assert not edge_clicks(samples, 0 if is_start else end - first, RATE_HZ, is_start=is_start)
        assert np.all(np.abs(samples[:, edge]) <= np.abs(own))


def test_both_kinds_of_edges_come_in_real_music() -> None:
    found = [
        quiet_edge(_demo().samples, at, RATE_HZ, is_start=True) for at in range(RATE_HZ, 20 * RATE_HZ, RATE_HZ // 7)
    ]
    share = np.mean([edge is not None for edge in found])
    assert 0.05 < share < 0.95


def test_channels_must_agree_on_a_zero_crossing() -> None:
    quiet = _tone(1.0, 200.0, 0.02)
    at = round(0.4975 * RATE_HZ)  # 99.5 periods: a zero crossing
    assert quiet_edge(quiet, at, RATE_HZ, is_start=True) is not None
    apart = np.concatenate([quiet, np.roll(quiet, RATE_HZ // 800)])
    assert quiet_edge(apart, at, RATE_HZ, is_start=True) is None


def test_a_steep_crossing_is_not_quiet() -> None:
    loud = _tone(1.0, 200.0, 0.9)
    assert quiet_edge(loud, RATE_HZ // 2, RATE_HZ, is_start=True) is None
    assert quiet_edge(loud, RATE_HZ // 2, RATE_HZ, is_start=False) is None


def test_a_stroke_on_the_bar_line_is_not_softened() -> None:
    clip = _demo()
    piece = cut_piece(clip, Cut(4.0, 4.0, on_bars=True), GRID)
    head, n = round(STROKE_FADE_S * RATE_HZ), round(FADE_S * RATE_HZ)
    assert np.array_equal(piece.clip.samples[:, head:-n], clip.samples[:, 2 * BAR + head : 4 * BAR - n])
    assert starts_with_stroke(clip.samples, 2 * BAR, RATE_HZ)
    assert not starts_with_stroke(_tone(2.0, 200.0), RATE_HZ, RATE_HZ)


# ---- loops and tails


@pytest.mark.parametrize("ending", [SEAM, TAIL])
@pytest.mark.parametrize("start_s", [0.0, 2.0, 3.37, 6.0, 11.21, 16.0, 19.99])
def test_loops_do_not_click(ending: str, start_s: float) -> None:
    for on_bars in (True, False):
        piece = cut_piece(_demo(), Cut(start_s, 4.0, on_bars, ending), GRID)
        assert piece.is_loop
        assert piece.clip.n_frames == 2 * BAR
        assert not clicks(piece.clip.samples, 0, piece.clip.n_frames, RATE_HZ)


def test_a_tone_that_does_not_fit_is_joined_by_a_seam() -> None:
    clip = AudioClip(_tone(6.0, 220.3), RATE_HZ)
    loop = cut_piece(clip, Cut(1.0, 2.1234, ending=SEAM), None).clip.samples
    assert clicks(clip.samples, RATE_HZ, RATE_HZ + loop.shape[1], RATE_HZ)
    assert not clicks(loop, 0, loop.shape[1], RATE_HZ)
    n = round(0.01 * RATE_HZ)
    assert np.array_equal(loop[:, :-n], clip.samples[:, RATE_HZ : RATE_HZ + loop.shape[1] - n])


def test_a_loop_that_fits_is_the_takes_own_samples() -> None:
    clip = AudioClip(_tone(6.0, 220.0), RATE_HZ)
    loop = cut_piece(clip, Cut(1.0, 2.0, ending=SEAM), None).clip.samples
    assert np.array_equal(loop, clip.samples[:, RATE_HZ : 3 * RATE_HZ])


def _struck(strokes_s: list[float], seconds: float, level: float = 0.5) -> AudioClip:
    """Notes that ring out."""
    out = np.zeros((1, round(seconds * RATE_HZ)), dtype=np.float32)
    for at in strokes_s:
        first = round(at * RATE_HZ)
        n = out.shape[1] - first
        out[0, first:] += _tone(n / RATE_HZ, 330.0, level)[0, :n] * np.exp(-4.0 * np.arange(n) / RATE_HZ)
    return AudioClip(out, RATE_HZ)


def test_what_rings_on_is_laid_over_the_start() -> None:
    clip = _struck([0.0, 1.5], 5.0)
    piece = cut_piece(clip, Cut(0.0, 2.0, ending=TAIL), None)
    loop, own = piece.clip.samples, clip.samples
    assert piece.said == ()
    n_ringing = ringing_frames(clip, BAR)
    assert 1.2 * RATE_HZ < n_ringing <= BAR  # 60 dB take 1.7 s from the stroke on
    n = n_ringing // 2 - 1  # its first half comes whole
    np.testing.assert_allclose(loop[:, :n], own[:, :n] + own[:, BAR : BAR + n], atol=1e-6)
    assert np.array_equal(loop[:, n_ringing:], own[:, n_ringing:BAR])
    assert np.abs(loop).max() <= 1.0


def test_a_new_note_is_no_tail() -> None:
    clip = _struck([0.0, 1.0, 2.0, 3.0], 5.0)
    assert ringing_frames(clip, BAR) == 0
    piece = cut_piece(clip, Cut(0.0, 2.0, ending=TAIL), None)
    assert piece.said == (
        "At the end of the piece nothing rings on that could be laid over its start, so it ends in a seam.",
    )
    assert piece.is_loop
    later = ringing_frames(clip, BAR - RATE_HZ // 2)  # half a second before that note
    assert later == pytest.approx(RATE_HZ / 2, abs=0.03 * RATE_HZ)


def test_a_tail_that_would_clip_turns_the_piece_down_and_says_so() -> None:
    clip = _struck([0.0, 1.7], 5.0, level=0.98)
    piece = cut_piece(clip, Cut(0.0, 2.0, ending=TAIL), None)
    assert np.abs(piece.clip.samples).max() == pytest.approx(1.0, abs=1e-6)
    assert np.abs(piece.clip.samples).max() <= 1.0
    (said,) = piece.said
    assert said.startswith("The piece was turned down by ") and said.endswith(" it would have clipped.")


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1.5), st.floats(0.01, 3), st.sampled_from(ENDINGS), st.booleans(), st.integers(1, 2))
def test_any_region_gives_a_piece_within_the_take(
    start_s: float, length_s: float, ending: str, on_bars: bool, n_channels: int
) -> None:
    clip = _noise(2.0, n_channels)
    try:
        piece = cut_piece(clip, Cut(start_s, length_s, on_bars, ending), Grid(240.0, 2, 0.1))
    except TooShortError:
        assert (on_bars and length_s < 0.5) or start_s > 1.0 or min(length_s, 2.0 - start_s) <= 0.011
        return
    assert piece.clip.n_channels == n_channels
    assert piece.start_s >= -SLACK_S
    assert piece.start_s + piece.clip.duration_s <= 2.0 + SLACK_S + 0.001
    assert piece.is_loop == (ending != "plain")


@pytest.mark.parametrize(("start_s", "length_s"), [(-1.0, None), (math.nan, None), (0.0, 0.0), (0.0, math.inf)])
def test_regions_without_a_meaning_are_refused(start_s: float, length_s: float | None) -> None:
    with pytest.raises(SettingsError, match=r"^The region to export has no meaning\.$"):
        cut_piece(_noise(2.0), Cut(start_s, length_s), None)


def test_what_lies_outside_is_refused() -> None:
    with pytest.raises(TooShortError, match="lies outside the sound"):
        cut_piece(_noise(2.0), Cut(3.0), None)
    with pytest.raises(TooShortError, match=r"^A piece of 0\.005 s is too short\.$"):
        cut_piece(_noise(2.0), Cut(1.995), None)
