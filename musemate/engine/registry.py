"""Finds an engine by its name, importing it (and torch) only then."""

from __future__ import annotations

from typing import cast

from musemate.engine.base import Engine
from musemate.errors import SettingsError

ENGINES = ("frames", "instant")


def get_engine(name: str) -> Engine:
    """Return the engine of that name.

    Raises
    ------
    SettingsError
        There is no such engine.
    """
    if name == "frames":
        from musemate.engine.frames.engine import FramesEngine

        return cast(Engine, FramesEngine())
    if name == "instant":
        from musemate.engine.instant.engine import InstantEngine

        return cast(Engine, InstantEngine())
    raise SettingsError(f'There is no engine "{name}".', hint=f"Choose one of: {', '.join(ENGINES)}.")
