"""Brings sounds into a project's audio folder: files byte for byte, everything else as 32-bit float WAV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musemate.audio.clip import AudioClip
from musemate.errors import ExportError, ProjectError, SettingsError
from musemate.language import _, number
from musemate.project.keep import hash_of, keep, keep_copy
from musemate.project.records import Fragment


def take_in(source: Path, folder: Path) -> dict[str, Any]:
    """Check a file and keep it in `folder`; a format that libsndfile cannot read is kept as WAV.

    Returns
    -------
    dict
        `audio` (name of the kept file), `rate_hz`, `n_channels` and `duration_s`.

    Raises
    ------
    AudioFileError
        The file cannot be used.
    ProjectError
        The folder cannot be written.
    """
    from musemate.audio.files import read_outside

    info, clip = read_outside(source)
    if info.needs_ffmpeg:
        audio = store_clip(clip, folder)
    else:
        with storing(folder):
            audio = keep_copy(source, folder, _kept_suffix(source))
    return {
        "audio": audio,
        "rate_hz": clip.rate_hz,
        "n_channels": clip.n_channels,
        "duration_s": clip.duration_s,
    }


def store_clip(clip: AudioClip, folder: Path) -> str:
    """Keep samples as 32-bit float WAV and return the name of the file.

    Raises
    ------
    ProjectError
        The folder cannot be written.
    """
    from musemate.audio.wav import write_wav

    with storing(folder):
        return keep(folder, ".wav", lambda target: write_wav(target, clip, "32f"))


def is_from(source: Path, fragment: Fragment) -> bool:
    """Whether a fragment was loaded from this file, or from another one with the same content."""
    is_converted = Path(fragment.audio).suffix != _kept_suffix(source)
    if is_converted:
        return fragment.source == str(source)
    return Path(fragment.audio).stem == hash_of(source)


def _kept_suffix(source: Path) -> str:
    """Return the ending under which a file is kept: its own if it is one of sound, else (it may be anything) none."""
    from musemate.audio.files import READABLE_SUFFIXES

    suffix = source.suffix.lower()
    return suffix if suffix in READABLE_SUFFIXES else ""


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Translate failures of the file system while a sound is stored."""
    try:
        yield
    except (OSError, ExportError) as error:
        raise ProjectError(
            _('A sound could not be stored in "{folder}".').format(folder=folder),
            hint=_("Check the free space and the rights of the project's folder."),
            detail=getattr(error, "detail", "") or str(error),
        ) from error


def fitted(start_s: float, length_s: float, duration_s: float) -> tuple[float, float]:
    """Return start and length of a region, limited to the file."""
    first_s = max(0.0, start_s)
    length_s = min(start_s + length_s, duration_s) - first_s
    if not length_s > 0:
        raise SettingsError(
            _("The region that starts at {start} s lies outside the file of {seconds} s.").format(
                start=number(start_s, ".2f"), seconds=number(duration_s, ".2f")
            ),
            hint=_("Choose a region inside the file."),
        )
    return first_s, length_s
