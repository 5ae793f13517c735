"""The renderer: from frames to mid/side sound, by ConvNeXt blocks and an inverse-STFT head.

After Vocos (Siuzdak 2023, arXiv 2306.00814): the network runs at the frame rate only and predicts magnitude and phase
of a short STFT. Changed: the input is a frame of the fragment's own components, the head serves one or two channels,
and measured band gains correct what is left of the training's bias in level.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import nn

from musemate.engine.base import Cancelled
from musemate.engine.frames.fourier import HOPS, hann_window, istft, stft

MAX_LOG_MAGNITUDE = 6.0
PIECE_FRAMES = 1024
"""Frames rendered at once: bounds the memory of long takes."""


class ConvNextBlock(nn.Module):
    """Depthwise convolution, layer norm and a two-layer perceptron, added to the input (Liu et al. 2022).

    Maps (batch, channels, frames) to the same shape.
    """

    kernel = 7

    def __init__(self, channels: int, scale: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(channels, channels, self.kernel, padding=self.kernel // 2, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, 3 * channels)
        self.narrow = nn.Linear(3 * channels, channels)
        self.scale = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, frames) to the same shape."""
        y = self.norm(self.depthwise(x).transpose(1, 2))
        y = self.narrow(nn.functional.gelu(self.widen(y)))
        out: torch.Tensor = x + (self.scale * y).transpose(1, 2)
        return out


class Renderer(nn.Module):
    """Frames to sound.

    Parameters
    ----------
    n_components, width, n_blocks : int
        Components a frame, channels inside, number of blocks.
    n_channels : int
        1 (mono) or 2 (mid and side).
    hop_length : int
        Samples a frame.
    """

    gains: torch.Tensor

    def __init__(self, n_components: int, width: int, n_blocks: int, n_channels: int, hop_length: int) -> None:
        super().__init__()
        self.n_channels, self.hop_length, self.n_fft = n_channels, hop_length, HOPS * hop_length
        self.n_bins = self.n_fft // 2 + 1
        self.entry = nn.Conv1d(n_components, width, 7, padding=3)
        self.blocks = nn.ModuleList(ConvNextBlock(width, 1 / n_blocks) for _ in range(n_blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, n_channels * 2 * self.n_bins)
        self.register_buffer("gains", torch.ones(n_channels, self.n_bins))

    @torch.no_grad()
    def start_from(self, sound: torch.Tensor) -> None:
        """Begin with the mean spectrum of mid/side `sound` (channels, samples) instead of a flat one."""
        window = hann_window(self.n_fft, sound.device)
        spectrum = torch.stft(
            sound, self.n_fft, self.hop_length, window=window, pad_mode="constant", return_complex=True
        )
        levels = (spectrum.abs() + 1e-4).log().mean(dim=-1)
        self.head.bias.view(self.n_channels, 2, self.n_bins)[:, 0] = levels

    @property
    def reach(self) -> int:
        """Frames that a frame of the output sees on each side."""
        return 3 + len(self.blocks) * (ConvNextBlock.kernel // 2)

    def spectrum(self, frames: torch.Tensor) -> torch.Tensor:
        """Predict the STFT: normalised frames (batch, components, n) to complex (batch, channels, bins, n)."""
        x = self.entry(frames)
        for block in self.blocks:
            x = block(x)
        out = self.head(self.norm(x.transpose(1, 2)))
        out = out.unflatten(-1, (self.n_channels, 2, self.n_bins)).permute(0, 2, 3, 4, 1)
        magnitude = torch.exp(out[:, :, 0].clamp_max(MAX_LOG_MAGNITUDE)) * self.gains[..., None]
        return torch.polar(magnitude, out[:, :, 1])

    def sound(self, spectrum: torch.Tensor) -> torch.Tensor:
        """Inverse STFT: (batch, channels, bins, frames) to (batch, channels, (frames - 1) * hop)."""
        return istft(spectrum.flatten(0, 1), self.hop_length).reshape(*spectrum.shape[:2], -1)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Render normalised frames (batch, components, frames) to (batch, channels, (frames - 1) * hop)."""
        return self.sound(self.spectrum(frames))

    @torch.inference_mode()
    def render(
        self, frames: torch.Tensor, piece: int = PIECE_FRAMES, cancelled: Cancelled = lambda: False
    ) -> torch.Tensor:
        """Render any length in pieces that join without a seam.

        Parameters
        ----------
        frames : Tensor, shape (components, frames)
            Normalised frames.
        piece : int
            Frames rendered at once.
        cancelled : callable
            Asked between pieces; when it turns True, the rest stays silent.

        Returns
        -------
        Tensor, shape (channels, (frames - 1) * hop), on the CPU
            The same samples as one pass over all frames would give, to rounding.
        """
        n, hop = frames.shape[1], self.hop_length
        margin = self.reach + HOPS
        out = torch.zeros(self.n_channels, (n - 1) * hop)
        for first in range(0, n - 1, piece):
            if cancelled():
                break
            last = min(first + piece, n - 1)
            start, stop = max(0, first - margin), min(n, last + 1 + margin)
            sound = self(frames[None, :, start:stop])[0]
            out[:, first * hop : last * hop] = sound[:, (first - start) * hop : (last - start) * hop].cpu()
        return out


class SpectrumDiscriminator(nn.Module):
    """Tells real from rendered sound on one complex STFT resolution.

    After the multi-resolution discriminators of EnCodec (Défossez et al. 2022, arXiv 2210.13438); smaller, and fed with
    mid and side at once, so that a wrong stereo picture is seen.
    """

    def __init__(self, n_channels: int, n_fft: int, width: int = 16) -> None:
        super().__init__()
        self.n_fft = n_fft
        norm = nn.utils.parametrizations.weight_norm
        self.layers = nn.ModuleList([
            norm(nn.Conv2d(2 * n_channels, width, (9, 3), stride=(4, 1), padding=(4, 1))),
            norm(nn.Conv2d(width, width, (9, 3), stride=(4, 1), padding=(4, 1))),
            norm(nn.Conv2d(width, 2 * width, (5, 3), stride=(2, 1), dilation=(1, 2), padding=(2, 2))),
            norm(nn.Conv2d(2 * width, 2 * width, (3, 3), padding=1)),
            norm(nn.Conv2d(2 * width, 1, (3, 3), padding=1)),
        ])  # fmt: skip

    def forward(self, sound: torch.Tensor) -> list[torch.Tensor]:
        """Map sound (batch, channels, samples) to the features of every layer; the last are the scores."""
        batch = sound.shape[0]
        spectrum = stft(sound.flatten(0, 1), self.n_fft)
        x = torch.view_as_real(spectrum).permute(0, 3, 1, 2).unflatten(0, (batch, -1)).flatten(1, 2)
        # compress the range to its square root: partials 40 dB down still count
        x = x * (x.square() + 1e-4).rsqrt().sqrt()
        # the layout in which small convolutions are fastest on CPUs
        x = x.contiguous(memory_format=torch.channels_last)
        features = []
        for layer in self.layers[:-1]:
            x = nn.functional.leaky_relu(layer(x), 0.2)
            features.append(x)
        return [*features, cast(torch.Tensor, self.layers[-1](x))]
