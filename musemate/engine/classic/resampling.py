"""Cubic upsampling from scale to scale."""

from __future__ import annotations

from fractions import Fraction

import torch

TAPS = 4
PIECE = 1 << 20
"""Samples that are computed at a time: long takes stay within bounded memory."""


def upsampled_length(n: int, from_hz: int, to_hz: int) -> int:
    """Return the samples of a signal of `n` samples at the faster rate, rounded up."""
    return -(-n * to_hz // from_hz)


def upsample(x: torch.Tensor, from_hz: int, to_hz: int, length: int) -> torch.Tensor:
    """Bring a signal to a faster rate by cubic convolution, then cut it or fill it with zeros to `length` samples.

    The kernel of Keys 1981 (a = -1/2), centred as Shocher et al. 2020 derive it: both signals have the same middle.
    That is what ResizeRight does, which the published code uses; its antialiasing acts on downsampling only. At the
    ends the signal is mirrored and taps are weighted by the distance to where they were taken from, as there.
    Positions are exact here; the published code has them in float32, where they are up to 1/64 sample off after some
    hundred thousand samples.

    Parameters
    ----------
    x : Tensor, shape (..., n)
    from_hz, to_hz : int
        Rates; `to_hz` is not the lower one.
    length : int
        Samples wanted.

    Returns
    -------
    Tensor, shape (..., length)
    """
    n_out = upsampled_length(x.shape[-1], from_hz, to_hz)
    pieces = [
        _piece(x, Fraction(from_hz, to_hz), first, min(first + PIECE, n_out, length), n_out)
        for first in range(0, min(n_out, length), PIECE)
    ]
    if length > n_out:
        pieces.append(x.new_zeros(*x.shape[:-1], length - n_out))
    return torch.cat(pieces, dim=-1)


def _piece(x: torch.Tensor, step: Fraction, first: int, last: int, n_out: int) -> torch.Tensor:
    n = x.shape[-1]
    start = Fraction(n - 1, 2) - Fraction(n_out - 1, 2) * step
    out = torch.arange(first, last, dtype=torch.float64)
    places = out * float(step) + float(start)
    left = torch.ceil(places - TAPS / 2 - torch.finfo(torch.float32).eps).long()
    taken = _mirrored(left[:, None] + torch.arange(TAPS), n)
    weights = cubic(places[:, None] - taken)
    weights = (weights / weights.sum(dim=1, keepdim=True)).to(x)
    taken = taken.to(x.device)
    total = torch.zeros_like(x[..., taken[:, 0]])
    for tap in range(TAPS):
        total += x[..., taken[:, tap]] * weights[:, tap]
    return total


def _mirrored(index: torch.Tensor, n: int) -> torch.Tensor:
    """Fold places outside 0..n-1 back at the ends, where the last sample stands twice."""
    folded = index.remainder(2 * n)
    return torch.where(folded < n, folded, 2 * n - 1 - folded)


def cubic(distance: torch.Tensor) -> torch.Tensor:
    """Keys' cubic convolution kernel at a distance in samples."""
    d = distance.abs()
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return torch.where(d <= 1, near, torch.where(d <= 2, far, torch.zeros_like(d)))
