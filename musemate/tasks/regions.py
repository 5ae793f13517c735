"""Which regions can be trained on, and what a songwriter should know about the chosen one."""

from __future__ import annotations

from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.engine.events import Warned
from musemate.errors import SettingsError, TooShortError
from musemate.language import _, number
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
            _('The region starts at {start} s, but "{name}" is {seconds} s long.').format(
                start=number(first_s, "g"), name=fragment.name, seconds=number(fragment.duration_s, ".1f")
            ),
            hint=_("Choose a start inside the file."),
        )
    wanted_s = fragment.length_s if length_s is None else length_s
    if wanted_s > MAX_REGION_S:
        raise SettingsError(
            _("A region of {seconds} s is too long to train on.").format(seconds=number(wanted_s, "g")),
            hint=_("Choose {least} to {most} s; 20 to 60 s work best.").format(
                least=number(MIN_REGION_S, "g"), most=number(MAX_REGION_S, "g")
            ),
        )
    fitting_s = min(wanted_s, fragment.duration_s - first_s)
    if not fitting_s >= MIN_REGION_S:  # nor NaN
        raise TooShortError(
            _('The region of {seconds} s in "{name}" is too short to train on.').format(
                seconds=number(max(0.0, fitting_s), ".2f"), name=fragment.name
            ),
            hint=_("Choose at least {least} s; 20 to 60 s work best.").format(least=number(MIN_REGION_S, "g")),
        )
    return first_s, fitting_s


def region_warnings(fragment: Fragment, start_s: float, length_s: float) -> list[Warned]:
    """Return what speaks against a region without forbidding it."""
    warnings = []
    if length_s < GOOD_REGION_S[0]:
        warnings.append(
            Warned(
                _("The region is {seconds} s long; there is little to learn from.").format(
                    seconds=number(length_s, ".1f")
                ),
                _("Regions of 20 to 60 s give more varied takes."),
            )
        )
    if voice_share(fragment, start_s, length_s) >= VOICE_LEVEL:
        warnings.append(
            Warned(_("There seems to be voice in this region."), _("Training works better on a part without vocals."))
        )
    if fragment.n_channels == 1:
        warnings.append(Warned(_("The fragment is mono, so its takes will be mono too.")))
    return warnings


def voice_share(fragment: Fragment, start_s: float, length_s: float) -> float:
    """Return the mean likelihood of voice in a region, 0 while it is unknown."""
    inside = fragment.voice[int(start_s) : max(int(start_s) + 1, round(start_s + length_s))]
    return sum(inside) / len(inside) if inside else 0.0
