"""Finds an engine by its name, importing it (and torch) only then."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from musemate.engine.base import Engine
from musemate.errors import SettingsError
from musemate.language import _

ENGINES = ("frames", "classic")
"""Those that train, the usual one first; "instant" trains nothing and is asked for in its own way."""

PLACES = {
    "frames": "musemate.engine.frames.engine:FramesEngine",
    "classic": "musemate.engine.classic.engine:ClassicEngine",
    "instant": "musemate.engine.instant.engine:InstantEngine",
}
"""Where each engine's class is found."""


def get_engine(name: str) -> Engine:
    """Return the engine of that name.

    Raises
    ------
    SettingsError
        There is no such engine.
    """
    if name not in PLACES:
        raise SettingsError(
            _('There is no engine "{name}".').format(name=name),
            hint=_("Choose one of: {names}.").format(names=", ".join(ENGINES)),
        )
    module, _colon, engine = PLACES[name].partition(":")
    return cast(Engine, getattr(import_module(module), engine)())
