"""Makes sounds fit to be compared blind: equally long, loud, wide and high, under names that tell nothing.

Loudness is matched as ITU-R BS.1770-4 measures it; that all else is equal, and that a real clip is limited to the band
of what was made, is what keeps a listener from judging the format (compare ITU-R BS.1534-3, sections 3 to 6).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.audio.flac import quantised, write_flac
from musemate.audio.loudness import integrated_lufs
from musemate.audio.wav import write_wav
from musemate.audio.wording import shown_length
from musemate.errors import ExportError, StudyError
from musemate.language import _, number
from musemate.project.keep import hash_of
from musemate.study.band import band_of, limited
from musemate.study.records import Stimulus, Truth
from musemate.study.template import Rules

LEAST_S = 1.0
"""Shorter sounds can hardly be judged, and their loudness not be measured well."""
MOST_RATE_HZ = 48_000
FADE_S = 0.02
USUAL_LUFS = -18.0
"""How loud all become, unless one of them would be clipped then."""
QUIET_LUFS = -26.0
"""Where all become so quiet, that is said."""
MOST_PEAK_DB = -1.0
MATCHED_LU = 0.1
_AIMED_LU = 0.01
_ROOM_DB = 0.1
"""What correcting the loudness may add to a peak."""
_MOST_TRIES = 5
_MUCH_SHORTER = 0.6


@dataclass(frozen=True)
class Source:
    """A sound that a study is made of.

    Parameters
    ----------
    set : str
        Name of its set.
    truth : Truth
        What it is; its token is not known yet.
    load : callable
        Reads it.
    band_hz : float
        The highest frequency that it can hold, where that is known; 0 where it is measured only.
    """

    set: str
    truth: Truth
    load: Callable[[], AudioClip]
    band_hz: float = 0.0


@dataclass(frozen=True)
class Sound:
    """A sound that is ready to be heard.

    Parameters
    ----------
    stimulus : Stimulus
    truth : Truth
    file : Path
    """

    stimulus: Stimulus
    truth: Truth
    file: Path


@dataclass(frozen=True)
class Prepared:
    """All sounds of a study.

    Parameters
    ----------
    sounds : tuple of Sound
        In the order of the sources; anchors at the end.
    rate_hz, n_channels : int
    n_frames : int
    band_hz : float
        The highest frequency of all but the anchors.
    lufs : float
        How loud all are.
    notes : tuple of str
        What was cut away because of which sound.
    """

    sounds: tuple[Sound, ...]
    rate_hz: int
    n_channels: int
    n_frames: int
    band_hz: float
    lufs: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Spooled:
    """A sound that was read and cut to the longest length that is allowed."""

    source: Source
    file: Path
    clip_rate_hz: int
    n_channels: int
    seconds: float
    band_hz: float

    @property
    def label(self) -> str:
        return self.source.truth.label


@dataclass(frozen=True)
class _Plan:
    """What all sounds become."""

    rate_hz: int
    n_channels: int
    n_frames: int
    band_hz: float


def prepare(sources: Sequence[Source], rules: Rules, folder: Path) -> Generator[float, None, Prepared]:
    """Prepare sounds; yields the share of the work that is done, and returns them.

    Parameters
    ----------
    sources : sequence of Source
        One at least.
    rules : Rules
        Of length, band and anchor.
    folder : Path
        Empty; the files are written there, and nothing else stays in it.

    Raises
    ------
    AudioFileError, StudyError
        A sound cannot be read, is silent or too short, or there is no space.
    """
    with_anchors = [*sources, *_anchors(sources, rules)]
    n_steps = len(sources) + 2 * len(with_anchors)
    spooled: list[_Spooled] = []
    for index, source in enumerate(sources):
        yield index / n_steps
        spooled.append(_spool(source, rules, folder / f"spool{index}.wav"))
    plan, notes = _planned(spooled, rules)
    by_source = {id(entry.source): entry for entry in spooled}
    levels = []
    for index, source in enumerate(with_anchors):
        yield (len(sources) + index) / n_steps
        original = by_source.get(id(source)) or by_source[id(_original(source, sources))]
        clip = _made_equal(original, plan, rules.anchor_hz if source.truth.origin == "anchor" else 0)
        levels.append((integrated_lufs(clip), clip.peak))
        _keep(folder / f"equal{index}.wav", clip)
    target_lufs, quiet = _target(levels, [source.truth.label for source in with_anchors])
    sounds = []
    for index, source in enumerate(with_anchors):
        yield (len(sources) + len(with_anchors) + index) / n_steps
        sounds.append(_finished(folder / f"equal{index}.wav", source, target_lufs - levels[index][0], target_lufs))
    for entry in spooled:
        entry.file.unlink()
    return Prepared(
        tuple(sounds), plan.rate_hz, plan.n_channels, plan.n_frames, plan.band_hz, target_lufs, (*notes, *quiet)
    )


def _anchors(sources: Sequence[Source], rules: Rules) -> list[Source]:
    """Return a low-passed copy of the first real clip of each set."""
    if not rules.anchor_hz:
        return []
    first = {source.set: source for source in reversed(sources) if source.truth.is_real}
    return [
        replace(source, truth=replace(source.truth, origin="anchor", label=_anchor_label(source, rules)))
        for source in reversed(first.values())
    ]


def _anchor_label(source: Source, rules: Rules) -> str:
    return _("{name}, low-passed at {limit_hz} Hz").format(name=source.truth.label, limit_hz=number(rules.anchor_hz))


def _original(anchor: Source, sources: Sequence[Source]) -> Source:
    return next(source for source in sources if source.load is anchor.load and source.set == anchor.set)


def _spool(source: Source, rules: Rules, file: Path) -> _Spooled:
    """Read a sound, look at it, and keep as much of it as can be heard in the study."""
    clip, label = source.load(), source.truth.label
    if clip.is_silent:
        raise StudyError(_("“{name}” is silent.").format(name=label), hint=_("Leave it out."))
    if clip.duration_s < LEAST_S:
        raise StudyError(
            _("“{name}” is only {length} long; a study needs at least {least} s.").format(
                name=label, length=shown_length(clip.duration_s), least=number(LEAST_S)
            ),
            hint=_("Leave it out: all others would be cut to its length."),
        )
    clip = clip.region(0.0, rules.longest_s)
    band_hz = min(band_of(clip), source.band_hz or clip.rate_hz / 2)
    _keep(file, clip)
    return _Spooled(source, file, clip.rate_hz, clip.n_channels, clip.duration_s, band_hz)


def _planned(spooled: Sequence[_Spooled], rules: Rules) -> tuple[_Plan, list[str]]:
    """Return what all become, and what to say about it."""
    rate_hz = min(MOST_RATE_HZ, max(entry.clip_rate_hz for entry in spooled))
    shortest = min(spooled, key=lambda entry: entry.seconds)
    narrowest = min(spooled, key=lambda entry: entry.band_hz)
    limit_hz = {"lowest": narrowest.band_hz, "none": rate_hz / 2}.get(rules.band_limit)
    band_hz = min(rate_hz / 2, float(rules.band_limit) if limit_hz is None else limit_hz)
    notes = []
    if shortest.seconds < _MUCH_SHORTER * float(np.median([entry.seconds for entry in spooled])):
        notes.append(
            _("All sounds are cut to {length}, the length of “{name}”.").format(
                length=shown_length(shortest.seconds), name=shortest.label
            )
        )
    if rules.band_limit == "lowest" and band_hz < 0.9 * max(entry.band_hz for entry in spooled):
        notes.append(
            _("All sounds are cut off at {limit_hz} Hz, as “{name}” is.").format(
                limit_hz=number(round(band_hz)), name=narrowest.label
            )
        )
    n_channels = min(entry.n_channels for entry in spooled)
    return _Plan(rate_hz, n_channels, int(shortest.seconds * rate_hz), band_hz), notes


def _made_equal(entry: _Spooled, plan: _Plan, anchor_hz: int) -> AudioClip:
    """Bring a sound to the common rate, channels, length and band, its edges faded."""
    clip = read_clip(entry.file, allow_silence=True)
    if clip.n_channels > plan.n_channels:
        clip = AudioClip(clip.mono(), clip.rate_hz)
    # what lies behind the cut belongs to the filters' ends
    samples = limited(clip.resampled(plan.rate_hz), min(plan.band_hz, anchor_hz or plan.band_hz)).samples
    samples = samples[:, : plan.n_frames]
    samples = np.pad(samples, ((0, 0), (0, plan.n_frames - samples.shape[1])))
    return AudioClip(_faded(samples, round(FADE_S * plan.rate_hz)), plan.rate_hz)


def _faded(samples: np.ndarray, n: int) -> np.ndarray:
    """Fade both edges with a raised cosine."""
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / n)).astype(np.float32)
    faded = samples.copy()
    faded[:, :n] *= ramp
    faded[:, -n:] *= ramp[::-1]
    return faded


def _target(levels: Sequence[tuple[float, float]], labels: Sequence[str]) -> tuple[float, list[str]]:
    """Return how loud all can be without one of them being clipped, and what to say of it."""
    target, peaky = USUAL_LUFS, ""
    for (lufs, peak), label in zip(levels, labels, strict=True):
        if not np.isfinite(lufs):
            raise StudyError(
                _("“{name}” is too quiet to be made as loud as the others.").format(name=label),
                hint=_("Leave it out, or choose another part of it."),
            )
        most = lufs + MOST_PEAK_DB - _ROOM_DB - 20 * float(np.log10(peak))
        target, peaky = min((target, peaky), (most, label))
    if target > QUIET_LUFS:
        return target, []
    said = _(
        "All sounds are as quiet as {lufs} LUFS, so that the peaks of “{name}” are not cut off: turn up the volume."
    )
    return target, [said.format(lufs=number(target, ".0f"), name=peaky)]


def _finished(file: Path, source: Source, gain_db: float, target_lufs: float) -> Sound:
    """Write a sound as loud as the others, under a name that tells nothing."""
    clip = read_clip(file, allow_silence=True)
    for _try in range(_MOST_TRIES):  # blocks that the measure leaves out as quiet may change with the gain
        loud = quantised(AudioClip(clip.samples * np.float32(10 ** (gain_db / 20)), clip.rate_hz))
        missing_lu = target_lufs - integrated_lufs(loud)
        if abs(missing_lu) <= _AIMED_LU:
            break
        gain_db += missing_lu
    token = secrets.token_hex(6)
    written = file.with_name(f"{token}.flac")
    try:
        write_flac(written, loud)
        file.unlink()
    except OSError as error:
        raise _no_room(repr(error)) from error
    heard = integrated_lufs(read_clip(written, allow_silence=True))
    if not abs(heard - target_lufs) <= MATCHED_LU or loud.peak > 10 ** (MOST_PEAK_DB / 20):
        raise StudyError(
            _("“{name}” cannot be made as loud as the others.").format(name=source.truth.label),
            hint=_("Leave it out, or choose another part of it."),
            detail=f"{heard} instead of {target_lufs} LUFS, peak {loud.peak}",
        )
    stimulus = Stimulus(token, source.set, clip.duration_s, round(gain_db, 3), hash_of(written))
    return Sound(stimulus, replace(source.truth, token=token), written)


def _keep(file: Path, clip: AudioClip) -> None:
    try:
        write_wav(file, clip, "32f")
    except ExportError as error:
        raise _no_room(f"{error.message} {error.detail}") from error


def _no_room(detail: str) -> StudyError:
    return StudyError(
        _("The sounds of the study cannot be written; nothing is left of it."),
        hint=_("Check that its place may be written and has space left."),
        detail=detail,
    )
