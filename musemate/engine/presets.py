"""How much effort a training takes: each engine's presets and what the songwriter reads of them. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

from musemate.errors import SettingsError
from musemate.language import _, mark


@dataclass(frozen=True)
class Preset:
    """One choice of effort.

    Parameters
    ----------
    name : str
        What it is called in projects and on the command line.
    label, words : str
        What the songwriter reads, to be translated: the choice itself, and what it means.
    """

    name: str
    label: str
    words: str


PRESETS: dict[str, tuple[Preset, ...]] = {
    "frames": (
        Preset("sketch", mark("Sketch"), mark("Quick: a first idea of what your fragment can become")),
        Preset("balanced", mark("Balanced"), mark("The usual choice: good sound in reasonable time")),
        Preset("fine", mark("Fine"), mark("Slow: the best sound; worth a graphics card or a night")),
    ),
    "classic": (
        Preset(
            "quick",
            mark("Quick"),
            mark("The published method cut short to about an hour on a processor: a rough idea of it"),
        ),
        Preset(
            "code",
            mark("Code"),
            mark("As the authors' program does it: 2,000 steps a scale; takes days without a card"),
        ),
        Preset(
            "paper", mark("Paper"), mark("As the paper says: 3,000 steps a scale; takes days without a graphics card")
        ),
    ),
}
"""By engine, the quickest first; an engine that trains nothing has none."""

_DEFAULTS = {"frames": "balanced", "classic": "quick"}


def preset_names(engine: str) -> tuple[str, ...]:
    """Return the names of an engine's presets."""
    return tuple(preset.name for preset in PRESETS.get(engine, ()))


def label_of(engine: str, preset: str) -> str:
    """Return what the songwriter reads of a preset, to be translated; of an unknown one its name."""
    return next((known.label for known in PRESETS.get(engine, ()) if known.name == preset), preset)


def default_preset(engine: str) -> str:
    """Return the preset that an engine takes unless another is wanted, "" where it has none."""
    return _DEFAULTS.get(engine, "")


def check_preset(engine: str, preset: str) -> None:
    """Refuse a preset that an engine does not have.

    Raises
    ------
    SettingsError
        There is no such preset.
    """
    names = preset_names(engine)
    if preset not in (names or ("",)):
        hint = _("Choose one of: {names}.").format(names=", ".join(names)) if names else _("Leave it out.")
        raise SettingsError(
            _('The engine "{engine}" has no preset "{preset}".').format(engine=engine, preset=preset), hint=hint
        )
