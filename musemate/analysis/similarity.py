"""How a take compares with its fragment: picture, loudness, faults and beat in one record, and nearness in sound.

A difference of 0 is best everywhere, and a plain copy has it: read these figures together with `nearness`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.analysis.clicks import find_clicks
from musemate.analysis.fading import Fading, fading
from musemate.analysis.metre import Beats
from musemate.analysis.pulse import Pulse, compare_pulse
from musemate.analysis.spectra import mel_edges_hz, mel_filters, power_blocks
from musemate.analysis.stereo import StereoPicture, band_edges_hz, stereo_picture
from musemate.analysis.tones import Tone, foreign_tones
from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import TooShortError
from musemate.language import _

RATE_HZ, N_FFT, HOP, N_MELS = 16_000, 1_024, 256, 64
FLOOR_DB = -60.0
PATCH_S = 0.5
STEP = 4
"""Columns from one patch of the first sound to its next; the second sound's patches are at every column."""
BLOCK = 512
"""Patches compared at once, so that memory does not grow with the take."""

Patches = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Similarity:
    """A take beside its fragment.

    Parameters
    ----------
    picture : StereoPicture
        The take's stereo picture less the fragment's: side level in dB and coherence, a value a band.
    loudness_lu : float
        The take's integrated loudness less the fragment's, LU.
    clicks_s : ndarray, shape (clicks,)
        Where the take clicks as the fragment never does, in seconds.
    tones : tuple of Tone
        Standing tones that the fragment has not.
    fading : Fading
        How level and noisiness move through the take.
    pulse : Pulse
        How evenly the beat is kept, and where it stands.
    """

    picture: StereoPicture
    loudness_lu: float
    clicks_s: npt.NDArray[np.float64]
    tones: tuple[Tone, ...]
    fading: Fading
    pulse: Pulse


def compare(take: AudioClip, fragment: AudioClip, metre: Beats | None = None) -> Similarity:
    """Compare a take with its fragment in everything but its sound as such.

    Parameters
    ----------
    take, fragment : AudioClip
        2 s at least. A fragment of another rate is brought to the take's.
    metre : Beats, optional
        The fragment's metre where it is known already.

    Raises
    ------
    TooShortError
        One of them is shorter than 0.4 s.
    """
    own = fragment.resampled(take.rate_hz)
    edges_hz = band_edges_hz(min(take.rate_hz, fragment.rate_hz))
    return Similarity(
        stereo_picture(take, edges_hz).differs_by(stereo_picture(own, edges_hz)),
        integrated_lufs(take) - integrated_lufs(own),
        find_clicks(take, own),
        foreign_tones(take, own),
        fading(take, own),
        compare_pulse(take, own, metre),
    )


def nearness(sound: AudioClip, other: AudioClip) -> float:
    """How near each half second of a sound comes to anything in another one.

    Both are brought to mono, 16 kHz and an RMS of 0.1; patches of 0.5 s of their log mel spectra (64 bands, floored
    60 dB under a sine of full scale) are compared by the root mean square of their differences, as patch retrieval
    does (Granot et al., "Drop the GAN: in defense of patches nearest neighbors", CVPR 2022).

    Parameters
    ----------
    sound, other : AudioClip
        Half a second at least; sample rates may differ. Two takes tell how diverse they are, a take and its fragment
        how much was copied.

    Returns
    -------
    float
        Median distance to the nearest patch, dB a bin: 0 for a part of `other`. Not symmetric.

    Raises
    ------
    TooShortError
        One of them is shorter than a patch.
    """
    ours, theirs = _patches(sound)[::STEP], _patches(other)
    squares = (theirs**2).sum(axis=1)
    nearest = []
    for start in range(0, len(ours), BLOCK):
        block = ours[start : start + BLOCK]
        distances = squares[None] + (block**2).sum(axis=1)[:, None] - 2 * block @ theirs.T
        nearest.append(distances.min(axis=1))
    return float(np.median(np.sqrt(np.maximum(np.concatenate(nearest), 0.0) / ours.shape[1])))


def log_mel(clip: AudioClip) -> Patches:
    """Log mel spectrum of a clip brought to mono, 16 kHz and an RMS of 0.1.

    Parameters
    ----------
    clip : AudioClip
        Any length.

    Returns
    -------
    ndarray, shape (columns, 64), float32
        dB, floored 60 dB under a sine of full scale; a column every 16 ms.
    """
    mono = AudioClip(clip.mono(), clip.rate_hz).resampled(RATE_HZ)
    rms = float(np.sqrt(np.mean(mono.samples.astype(np.float64) ** 2)))
    level = np.float32(0.1 / max(rms, 1e-9))
    filters = mel_filters(RATE_HZ, N_FFT, mel_edges_hz(N_MELS, 0.0, RATE_HZ / 2)).T
    power = np.concatenate(
        [block @ filters for block in power_blocks(AudioClip(mono.samples * level, RATE_HZ), N_FFT, HOP)]
    )
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-12)), FLOOR_DB), dtype=np.float32)


def _patches(clip: AudioClip) -> Patches:
    """All half seconds of a clip's log mel spectrum, shape (patches, bands x columns)."""
    columns = log_mel(clip)
    n = round(PATCH_S * RATE_HZ / HOP)
    if len(columns) < n or clip.duration_s < PATCH_S:
        raise TooShortError(_("A sound of less than half a second cannot be compared."), hint=_("Choose a longer one."))
    windows = np.lib.stride_tricks.sliding_window_view(columns, n, axis=0)
    return np.ascontiguousarray(windows).reshape(len(windows), -1)
