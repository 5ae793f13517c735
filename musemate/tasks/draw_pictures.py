"""Draws the waveform and the mel picture of one of a project's audio files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import MelPicture, mel_picture
from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import read_clip
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, PictureDrawn
from musemate.errors import ProjectError
from musemate.project.store import Project

PEAKS, MEL = "peaks", "mel"


def draw_pictures(project: str, audio: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Draw what is not drawn yet: the waveform first, because it is there soonest.

    Parameters
    ----------
    project : str
        The project's folder.
    audio : str
        Name of a file in its audio folder.
    cancelled : callable
        Asked between the two pictures.

    Raises
    ------
    AudioFileError
        The file is missing or damaged.
    ProjectError
        The pictures cannot be stored.
    """
    with Project.open(project) as store:
        source, cache = store.audio_path(audio), store.cache_path(audio)
    files = {PEAKS: cache / "peaks.npy", MEL: cache / "mel.npy"}
    if _are_readable(files):
        for layer, file in files.items():
            yield PictureDrawn(audio, layer, str(file))
        return
    clip = read_clip(source, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    Peaks.of(clip).save(files[PEAKS])
    yield PictureDrawn(audio, PEAKS, str(files[PEAKS]))
    if not cancelled():
        mel_picture(clip).save(files[MEL])
        yield PictureDrawn(audio, MEL, str(files[MEL]))


def _are_readable(files: dict[str, Path]) -> bool:
    """Whether both pictures are there, whole and of this version."""
    try:
        Peaks.load(files[PEAKS])
        MelPicture.load(files[MEL])
    except ProjectError:
        return False
    return True
