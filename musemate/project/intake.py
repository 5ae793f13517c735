"""Brings sounds into a project's audio folder: files byte for byte, everything else as 32-bit float WAV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musemate.audio.clip import AudioClip
from musemate.errors import ProjectError
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
    from musemate.audio.files import read_clip

    clip = read_clip(source)
    with storing(folder):
        audio = keep_copy(source, folder, source.suffix) if is_native(source) else store_clip(clip, folder)
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
    from musemate.audio.files import write_wav

    with storing(folder):
        return keep(folder, ".wav", lambda target: write_wav(target, clip, "32f"))


def is_from(source: Path, fragment: Fragment) -> bool:
    """Whether a fragment was loaded from this file, or from another one with the same content."""
    if not is_native(source):
        return fragment.source == str(source)
    return Path(fragment.audio).stem == hash_of(source)


def is_native(path: Path) -> bool:
    """Whether libsndfile itself reads the file, so that its bytes can be kept as they are."""
    import soundfile

    try:
        soundfile.info(str(path))
    except (soundfile.LibsndfileError, OSError):
        return False
    return True


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Translate failures of the file system while a sound is stored."""
    try:
        yield
    except OSError as error:
        raise ProjectError(
            f'A sound could not be stored in "{folder}".',
            hint="Check the free space and the rights of the project's folder.",
            detail=str(error),
        ) from error
