"""The quick kernels against torch's own in double precision, and whole trainings with and without each lever."""

from collections.abc import Callable

import pytest
import torch
from torch.nn.functional import batch_norm, conv1d, leaky_relu

from musemate.engine.classic import kernels, networks
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import make_config
from musemate.engine.classic.networks import ScaleCritic, ScaleGenerator
from musemate.engine.classic.preparing import prepare
from musemate.engine.classic.pyramid import Pyramid
from tests.engine.signals import ticking_clip

Layer = Callable[..., torch.Tensor]


def twice_differentiated(layer: Layer, x: torch.Tensor, *weights: torch.Tensor) -> list[torch.Tensor]:
    """Return a layer's result, its slope with respect to x, and the gradients of a penalty on that slope."""
    x, *weights = (tensor.clone().requires_grad_() for tensor in (x, *weights))
    y = layer(x, *weights)
    with kernels.only_into_signals():
        (slope,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
    gradients = torch.autograd.grad((slope - 1).square().sum() + y.square().sum(), (x, *weights))
    return [tensor.detach() for tensor in (y, slope, *gradients)]


def assert_same(quick: Layer, plain: Layer, *tensors: torch.Tensor) -> None:
    results = twice_differentiated(quick, *tensors)
    wanted = twice_differentiated(plain, *(tensor.double() for tensor in tensors))
    for got, want in zip(results, wanted, strict=True):
        assert float((got - want).norm()) < 2e-6 * float(want.norm())


@pytest.mark.parametrize(("n_in", "n_out"), [(6, 5), (1, 6), (6, 1)])
@pytest.mark.parametrize("dilation", [1, 4])
@pytest.mark.parametrize("rows", [1, 2])
def test_convolution(n_in: int, n_out: int, dilation: int, rows: int) -> None:
    torch.manual_seed(1)
    x, weight, bias = torch.randn(rows, n_in, 101), torch.randn(n_out, n_in, 5), torch.randn(n_out)
    assert_same(
        lambda x, w, b: kernels.convolve(x[:, :, None], w, b, dilation)[:, :, 0],
        lambda x, w, b: conv1d(x, w, b, dilation=dilation),
        x,
        weight,
        bias,
    )


@pytest.mark.parametrize("chunk", [150, 8192])
def test_norm_and_rectifier(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "CHUNK", chunk)
    torch.manual_seed(2)
    x, weight, bias = torch.randn(2, 4, 301) * 3 + 1, torch.rand(4) + 0.5, torch.randn(4)

    def plain(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        rows = [batch_norm(row[None], None, None, w, b, True, 0.0, 1e-5) for row in x]
        return leaky_relu(torch.cat(rows), 0.2)

    assert_same(
        lambda x, w, b: kernels.norm_and_rectify(x[:, :, None], w, b, torch.float32)[0][:, :, 0], plain, x, weight, bias
    )
    _, means, variances = kernels.norm_and_rectify(x[:, :, None], weight, bias, torch.float32)
    torch.testing.assert_close(means, x.mean(dim=2))
    torch.testing.assert_close(variances, x.var(dim=2, unbiased=False))


def test_no_gradients_of_weights_where_none_are_wanted() -> None:
    weight = torch.randn(3, 2, 5, requires_grad=True)
    with kernels.only_into_signals():
        kernels.convolve(torch.randn(1, 2, 1, 30), weight, None, 1).sum().backward()
    assert weight.grad is None
    kernels.convolve(torch.randn(1, 2, 1, 30), weight, None, 1).sum().backward()
    assert weight.grad is not None


def test_third_derivatives_are_refused() -> None:
    weight = torch.randn(3, 2, 5, requires_grad=True)
    y = kernels.convolve(torch.randn(1, 2, 1, 30), weight, None, 1).square().sum()
    (gradient,) = torch.autograd.grad(y, weight, create_graph=True)
    with pytest.raises(NotImplementedError, match="not differentiated again"):
        gradient.sum().backward()


@pytest.mark.parametrize("kind", [ScaleGenerator, ScaleCritic])
def test_frozen_networks_are_the_same(kind: type[ScaleGenerator] | type[ScaleCritic]) -> None:
    torch.manual_seed(3)
    quick = kind(make_config("code", {"tiny": True}), 1, 6)
    plain = kind(make_config("code", {"tiny": True, "fast_kernels": False}), 1, 6)
    plain.load_state_dict(quick.state_dict())
    inputs = (torch.randn(2, 1, 200), torch.randn(2, 1, 172))[: 2 if kind is ScaleGenerator else 1]
    torch.testing.assert_close(quick(*inputs), plain(*inputs), atol=1e-5, rtol=1e-5)  # updates the statistics
    for name, statistic in plain.named_buffers():
        torch.testing.assert_close(quick.get_buffer(name), statistic, atol=1e-6, rtol=1e-5)
    with torch.no_grad():
        torch.testing.assert_close(quick.eval()(*inputs), plain.eval()(*inputs), atol=1e-5, rtol=1e-5)


def losses_of(n_steps: int, n_channels: int = 1, **options: object) -> list[dict[str, float]]:
    """Train two scales and return the losses of the second."""
    config = make_config("quick", {"tiny": True, "num_epochs": n_steps, **options})
    prepared = prepare(ticking_clip(2.0, channels=n_channels), config)
    pyramid = Pyramid(config, prepared.scales.rates_hz, n_channels, torch.device("cpu"))
    random = torch.Generator().manual_seed(1)
    torch.manual_seed(1)
    list(ScaleTraining(config, prepared.scales, pyramid, None, random).steps())
    return list(ScaleTraining(config, prepared.scales, pyramid, None, random).steps())


PLAIN = {"fast_kernels": False, "batched": False, "bank_size": 0, "bfloat16": False}


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize(
    "lever", [{"fast_kernels": True}, {"batched": True}, {"bank_size": 9}, {"fast_kernels": True, "batched": True}]
)
def test_levers_change_nothing_but_rounding(n_channels: int, lever: dict[str, object]) -> None:
    plain = losses_of(3, n_channels, **PLAIN)
    quick = losses_of(3, n_channels, **{**PLAIN, **lever})
    for got, want in zip(quick, plain, strict=True):
        assert got == pytest.approx(want, rel=2e-4, abs=2e-6)


def test_eight_bits_of_precision_stay_near(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = losses_of(3, **PLAIN)
    monkeypatch.setattr(kernels, "has_quick_bfloat16", lambda: True)
    assert networks.inner_type(make_config("quick", None)) is torch.bfloat16
    coarse = losses_of(3, **{**PLAIN, "fast_kernels": True, "bfloat16": True})
    assert coarse != plain
    for got, want in zip(coarse, plain, strict=True):
        assert got["penalty"] == pytest.approx(want["penalty"], rel=0.02)
        assert got["reconstruction"] == pytest.approx(want["reconstruction"], rel=0.02)


def test_processors_without_it_compute_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "has_quick_bfloat16", lambda: False)
    assert networks.inner_type(make_config("quick", None)) is torch.float32
    assert networks.inner_type(make_config("code", None)) is torch.float32
