"""Previews of a training and the fragment at the same scale: the two sides of A/B while a preview is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from musemate.engine.previews import is_fragment, other_side
from musemate.gui import wording
from musemate.gui.sound import Sound
from musemate.language import _, mark

_PREVIEW, _FRAGMENT = mark("Preview of {scale}"), mark("Fragment at {scale}")


def title(name: str, file: Path) -> str:
    """Return what a preview, or the fragment at its scale, is called; `name` is that of the scale."""
    return _(_FRAGMENT if is_fragment(file) else _PREVIEW).format(scale=wording.scale(name))


def facts(file: Path) -> str:
    """Return what it is in a few words."""
    return _("as the training has it to learn") if is_fragment(file) else _("what the training knows so far")


def scale_of(sound: Sound) -> str:
    """Return the name of the scale that a preview belongs to."""
    name = sound.name
    for template in (_PREVIEW, _FRAGMENT):
        before, _field, after = _(template).partition("{scale}")
        if name.startswith(before) and name.endswith(after):
            name = name.removeprefix(before).removesuffix(after)
    return name


def swapped(sound: Sound | None) -> Sound | None:
    """Return the other side of a preview, None where there is none (trainings of older versions)."""
    if sound is None or sound.kind != "preview":
        return None
    file = other_side(sound.path)
    return replace(sound, path=file, name=title(scale_of(sound), file)) if file.is_file() else None
