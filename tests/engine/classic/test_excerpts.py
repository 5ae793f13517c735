"""Excerpts: what a step sees of a long signal, and the norms' statistics after it."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic.config import ClassicConfig, make_config
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.classic.excerpts import Excerpts, settle
from musemate.engine.classic.networks import MOMENTUM, ScaleGenerator, SignalNorm
from musemate.engine.classic.pyramid import PIECE
from musemate.engine.classic.reckoning import DRAWING, SET_UP_MIB, SETTLING, scale_mib, step_costs
from musemate.engine.memory import PROCESS_MIB
from musemate.errors import SettingsError
from tests.engine.signals import ticking_clip

N = 1000
TINY = make_config("code", {"tiny": True, "crop_samples": 300})
PAD = TINY.pad_size


def noise(n: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(1, 1, n, generator=torch.Generator().manual_seed(seed))


def excerpts(config: ClassicConfig = TINY) -> Excerpts:
    random = torch.Generator().manual_seed(3)
    return Excerpts(noise(N, 1), noise(N, 2), noise(N + 2 * PAD, 3), config, random)


def network(config: ClassicConfig = TINY) -> ScaleGenerator:
    torch.manual_seed(4)
    return ScaleGenerator(config, 1, 4)


def place(part: torch.Tensor, whole: torch.Tensor) -> int:
    """Return where a part begins in a signal."""
    windows = whole[0, 0].unfold(0, part.shape[-1], 1)
    (found,) = (windows == part[0, 0]).all(dim=1).nonzero()[0].tolist()
    return found


def test_all_signals_are_cut_at_the_same_place() -> None:
    coarser, noisy = noise(N, 5), noise(N + 2 * PAD, 6)
    shown = excerpts()
    firsts = []
    for _ in range(200):
        seen = shown.show(coarser, noisy)
        first = place(seen.real, noise(N, 1))
        assert seen.real.shape[-1] == seen.coarser.shape[-1] == seen.given_back.shape[-1] == 300
        assert torch.equal(seen.coarser, coarser[..., first : first + 300])
        assert torch.equal(seen.given_back, noise(N, 2)[..., first : first + 300])
        assert torch.equal(seen.noisy, noisy[..., first : first + 300 + 2 * PAD])
        assert torch.equal(seen.given_back_noisy, noise(N + 2 * PAD, 3)[..., first : first + 300 + 2 * PAD])
        firsts.append(first)
    assert min(firsts) < 40
    assert max(firsts) > 660
    assert sum(firsts) / len(firsts) == pytest.approx(350, abs=50)


def test_a_generator_makes_of_an_excerpt_what_it_makes_there_of_the_whole() -> None:
    generator = network().eval()
    coarser, noisy = noise(N, 5), noise(N + 2 * PAD, 6)
    seen = excerpts().show(coarser, noisy)
    first = place(seen.coarser, coarser)
    with torch.no_grad():
        part, whole = generator(seen.noisy, seen.coarser), generator(noisy, coarser)
    inside = slice(TINY.filter_size // 2 + 1, 300 - TINY.filter_size // 2)  # the gate's own zeros
    torch.testing.assert_close(part[..., inside], whole[..., first : first + 300][..., inside], atol=1e-6, rtol=1e-5)


def test_the_spectral_distance_keeps_its_weight() -> None:
    shown = excerpts()
    assert shown.loss_config.alpha2 == pytest.approx(TINY.alpha2 * math.sqrt(N / 300))
    assert replace(shown.loss_config, alpha2=TINY.alpha2) == TINY


@pytest.mark.parametrize("crop", [0, N, 5 * N])
def test_a_signal_that_is_no_longer_is_seen_whole_and_no_chance_is_used_up(crop: int) -> None:
    random = torch.Generator().manual_seed(3)
    before = random.get_state()
    given = noise(N, 1), noise(N, 2), noise(N + 2 * PAD, 3)
    shown = Excerpts(*given, replace(TINY, crop_samples=crop), random)
    seen = shown.show(noise(N, 5), noise(N + 2 * PAD, 6))
    assert not shown.are_cut
    assert seen.real is given[0]
    assert seen.given_back_noisy is given[2]
    assert shown.loss_config == replace(TINY, crop_samples=crop)
    assert torch.equal(random.get_state(), before)


def test_settled_norms_are_those_of_the_whole_signals() -> None:
    generator = network()
    norms = [module for module in generator.modules() if isinstance(module, SignalNorm)]
    for seed in (7, 8):  # what an excerpt left behind
        generator(noise(200 + 2 * PAD, seed), noise(200, seed))
    inputs = [(noise(N + 2 * PAD, seed), noise(N, seed)) for seed in (1, 2)]
    alone = []
    for pair in inputs:
        settle(generator, [pair])
        alone.append([(norm.running_mean.clone(), norm.running_var.clone()) for norm in norms])
    settle(generator, inputs)
    for norm, one, other in zip(norms, *alone, strict=True):
        torch.testing.assert_close(norm.running_mean, (one[0] + other[0]) / 2)
        torch.testing.assert_close(norm.running_var, (one[1] + other[1]) / 2)
        assert norm.momentum == MOMENTUM
    settle(generator, inputs[:1])
    with torch.no_grad():
        own = generator(*inputs[0])  # normalised by what this very signal has
        frozen = generator.eval()(*inputs[0])
    torch.testing.assert_close(frozen, own, atol=2e-3, rtol=0)  # variances over n and n - 1


def test_excerpts_that_the_networks_see_past_are_refused() -> None:
    needed = ClassicConfig().shortest
    assert needed == 2041
    assert ClassicConfig(crop_samples=needed).crop_samples == needed
    with pytest.raises(SettingsError, match="crop_samples = 2040 is less than what the networks see") as caught:
        ClassicConfig(crop_samples=needed - 1)
    assert caught.value.hint == "Use 2041 or more, or 0 for the whole signal."


def test_stopped_and_continued_equals_straight_through(tmp_path: Path) -> None:
    def train(directory: Path, n_parts: int = 9) -> None:
        request = TrainRequest("quick", 5, "cpu", {"tiny": True, "crop_samples": 1500})
        engine = ClassicEngine()
        list(engine.train(ticking_clip(2.0), request, directory, lambda: len(Checkpoint(directory).parts) > n_parts))

    train(tmp_path / "straight")
    for n_parts in (2, 9):
        train(tmp_path / "stopped", n_parts)
    straight, stopped = (Checkpoint(tmp_path / name) for name in ("straight", "stopped"))
    assert straight.parts == stopped.parts == ["fragment", "scale-0", "scale-1", "scale-2"]
    for part in straight.parts:
        found = stopped.load(part)
        assert all(torch.equal(value, found[name]) for name, value in straight.load(part).items())
    take = ClassicEngine().load(tmp_path / "stopped").generate(TakeRequest(3.0))
    assert (take.rate_hz, take.n_frames) == (4000, 12_000)


def test_a_step_costs_the_same_at_every_rate_but_for_what_the_whole_takes() -> None:
    config = ClassicConfig(num_epochs=1000, crop_samples=10_000, bank_size=1)
    whole = replace(config, crop_samples=0)
    rates, lengths = [1000, 2000, 4000], [25_000, 50_000, 100_000]
    cut, uncut = (step_costs(rates, lengths, 1, c) for c in (config, whole))
    assert cut[1] / cut[2] == pytest.approx(1, abs=0.02)
    assert uncut[2] / uncut[1] == pytest.approx(2, rel=0.03)
    # the generator works on the pads too, and its norms settle on the whole
    assert uncut[2] / cut[2] == pytest.approx(10, rel=0.1)


def test_memory_is_that_of_excerpts_drawing_and_settling() -> None:
    config = ClassicConfig(crop_samples=10_000, batched=False)
    process = PROCESS_MIB + SET_UP_MIB
    width = 96 * 4 / 2**20
    short, long = (scale_mib(1, 16_000, n, 1, config, "cpu") - process for n in (20_000, 400_000))
    assert short == pytest.approx((52 * 10_000 + (SETTLING + DRAWING) * 20_000) * width)
    assert long == pytest.approx((52 * 10_000 + SETTLING * 400_000 + DRAWING * PIECE) * width)


def test_quick_alone_is_cut_short() -> None:
    quick, code, paper = (make_config(preset, None) for preset in ("quick", "code", "paper"))
    assert [config.seen(400_000) for config in (quick, code, paper)] == [16_384, 400_000, 400_000]
    assert {quick.steps(scale, rate) for scale, rate in enumerate(quick.fs_list) if scale} == {quick.num_epochs}
    assert set(quick.fs_list) < set(code.fs_list)
    assert code.fs_list == paper.fs_list
