"""Takes: their length, what is real in them, their layers, and pieces that join to the whole."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musemate.engine.base import LayeredModel, TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic import pyramid as pyramid_module
from musemate.engine.classic.config import make_config
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.classic.model import ClassicModel
from musemate.engine.classic.networks import ScaleGenerator
from musemate.engine.classic.pyramid import generate_in_pieces
from musemate.errors import CheckpointError, SettingsError
from tests.engine.signals import ticking_clip


@pytest.fixture(scope="module", params=[1, 2], ids=["mono", "stereo"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ClassicModel:
    return model_of(tmp_path_factory.mktemp("run"), request.param)


def model_of(directory: Path, n_channels: int = 1, n_scales: int = 3) -> ClassicModel:
    request = TrainRequest("quick", seed=3, options={"tiny": True, "num_epochs": 2})
    clip = ticking_clip(3.001, 8000, n_channels)
    stop = lambda: len(Checkpoint(directory).parts) > n_scales  # noqa: E731
    list(ClassicEngine().train(clip, request, directory, stop))
    return ClassicEngine().load(directory)


@pytest.mark.parametrize("mode", ["new", "variation"])
@pytest.mark.parametrize("seconds", [1.0, 2.717, 7.3])
def test_takes_have_the_length_are_heard_and_repeat(trained: ClassicModel, mode: str, seconds: float) -> None:
    request = TakeRequest(seconds, mode, seed=9)
    one, two = trained.generate(request), trained.generate(request)
    assert (one.n_channels, one.n_frames, one.rate_hz) == (trained.pyramid.n_signals, round(seconds * 4000), 4000)
    assert np.array_equal(one.samples, two.samples)
    assert 0.001 < one.peak <= 0.991
    assert not np.array_equal(one.samples, trained.generate(TakeRequest(seconds, mode, seed=10)).samples)


def test_layers_are_the_scales_and_the_last_is_the_take(trained: ClassicModel) -> None:
    assert isinstance(trained, LayeredModel)
    for mode in ("new", "variation", "reconstruction"):
        request = TakeRequest(2.0, mode, seed=4)
        layers = trained.layers(request)
        assert [(x.name, x.clip.rate_hz, x.clip.n_frames) for x in layers] == [
            ("1000 Hz", 1000, 2000),
            ("2000 Hz", 2000, 4000),
            ("4000 Hz", 4000, 8000),
        ]
        assert np.array_equal(layers[-1].clip.samples, trained.generate(request).samples)


@pytest.mark.parametrize("scale", [0, 1])
def test_a_variation_keeps_the_real_low_band(trained: ClassicModel, scale: int) -> None:
    layers = trained.layers(TakeRequest(2.0, "variation", seed=1, scale=scale))
    real = trained.layers(TakeRequest(2.0, "variation", seed=2, scale=1))
    for index in range(scale + 1):
        assert np.array_equal(layers[index].clip.samples, real[index].clip.samples)
    mid = layers[0].clip.mono() * trained.gain
    np.testing.assert_allclose(mid, trained.scales.signals[0][0, :2000].numpy(), atol=1e-5)
    others = trained.layers(TakeRequest(2.0, "variation", seed=2, scale=scale))
    assert not np.array_equal(layers[scale + 1].clip.samples, others[scale + 1].clip.samples)


def test_closeness_chooses_how_much_is_real(trained: ClassicModel) -> None:
    for closeness, scale in ((0.0, 0), (0.4, 0), (1.0, 1)):
        by_closeness = trained.generate(TakeRequest(1.0, "variation", closeness, seed=6))
        assert np.array_equal(
            by_closeness.samples, trained.generate(TakeRequest(1.0, "variation", seed=6, scale=scale)).samples
        )


def test_a_variation_longer_than_the_fragment_begins_again(trained: ClassicModel) -> None:
    low = trained.layers(TakeRequest(6.0, "variation", seed=1, scale=0))[0].clip.samples
    n = trained.scales.lengths[0]
    assert n == 3001
    assert np.array_equal(low[:, n:], low[:, : 6000 - n])


def test_a_variation_needs_a_scale_to_make(trained: ClassicModel) -> None:
    with pytest.raises(SettingsError, match="cannot start from scale 2") as caught:
        trained.generate(TakeRequest(1.0, "variation", scale=2))
    assert caught.value.hint == "Choose 0 to 1."


def test_a_reconstruction_is_as_long_as_the_fragment_and_has_no_seed(trained: ClassicModel) -> None:
    one, two = (trained.generate(TakeRequest(60.0, "reconstruction", seed=seed)) for seed in (1, 2))
    assert one.n_frames == trained.scales.lengths[-1] == 12004
    assert np.array_equal(one.samples, two.samples)
    short = trained.generate(TakeRequest(1.0, "reconstruction"))
    assert np.array_equal(short.samples, one.samples[:, :4000])


def test_stopped_trainings_make_takes_at_the_fragments_rate(tmp_path: Path) -> None:
    model = model_of(tmp_path, n_scales=2)
    layers = model.layers(TakeRequest(2.0, "variation", scale=0))
    assert [(x.name, x.clip.rate_hz, x.clip.n_frames) for x in layers] == [
        ("1000 Hz", 1000, 2000),
        ("2000 Hz", 2000, 4000),
        ("2000 Hz at 4000 Hz", 4000, 8000),
    ]
    spectrum = np.abs(np.fft.rfft(layers[-1].clip.samples[0])) ** 2
    assert spectrum[2200:].sum() < 1e-4 * spectrum.sum()  # nothing over the 1 kHz that the second scale holds


def test_variations_of_a_single_scale_are_a_sentence(tmp_path: Path) -> None:
    model = model_of(tmp_path, n_scales=1)
    assert model.generate(TakeRequest(1.0)).n_frames == 4000
    with pytest.raises(CheckpointError, match="before its second scale was finished"):
        model.generate(TakeRequest(1.0, "variation"))


@pytest.mark.parametrize("piece", [100, 333, 1999])
def test_pieces_join_to_the_whole(piece: int) -> None:
    config = make_config("code", {"num_layers": 4})
    torch.manual_seed(2)
    generator = ScaleGenerator(config, 2, 6)
    noise, coarser = torch.randn(2, 1, 2, 2000, dtype=torch.float64)
    generator = generator.double()
    pad = config.pad_size
    generator(torch.nn.functional.pad(noise, (pad, pad)), coarser)  # so that the norms have seen something
    generator.eval()
    with torch.no_grad():
        whole = generator(torch.nn.functional.pad(noise + coarser, (pad, pad)), coarser)
        joined = generate_in_pieces(generator, coarser, noise, config, piece=piece)
    torch.testing.assert_close(joined, whole, atol=1e-13, rtol=0)


def test_takes_in_pieces_are_the_same(trained: ClassicModel, monkeypatch: pytest.MonkeyPatch) -> None:
    request = TakeRequest(2.5, seed=8)
    whole = trained.generate(request)
    monkeypatch.setattr(generate_in_pieces, "__defaults__", (*generate_in_pieces.__defaults__[:-1], 1000))
    np.testing.assert_allclose(trained.generate(request).samples, whole.samples, atol=2e-6)
    assert pyramid_module.PIECE > 10_000


def test_a_take_can_be_cancelled_inside(trained: ClassicModel) -> None:
    answers = iter([False, False, True])
    layers = trained.layers(TakeRequest(5.0), lambda: next(answers, True))
    assert [x.name for x in layers] == ["1000 Hz"]
    take = trained.generate(TakeRequest(5.0), lambda: True)
    assert (take.n_frames, take.peak) == (20000, 0)
