"""What follows a gradient: how Adam steps on a device, and running averages of weights."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


def adam_kernel(device: torch.device) -> dict[str, bool]:
    """Return the argument of Adam that takes a step of all weights in one go, where the device can; else none.

    On the CPU torch's own choice stays: another order of roundings would give other weights for the same seed.
    """
    return {"fused": True} if device.type == "cuda" else {}


def average(kept: nn.Module, new: nn.Module, decay: float) -> None:
    """Move the weights of `kept` towards those of `new`, in place; `decay` is the share that stays."""
    get_ema_multi_avg_fn(decay)(list(kept.parameters()), list(new.parameters()), 0)
