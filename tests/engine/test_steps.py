"""Steps of the trainings: what they read off their device, what they watch, and torch's own values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from musemate.engine.frames.climbing import ScaleTraining
from musemate.engine.frames.config import make_config
from musemate.engine.frames.dice import Dice
from musemate.engine.frames.fourier import hann_window, istft, stft
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.rendering import RendererTraining
from musemate.engine.frames.stack import Pyramid
from musemate.engine.frames.updates import average
from musemate.engine.frames.watching import LossWatch

FRAMING = Framing(8000, 2)
CONFIG = make_config("sketch", {"tiny": True})


def renderer_training(device: str, *, adversarial: bool = False) -> RendererTraining:
    torch.manual_seed(0)
    fine = torch.randn(8, 397, device=device)
    sound = 0.1 * torch.randn(2, 100 * FRAMING.hop_length - 30, device=device)
    args = CONFIG, FRAMING, fine, 4, sound, torch.Generator().manual_seed(0)
    draft = RendererTraining(*args).averaged.state_dict() if adversarial else None
    return RendererTraining(*args, draft)


def scale_training(device: str) -> ScaleTraining:
    torch.manual_seed(0)
    frames, guide = torch.randn(4, 100, device=device), torch.randn(1, 100, device=device)
    walks = torch.randint(0, 100, (8, 100), device=device)
    return ScaleTraining(CONFIG, Pyramid(CONFIG.time_scales), frames, guide, walks, torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "training",
    [renderer_training, lambda device: renderer_training(device, adversarial=True), scale_training],
    ids=["draft", "sound", "scale"],
)
def test_steps_neither_read_numbers_off_their_device_nor_mix_devices(
    monkeypatch: pytest.MonkeyPatch, training: Callable[[str], RendererTraining | ScaleTraining]
) -> None:
    # the device "meta" computes shapes only: there is no number to read, and tensors of the CPU do not go with its own
    monkeypatch.setattr("musemate.engine.frames.dice._generator_on", lambda *_: None)  # it has no generators
    steps = training("meta").steps()
    for losses in (next(steps), next(steps)):  # the second scale step goes without a penalty
        assert all(loss.is_meta and loss.shape == () for loss in losses.values())
        with pytest.raises(RuntimeError, match="meta"):
            float(losses.popitem()[1])


@pytest.mark.parametrize("phases", [1, 4])
def test_crops_are_the_sound_of_their_frames(phases: int) -> None:
    training = renderer_training("cpu")
    hop = FRAMING.hop_length
    training.config = make_config("sketch", {"tiny": True, "input_noise": 0.0})
    training.phases = phases
    training.fine = (torch.arange(99.0 * phases + 1) / phases).repeat(8, 1)
    training.sound = (torch.arange(100.0 * hop) / hop).repeat(2, 1)
    frames, real = training._crop()
    assert frames.shape == (training.batch, 8, 24)
    assert real.shape == (training.batch, 2, (24 - 1 - 12) * hop)
    assert torch.equal(real[:, :, ::hop], frames[:, :2, 6:-7])
    assert (frames[:, :, 1:] - frames[:, :, :-1] == 1).all()
    assert frames[0, 0, 0] != frames[1, 0, 0]


def test_crops_of_several_sources_come_from_the_same_places() -> None:
    training = scale_training("cpu")
    source = torch.arange(3 * 60.0).reshape(3, 1, 60)
    one, two = training._crops(source, torch.cat([source, -source], dim=1))
    assert one.shape == (2, 1, 24)
    assert torch.equal(two, torch.cat([one, -one], dim=1))
    assert (one[..., 1:] - one[..., :-1] == 1).all()
    assert (one[:, 0, 0] // 60 == one[:, 0, -1] // 60).all()


@pytest.mark.parametrize(("rows", "samples", "size"), [(1, 700, 128), (4, 4000, 512)])
def test_transform_has_the_values_and_gradients_of_torch(rows: int, samples: int, size: int) -> None:
    sound = torch.randn(rows, samples, generator=torch.Generator().manual_seed(0), requires_grad=True)
    theirs = torch.stft(sound, size, size // 4, window=torch.hann_window(size), center=False, return_complex=True)
    _assert_same(stft(sound, size), theirs, sound)


@pytest.mark.parametrize(("rows", "frames", "hop"), [(1, 2, 16), (3, 40, 128)])
def test_inverse_transform_has_the_values_and_gradients_of_torch(rows: int, frames: int, hop: int) -> None:
    parts = torch.randn(rows, 2 * hop + 1, frames, 2, generator=torch.Generator().manual_seed(0))
    spectrum = torch.view_as_complex(parts).requires_grad_()
    theirs = torch.istft(spectrum, 4 * hop, hop, window=torch.hann_window(4 * hop))
    _assert_same(istft(spectrum, hop), theirs, spectrum)


def _assert_same(ours: torch.Tensor, theirs: torch.Tensor, source: torch.Tensor) -> None:
    """Compare to the last bit: a seed is to give the weights that it always gave."""
    assert torch.equal(ours, theirs)
    along = torch.randn_like(theirs)
    (one,), (two,) = (torch.autograd.grad(made, source, along) for made in (ours, theirs))
    assert torch.equal(one, two)
    assert one.stride() == two.stride()


def test_a_window_first_needed_for_a_take_serves_a_training() -> None:
    hann_window.cache_clear()
    with torch.inference_mode():
        window = hann_window(64, torch.device("cpu"))
    assert hann_window(64, torch.device("cpu")) is window
    assert torch.equal(window, torch.hann_window(64))
    sound = torch.randn(1, 200, requires_grad=True)
    stft(sound, 64).abs().sum().backward()
    assert float(sound.grad.abs().sum()) > 0


def test_on_the_cpu_the_generator_itself_draws() -> None:
    one, two = (torch.Generator().manual_seed(4) for _ in range(2))
    dice = Dice(one, torch.device("cpu"))
    assert torch.equal(dice.below(50, 9), torch.randint(0, 50, (9,), generator=two))
    assert torch.equal(dice.uniform(2, 3), torch.rand(2, 3, generator=two))
    assert torch.equal(dice.normal(2, 3), torch.randn(2, 3, generator=two))
    assert torch.equal(one.get_state(), two.get_state())


def test_averages_move_by_what_does_not_stay() -> None:
    kept, new = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    wanted = [k.detach().lerp(n.detach(), 1 - 0.9) for k, n in zip(kept.parameters(), new.parameters(), strict=True)]
    average(kept, new, 0.9)
    assert all(torch.equal(k, w) for k, w in zip(kept.parameters(), wanted, strict=True))


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_a_loss_that_was_no_number_once_is_not_forgotten(wrong: float) -> None:
    watch = LossWatch()
    assert watch.all_finite()
    for value in (1.0, 2.0, wrong, 3.0):
        before = watch.all_finite()
        watch.note({"one": torch.tensor(0.5), "two": torch.tensor(value)})
    assert before is False
    assert watch.latest() == {"one": 0.5, "two": 3.0}
    assert not watch.all_finite()
