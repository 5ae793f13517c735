"""Writes takes, or regions of them, as WAV files for the DAW."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.files import DEPTHS, count_overs, probe, read_clip, write_wav
from musemate.audio.safe_write import name_limit
from musemate.audio.wording import shown_name
from musemate.errors import ExportError, SettingsError, TooShortError
from musemate.export.naming import DEFAULT_TEMPLATE, Named, export_name
from musemate.language import _, ngettext
from musemate.project.keep import sweep_foreign

FADE_S = 0.005
"""Length of the fades where a region was cut out of sounding material."""

_MIN_S = 0.01


def export_take(
    source: Path | str,
    folder: Path | str,
    *,
    song: str,
    bpm: float | None,
    take_name: str,
    depth: str = "24",
    start_s: float | None = None,
    length_s: float | None = None,
    on_warning: Callable[[str, str], None] | None = None,
) -> Path:
    """Export a take under a name like "Song_120bpm_take-03.wav"; nothing is ever overwritten.

    Rate, channels and loudness stay as they are. Edges where a region was cut out are faded over 5 ms; the take's own
    start and end are left alone.

    Parameters
    ----------
    source : Path or str
        The take's audio file.
    folder : Path or str
        Where to; made if it is missing.
    song, bpm, take_name
        What the name says; see `musemate.export.naming.export_name`.
    depth : str
        "16" (dithered), "24" or "32f".
    start_s, length_s : float, optional
        Region in seconds; None is the take's own start and end.
    on_warning : callable, optional
        Is given a sentence and a hint when samples had to be limited.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    AudioFileError
        The take's own file is missing or damaged.
    SettingsError
        There is no such depth, or the region has no meaning.
    TooShortError
        The region lies outside the take.
    ExportError
        The folder cannot be made or written, or the disk is full.
    """
    folder = Path(folder)
    if depth not in DEPTHS:
        raise _unknown_depth(depth)
    clip = _region(Path(source), take_name, start_s or 0.0, length_s)
    _make_folder(folder)
    sweep_foreign(folder)
    target = folder / export_name(DEFAULT_TEMPLATE, Named(song, take_name, bpm), name_limit(folder))
    written = write_wav(target, clip, depth, fresh=True)
    if depth != "32f" and on_warning is not None:
        _warn_of_overs(clip, written, on_warning)
    return written


def _unknown_depth(depth: str) -> SettingsError:
    return SettingsError(
        _('There is no depth "{depth}".').format(depth=depth),
        hint=_("Choose one of: {names}.").format(names=", ".join(DEPTHS)),
    )


def _warn_of_overs(clip: AudioClip, written: Path, on_warning: Callable[[str, str], None]) -> None:
    n_overs = count_overs(clip)
    if n_overs:
        on_warning(
            ngettext(
                '{n} sample of "{name}" was above full scale and was limited.',
                '{n} samples of "{name}" were above full scale and were limited.',
                n_overs,
                name=shown_name(written),
            ),
            _("Export it as 32-bit float to keep them."),
        )


def _region(source: Path, take_name: str, start_s: float, length_s: float | None) -> AudioClip:
    try:
        clip = read_clip(source, start_s, length_s, min_s=_MIN_S, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    except TooShortError as error:  # names the file in the project, whose name is a hash
        raise TooShortError(error.message.replace(shown_name(source), take_name), hint=error.hint) from error
    n_after = probe(source, min_rate_hz=LOWEST_RATE_HZ).n_frames - round(start_s * clip.rate_hz) - clip.n_frames
    return _faded(clip, at_start=start_s > 0, at_end=n_after > 0)


def _faded(clip: AudioClip, at_start: bool, at_end: bool) -> AudioClip:
    """Fade the cut edges with a raised cosine."""
    if not (at_start or at_end):
        return clip
    n = min(round(FADE_S * clip.rate_hz), clip.n_frames // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(n) / max(1, n))).astype(np.float32)
    samples = clip.samples.copy()
    if at_start:
        samples[:, :n] *= ramp
    if at_end:
        samples[:, clip.n_frames - n :] *= ramp[::-1]
    return AudioClip(samples, clip.rate_hz)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ExportError(
            _('Nothing can be exported to "{name}": it is, or lies inside, a file.').format(name=shown_name(folder)),
            hint=_("Choose a folder."),
            detail=repr(error),
        ) from error
    except (OSError, ValueError) as error:
        raise ExportError(
            _('The folder "{name}" cannot be made.').format(name=shown_name(folder)),
            hint=_("Choose a folder of your own."),
            detail=repr(error),
        ) from error
