"""Names of notes and frequencies, as the read-out and the axes show them."""

from __future__ import annotations

import math

from musemate.analysis.notenames import note_names
from musemate.language import number

LOWEST_HZ, HIGHEST_HZ = 16.0, 8_400.0
"""C0 and C9: beyond them nobody hears a note."""


def note(hz: float) -> str:
    """Return the nearest note of equal temperament at A4 = 440 Hz and how far off it is, for instance "A4 +8 ct"."""
    if not LOWEST_HZ <= hz <= HIGHEST_HZ:
        return ""
    midi = 69 + 12 * math.log2(hz / 440.0)
    nearest = round(midi)
    cents = round(100 * (midi - nearest))
    name = f"{note_names()[nearest % 12]}{nearest // 12 - 1}"
    return f"{name} {cents:+d} ct".replace("-", "−") if cents else name


def hertz(hz: float) -> str:
    """Return a frequency such as "442 Hz" or "3.52 kHz"."""
    return f"{hz:.0f} Hz" if hz < 1000 else f"{number(hz / 1000, '.2f')} kHz"


def short_hertz(hz: float) -> str:
    """Return a frequency for an axis, such as "500" or "3k"."""
    return f"{number(hz / 1000, 'g')}k" if hz >= 1000 else number(hz, "g")
