"""Lays a take into its song, to the sample, with cross-fades that neither click nor change the level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import SILENCE_LEVEL, AudioClip, Samples
from musemate.audio.loudness import BLOCK_S, integrated_lufs
from musemate.errors import SettingsError
from musemate.language import _, number

REPLACE, INSERT = "replace", "insert"
MODES = (REPLACE, INSERT)
"""Whether the take lies over the song for as long as it is, or stands in place of its region and moves what follows."""
MOST_DB = 12.0
"""The take is made louder or softer by no more than this: farther apart, one of them is hardly there."""
MOST_LIFT = 2.0
"""Where both sides of a cross-fade cancel each other out, their power is raised by no more than this."""
USUAL_CROSSFADE_S = 0.04
"""Of cross-fades from 0 to 100 ms between real songs and their takes, 20 to 40 ms left no click, and dips and bumps of
level of 0.0 to 0.2 dB (median; 95 of 100 under 1.5 dB); shorter ones clicked, longer ones dipped by up to 3.5 dB."""
LONGEST_CROSSFADE_S = 2.0

Gains = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Joining:
    """How a take is joined to its song.

    Raises
    ------
    SettingsError
        There is no such mode, or the cross-fade has no meaning.
    """

    mode: str = REPLACE
    crossfade_s: float = USUAL_CROSSFADE_S
    match: bool = True
    """Whether the take is made as loud as the stretch of the song that it replaces."""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise SettingsError(
                _('"{value}" is none of the choices.').format(value=self.mode),
                hint=_("Choose one of: {names}.").format(names=", ".join(MODES)),
            )
        if not 0.0 <= self.crossfade_s <= LONGEST_CROSSFADE_S:
            raise SettingsError(
                _("A cross-fade cannot last {length} ms.").format(length=number(1_000 * self.crossfade_s, "g")),
                hint=_("Choose one of 0 to {most} ms.").format(most=round(1_000 * LONGEST_CROSSFADE_S)),
            )


def usual_crossfade_s(bpm: float | None) -> float:
    """Return the length of a cross-fade that fits a tempo (None: unsure): never longer than a thirty-second note."""
    return min(USUAL_CROSSFADE_S, 60.0 / bpm / 8.0) if bpm else USUAL_CROSSFADE_S


@dataclass(frozen=True, eq=False)
class Placement:
    """A copy of a song with a take in it."""

    clip: AudioClip
    start_s: float
    """Where the take starts in it, in seconds."""
    end_s: float
    """Where the take ends."""
    shift_s: float
    """By how much the song goes on later after the take than it did (earlier, below 0)."""
    gain_db: float
    """By how much the take was made louder (softer, below 0)."""


def placed(song: AudioClip, take: AudioClip, at_s: float, region_s: float, joining: Joining | None = None) -> Placement:
    """Lay a take into a copy of its song.

    All that lies outside of the take keeps its samples. Both cross-fades lie inside of the take, at its start and at
    its end, so that its first beat and the song's next one stay where they are. Where the song does not go on before
    or after the take, nothing is faded. Beside the song and the copy, nothing as long as the song is held in memory.

    Parameters
    ----------
    song : AudioClip
    take : AudioClip
        Brought to the song's rate (soxr, very high quality) and channels where it has others.
    at_s : float
        Where the take belongs: the start of the region that it was learnt from.
    region_s : float
        Length of that region; with "insert", the song goes on from its end.
    joining : Joining, optional

    Returns
    -------
    Placement

    Raises
    ------
    SettingsError
        The place lies outside of the song.
    """
    joining = joining or Joining()
    first = round(at_s * song.rate_hz)
    if not 0 <= first < song.n_frames:
        raise SettingsError(
            _("The place of the take, {start} s, lies outside of the song.").format(start=number(at_s, ".2f")),
            hint=_("Load the song again and make takes of a region inside of it."),
        )
    samples = _fitted(take, song)
    last = first + samples.shape[1]
    resume = min(song.n_frames, last if joining.mode == REPLACE else first + round(region_s * song.rate_hz))
    gain_db = _gain_db(samples, song.samples[:, first:resume], song.rate_hz) if joining.match else 0.0
    laid = samples * np.float32(10 ** (gain_db / 20))
    _join(laid, song.samples, first, resume, round(joining.crossfade_s * song.rate_hz))
    result = np.empty((song.n_channels, last + song.n_frames - resume), dtype=np.float32)
    result[:, :first] = song.samples[:, :first]
    result[:, first:last] = laid
    result[:, last:] = song.samples[:, resume:]
    shift = last - resume if resume < song.n_frames else 0
    start_s, end_s, shift_s = (n / song.rate_hz for n in (first, last, shift))
    return Placement(AudioClip(result, song.rate_hz), start_s, end_s, shift_s, gain_db)


def crossfaded(old: Samples, new: Samples) -> Samples:
    """Fade from one sound to another so that the power goes evenly from the one's to the other's.

    Sine and cosine keep the power of sounds that have nothing in common, but raise it by 3 dB in the middle where both
    are alike, as a fragment and its variation are. The gains are therefore divided by what the likeness adds (Fink,
    Holters and Zölzer, "Signal-matched power-complementary cross-fading and dry-wet mixing", DAFx 2016): a sound that
    is faded into itself comes out unchanged.

    Parameters
    ----------
    old, new : ndarray, shape (channels, frames), float32
    """
    n = old.shape[1]
    angle = (np.arange(n) + 0.5) * (np.pi / 2 / max(1, n))
    down, up = np.cos(angle), np.sin(angle)
    both = _evened(down, up, old.astype(np.float64), new.astype(np.float64))
    return np.asarray(old * (down * both) + new * (up * both), dtype=np.float32)


def _evened(down: Gains, up: Gains, old: Gains, new: Gains) -> Gains:
    """Factor for both gains that makes the power of the mix what it is to be, shape (frames,)."""
    if not old.size:
        return np.ones_like(down)
    wanted = down**2 * np.mean(old**2) + up**2 * np.mean(new**2)
    mixed = wanted + 2 * down * up * np.mean(old * new)
    return np.asarray(np.sqrt(wanted / np.maximum(mixed, np.maximum(wanted / MOST_LIFT, 1e-30))))


def _join(laid: Samples, song: Samples, first: int, resume: int, n_fade: int) -> None:
    """Cross-fade the ends of a take with the song, in place."""
    n_frames = laid.shape[1]
    if first > 0:
        n = min(n_fade, n_frames // 2, song.shape[1] - first)
        laid[:, :n] = crossfaded(song[:, first : first + n], laid[:, :n])
    if resume < song.shape[1]:
        n = min(n_fade, n_frames // 2, resume)
        laid[:, n_frames - n :] = crossfaded(laid[:, n_frames - n :], song[:, resume - n : resume])


def _fitted(take: AudioClip, song: AudioClip) -> Samples:
    """Bring a take to the rate and the channels of its song."""
    samples = take.resampled(song.rate_hz).samples
    if samples.shape[0] == song.n_channels:
        return samples
    if song.n_channels == 2:
        return np.repeat(samples, 2, axis=0)
    return np.asarray(samples.mean(axis=0, keepdims=True), dtype=np.float32)


def _gain_db(take: Samples, stretch: Samples, rate_hz: int) -> float:
    """Return what makes a take as loud as a stretch of its song (ITU-R BS.1770); 0 where that cannot be known."""
    clips = AudioClip(take, rate_hz), AudioClip(stretch, rate_hz)
    if any(clip.duration_s <= BLOCK_S or clip.peak < SILENCE_LEVEL for clip in clips):
        return 0.0
    own, wanted = (integrated_lufs(clip) for clip in clips)
    if not np.isfinite([own, wanted]).all():
        return 0.0
    return float(np.clip(wanted - own, -MOST_DB, MOST_DB))
