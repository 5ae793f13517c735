"""What guides the pyramid: time in the bar and attacks."""

import numpy as np
import pytest
import torch

from musemate.engine.frames.framing import accents
from musemate.engine.frames.guide import N_ACCENT, make_guide, speeds, ticks, without

BORDERS = np.array([0.0, 10.0, 40.0, 70.0, 100.0, 130.0, 140.0])
PLACES = np.array([2, 3, 0, 1, 2, 3])


def _guide() -> torch.Tensor:
    return make_guide(np.random.default_rng(0).random(140).astype(np.float32), BORDERS, PLACES, 4)


def test_the_slowest_channels_turn_once_a_bar() -> None:
    guide = _guide()
    assert guide.shape == (N_ACCENT + 2 * len(speeds(4)), 140)
    sine, cosine = guide[N_ACCENT].numpy(), guide[N_ACCENT + 1].numpy()
    # frame 40 is the first beat of a bar, frame 70 the second, 100 the third; the beats before and after run on
    assert (sine[40], cosine[40]) == pytest.approx((0.0, 1.0), abs=1e-5)
    assert (sine[70], cosine[70]) == pytest.approx((1.0, 0.0), abs=1e-5)
    assert cosine[100] == pytest.approx(-1.0, abs=1e-5)
    turned = np.unwrap(np.arctan2(sine, cosine)) / (2 * np.pi) * 120
    assert np.diff(turned) == pytest.approx(1.0, abs=1e-3)


def test_without_beats_there_are_only_attacks() -> None:
    guide = make_guide(np.arange(9, dtype=np.float32), np.zeros(0), np.zeros(0, dtype=np.int64), 4)
    assert guide.shape == (N_ACCENT, 9)
    assert float(guide.mean()) == pytest.approx(0, abs=1e-6)


def test_channels_can_be_silenced_apart() -> None:
    guide = _guide()
    assert torch.equal(without(guide, bars=True)[:N_ACCENT], guide[:N_ACCENT])
    assert not without(guide, bars=True)[N_ACCENT:].any()
    assert not without(guide, accents=True)[:N_ACCENT].any()
    assert torch.equal(without(guide, accents=True)[N_ACCENT:], guide[N_ACCENT:])


def test_accents_rise_with_the_spectrum_and_ignore_its_fall() -> None:
    bands = torch.tensor([[0.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    assert accents(bands).tolist() == [0.0, 1.0, 0.0]


def test_ticks_turn_twice_and_four_times_a_beat() -> None:
    fast = ticks(_guide())
    # frames 40 and 55 are half a beat apart, 7.5 more are a quarter
    assert fast[:, 40].tolist() == pytest.approx([0.0, 1.0, 0.0, 1.0], abs=1e-4)
    assert fast[:, 55].tolist() == pytest.approx([0.0, 1.0, 0.0, 1.0], abs=1e-4)
    assert fast[0, [47, 48]].mean() == pytest.approx(0.0, abs=1e-3)
    assert fast[1, [47, 48]].mean() < -0.9
    assert ticks(torch.ones(N_ACCENT, 7)).shape == (0, 7)
