"""Which regions can be trained on, and what a songwriter should know about the chosen one."""

from __future__ import annotations

from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.engine.events import Warned
from musemate.errors import SettingsError, TooShortError
from musemate.project.records import Fragment

GOOD_REGION_S = (20.0, 60.0)
"""Regions of this length give the best takes."""
VOICE_LEVEL = 0.5
"""Mean likelihood of voice from which the hint is shown."""


def checked_region(fragment: Fragment, start_s: float | None, length_s: float | None) -> tuple[float, float]:
    """Return start and length of the region to train on; the fragment's own where nothing else is wanted.

    A region that reaches over the end of the file ends there.

    Raises
    ------
    SettingsError
        It starts outside the file or is longer than 120 s.
    TooShortError
        Less than 2 s of it lie in the file.
    """
    first_s = fragment.start_s if start_s is None else start_s
    if not 0 <= first_s < fragment.duration_s:
        raise SettingsError(
            f'The region starts at {first_s:g} s, but "{fragment.name}" is {fragment.duration_s:.1f} s long.',
            hint="Choose a start inside the file.",
        )
    wanted_s = fragment.length_s if length_s is None else length_s
    if wanted_s > MAX_REGION_S:
        raise SettingsError(
            f"A region of {wanted_s:g} s is too long to train on.",
            hint=f"Choose {MIN_REGION_S:g} to {MAX_REGION_S:g} s; 20 to 60 s work best.",
        )
    fitting_s = min(wanted_s, fragment.duration_s - first_s)
    if not fitting_s >= MIN_REGION_S:  # nor NaN
        raise TooShortError(
            f'The region of {max(0.0, fitting_s):.2f} s in "{fragment.name}" is too short to train on.',
            hint=f"Choose at least {MIN_REGION_S:g} s; 20 to 60 s work best.",
        )
    return first_s, fitting_s


def region_warnings(fragment: Fragment, start_s: float, length_s: float) -> list[Warned]:
    """Return what speaks against a region without forbidding it."""
    warnings = []
    if length_s < GOOD_REGION_S[0]:
        warnings.append(
            Warned(
                f"The region is {length_s:.1f} s long; there is little to learn from.",
                "Regions of 20 to 60 s give more varied takes.",
            )
        )
    if voice_share(fragment, start_s, length_s) >= VOICE_LEVEL:
        warnings.append(
            Warned("There seems to be voice in this region.", "Training works better on a part without vocals.")
        )
    if fragment.n_channels == 1:
        warnings.append(Warned("The fragment is mono, so its takes will be mono too."))
    return warnings


def voice_share(fragment: Fragment, start_s: float, length_s: float) -> float:
    """Return the mean likelihood of voice in a region, 0 while it is unknown."""
    inside = fragment.voice[int(start_s) : max(int(start_s) + 1, round(start_s + length_s))]
    return sum(inside) / len(inside) if inside else 0.0
