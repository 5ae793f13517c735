"""Points of a training before its end: what is kept, that training does not notice, and takes as it was then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musemate.engine.base import Engine, TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic.climbing import ScaleTraining as ClassicScale
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.frames.climbing import ScaleTraining
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.instant.engine import InstantEngine
from musemate.engine.points import check_snapshots, chosen_part, points_among, points_in
from musemate.errors import ParameterError, SettingsError
from tests.engine.signals import ticking_clip

ENGINES: dict[str, tuple[Engine, str, dict[str, Any]]] = {
    "frames": (FramesEngine(), "sketch", {"tiny": True, "time_scales": [2, 1], "pyramid_steps": 6, "sound_steps": 5}),
    "classic": (ClassicEngine(), "quick", {"tiny": True, "bfloat16": False}),
    "excerpts": (ClassicEngine(), "quick", {"tiny": True, "bfloat16": False, "crop_samples": 512}),
}
POINTS = {"frames": [2, 5], "classic": [1, 3], "excerpts": [1, 3]}
KEPT = {
    "frames": ["scale-0-at-2", "scale-0-at-5", "scale-1-at-2", "scale-1-at-5", "sound-at-2"],  # sound ends at 5
    "classic": [f"scale-{scale}-at-{steps}" for scale in range(3) for steps in (1, 3)],
    "excerpts": [f"scale-{scale}-at-{steps}" for scale in range(3) for steps in (1, 3)],
}


@pytest.fixture(scope="module", params=list(ENGINES))
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """Return an engine's name, a training without earlier points, and one with."""
    engine, preset, options = ENGINES[request.param]
    folders = [tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("kept")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)
        for folder, points in zip(folders, ([], POINTS[request.param]), strict=True):
            asked = TrainRequest(preset, seed=3, options={**options, "snapshots": points})
            list(engine.train(ticking_clip(3.0), asked, folder, lambda: False))
    return request.param, folders[0], folders[1]


def test_training_does_not_notice(trained: tuple[str, Path, Path]) -> None:
    name, plain, kept = trained
    without, within = Checkpoint(plain), Checkpoint(kept)
    assert sorted(set(within.parts) - set(without.parts)) == KEPT[name]
    for part in without.parts:
        one, other = without.load(part), within.load(part)
        assert one.keys() == other.keys()
        assert all(torch.equal(one[key], other[key]) for key in one), part


def test_a_point_is_offered_loaded_and_makes_other_takes(trained: tuple[str, Path, Path]) -> None:
    name, plain, kept = trained
    engine, early = ENGINES[name][0], POINTS[name][0]
    assert (points_in(plain), points_in(kept)) == ([], POINTS[name])
    request = TakeRequest(2.0, "new", 0.0, seed=7, at_steps=early)
    one, again = (engine.load(kept, "cpu", request.at_steps).generate(request, lambda: False) for _ in range(2))
    assert np.array_equal(one.samples, again.samples)
    end = engine.load(kept, "cpu").generate(request, lambda: False)
    assert one.n_frames == end.n_frames
    assert not np.array_equal(one.samples, end.samples)
    assert engine.load(kept, "cpu", early).generate(TakeRequest(2.0, "reconstruction"), lambda: False).peak > 0


def test_points_that_were_not_kept_are_refused(trained: tuple[str, Path, Path]) -> None:
    name, plain, kept = trained
    engine = ENGINES[name][0]
    with pytest.raises(SettingsError, match="not kept as it was after 4 steps") as caught:
        engine.load(kept, "cpu", 4)
    assert caught.value.hint == f"Choose one of: {', '.join(map(str, POINTS[name]))}, or its end."
    with pytest.raises(SettingsError) as caught:
        engine.load(plain, "cpu", 2)
    assert caught.value.hint == "Leave it out for its end."


def test_what_is_kept_is_what_the_steps_so_far_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)
    seen: dict[tuple[int, int], torch.Tensor] = {}
    step, classic_step = ScaleTraining._step, ClassicScale._step

    def frames_step(self: ScaleTraining, number: int) -> dict[str, torch.Tensor]:
        losses = step(self, number)
        seen[self.scale, number + 1] = self.averaged.state_dict()["net.0.weight"].clone()
        return losses

    monkeypatch.setattr(ScaleTraining, "_step", frames_step)
    engine, preset, options = ENGINES["frames"]
    asked = TrainRequest(preset, options={**options, "snapshots": [4]})
    list(engine.train(ticking_clip(3.0), asked, tmp_path / "frames", lambda: False))
    kept = Checkpoint(tmp_path / "frames").load("scale-1-at-4")["net.0.weight"]
    assert torch.equal(kept, seen[1, 4])

    counts: dict[int, int] = {}

    def counted(self: ClassicScale) -> dict[str, float]:
        losses = classic_step(self)
        counts[self.scale] = counts.get(self.scale, 0) + 1
        seen[self.scale, -counts[self.scale]] = next(iter(self.generator.state_dict().values())).clone()
        return losses

    monkeypatch.setattr(ClassicScale, "_step", counted)
    engine, preset, options = ENGINES["classic"]
    asked = TrainRequest(preset, options={**options, "snapshots": [2]})
    list(engine.train(ticking_clip(3.0), asked, tmp_path / "classic", lambda: False))
    stored = Checkpoint(tmp_path / "classic").load("scale-2-at-2")
    assert torch.equal(next(v for k, v in stored.items() if k == _first_generator_key(stored)), seen[2, -2])
    assert not any(name.startswith("critic.") for name in stored), "takes need no critic"


def _first_generator_key(stored: dict[str, torch.Tensor]) -> str:
    from musemate.engine.classic.config import make_config
    from musemate.engine.classic.networks import ScaleGenerator

    config = make_config("quick", ENGINES["classic"][2])
    return f"generator.{next(iter(ScaleGenerator(config, 1, config.channels(2)).state_dict()))}"


@pytest.mark.parametrize("trained", ["excerpts"], indirect=True)
def test_a_point_of_excerpts_is_settled_like_an_end(trained: tuple[str, Path, Path]) -> None:
    """A take of a point knows how loud whole signals are, not only the last excerpts."""
    _, _, kept = trained
    point, end = (Checkpoint(kept).load(f"scale-2{which}") for which in ("-at-3", ""))
    statistics = [key for key in point if key.endswith("running_var")]
    assert statistics
    for key in statistics:  # of nearly the same weights, one step apart
        assert torch.allclose(point[key], end[key], rtol=0.2), key


def test_a_stopped_training_goes_on_with_other_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)
    for name, (engine, preset, options) in ENGINES.items():
        folder = tmp_path / name
        asked = TrainRequest(preset, options={**options, "snapshots": []})
        list(engine.train(ticking_clip(3.0), asked, folder, lambda folder=folder: len(Checkpoint(folder).parts) > 2))
        assert points_in(folder) == []
        asked = TrainRequest(preset, options={**options, "snapshots": [2]})
        list(engine.train(ticking_clip(3.0), asked, folder, lambda: False))
        assert points_in(folder) == [2]
        take = engine.load(folder, "cpu", 2).generate(TakeRequest(1.0, at_steps=2), lambda: False)
        assert take.peak > 0, "the parts of which nothing was kept are as they ended"


def test_names_of_points() -> None:
    parts = ["fragment", "scale-0", "scale-0-at-500", "scale-0-at-1000", "scale-1-at-20", "sound"]
    assert points_among(parts) == [500, 1000], "a part that is not finished makes no takes"
    assert chosen_part("scale-0", parts, None) == "scale-0"
    assert chosen_part("scale-0", parts, 500) == "scale-0-at-500"
    assert chosen_part("sound", parts, 500) == "sound"


def test_a_folder_that_cannot_be_read_has_no_points(tmp_path: Path) -> None:
    assert points_in(tmp_path) == []
    (tmp_path / "manifest.json").write_text('{"parts": 3}')
    assert points_in(tmp_path) == []


def test_points_must_ascend_and_be_few() -> None:
    check_snapshots(range(100, 900, 100))
    for steps in ([200, 100], [100, 100], list(range(1, 10))):
        with pytest.raises(ParameterError, match="must ascend, and be 8 at most"):
            check_snapshots(steps)
    with pytest.raises(SettingsError, match="no point after 0 steps"):
        TakeRequest(2.0, at_steps=0)


def test_instant_takes_know_no_points(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not kept as it was after 500 steps"):
        InstantEngine().load(tmp_path, "cpu", 500)
