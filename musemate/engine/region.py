"""The region that is trained on: what is refused, which rate it comes down to, and how it is known again."""

from __future__ import annotations

import hashlib

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.errors import AudioFileError, SettingsError, TooShortError
from musemate.language import _, number

MAX_RATE_HZ = 48_000


def fitting_rate(clip: AudioClip) -> AudioClip:
    """Bring a clip above 48 kHz to 44.1 or 48 kHz, whichever divides its rate; others stay as they are."""
    return clip.resampled(lower_rate(clip.rate_hz))


def lower_rate(rate_hz: int) -> int:
    """Return the rate that a clip of this rate is trained at."""
    if rate_hz <= MAX_RATE_HZ:
        return rate_hz
    return 44_100 if rate_hz % 44_100 == 0 else MAX_RATE_HZ


def check_region(clip: AudioClip) -> None:
    """Refuse what cannot be trained on.

    Raises
    ------
    TooShortError, SettingsError, AudioFileError
    """
    if clip.duration_s < MIN_REGION_S - 1e-3:
        raise TooShortError(
            _("The chosen region lasts {seconds} s; training needs at least {least} s.").format(
                seconds=number(clip.duration_s, ".2f"), least=number(MIN_REGION_S, "g")
            ),
            hint=_("Make the region longer; 20 to 60 seconds work best."),
        )
    if clip.duration_s > MAX_REGION_S + 1e-3:
        raise SettingsError(
            _("The chosen region lasts {seconds:.0f} s; training takes at most {most} s.").format(
                seconds=clip.duration_s, most=number(MAX_REGION_S, "g")
            ),
            hint=_("Make the region shorter; 20 to 60 seconds work best."),
        )
    if clip.is_silent:
        raise AudioFileError(_("The chosen region is silent."), hint=_("Choose a region with sound in it."))


def clip_hash(clip: AudioClip) -> str:
    """Return the SHA-256 of a clip's rate and samples."""
    return hashlib.sha256(f"{clip.rate_hz} ".encode() + np.ascontiguousarray(clip.samples).tobytes()).hexdigest()
