"""Upsampling against the same sum written out in double precision."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from musemate.engine.classic import resampling
from musemate.engine.classic.resampling import cubic, upsample, upsampled_length


def by_hand(x: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    n, n_out = len(x), -(-len(x) * to_hz // from_hz)
    mirror = np.concatenate([np.arange(n), np.arange(n - 1, -1, -1)])
    out = []
    for i in range(n_out):
        place = Fraction(i * from_hz, to_hz) + Fraction(n - 1, 2) - Fraction((n_out - 1) * from_hz, 2 * to_hz)
        left = int(np.ceil(float(place) - 2 - np.finfo(np.float32).eps))
        taken = [mirror[(left + k) % (2 * n)] for k in range(4)]
        weights = np.array([kernel(float(place) - index) for index in taken])
        out.append(float((weights * x[taken]).sum() / weights.sum()))
    return np.array(out)


def kernel(d: float) -> float:
    d = abs(d)
    if d <= 1:
        return 1.5 * d**3 - 2.5 * d**2 + 1
    return -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2 if d <= 2 else 0.0


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(320, 400), (500, 640), (2500, 4000), (4000, 8000), (14400, 16000), (32000, 44100)]
)
@pytest.mark.parametrize("n", [40, 41])
def test_equals_the_sum_written_out(from_hz: int, to_hz: int, n: int) -> None:
    x = np.random.default_rng(2).standard_normal(n)
    wanted = by_hand(x, from_hz, to_hz)
    got = upsample(torch.from_numpy(x)[None, None], from_hz, to_hz, len(wanted))[0, 0]
    np.testing.assert_allclose(got.numpy(), wanted, atol=1e-12)
    single = upsample(torch.from_numpy(x).float(), from_hz, to_hz, len(wanted))
    np.testing.assert_allclose(single.numpy(), wanted, atol=3e-6)


def test_kernel() -> None:
    d = torch.linspace(-3, 3, 61, dtype=torch.float64)
    np.testing.assert_allclose(cubic(d).numpy(), [kernel(float(x)) for x in d], atol=1e-15)


def test_straight_lines_stay_straight() -> None:
    line = torch.arange(100, dtype=torch.float64) / 100
    raised = upsample(line, 4000, 8000, 200)
    wanted = (torch.arange(200, dtype=torch.float64) / 2 - 0.25) / 100  # both have the same middle
    torch.testing.assert_close(raised[6:-6], wanted[6:-6], atol=1e-12, rtol=0)


@pytest.mark.parametrize(("n", "from_hz", "to_hz", "length"), [(8000, 320, 400, 10000), (7, 320, 400, 9)])
def test_lengths_are_rounded_up(n: int, from_hz: int, to_hz: int, length: int) -> None:
    assert upsampled_length(n, from_hz, to_hz) == length


def test_what_is_too_long_is_cut_and_what_is_too_short_ends_in_zeros() -> None:
    x = torch.randn(1, 1, 50)
    whole = upsample(x, 500, 640, 64)
    assert torch.equal(upsample(x, 500, 640, 61), whole[..., :61])
    longer = upsample(x, 500, 640, 67)
    assert torch.equal(longer[..., :64], whole)
    assert longer[..., 64:].abs().max() == 0


def test_pieces_equal_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(1, 2, 300)
    whole = upsample(x, 2500, 4000, 480)
    monkeypatch.setattr(resampling, "PIECE", 77)
    assert torch.equal(upsample(x, 2500, 4000, 480), whole)
