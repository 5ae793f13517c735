"""Short-time Fourier transforms as training steps need them: torch's own values, and no graphics card that waits.

`torch.istft` asks whether its windows overlap, for which the computer waits until the card has done all it was told;
here they always do. The gradient of `torch.stft` adds up through an index, which a card that is to compute the same
twice has to sort; that of a sliding view adds up in a fixed order anyway.
"""

from __future__ import annotations

from functools import cache, reduce

import torch

HOPS = 4
"""Hops in a window, of analysis and synthesis."""


@cache
def hann_window(size: int, device: torch.device) -> torch.Tensor:
    """Return a periodic Hann window, shape (size,), the same tensor each time: never write to it."""
    with torch.inference_mode(False):  # one that was first needed for a take must serve a training too
        return torch.hann_window(size, device=device)


def stft(sound: torch.Tensor, size: int) -> torch.Tensor:
    """Transform sound (rows, samples), unpadded, at every quarter window: complex, shape (rows, bins, frames)."""
    pieces = sound.unfold(1, size, size // HOPS) * hann_window(size, sound.device)
    spectrum: torch.Tensor = torch.fft.rfft(pieces)
    return spectrum.transpose(1, 2)


def istft(spectrum: torch.Tensor, hop_length: int) -> torch.Tensor:
    """Undo a centred transform (rows, bins, frames) of `HOPS` hops a window: (rows, (frames - 1) * hop_length)."""
    size = HOPS * hop_length
    window = hann_window(size, spectrum.device)
    # turned as real numbers, because the gradient then comes back in the spectrum's own order in memory
    turned = torch.view_as_complex(torch.view_as_real(spectrum).transpose(1, 2))
    pieces = torch.fft.irfft(turned, n=size) * window
    weights = window.square().expand(1, *pieces.shape[1:])
    inner = slice(size // 2, -(size // 2))
    return _overlap_add(pieces)[:, inner] / _overlap_add(weights)[:, inner]


def _overlap_add(pieces: torch.Tensor) -> torch.Tensor:
    """Add up pieces (rows, frames, HOPS * hop) that start a hop apart: (rows, (frames + HOPS - 1) * hop)."""
    parts = pieces.unflatten(2, (HOPS, -1)).unbind(2)
    placed = [torch.nn.functional.pad(part, (0, 0, k, HOPS - 1 - k)) for k, part in enumerate(parts)]
    return reduce(torch.add, reversed(placed)).flatten(1)  # the earliest frame first, as torch does
