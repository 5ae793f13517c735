"""The colours of the window, each with one meaning, once for a dark and once for a light screen.

`palette.TEXT` and its like are always the colours of the scheme in use. What is read is a `Tone`: text that holds the
colour as of now, and that knows its own name, so that whoever keeps one finds the new colour with `colour` after the
scheme has changed. Only `musemate.gui.appearance` changes the scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Palette:
    """One scheme: colours as "#rrggbb".

    Text holds a contrast of 4.5 against everything it stands on, edges of controls and their focus ring 3
    (WCAG 2.2, 1.4.3 and 1.4.11); tests/gui/test_palette.py computes it for all pairs in use.
    """

    name: str
    window: str
    """Behind everything, and inside of fields and pictures."""
    panel: str
    """A group of things that belong together."""
    raised: str
    """What can be pressed, and what floats: menus, messages, tooltips."""
    hover: str
    """Under the mouse, and a chosen row."""
    line: str
    """A border that only separates."""
    edge: str
    """The border of a control: tells where it can be pressed or typed into."""
    text: str
    muted: str
    """Text that comes second."""
    faint: str
    """What cannot be used now."""
    accent: str
    """What can be done: main buttons, focus, links, progress."""
    accent_hover: str
    accent_deep: str
    """Behind chosen text."""
    on_accent: str
    """Text and icons on the accent."""
    fragment: str
    """Teal: what the songwriter brought."""
    fragment_deep: str
    take: str
    """Amber: what MuseMate made from it."""
    take_deep: str
    warn: str
    """Worth a thought."""
    bad: str
    """Failed, or cannot be undone."""
    third: str
    """One more curve in a plot."""


DARK = Palette(
    name="dark",
    window="#14161a",
    panel="#1b1e24",
    raised="#262a32",
    hover="#30353f",
    line="#2f343d",
    edge="#6f7785",
    text="#e9ebee",
    muted="#a8afba",
    faint="#7a8290",
    accent="#97a9fb",
    accent_hover="#b0bfff",
    accent_deep="#3a4a8c",
    on_accent="#10142b",
    fragment="#5cc4ba",
    fragment_deep="#2b6f6b",
    take="#f0a65c",
    take_deep="#8a5a2b",
    warn="#e3c85f",
    bad="#f27d7d",
    third="#cf9ae8",
)
LIGHT = Palette(
    name="light",
    window="#eef0f4",
    panel="#f8f9fb",
    raised="#ffffff",
    hover="#e2e6ed",
    line="#d5dae2",
    edge="#79818e",
    text="#1a1d23",
    muted="#525a67",
    faint="#79818e",
    accent="#3c52c4",
    accent_hover="#2f43ab",
    accent_deep="#c5cffb",
    on_accent="#ffffff",
    fragment="#0b6f67",
    fragment_deep="#8fcdc6",
    take="#96500a",
    take_deep="#dcab72",
    warn="#7a5c00",
    bad="#b3261e",
    third="#7d3c9b",
)
SCHEMES = {scheme.name: scheme for scheme in (DARK, LIGHT)}
_in_use = [DARK]


class Tone(str):
    """A colour of the palette: its text is the colour as of when it was read, `role` its name for later."""

    role: str

    def __new__(cls, role: str) -> Tone:
        """Read a colour of the scheme in use."""
        tone = super().__new__(cls, getattr(_in_use[0], role))
        tone.role = role
        return tone


if TYPE_CHECKING:
    WINDOW: Tone
    PANEL: Tone
    RAISED: Tone
    HOVER: Tone
    LINE: Tone
    EDGE: Tone
    TEXT: Tone
    MUTED: Tone
    FAINT: Tone
    ACCENT: Tone
    ACCENT_HOVER: Tone
    ACCENT_DEEP: Tone
    ON_ACCENT: Tone
    FRAGMENT: Tone
    FRAGMENT_DEEP: Tone
    TAKE: Tone
    TAKE_DEEP: Tone
    WARN: Tone
    BAD: Tone
    THIRD: Tone
else:

    def __getattr__(name: str) -> Tone:
        """Read a colour by its name in capitals; "palette.TEXT" is the text colour of the scheme in use."""
        if name.lower() not in ROLES or not name.isupper():
            raise AttributeError(f"the palette has no {name}")
        return Tone(name.lower())


ROLES = tuple(name for name in Palette.__dataclass_fields__ if name != "name")


def current() -> Palette:
    """Return the scheme in use."""
    return _in_use[0]


def use(scheme: Palette) -> None:
    """Make a scheme the one in use; `musemate.gui.appearance` does, and then lets everything be drawn anew."""
    _in_use[0] = scheme


def code(name: str) -> str:
    """Return "#rrggbb" of the scheme in use for a `Tone`, whenever it was read; any other text stays."""
    return str(getattr(current(), name.role)) if isinstance(name, Tone) else name


def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of the palette, as of now, with an opacity of 0-1."""
    result = QColor(code(name))
    result.setAlphaF(alpha)
    return result


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(QColor(code(first))), _luminance(QColor(code(second)))))
    return (high + 0.05) / (low + 0.05)


def _luminance(shown: QColor) -> float:
    """Return the relative luminance of an sRGB colour, 0-1 (WCAG 2.2)."""
    parts = (shown.redF(), shown.greenF(), shown.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
