"""Takes near other takes: noise that stays normal, walks that keep a share, the very take at no distance."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from engine.signals import ticking_clip

from musemate.analysis.metre import Beats
from musemate.engine.base import Model, TakeRequest, TrainRequest
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.frames.arranger import Arranger, make_arranger
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.frames.grids import beat_borders
from musemate.engine.frames.matching import Material
from musemate.engine.instant.engine import InstantEngine
from musemate.engine.kinship import Kin, Strand, chance_of
from musemate.engine.lineage import MOST_ANCESTORS, Ancestor, Step, lineage_from, steps_of
from musemate.errors import SettingsError

RATE, N_BEATS = 62.5, 32
N = round(N_BEATS * 0.5 * RATE)
SHAPE = (1, 4, 5000)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def kin(*distances: float, entries: tuple[int, ...] = ()) -> Kin:
    places = entries or (0,) * len(distances)
    return Kin([Strand(seeded(seed), far, at) for seed, far, at in zip(count(1), distances, places, strict=False)])


@pytest.mark.parametrize("distance", [0.2, 0.4, 0.7])
def test_mixed_noise_is_standard_normal_and_as_near_as_it_says(distance: float) -> None:
    shapes = lambda scale: SHAPE  # noqa: E731
    mixed, own = kin(1.0, distance).at(0, shapes), torch.randn(SHAPE, generator=seeded(1))
    assert float(mixed.mean()) == pytest.approx(0.0, abs=0.03)
    assert float(mixed.std()) == pytest.approx(1.0, abs=0.02)
    assert float((mixed * own).mean()) == pytest.approx((1 - distance**2) ** 0.5, abs=0.03)


def test_a_line_of_three_keeps_its_variance_and_its_ends() -> None:
    shapes = lambda scale: SHAPE  # noqa: E731
    assert float(kin(1.0, 0.5, 0.5).at(0, shapes).std()) == pytest.approx(1.0, abs=0.02)
    assert torch.equal(kin(1.0, 0.0, 0.0).at(0, shapes), torch.randn(SHAPE, generator=seeded(1)))
    assert torch.equal(kin(1.0, 0.3, 1.0).at(0, shapes), torch.randn(SHAPE, generator=seeded(3)))


def test_each_takes_noise_is_that_of_its_own_scales_wherever_it_began() -> None:
    """An ancestor that began a scale lower gives here what it has here; one that began higher has nothing here yet."""
    shapes = lambda scale: (1, 2, 8 << scale)  # noqa: E731
    lower, alone = seeded(1), seeded(1)
    torch.randn(shapes(0), generator=lower)
    assert torch.equal(kin(1.0, 0.0, entries=(0, 1)).at(1, shapes), torch.randn(shapes(1), generator=lower))
    higher = kin(1.0, 0.0, entries=(1, 0))
    assert torch.equal(higher.at(0, shapes), torch.randn(shapes(0), generator=seeded(2)))
    assert torch.equal(higher.at(1, shapes), torch.randn(shapes(1), generator=alone))


def test_a_take_of_no_line_draws_from_its_seed_alone() -> None:
    chance = chance_of(TakeRequest(2.0, seed=5), seeded, lambda step: 0)
    assert isinstance(chance, torch.Generator)
    assert chance.initial_seed() == 5


# walks -------------------------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["beats", "free"])
def arranger(request: pytest.FixtureRequest) -> Arranger:
    rng = np.random.default_rng(3)
    accents = np.zeros(N, dtype=np.float32)
    accents[:: round(0.31 * RATE)] = 1.0 + rng.random(len(accents[:: round(0.31 * RATE)]))
    frames = rng.standard_normal((N, 4)).astype(np.float32)
    material = Material(frames, accents, np.zeros((N, 3), dtype=np.float32))
    beats = Beats(120.0, 0.9, tuple(np.arange(0.25, N_BEATS * 0.5, 0.5)), downbeat=1) if request.param else None
    return make_arranger(material, RATE, *beat_borders(beats, RATE, N), 4)


def walk(arranger: Arranger, mode: str, *steps: Step) -> np.ndarray:
    rng = np.random.default_rng(steps[-1].seed)
    return arranger.positions(mode, steps[-1].closeness, N + 400, rng, near=arranger.near(mode, steps))


@pytest.mark.parametrize("mode", ["new", "variation"])
def test_no_distance_is_the_very_walk_and_all_of_it_another(arranger: Arranger, mode: str) -> None:
    one, two = Step(1, 0.3, 1.0), Step(2, 0.35, 1.0)
    assert np.array_equal(walk(arranger, mode, one, replace(two, distance=0.0)), walk(arranger, mode, one))
    assert np.array_equal(walk(arranger, mode, one, two), walk(arranger, mode, two))
    assert not np.array_equal(walk(arranger, mode, one), walk(arranger, mode, two))
    back = [one, replace(two, distance=0.4), Step(3, 0.3, 0.0)]
    assert np.array_equal(walk(arranger, mode, *back), walk(arranger, mode, *back[:2]))


@pytest.mark.parametrize("mode", ["new", "variation"])
def test_the_share_that_stays_falls_with_the_distance(arranger: Arranger, mode: str) -> None:
    def shared(distance: float) -> float:
        pairs = [(Step(seed, 0.2, 1.0), Step(seed + 50, 0.2, distance)) for seed in range(4)]
        walks = [(walk(arranger, mode, *pair)[:N], walk(arranger, mode, pair[0])[:N]) for pair in pairs]
        return float(np.mean([(np.abs(one - other) < 3).mean() for one, other in walks]))

    near, middle, far = shared(0.15), shared(0.5), shared(1.0)
    assert near > middle + 0.1 > far + 0.2


def test_new_material_near_other_keeps_the_metre() -> None:
    rng = np.random.default_rng(0)
    material = Material(
        rng.standard_normal((N, 4)).astype(np.float32), np.ones(N, np.float32), np.zeros((N, 3), np.float32)
    )
    beats = Beats(120.0, 0.9, tuple(np.arange(0.25, N_BEATS * 0.5, 0.5)), downbeat=1)
    arranger = make_arranger(material, RATE, *beat_borders(beats, RATE, N), 4)
    plan = walk(arranger, "new", Step(1, 0.5, 1.0), Step(2, 0.5, 0.5))
    at_beat = plan[np.ceil(np.arange(30) * 0.5 * RATE).astype(int) + 1]
    units = np.searchsorted(arranger.grid.starts(), at_beat, side="right") - 1
    assert [int(arranger.grid.places[unit]) for unit in units] == [place % 4 for place in range(30)]  # type: ignore[attr-defined]


# engines -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["frames", "classic", "instant"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("run")
    if request.param == "classic":
        engine, clip = ClassicEngine(), ticking_clip(2.0, 8000, 1)
        wanted = TrainRequest("quick", options={"tiny": True, "num_epochs": 1})
    elif request.param == "frames":
        engine, clip = FramesEngine(), ticking_clip(6.0, 8000)  # type: ignore[assignment]
        wanted = TrainRequest("sketch", options={"tiny": True, "pyramid_steps": 2, "draft_steps": 1, "sound_steps": 1})
    else:
        engine, clip, wanted = InstantEngine(), ticking_clip(12.0, 8000), TrainRequest()  # type: ignore[assignment]
    list(engine.train(clip, wanted, folder, lambda: False))
    return engine.load(folder, "cpu")


@pytest.mark.parametrize("mode", ["new", "variation"])
def test_every_engine_makes_the_very_take_and_then_others(model: Model, mode: str) -> None:
    def made(closeness: float, seed: int, *lineage: Ancestor) -> np.ndarray:
        return model.generate(TakeRequest(8.0, mode, closeness, seed, lineage=lineage), lambda: False).samples

    own = made(0.3, 7)
    assert np.array_equal(made(0.3, 8, Ancestor(7, 0.3, 0.0)), own)
    assert np.array_equal(made(0.3, 8, Ancestor(7, 0.3, 1.0)), made(0.3, 8))
    near = made(0.33, 8, Ancestor(7, 0.3, 0.4))
    assert np.array_equal(near, made(0.33, 8, Ancestor(7, 0.3, 0.4)))
    assert not np.array_equal(near, own)
    assert np.array_equal(made(0.33, 9, Ancestor(7, 0.3, 0.4), Ancestor(8, 0.33, 0.0)), near)


# requests ----------------------------------------------------------------------------------------------


def test_a_line_is_stored_and_read_again() -> None:
    lineage = (Ancestor(3, 0.5, 0.2), Ancestor(4, 0.52, 0.4))
    request = TakeRequest(2.0, seed=9, closeness=0.55, lineage=lineage)
    stored = request.to_json()
    assert stored["lineage"] == [
        {"seed": 3, "closeness": 0.5, "distance": 0.2},
        {"seed": 4, "closeness": 0.52, "distance": 0.4},
    ]
    assert TakeRequest(**{**stored, "lineage": lineage_from(stored["lineage"])}) == request
    assert request.steps == [Step(3, 0.5, 1.0), Step(4, 0.52, 0.2), Step(9, 0.55, 0.4)]
    assert steps_of((), 9, 0.5) == [Step(9, 0.5, 1.0)]


@pytest.mark.parametrize(
    ("lineage", "said"),
    [
        ((Ancestor(3, 0.5, 1.5),), "A distance of 1.5 is not possible"),
        ((Ancestor(3, 0.5, float("nan")),), "A distance of nan is not possible"),
        ((Ancestor(3, 7.0, 0.5),), "What this take descends from cannot be read"),
        ((Ancestor(-3, 0.5, 0.5),), "The seed -3 is not possible"),
        ((Ancestor(True, 0.5, 0.5),), "What this take descends from cannot be read"),
        ([Ancestor(3, 0.5, 0.5)], "What this take descends from cannot be read"),
        ((Ancestor(3, 0.5, 0.5),) * (MOST_ANCESTORS + 1), "cannot descend from 33 others"),
    ],
)
def test_what_is_no_line_is_refused(lineage: object, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        TakeRequest(2.0, lineage=lineage)  # type: ignore[arg-type]


@pytest.mark.parametrize("stored", [7, [{"seed": 1}], [{"seed": 1, "closeness": 0.5, "distance": 0.5, "x": 1}], "ab"])
def test_a_damaged_line_is_refused(stored: object) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        lineage_from(stored)


def test_a_reconstruction_descends_from_nothing() -> None:
    with pytest.raises(SettingsError, match="the same each time"):
        TakeRequest(2.0, "reconstruction", lineage=(Ancestor(3, 0.5, 0.5),))
