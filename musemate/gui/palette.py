"""The few colours of the window, each with one meaning."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtGui import QColor

WINDOW = "#14161a"
PANEL = "#1b1e24"
RAISED = "#262a32"
HOVER = "#30353f"
LINE = "#2b3038"
TEXT = "#e9ebee"
MUTED = "#a0a7b3"
FAINT = "#69717e"
FRAGMENT = "#5cc4ba"
"""Teal: what the songwriter brought, and the main action."""
FRAGMENT_DEEP = "#2b6f6b"
TAKE = "#f0a65c"
"""Amber: what MuseMate made from it."""
TAKE_DEEP = "#8a5a2b"
BAD = "#ec6f6f"
ON_ACCENT = "#0b1615"

MEL_STOPS = (
    (0.00, "#111318"),
    (0.25, "#1c2940"),
    (0.50, "#276a7b"),
    (0.72, "#5cc4ba"),
    (0.88, "#d9d9a0"),
    (1.00, "#fff4dc"),
)
"""Colours of the mel picture from its quietest to its loudest value; brightness only ever grows."""


def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of the palette with an opacity of 0-1."""
    result = QColor(name)
    result.setAlphaF(alpha)
    return result


def mel_table(n_colours: int = 256) -> list[int]:
    """Return `n_colours` opaque ARGB values between the stops of `MEL_STOPS`."""
    return [_mel_colour(index / (n_colours - 1)).rgba() for index in range(n_colours)]


def _mel_colour(level: float) -> QColor:
    (low, dark), (high, bright) = next(pair for pair in pairwise(MEL_STOPS) if level <= pair[1][0])
    part = (level - low) / (high - low)
    first, last = QColor(dark), QColor(bright)
    return QColor.fromRgbF(
        first.redF() + part * (last.redF() - first.redF()),
        first.greenF() + part * (last.greenF() - first.greenF()),
        first.blueF() + part * (last.blueF() - first.blueF()),
    )
