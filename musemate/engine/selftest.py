"""Whether a device computes what the CPU computes: the engines' own operations, small, compared with the CPU's values.

Some devices run but compute garbage, or have no kernels in the installed torch. Both are found here, in well under half
a second beside the device's start-up.
"""

from __future__ import annotations

from functools import cache

import torch
from torch.nn import functional as F

from musemate.engine.memory import is_out_of_memory
from musemate.language import mark

TOLERANCE = 1e-2
"""Largest difference to the CPU, as a share of the values' own norm: ten times that of TensorFloat-32 convolutions."""
WRONG = mark("it computes other values than the CPU")
REFUSES = mark("the installed torch cannot compute on it")
FULL = mark("its memory is full")
ADVICE = {
    WRONG: mark("Use the CPU, or bring the graphics card's driver up to date."),
    REFUSES: mark("Use the CPU, or install a torch that knows this graphics card."),
    FULL: mark("Use the CPU, or close other programs that use the graphics card."),
}


def fault(name: str) -> str:
    """Return what is wrong with a device, a key of `ADVICE`; "" when nothing is.

    Parameters
    ----------
    name : str
        torch's name of the device.
    """
    try:
        return _compared(name)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return FULL


@cache
def _compared(name: str) -> str:
    """Compare with the CPU, once a process; only a device whose memory is full, and that fails so, is asked again."""
    here = self_test_values("cpu")
    try:
        there = self_test_values(name)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        return REFUSES
    return "" if all(_is_close(here[key], there[key]) for key in here) else WRONG


def _is_close(here: torch.Tensor, there: torch.Tensor) -> bool:
    # a comparison with NaN is False
    return float((here - there).norm()) <= TOLERANCE * float(here.norm())


def self_test_values(name: str) -> dict[str, torch.Tensor]:
    """Compute on a device what training needs, from the same numbers everywhere; the results are on the CPU.

    The activations are smooth on purpose: where one has a kink, rounding alone turns its gradient over.
    """
    generator = torch.Generator().manual_seed(1)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator).to(name).requires_grad_()

    values = {
        **_critic_values(draw(2, 16, 96), draw(16, 16, 3), draw(1, 16, 3)),
        **_renderer_values(draw(2, 24, 40), draw(24, 1, 7), draw(72, 24), draw(24, 72)),
        **_spectrum_values(draw(2, 2048), draw(8, 2, 9, 3)),
    }
    return {key: value.detach().cpu() for key, value in values.items()}


def _critic_values(frames: torch.Tensor, inner: torch.Tensor, last: torch.Tensor) -> dict[str, torch.Tensor]:
    """Convolve, and take the gradient of a gradient penalty, as the pyramid's critic does."""
    scores = F.conv1d(F.gelu(F.conv1d(frames, inner, padding=2, dilation=2)), last, padding=1)
    (slope,) = torch.autograd.grad(scores.sum(), frames, create_graph=True)
    gradients = torch.autograd.grad(slope.square().sum(), (inner, last))
    return {"scores": scores, "slope": slope, "penalty, inner": gradients[0], "penalty, last": gradients[1]}


def _renderer_values(
    frames: torch.Tensor, depthwise: torch.Tensor, widen: torch.Tensor, narrow: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Pass a ConvNeXt block forth and back."""
    y = F.conv1d(frames, depthwise, padding=3, groups=frames.shape[1]).transpose(1, 2)
    out = F.linear(F.gelu(F.linear(F.layer_norm(y, y.shape[-1:]), widen)), narrow)
    gradients = torch.autograd.grad(out.square().mean(), (frames, depthwise, widen))
    return {"block": out, "into frames": gradients[0], "into depthwise": gradients[1], "into widen": gradients[2]}


def _spectrum_values(sound: torch.Tensor, kernel: torch.Tensor) -> dict[str, torch.Tensor]:
    """Analyse and resynthesise sound, and convolve its spectrum as the discriminators do."""
    window = torch.hann_window(256, device=sound.device)
    spectrum = torch.stft(sound, 256, 64, window=window, pad_mode="constant", return_complex=True)
    again = torch.istft(torch.polar(spectrum.abs(), spectrum.angle()), 256, 64, window=window)
    features = F.conv2d(torch.view_as_real(spectrum).permute(0, 3, 1, 2), kernel, stride=(4, 1), padding=(4, 1))
    (gradient,) = torch.autograd.grad(features.square().mean(), sound)
    return {"spectrum": spectrum.abs(), "sound again": again, "features": features, "into sound": gradient}
