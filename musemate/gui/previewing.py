"""Previews of a training and the fragment at the same scale: the two sides of A/B while a preview is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from musemate.engine.previews import is_fragment, other_side
from musemate.gui.sound import Sound

_PREVIEW, _FRAGMENT = "Preview of ", "Fragment at "


def title(name: str, file: Path) -> str:
    """Return what a preview, or the fragment at its scale, is called; `name` is that of the scale."""
    return f"{_FRAGMENT if is_fragment(file) else _PREVIEW}{name}"


def facts(file: Path) -> str:
    """Return what it is in a few words."""
    return "as the training has it to learn" if is_fragment(file) else "what the training knows so far"


def scale_of(sound: Sound) -> str:
    """Return the name of the scale that a preview belongs to."""
    return sound.name.removeprefix(_PREVIEW).removeprefix(_FRAGMENT)


def swapped(sound: Sound | None) -> Sound | None:
    """Return the other side of a preview, None where there is none (trainings of older versions)."""
    if sound is None or sound.kind != "preview":
        return None
    file = other_side(sound.path)
    return replace(sound, path=file, name=title(scale_of(sound), file)) if file.is_file() else None
