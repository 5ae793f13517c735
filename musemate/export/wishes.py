"""What the songwriter asks of an export: the kind of file, and what of a take goes into it."""

from __future__ import annotations

from dataclasses import dataclass

from musemate.errors import SettingsError
from musemate.language import _

WAV, FLAC, AIFF = "wav", "flac", "aiff"
KINDS = (WAV, FLAC, AIFF)
AS_IS, MONO, STEREO, MID_SIDE = "as_is", "mono", "stereo", "mid_side"
CHANNELS = (AS_IS, MONO, STEREO, MID_SIDE)
"""Mid and side are two mono files."""
PLAIN, SEAM, TAIL = "plain", "seam", "tail"
ENDINGS = (PLAIN, SEAM, TAIL)
"""How a piece ends: cut; cut so that it loops; or with what rings on after its end laid over its start."""


@dataclass(frozen=True)
class SoundFormat:
    """The kind of file.

    Raises
    ------
    SettingsError
        There is no such kind, depth or choice of channels, or FLAC is asked to hold floats or a rate that it does not
        have.
    """

    kind: str = WAV
    depth: str = "24"
    """"16" (dithered), "24" or "32f"."""
    rate_hz: int = 0
    """Sample rate; 0 is the take's own."""
    channels: str = AS_IS
    notes: bool = True
    """Whether the file says where it comes from, its tempo, its place in the song and its bar lines."""

    def __post_init__(self) -> None:
        _check(self.kind, KINDS)
        _check(self.depth, ("16", "24", "32f"))
        _check(self.channels, CHANNELS)
        if self.kind == FLAC and self.depth == "32f":
            raise SettingsError(
                _("FLAC holds no 32-bit floats."), hint=_("Choose 24 bit, or WAV or AIFF for 32-bit floats.")
            )
        if self.rate_hz and not 8_000 <= self.rate_hz <= 192_000:
            raise SettingsError(
                _("{rate} Hz is no sample rate for an export.").format(rate=self.rate_hz),
                hint=_("Choose one from 8000 to 192000 Hz, for instance 44100 or 48000."),
            )
        if self.kind == FLAC and not _flac_holds(self.rate_hz):
            raise SettingsError(
                _("FLAC does not have the sample rate {rate} Hz.").format(rate=self.rate_hz),
                hint=_("Choose another rate, for instance 96000 Hz, or WAV or AIFF."),
            )


@dataclass(frozen=True)
class Cut:
    """What of a take goes into the file.

    Raises
    ------
    SettingsError
        There is no such ending.
    """

    start_s: float | None = None
    length_s: float | None = None
    """Region of the take in seconds; None is its own start and end."""
    on_bars: bool = False
    """Whether the region snaps to bar lines, where the tempo is sure."""
    ending: str = PLAIN

    def __post_init__(self) -> None:
        _check(self.ending, ENDINGS)


def _flac_holds(rate_hz: int) -> bool:
    from musemate.audio.flac import holds_rate  # brings numpy along, which settings can do without

    return holds_rate(rate_hz)


def _check(value: str, among: tuple[str, ...]) -> None:
    if value not in among:
        raise SettingsError(
            _('"{value}" is none of the choices.').format(value=value),
            hint=_("Choose one of: {names}.").format(names=", ".join(among)),
        )
