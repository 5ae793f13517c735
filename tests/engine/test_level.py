"""Level of takes: that of the fragment in mid and side, peaks rounded off only where they would clip, no seams."""

import numpy as np
import pytest

from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.frames.model import FramesModel
from musemate.engine.frames.renderer import Renderer
from musemate.engine.samples import KNEE, MAX_PEAK, limit_peaks, to_mid_side
from tests.engine.signals import ticking_clip

OPTIONS = {"tiny": True, "n_components": 24, "renderer_channels": 32, "draft_steps": 250}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> FramesModel:
    """Tiny and stereo, its renderer trained long enough to come near the level."""
    directory = tmp_path_factory.mktemp("run")
    request = TrainRequest("sketch", seed=5, options=OPTIONS)
    list(FramesEngine().train(ticking_clip(channels=2), request, directory))
    return FramesEngine().load(directory)


def _noise(peak: float) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal((2, 5000)).astype(np.float32)
    return samples * np.float32(peak / np.abs(samples).max())


def test_what_does_not_clip_stays_bit_for_bit() -> None:
    samples = _noise(0.98)
    before = samples.copy()
    limit_peaks(samples)
    assert np.array_equal(samples, before)


def test_single_peaks_are_rounded_off_and_the_rest_stays() -> None:
    samples = _noise(1.2)
    before = samples.copy()
    limit_peaks(samples)
    assert np.abs(samples).max() <= MAX_PEAK
    low = np.abs(before) <= KNEE
    assert np.array_equal(samples[low], before[low])
    assert np.sqrt((samples**2).mean()) == pytest.approx(np.sqrt((before**2).mean()), rel=0.01)
    order = np.argsort(before, axis=None)
    assert (np.diff(samples.ravel()[order]) >= 0).all()


def test_far_too_loud_takes_are_turned_down_first() -> None:
    samples = _noise(7.0)
    limit_peaks(samples)
    assert np.abs(samples).max() <= MAX_PEAK
    # most of it lies under the knee again, and is not squeezed
    assert (np.abs(samples) > KNEE).mean() < 0.05


def test_silence_stays() -> None:
    samples = np.zeros((1, 10), dtype=np.float32)
    limit_peaks(samples)
    assert not samples.any()


@pytest.mark.parametrize("mode", ["new", "variation"])
def test_takes_have_the_level_and_the_side_of_their_fragment(model: FramesModel, mode: str) -> None:
    clip = ticking_clip(channels=2)
    take = model.generate(TakeRequest(8.0, mode, 0.5, seed=3))
    for own, made in zip(to_mid_side(clip.samples), to_mid_side(take.samples), strict=True):
        assert 20 * np.log10(made.std() / own.std()) == pytest.approx(0.0, abs=2.0)


def test_a_pieced_take_equals_the_whole(model: FramesModel, monkeypatch: pytest.MonkeyPatch) -> None:
    request = TakeRequest(6.0, "new", 0.5, seed=9)
    whole = model.generate(request)
    monkeypatch.setattr(Renderer.render, "__defaults__", (50, lambda: False))
    monkeypatch.setattr("musemate.engine.frames.model.PIECE_FRAMES", 50)
    monkeypatch.setattr("musemate.engine.frames.retrieval.MAX_DISTANCES", 9000)
    pieced = model.generate(request)
    np.testing.assert_allclose(pieced.samples, whole.samples, atol=2e-5)
