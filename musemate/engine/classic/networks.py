"""Generator and critic of one scale."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from musemate.engine.base import CPU
from musemate.engine.classic import kernels
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.kernels import EPSILON, SLOPE

PRE_EMPHASIS = 0.97
MOMENTUM = 0.1


class NormConv(nn.Module):
    """A convolution whose weights have a direction and a length (weight norm, Salimans and Kingma 2016).

    Direction, length and bias start where torch's own convolution does. The published code means to draw the weights
    from N(0, 0.02), but writes that into what weight norm computes anew before each use, so it never counts.

    Parameters
    ----------
    n_in, n_out : int
        Channels.
    n_taps, dilation, padding : int
        Of the convolution.
    """

    def __init__(self, n_in: int, n_out: int, n_taps: int, dilation: int = 1, padding: int = 0) -> None:
        super().__init__()
        plain = nn.Conv1d(n_in, n_out, n_taps)
        self.direction = nn.Parameter(plain.weight.detach().clone())
        self.length = nn.Parameter(self.direction.detach().norm(dim=(1, 2), keepdim=True))
        assert plain.bias is not None
        self.bias = nn.Parameter(plain.bias.detach().clone())
        self.dilation, self.padding = dilation, padding

    def weight(self) -> torch.Tensor:
        """Return the weights, shape (n_out, n_in, n_taps)."""
        length: torch.Tensor = self.direction.norm(dim=(1, 2), keepdim=True)
        return self.direction * (self.length / length)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve, (batch, n_in, n) to (batch, n_out, n + 2 padding - (n_taps - 1) dilation); 1 may stand before n."""
        if x.ndim == 4:
            padded = F.pad(x, (self.padding, self.padding)) if self.padding else x
            return kernels.convolve(padded, self.weight().to(x.dtype), self.bias, self.dilation)
        return F.conv1d(x, self.weight(), self.bias, padding=self.padding, dilation=self.dilation)


class SignalNorm(nn.Module):
    """Batch norm as the published training has it: each signal is a batch of its own.

    While training, every row of the batch is normalised by its own mean and variance over time, and the running
    statistics see one row after the other; frozen, the running statistics normalise.

    Parameters
    ----------
    n : int
        Channels.
    """

    running_mean: torch.Tensor
    running_var: torch.Tensor

    def __init__(self, n: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n).normal_(1.0, 0.02))
        self.bias = nn.Parameter(torch.zeros(n))
        self.register_buffer("running_mean", torch.zeros(n))
        self.register_buffer("running_var", torch.ones(n))
        self.momentum = MOMENTUM

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise, shape (batch, n, time)."""
        if not self.training:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, EPSILON)
        rows = x.shape[0]
        mean, var = x.new_zeros(rows * x.shape[1]), x.new_ones(rows * x.shape[1])
        y = F.batch_norm(
            x.flatten(0, 1)[None], mean, var, self.weight.repeat(rows), self.bias.repeat(rows), True, 1.0, EPSILON
        )
        self.remember(mean.view(rows, -1), var.view(rows, -1))
        return y.view_as(x)

    @torch.no_grad()
    def remember(self, means: torch.Tensor, variances: torch.Tensor) -> None:
        """Let the running statistics see row after row of (batch, n)."""
        for mean, var in zip(means, variances, strict=True):
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var, self.momentum)


class Block(nn.Module):
    """Dilated convolution, norm and leaky rectifier."""

    def __init__(self, n_in: int, n_out: int, n_taps: int, dilation: int, inner: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.inner = inner
        self.conv = NormConv(n_in, n_out, n_taps, dilation)
        self.norm = SignalNorm(n_out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return what goes to the next layer, shape (batch, n_out, shorter), or (batch, n_out, 1, shorter)."""
        if x.ndim == 3:
            return F.leaky_relu(self.norm(self.conv(x)), SLOPE)
        return self._quick(x) if self.training else self._folded(x)

    def _quick(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the same with `kernels`; the convolution's bias, which the norm takes away again, is left out."""
        y = kernels.convolve(x, self.conv.weight().to(x.dtype), None, self.conv.dilation)
        inner = self.inner if x.device.type == CPU and self.inner == torch.bfloat16 else y.dtype
        y, means, variances = kernels.norm_and_rectify(y, self.norm.weight, self.norm.bias, inner)
        n = y.shape[3]
        self.norm.remember(means + self.conv.bias, variances * (n / (n - 1)))
        return y

    def _folded(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the same with the frozen norm folded into the convolution."""
        kernels.go_on()
        gain = self.norm.weight * (self.norm.running_var + EPSILON).rsqrt()
        weight = (self.conv.weight() * gain[:, None, None])[:, :, None]
        shift = self.norm.bias + (self.conv.bias - self.norm.running_mean) * gain
        y = F.conv2d(x, weight.contiguous(memory_format=torch.channels_last), shift, dilation=(1, self.conv.dilation))
        return F.leaky_relu_(y, SLOPE)


def pre_emphasise(x: torch.Tensor) -> torch.Tensor:
    """Take 0.97 of the sample before from each sample but the first, shape (batch, channels, n)."""
    return torch.cat([x[..., :1], x[..., 1:] - PRE_EMPHASIS * x[..., :-1]], dim=-1)


def inner_type(config: ClassicConfig) -> torch.dtype:
    """Return the type of what is computed between the first and the last layer while training."""
    quick = config.bfloat16 and config.fast_kernels and kernels.has_quick_bfloat16()
    return torch.bfloat16 if quick else torch.float32


def _blocks(config: ClassicConfig, n_signals: int, width: int) -> nn.Sequential:
    sizes = [n_signals] + [width] * (config.num_layers - 1)
    return nn.Sequential(
        *(
            Block(n_in, n_out, config.filter_size, dilation, inner_type(config))
            for n_in, n_out, dilation in zip(sizes, sizes[1:], config.dilation_factors, strict=False)
        )
    )


class ScaleGenerator(nn.Module):
    """What one scale adds to the upsampled signal of the coarser one (Catch-A-Waveform, section 3.1 and appendix).

    Dilated blocks, a last dilated convolution, tanh and sigmoid of two convolutions multiplied (gated unit, van den
    Oord et al. 2016), a 1x1 convolution and a filter in the shape of a pre-emphasis.

    Parameters
    ----------
    config : ClassicConfig
    n_signals : int
        1 (mono, as published) or 2 (mid and side, ours).
    width : int
        Channels inside.
    """

    def __init__(self, config: ClassicConfig, n_signals: int, width: int) -> None:
        super().__init__()
        taps = config.filter_size
        self.quick = config.fast_kernels
        self.blocks = _blocks(config, n_signals, width)
        self.tail = NormConv(width, width, taps, config.dilation_factors[-1])
        self.filter = NormConv(width, width, taps, padding=taps // 2)
        self.gate = NormConv(width, width, taps, padding=taps // 2)
        self.out = NormConv(width, n_signals, 1)

    def forward(self, noisy: torch.Tensor, coarser: torch.Tensor) -> torch.Tensor:
        """Make this scale's signal.

        Parameters
        ----------
        noisy : Tensor, shape (batch, n_signals, n + 2 pad_size)
            The coarser signal with noise, both zero-padded.
        coarser : Tensor, shape (batch, n_signals, n)
            The coarser signal alone, without zeros.

        Returns
        -------
        Tensor, shape (batch, n_signals, n)
        """
        inner = self.tail(self.blocks(noisy[:, :, None] if self.quick else noisy))
        gated = torch.tanh(self.filter(inner)) * torch.sigmoid(self.gate(inner))
        added = self.out(gated.to(noisy.dtype))
        return pre_emphasise(added[:, :, 0] if self.quick else added) + coarser


class ScaleCritic(nn.Module):
    """Scores every position of a signal; the generator's stack without its gate.

    Parameters
    ----------
    config, n_signals, width
        As for `ScaleGenerator`.
    """

    def __init__(self, config: ClassicConfig, n_signals: int, width: int) -> None:
        super().__init__()
        self.quick = config.fast_kernels
        self.blocks = _blocks(config, n_signals, width)
        self.tail = NormConv(width, 1, config.filter_size, config.dilation_factors[-1])

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """Return scores, (batch, n_signals, n) to (batch, 1, n - 2 pad_size); the signal is not padded."""
        if not self.quick:
            return pre_emphasise(self.tail(self.blocks(signal)))
        return pre_emphasise(self.tail(self.blocks(signal[:, :, None]).to(signal.dtype))[:, :, 0])
