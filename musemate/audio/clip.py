"""The clip: samples in memory with their rate, checked once on the way in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.errors import AudioFileError, TooShortError
from musemate.language import _, number

MIN_RATE_HZ = 8_000
"""Of sound that is loaded and of takes."""
LOWEST_RATE_HZ = 100
"""Of what MuseMate makes on the way: a coarse scale's signal may have 320 Hz."""
MAX_RATE_HZ = 192_000
SILENCE_LEVEL = 1e-4
"""Peak below which a clip counts as silent (-80 dBFS)."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class AudioClip:
    """Samples and their rate.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
        One or two channels, nominally within -1..1. A one-dimensional array becomes one channel.
    rate_hz : int
        Sample rate, 100 to 192,000 Hz.

    Raises
    ------
    AudioFileError
        The samples are not finite, or the rate or the number of channels is not supported.
    """

    samples: Samples
    rate_hz: int

    def __post_init__(self) -> None:
        samples = np.ascontiguousarray(np.atleast_2d(self.samples), dtype=np.float32)
        if samples.ndim != 2 or samples.shape[0] not in (1, 2):
            raise AudioFileError(
                _("The sound has {count} channels; MuseMate works with mono or stereo.").format(count=samples.shape[0]),
                hint=_("Mix it down to stereo and try again."),
            )
        if not LOWEST_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise AudioFileError(
                _("The sample rate of {rate_hz} Hz is not supported.").format(rate_hz=self.rate_hz),
                hint=_("Use a file between 8 and 192 kHz."),
            )
        if not np.isfinite(samples).all():
            raise AudioFileError(
                _("The sound holds samples that are not numbers (NaN or infinity)."),
                hint=_("Export it again from your DAW."),
            )
        object.__setattr__(self, "samples", samples)

    @property
    def n_channels(self) -> int:
        """Number of channels, 1 or 2."""
        return int(self.samples.shape[0])

    @property
    def n_frames(self) -> int:
        """Number of sample frames."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_frames / self.rate_hz

    @property
    def peak(self) -> float:
        """Largest absolute sample, 0 for an empty clip."""
        return float(np.abs(self.samples).max()) if self.n_frames else 0.0

    @property
    def is_silent(self) -> bool:
        """Whether the peak is under -80 dBFS."""
        return self.peak < SILENCE_LEVEL

    def mono(self) -> Samples:
        """Mean of the channels, shape (frames,)."""
        return np.asarray(self.samples.mean(axis=0), dtype=np.float32)

    def region(self, start_s: float, length_s: float | None = None) -> AudioClip:
        """Cut a piece out; the end is limited to the end of the clip.

        Raises
        ------
        TooShortError
            Nothing is left in the piece.
        """
        first = max(0, round(start_s * self.rate_hz))
        last = self.n_frames if length_s is None else min(self.n_frames, first + round(length_s * self.rate_hz))
        if last <= first:
            raise TooShortError(
                _("The region that starts at {start} s lies outside the sound of {seconds} s.").format(
                    start=number(start_s, ".2f"), seconds=number(self.duration_s, ".2f")
                ),
                hint=_("Choose a region inside the file."),
            )
        return AudioClip(self.samples[:, first:last], self.rate_hz)

    def resampled(self, rate_hz: int) -> AudioClip:
        """Change the sample rate (soxr, very high quality); the clip itself when nothing changes."""
        if rate_hz == self.rate_hz:
            return self
        import soxr

        samples = soxr.resample(self.samples.T, self.rate_hz, rate_hz, quality="VHQ")
        return AudioClip(np.asarray(samples).T, rate_hz)
