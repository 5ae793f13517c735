"""The frame pyramid's networks: at each time scale a generator adds what the coarser one misses, a critic judges crops.

The multi-scale single-example GAN of SinGAN (Shaham et al. 2019, arXiv 1905.01164) and Catch-A-Waveform (Greshler et
al. 2021, arXiv 2106.06426), moved from samples to frames: few time scales cover seconds to milliseconds.
"""

from __future__ import annotations

import torch
from torch import nn

DILATIONS = (1, 2, 4)


def _stack(n_in: int, width: int, n_out: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv1d(n_in, width, 3, padding=1), nn.LeakyReLU(0.2)]
    for dilation in DILATIONS:
        layers += [_Residual(width, dilation)]
    return nn.Sequential(*layers, nn.Conv1d(width, n_out, 3, padding=1))


class _Residual(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + nn.functional.leaky_relu(self.conv(x), 0.2)


REACH = 2 + sum(DILATIONS)
"""Frames that one output of a network sees on each side."""


class ScaleGenerator(nn.Module):
    """Adds detail to the upsampled frames of the coarser scale.

    Parameters
    ----------
    n_components, n_guide, width : int
        Components a frame, channels of the guide, and channels inside.
    noise_level : Tensor, shape (components,)
        Noise added to the input, a component: the size of what the coarser scale misses.
    """

    noise_level: torch.Tensor

    def __init__(self, n_components: int, n_guide: int, width: int, noise_level: torch.Tensor) -> None:
        super().__init__()
        self.net = _stack(n_components + n_guide, width, n_components)
        last = self.net[-1]
        assert isinstance(last, nn.Conv1d)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        with torch.no_grad():
            last.weight.mul_(0.1)
        self.register_buffer("noise_level", noise_level)

    def forward(self, coarse: torch.Tensor, noise: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        """Map coarse frames and unit noise (batch, components, frames), guided by (batch, guide, frames), to frames."""
        x = coarse + noise * self.noise_level[:, None]
        out: torch.Tensor = coarse + self.net(torch.cat([x, guide], dim=1))
        return out


class ScaleCritic(nn.Module):
    """Scores every frame of a crop as real or made, for what guides it."""

    def __init__(self, n_components: int, n_guide: int, width: int) -> None:
        super().__init__()
        self.net = _stack(n_components + n_guide, width, 1)

    def forward(self, frames: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        """Map frames (batch, components, frames), guided by (batch, guide, frames), to scores (batch, 1, frames)."""
        scores: torch.Tensor = self.net(torch.cat([frames, guide], dim=1))
        return scores


def pool(frames: torch.Tensor, factor: int) -> torch.Tensor:
    """Average over `factor` frames: (..., frames) to (..., frames / factor); the length must divide."""
    return frames.reshape(*frames.shape[:-1], -1, factor).mean(dim=-1)


def upsample(frames: torch.Tensor) -> torch.Tensor:
    """Twice the frames, interpolated along a line: (batch, components, frames) to (batch, components, 2 * frames)."""
    return nn.functional.interpolate(frames, scale_factor=2.0, mode="linear", align_corners=False)


def pad_to_multiple(frames: torch.Tensor, factor: int) -> torch.Tensor:
    """Repeat the last frame until the length divides by `factor`."""
    missing = -frames.shape[-1] % factor
    return torch.cat([frames, frames[..., -1:].expand(*frames.shape[:-1], missing)], dim=-1) if missing else frames
