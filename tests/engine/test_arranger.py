"""The arranger: walks in metre, or from attack to attack where there is none."""

import numpy as np
import pytest

from musemate.analysis.metre import Beats
from musemate.engine.frames.arranger import MAX_QUOTE_S, Arranger, make_arranger
from musemate.engine.frames.grids import BeatGrid, FreeGrid, beat_borders
from musemate.engine.frames.matching import Material, best_apart
from musemate.errors import TooShortError

RATE = 62.5
N_BEATS = 48
N = round(N_BEATS * 0.5 * RATE)


@pytest.fixture
def material() -> Material:
    """Random sound with an attack every 0.31 s."""
    rng = np.random.default_rng(3)
    accents = np.zeros(N, dtype=np.float32)
    accents[:: round(0.31 * RATE)] = 1.0 + rng.random(len(accents[:: round(0.31 * RATE)]))
    return _material(rng.standard_normal((N, 4)), accents)


@pytest.fixture
def beats() -> Beats:
    return Beats(120.0, 0.9, tuple(np.arange(0.25, N_BEATS * 0.5, 0.5)), downbeat=1)


def _material(frames: np.ndarray, accents: np.ndarray) -> Material:
    """A sound of which nothing rises at a cut."""
    spectrum = np.zeros((len(accents), 3), dtype=np.float32)
    return Material(frames.astype(np.float32), accents.astype(np.float32), spectrum)


def _arranger(material: Material, beats: Beats | None) -> Arranger:
    borders, places = beat_borders(beats, RATE, material.n)
    return make_arranger(material, RATE, borders, places, beats.beats_per_bar if beats else 4)


def _places_of(walk: np.ndarray, grid: BeatGrid, n_beats: int) -> list[int]:
    """Place in the bar of the unit that plays just after each beat of the take."""
    at_beat = walk[np.round(np.arange(n_beats) * 0.5 * RATE).astype(int) + 2]
    unit = np.searchsorted(grid.borders, at_beat, side="right") - 1
    return [int(place) for place in grid.places[unit]]


def test_units_are_beats_with_their_place_in_the_bar(material: Material, beats: Beats) -> None:
    grid = _arranger(material, beats).grid
    assert isinstance(grid, BeatGrid)
    assert grid.places[:6].tolist() == [2, 3, 0, 1, 2, 3]
    assert np.diff(grid.borders)[1:-1] == pytest.approx(0.5 * RATE)


def test_unsure_beats_give_units_that_end_before_attacks(material: Material) -> None:
    arranger = _arranger(material, Beats(120.0, 0.2, tuple(np.arange(0.1, 20, 0.37))))
    assert isinstance(arranger.grid, FreeGrid)
    starts = arranger.grid.starts()
    lengths = np.diff(starts) / RATE
    assert lengths.min() > 0.35
    assert lengths.max() < 0.65
    assert (material.accents[np.round(starts[1:]).astype(int) + 1] > 0).mean() > 0.9


def test_new_walk_keeps_the_bar_and_reorders(material: Material, beats: Beats) -> None:
    arranger = _arranger(material, beats)
    walk = arranger.new_walk(3000, 0.7, np.random.default_rng(1))
    assert isinstance(arranger.grid, BeatGrid)
    assert _places_of(walk, arranger.grid, 90) == [i % 4 for i in range(90)]
    assert (np.diff(walk) != 1).sum() > 40


@pytest.mark.parametrize("sure", [True, False])
def test_new_walk_never_quotes_long(material: Material, beats: Beats, sure: bool) -> None:
    walk = _arranger(material, beats if sure else None).new_walk(3000, 0.0, np.random.default_rng(1))
    jumps = np.flatnonzero(np.diff(walk) != 1)
    assert np.diff(jumps).max() <= MAX_QUOTE_S * RATE + 1


@pytest.mark.parametrize("sure", [True, False])
def test_new_walk_visits_most_of_the_fragment(material: Material, beats: Beats, sure: bool) -> None:
    walk = _arranger(material, beats if sure else None).new_walk(2 * N, 0.7, np.random.default_rng(5))
    assert len(np.unique(walk)) > 0.6 * N


@pytest.mark.parametrize("sure", [True, False])
def test_course_without_straying_is_the_fragment_then_an_extra_section(
    material: Material, beats: Beats, sure: bool
) -> None:
    walk = _arranger(material, beats if sure else None).course(N + 400, 0.0, np.random.default_rng(0), lead=20)
    assert len(walk) == 20 + N + 400
    assert np.abs(walk[20 : 20 + N] - np.arange(N)).max() <= 1
    assert walk[20 + N :].min() >= 0
    assert walk.max() < N


def test_course_goes_on_in_the_bar_after_the_fragment_ends(material: Material, beats: Beats) -> None:
    arranger = _arranger(material, beats)
    assert isinstance(arranger.grid, BeatGrid)
    # the fragment begins with the rest of a third beat, 0.25 s long, and ends with the first half of one
    walk = arranger.course(2 * N, 0.3, np.random.default_rng(0))
    assert _places_of(walk[round(0.25 * RATE) :], arranger.grid, N_BEATS - 1) == [(3 + i) % 4 for i in range(47)]


def test_a_share_of_the_course_is_replaced(material: Material) -> None:
    arranger = _arranger(material, None)
    for straying in (0.2, 0.6):
        walks = [arranger.course(N, straying, np.random.default_rng(seed)) for seed in range(20)]
        strayed = np.mean([(np.abs(walk - np.arange(N)) > 2).mean() for walk in walks])
        assert strayed == pytest.approx(straying, abs=0.08)


def test_units_whose_attacks_are_matched_best_are_replaced_first() -> None:
    rng = np.random.default_rng(2)
    accents = np.tile(np.eye(31, dtype=np.float32)[0], N // 31 + 1)[:N]
    accents[N // 2 :] = 3.0 * rng.random(N - N // 2)
    arranger = _arranger(_material(rng.standard_normal((N, 4)), accents), None)
    walks = np.stack([arranger.course(N, 0.4, np.random.default_rng(seed)) for seed in range(10)])
    strayed = (np.abs(walks - np.arange(N)) > 2).mean(axis=0)
    assert strayed[: N // 2].mean() > 2 * strayed[N // 2 :].mean()


def test_same_seed_same_walk_other_seed_other_walk(material: Material, beats: Beats) -> None:
    arranger = _arranger(material, beats)
    one, two, three = (arranger.arrange("new", 0.5, 900, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


@pytest.mark.parametrize("sure", [True, False])
def test_exact_positions_follow_the_rounded_plan(material: Material, beats: Beats, sure: bool) -> None:
    arranger = _arranger(material, beats if sure else None)
    plans = [plan("new", 0.5, 2000, np.random.default_rng(4), 30) for plan in (arranger.arrange, arranger.positions)]
    assert plans[1].shape == (2030,)
    # where two units meet, the frame between them may belong to either
    assert (np.abs(plans[0] - plans[1]) <= 1.001).mean() > 0.95


def test_exact_positions_put_beats_where_they_belong(material: Material, beats: Beats) -> None:
    arranger = _arranger(material, beats)
    assert isinstance(arranger.grid, BeatGrid)
    places = arranger.positions("new", 0.5, 3000, np.random.default_rng(4))
    beats_of_take = np.arange(1, 90) * 0.5 * RATE
    at = np.ceil(beats_of_take).astype(int)
    source_beats = places[at] - (at - beats_of_take)
    nearest = np.abs(source_beats[:, None] - arranger.grid.borders[None, :]).min(axis=1)
    assert nearest.max() < 1e-6


def test_too_short_to_arrange() -> None:
    silence = _material(np.zeros((60, 2)), np.zeros(60))
    with pytest.raises(TooShortError, match="too short"):
        _arranger(silence, None)


def test_comparing_finds_the_same_sound_and_the_same_attacks(material: Material) -> None:
    twice = _material(np.concatenate([material.frames] * 2), np.concatenate([material.accents] * 2))
    costs, mismatches = twice.compare(100, 30)
    assert len(costs) == 2 * N - 29
    assert set(np.argsort(costs)[:2].tolist()) == {100, 100 + N}
    expected = ((twice.accents[400:430] - twice.accents[100:130]) ** 2).sum()
    assert mismatches[400] == pytest.approx(expected, abs=1e-4)


def test_best_moments_lie_apart() -> None:
    costs = np.array([3.0, 1.0, 1.1, 5.0, 2.0, np.inf])
    assert best_apart(costs, 2, 2).tolist() == [1, 4]
    assert best_apart(costs, 9, 1).tolist() == [1, 2, 4, 0, 3]


def test_accents_of_a_plan_are_the_fragments_and_those_of_its_cuts(material: Material) -> None:
    spectrum = np.zeros((N, 2), dtype=np.float32)
    spectrum[400:] = (3.0, -5.0)
    material = Material(material.frames, material.accents, spectrum)
    positions = np.concatenate([np.arange(100.3, 150), np.arange(420.1, 460)])
    accents = material.accents_of(positions)
    assert accents[50] == pytest.approx(1.5)  # one of two bands rises by 3, the other falls
    assert accents[:50] == pytest.approx(material.accents[100:150])
    assert accents[51:] == pytest.approx(material.accents[421:460])


def test_a_shuffled_rhythm_is_not_kept(material: Material) -> None:
    straight = np.arange(N, dtype=np.float64)
    assert material.rhythm_kept(straight, RATE) == pytest.approx(1.0)
    assert material.rhythm_kept(straight[200:1000], RATE) > 0.9
    pieces = np.split(straight, np.sort(np.random.default_rng(1).choice(N, 60, replace=False)))
    shuffled = np.concatenate([pieces[i] for i in np.random.default_rng(2).permutation(len(pieces))])
    assert material.rhythm_kept(shuffled, RATE) < 0.5


def test_variations_replace_fewer_units_where_that_costs_the_rhythm() -> None:
    rng = np.random.default_rng(5)
    accents = 3.0 * rng.random(N)  # nothing is accented like anything else
    arranger = _arranger(_material(rng.standard_normal((N, 4)), accents), None)
    material = arranger.grid.material

    def strayed(closeness: float) -> float:
        plans = [arranger.positions("variation", closeness, N - 1, np.random.default_rng(s)) for s in range(6)]
        if closeness >= 0.5:
            assert min(material.rhythm_kept(plan, RATE) for plan in plans) > 0.94
        return float(np.mean([(np.abs(plan - np.arange(N - 1)) > 2).mean() for plan in plans]))

    free = [arranger.course(N, 0.45, np.random.default_rng(s)) for s in range(6)]
    assert min(material.rhythm_kept(walk.astype(np.float64), RATE) for walk in free) < 0.9
    assert 0.02 < strayed(0.5) < 0.3
    assert strayed(0.0) > 0.6
