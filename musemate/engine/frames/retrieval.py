"""Detail by retrieval: for each frame of a take, the moment of the fragment that fits it.

Nearest neighbours over a few frames of context, as in patch-based synthesis from one example (Granot et al. 2022,
arXiv 2103.15545); a match that goes on where the last one stopped is preferred, so that sounds keep running.
"""

from __future__ import annotations

import torch

MAX_DISTANCES = 2**23
"""Distances held at once: bounds the memory of long takes."""
CONTINUITY = 1.15
"""A running match is kept while its distance is below this many times the smallest."""


def with_context(frames: torch.Tensor, context: int, phases: int = 1) -> torch.Tensor:
    """Stack each frame with those a hop apart around it: (components, n) to (n, components * (2 * context + 1))."""
    reach = context * phases
    padded = torch.nn.functional.pad(frames[None], (reach, reach), mode="replicate")[0]
    return padded.unfold(1, 2 * reach + 1, 1)[..., ::phases].permute(1, 0, 2).flatten(1)


def between(frames: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """Read (channels, n) at exact places (m,), in frames, along straight lines between neighbours: (channels, m)."""
    first = positions.floor().long().clamp(0, frames.shape[1] - 1)
    second = (first + 1).clamp_max(frames.shape[1] - 1)
    share = (positions - first).to(frames.dtype)
    return torch.lerp(frames[:, first], frames[:, second], share)


def nearest_frames(query: torch.Tensor, library: torch.Tensor, context: int, phases: int = 1) -> torch.Tensor:
    """Find for each frame of `query` the frame of `library` that fits best.

    Parameters
    ----------
    query : Tensor, shape (components, frames)
    library : Tensor, shape (components, columns)
        Frames too, at `phases` places a hop.
    context : int
        Frames on each side that are compared too.
    phases : int

    Returns
    -------
    Tensor, shape (frames of query,), int64, on the CPU
        Columns of `library`.
    """
    rows, columns = with_context(query, context), with_context(library, context, phases)
    square = columns.square().sum(dim=1)
    out: list[int] = []
    last = -phases
    for piece in rows.split(max(1, MAX_DISTANCES // len(columns))):
        distances = (piece.square().sum(dim=1)[:, None] + square).sub_(2 * piece @ columns.T).clamp_min_(0)
        smallest, best = distances.min(dim=1)
        near = distances <= _under(CONTINUITY * smallest.double() + 1e-9)[:, None]
        # bits instead of distances: a quarter of what has to come from a graphics card
        for fits, nearest in zip(near.cpu().numpy(), best.tolist(), strict=True):
            running = last + phases
            last = running if 0 < running < len(fits) and fits[running] else nearest
            out.append(last)
    return torch.tensor(out)


def _under(limits: torch.Tensor) -> torch.Tensor:
    """Round exact limits to float32, down, so that comparing with them is as exact, at half the memory."""
    rounded = limits.float()
    return torch.where(rounded > limits, rounded.nextafter(torch.zeros_like(rounded)), rounded)
