"""How loud a clip is to the ear: integrated loudness as broadcasters measure it."""

from __future__ import annotations

from musemate.audio.clip import AudioClip
from musemate.errors import TooShortError
from musemate.language import _, number

BLOCK_S = 0.4
"""The measure looks at blocks of this length (ITU-R BS.1770-4)."""
LOWEST_RATE_HZ = 8_000
"""The measure's filter turns at 1.7 kHz: a clip of a rate that cannot hold this is brought to one that can."""


def integrated_lufs(clip: AudioClip) -> float:
    """Measure integrated loudness (ITU-R BS.1770-4, by pyloudnorm).

    Parameters
    ----------
    clip : AudioClip
        Mono or stereo, 0.4 s at least.

    Returns
    -------
    float
        LUFS; minus infinity where nothing is louder than -70 LUFS.

    Raises
    ------
    TooShortError
        The clip is shorter than one block.
    """
    import pyloudnorm

    if clip.duration_s <= BLOCK_S:
        raise TooShortError(
            _("The loudness of {seconds} s cannot be measured.").format(seconds=number(clip.duration_s, ".2f")),
            hint=_("Choose at least half a second."),
        )
    clip = clip.resampled(max(clip.rate_hz, LOWEST_RATE_HZ))
    return float(pyloudnorm.Meter(clip.rate_hz, block_size=BLOCK_S).integrated_loudness(clip.samples.T))
