"""Grids of songs and takes: found where they are heard, and claimed nowhere else."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import as_file, files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.export.cutting import cut_piece
from musemate.export.grid import MOST_MOVED_S, NEAR_S, TakeGrids
from musemate.export.piece import Grid
from musemate.export.steadiness import AT_START_S, EVEN_S, Found, known_grid
from musemate.export.wishes import ENDINGS, Cut
from musemate.project.records import Take

RATE_HZ = 22_050
GRID = Grid(120.0, 4, 0.0)


def _beats(bpm: float, n: int = 48, first_s: float = 0.0, downbeat: int = 0, metre: int = 4) -> Beats:
    times = first_s + np.arange(n) * 60 / bpm
    return Beats(round(bpm, 2), 0.9, tuple(round(float(time), 4) for time in times), downbeat, metre)


def _take(mode: str = "variation", engine: str = "frames", **request: object) -> Take:
    return Take("t1", "r1", "x.wav", 8.0, mode, 0.5, 1, "", "take 1", request=dict(request), engine=engine)


@cache
def _demo() -> AudioClip:
    """Twelve bars of a band at 120 bpm, the first one at the start."""
    with as_file(files("musemate.resources") / "demo.flac") as path:
        return read_clip(path)


@cache
def _demo_grids() -> TakeGrids:
    return TakeGrids(_beats(120.0), 0.0, 24.0, _demo)


def _moved(clip: AudioClip, seconds: float) -> AudioClip:
    """Return a clip that sounds later, or earlier."""
    n = round(abs(seconds) * clip.rate_hz)
    samples = clip.samples[:, n:] if seconds < 0 else np.pad(clip.samples, ((0, 0), (n, 0)))
    return AudioClip(samples, clip.rate_hz)


# ---- of a song


@settings(max_examples=200, deadline=None)
@given(
    st.integers(40, 240), st.integers(2, 7), st.floats(0, 3), st.integers(0, 6), st.integers(0, 2**31), st.floats(0, 20)
)
def test_a_tempo_is_finer_than_the_trackers_frames(
    bpm: int, metre: int, first_s: float, downbeat: int, seed: int, start_s: float
) -> None:
    exact = first_s + np.arange(160) * 60 / bpm
    heard = exact + np.random.default_rng(seed).uniform(-0.005, 0.005, 160)  # frames of 10 ms
    beats = Beats(float(bpm) + 0.4, 0.9, tuple(heard.tolist()), downbeat % metre, metre)
    found = known_grid(beats, start_s, 15.0)
    assert found.grid is not None
    assert abs(found.grid.bpm / bpm - 1) < 0.002
    lines = exact[downbeat % metre :: metre] - start_s
    lines = lines[(lines >= 0.02) & (lines <= 15.0)]
    ours = found.grid.first_bar_s + np.arange(200) * found.grid.bar_s
    assert all(np.abs(ours - line).min() < 0.02 for line in lines)
    assert 0.0 <= found.grid.first_bar_s < found.grid.bar_s


def test_a_tempo_that_is_nearly_whole_is_whole() -> None:
    assert known_grid(_beats(119.995)) == Found(Grid(120.0, 4, 0.0), "", pytest.approx(0.0, abs=1e-3))
    assert known_grid(_beats(92.46)).grid == Grid(92.46, 4, 0.0)
    assert known_grid(_beats(92.46, n=8)).grid == Grid(92.46, 4, 0.0)


def test_bar_lines_count_from_the_region() -> None:
    grid = known_grid(_beats(120.0, first_s=0.3, downbeat=2), start_s=1.0, length_s=12.0).grid
    assert grid is not None
    assert grid.first_bar_s == pytest.approx(0.3)  # the third beat is at 1.3 s
    at_line = known_grid(_beats(120.0, first_s=0.3, downbeat=2), start_s=1.303, length_s=12.0).grid
    assert at_line is not None and at_line.first_bar_s == 0.0
    assert AT_START_S > 0.003


def test_a_short_region_has_the_tempo_of_what_is_around_it() -> None:
    wandering = np.concatenate([np.arange(40) * 0.5, 20.0 + np.arange(40) * 0.48])
    beats = Beats(120.0, 0.9, tuple(wandering.tolist()))
    for start_s, bpm in ((8.0, 120.0), (30.0, 125.0)):
        grid = known_grid(beats, start_s, 1.0).grid
        assert grid is not None and grid.bpm == bpm


def test_beats_that_were_misheard_move_no_line() -> None:
    times = [0.3 + 0.5 * beat for beat in range(40)]
    times[0], times[39] = times[0] + 0.08, times[39] + 0.1
    assert known_grid(Beats(120.0, 0.9, tuple(times))).grid == Grid(120.0, 4, pytest.approx(0.3))


@pytest.mark.parametrize(
    ("beats", "why"),
    [
        (None, "The song's tempo is not known yet, so nothing can be cut on its bar lines."),
        (Beats(120.0, 0.3, (0.0, 0.5)), "The song's tempo is not sure, so nothing can be cut on its bar lines."),
        (_beats(120.0, n=7), "There are too few beats here to be sure of the bar lines."),
        (Beats(120.0, 0.9), "There are too few beats here to be sure of the bar lines."),
        (
            Beats(120.0, 0.9, tuple((0.5 * np.arange(60) ** 1.05).tolist())),
            "The song's tempo moves, so its bars are not equally long.",
        ),
    ],
)
def test_without_a_steady_tempo_there_is_no_grid(beats: Beats | None, why: str) -> None:
    found = known_grid(beats)
    assert (found.grid, found.why) == (None, why)


def test_played_beats_may_stray_a_little() -> None:
    def strayed(by_s: float) -> Found:
        times = np.arange(60) * 0.5 + np.random.default_rng(1).normal(0, by_s, 60)
        return known_grid(Beats(120.0, 0.9, tuple(np.sort(times).tolist())))

    played = strayed(0.012)
    assert played.grid is not None and 0.01 < played.stray_s < EVEN_S
    assert strayed(0.03).grid is None


# ---- of takes


@pytest.mark.parametrize("take", [_take(), _take("reconstruction"), _take("variation", "classic")])
def test_a_variation_has_the_regions_lines(take: Take) -> None:
    grids = TakeGrids(_beats(120.0), 5.0, 19.0, lambda: _demo().region(5.0))
    found = grids.of(take, _demo().region(5.0))
    assert found.grid == Grid(120.0, 4, pytest.approx(1.0))
    assert found.stray_s < 0.005


def test_new_material_begins_with_a_bar() -> None:
    grids = TakeGrids(_beats(120.0), 5.0, 19.0, lambda: _demo().region(5.0))
    new = AudioClip(
        np.concatenate([_demo().region(8.0, 8.0).samples, _demo().region(2.0, 8.0).samples], axis=1), 44_100
    )
    for engine in ("frames", "instant"):
        assert grids.of(_take("new", engine), new).grid == GRID


@pytest.mark.parametrize("take", [_take("new", metre=False), _take("new", "classic"), _take("new", metre="x")])
def test_what_was_made_without_bars_has_none(take: Take) -> None:
    found = _demo_grids().of(take, _demo())
    assert (found.grid, found.why) == (None, "This take was made without keeping to bars, so it has no bar lines.")


@pytest.mark.parametrize("by_s", [-0.3, -0.15, -0.08, 0.07, 0.1, 0.2])
def test_a_take_beside_its_expected_lines_has_none(by_s: float) -> None:
    found = _demo_grids().of(_take(), _moved(_demo(), by_s))
    assert found.grid is None
    assert found.why == "The take's beats do not lie where its bars should, so its bar lines are not sure."
    assert found.stray_s > MOST_MOVED_S


@pytest.mark.parametrize("ratio", [0.98, 0.995, 1.005, 1.03])
def test_a_take_at_another_tempo_has_none(ratio: float) -> None:
    places = np.arange(0, _demo().n_frames - 1, ratio)
    stretched = [np.interp(places, np.arange(_demo().n_frames), channel) for channel in _demo().samples]
    assert _demo_grids().of(_take(), AudioClip(np.array(stretched, dtype=np.float32), 44_100)).grid is None


def test_a_take_that_is_a_little_late_has_its_lines_there() -> None:
    late = _demo_grids().of(_take(), _moved(_demo(), 0.045))
    assert late.grid == Grid(120.0, 4, pytest.approx(0.045, abs=0.003))
    assert late.stray_s < 0.004
    found = _demo_grids().of(_take(), _moved(_demo(), 0.02))
    assert found.grid == GRID  # near enough: the song's own lines are kept
    assert found.stray_s == pytest.approx(0.02, abs=0.004)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_and_silence_have_none(seed: int) -> None:
    noise = 0.1 * np.random.default_rng(seed).standard_normal((1, 12 * RATE_HZ))
    for sound in (noise, 0 * noise):
        found = _demo_grids().of(_take(), AudioClip(sound.astype(np.float32), RATE_HZ))
        assert found.grid is None and found.why


def test_where_the_take_stumbles_its_parts_still_have_lines() -> None:
    sound = _demo().samples
    stumbling = AudioClip(np.concatenate([sound[:, :529_200], sound[:, 525_231:]], axis=1), 44_100)  # 90 ms twice
    whole = _demo_grids().of(_take(), stumbling)
    assert whole.why == "The take does not keep to an even tempo, so its bar lines are not sure."
    assert whole.stray_s > NEAR_S
    before = _demo_grids().of(_take(), stumbling, Cut(1.9, 8.2))
    assert before.grid == GRID
    after = _demo_grids().of(_take(), stumbling, Cut(14.0, 8.2))
    assert after.grid is not None
    assert after.grid.first_bar_s == pytest.approx(0.09, abs=0.004)
    piece = cut_piece(stumbling, Cut(14.0, 8.2, on_bars=True), after.grid)
    assert (piece.n_bars, piece.clip.n_frames) == (4, 4 * 88_200)


def test_a_region_without_a_whole_bar_has_a_pattern_of_beats() -> None:
    grids = TakeGrids(_beats(120.0), 1.0, 2.9, lambda: _demo().region(1.0, 2.9))
    assert grids.of(_take("new"), _demo()).grid == GRID
    assert grids.of(_take("new"), _moved(_demo(), 0.15)).grid is None


@pytest.mark.parametrize("rate_hz", [100, 320, 8_000])
def test_the_signals_of_coarse_scales_can_be_cut(rate_hz: int) -> None:
    scale = AudioClip(_demo().samples[:, :: 44_100 // rate_hz], rate_hz)
    found = _demo_grids().of(_take(), scale)
    assert (found.grid is None) == bool(found.why)
    for ending in ENDINGS:
        assert cut_piece(scale, Cut(2.0, 4.0, True, ending), GRID).clip.n_frames == 4 * rate_hz


@pytest.mark.parametrize("n_frames", [1, 400, 30_000])
def test_a_take_of_a_moment_has_no_grid(n_frames: int) -> None:
    found = _demo_grids().of(_take(), AudioClip(_demo().samples[:, :n_frames], 44_100))
    assert found.why == "The take's beat is not clear enough to be sure of its bar lines."


def test_the_region_is_read_once_and_only_where_it_is_needed() -> None:
    asked: list[int] = []

    def read() -> AudioClip:
        asked.append(1)
        return _demo()

    unsure = TakeGrids(None, 0.0, 24.0, read)
    assert unsure.of(_take(), _demo()).grid is None
    assert asked == []
    grids = TakeGrids(_beats(120.0), 0.0, 24.0, read)
    assert all(grids.of(_take(), _demo()).grid for _ in range(2))
    assert asked == [1]
    assert math.isnan(unsure.fragment.stray_s)
