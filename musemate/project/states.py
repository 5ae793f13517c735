"""Where a training stands inside a part: what its files in a run's folder are called, and whether there are any.

The engines write them (`musemate.engine.states`); here is what a project must know of them without torch.
"""

from __future__ import annotations

from pathlib import Path

GENERATIONS = ("state-a", "state-b")
"""Written in turn: while one is replaced, the other is whole."""
SUFFIX = ".safetensors"


def has_state(folder: Path) -> bool:
    """Whether a training in this folder can go on inside the part that it was in."""
    return any((folder / f"{name}{SUFFIX}").exists() for name in GENERATIONS)
