"""How loud a clip is to the ear: integrated loudness as broadcasters measure it."""

from __future__ import annotations

import numpy as np

from musemate.audio.clip import AudioClip, Samples
from musemate.errors import TooShortError
from musemate.language import _, number

BLOCK_S = 0.4
"""The measure looks at blocks of this length (ITU-R BS.1770-4)."""
LOWEST_RATE_HZ = 8_000
"""The measure's filter turns at 1.7 kHz: a clip of a rate that cannot hold this is brought to one that can."""
_PIECE_FRAMES = 1 << 18


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
    meter = pyloudnorm.Meter(clip.rate_hz, filter_class="custom", block_size=BLOCK_S)  # without filters of its own
    return float(meter.integrated_loudness(_weighted(clip.samples, clip.rate_hz).T))


def _weighted(samples: Samples, rate_hz: int) -> Samples:
    """Return what the ear hears of samples of shape (channels, frames), by the filters of BS.1770.

    Both stages at once and piece by piece: a third of the time that they take one after the other, while other threads
    run, and no copy in double precision of a whole song.
    """
    from pyloudnorm.iirfilter import IIRfilter
    from scipy.signal import sosfilt

    stages = (
        IIRfilter(4.0, np.sqrt(0.5), 1500.0, rate_hz, "high_shelf"),
        IIRfilter(0.0, 0.5, 38.0, rate_hz, "high_pass"),
    )
    sections = np.array([[*stage.b, *stage.a] for stage in stages])
    state = np.zeros((len(sections), len(samples), 2))
    weighted = np.empty_like(samples)
    for first in range(0, samples.shape[1], _PIECE_FRAMES):
        piece = slice(first, first + _PIECE_FRAMES)
        weighted[:, piece], state = sosfilt(sections, samples[:, piece], zi=state)
    return weighted
