"""All that training steps change: weights, Adam's moments and rates, chance. Taken out and put back, bit by bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer


@dataclass(frozen=True)
class State:
    """Where the training of a part stands.

    Parameters
    ----------
    step : int
        Steps that are taken.
    tensors : dict
        On any device; they may be those of the training itself, so use them before the next step.
    facts : dict
        What is no tensor; JSON values only.
    """

    step: int
    tensors: dict[str, torch.Tensor]
    facts: dict[str, Any]

    def copied(self) -> State:
        """Return a state that no later step changes."""
        return State(self.step, {name: t.detach().clone() for name, t in self.tensors.items()}, self.facts)


@dataclass(frozen=True)
class Learning:
    """What learns in a part.

    Parameters
    ----------
    networks : dict of Module
        Running averages included.
    optimizers : dict of Optimizer
    chances : dict of torch.Generator
        Each source of chance once.
    """

    networks: Mapping[str, nn.Module]
    optimizers: Mapping[str, Optimizer]
    chances: Mapping[str, torch.Generator] = field(default_factory=dict)

    def state(self, step: int, **more: torch.Tensor) -> State:
        """Return everything as it is after so many steps, and what else belongs to it."""
        tensors = dict(more)
        for name, network in self.networks.items():
            tensors |= {f"{name}.{key}": tensor for key, tensor in network.state_dict().items()}
        for name, optimizer in self.optimizers.items():
            for index, moments in optimizer.state_dict()["state"].items():
                tensors |= {f"{name}.{index}.{key}": tensor for key, tensor in moments.items()}
        tensors |= {f"chance.{name}": chance.get_state() for name, chance in self.chances.items()}
        rates = {name: [group["lr"] for group in o.param_groups] for name, o in self.optimizers.items()}
        return State(step, _apart(tensors), {"rates": rates})

    def restore(self, state: State) -> None:
        """Put everything back as it was.

        A source of chance that the state does not know (that of another device) stays as it is.

        Raises
        ------
        KeyError, RuntimeError, ValueError
            The state is one of other networks.
        """
        for name, network in self.networks.items():
            network.load_state_dict(_under(name, state.tensors))
        for name, optimizer in self.optimizers.items():
            _restore_optimizer(optimizer, _under(name, state.tensors), state.facts["rates"][name])
        for name, chance in self.chances.items():
            if (stored := state.tensors.get(f"chance.{name}")) is not None:
                chance.set_state(stored.clone())


def _restore_optimizer(optimizer: Optimizer, tensors: Mapping[str, torch.Tensor], rates: list[float]) -> None:
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, key = name.partition(".")
        moments.setdefault(int(index), {})[key] = tensor.clone()
    groups = optimizer.state_dict()["param_groups"]
    for group, rate in zip(groups, rates, strict=True):
        group["lr"] = float(rate)
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    for weight, found in optimizer.state.items():
        for key, tensor in found.items():
            if key != "step":  # laid out as the weight is, and as Adam would: another order could round otherwise
                found[key] = torch.empty_like(weight, requires_grad=False).copy_(tensor)


def _under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def _apart(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Copy what shares its memory with another tensor: a file holds each by itself."""
    seen: set[int] = set()
    apart = {}
    for name, tensor in tensors.items():
        apart[name] = tensor.clone() if tensor.data_ptr() in seen else tensor
        seen.add(tensor.data_ptr())
    return apart
