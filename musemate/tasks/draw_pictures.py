"""Draws pictures of one of a project's audio files: waveform and mel spectrogram, and others where they are wanted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musemate.analysis.gridpicture import CHROMA, GRIDS, MFCC, STFT, GridPicture
from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import MelPicture, mel_picture
from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import read_clip
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, PictureDrawn
from musemate.errors import ProjectError
from musemate.project.keep import sweep
from musemate.project.store import Project

if TYPE_CHECKING:
    from musemate.audio.clip import AudioClip

PEAKS, MEL = "peaks", "mel"
USUAL = (PEAKS, MEL)
Picture = Peaks | MelPicture | GridPicture


def draw_pictures(project: str, audio: str, layers: Sequence[str] = USUAL, *, cancelled: Cancelled) -> Iterator[Event]:
    """Draw what is not drawn yet: the waveform first, because it is there soonest.

    Parameters
    ----------
    project : str
        The project's folder.
    audio : str
        Name of a file in its audio folder.
    layers : sequence of str
        Which pictures: "peaks", "mel", "stft", "mfcc" and "chroma".
    cancelled : callable
        Asked before each picture but the first.

    Raises
    ------
    AudioFileError
        The file is missing or damaged.
    ProjectError
        The pictures cannot be stored.
    """
    with Project.open(project) as store:
        source, cache = store.audio_path(audio), store.cache_path(audio)
    files = {layer: cache / f"{layer}.npy" for layer in (*USUAL, *GRIDS) if layer in layers}
    missing = [layer for layer, file in files.items() if not _is_readable(layer, file)]
    if missing:
        sweep(cache)
    clip = read_clip(source, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ) if missing else None
    for layer, file in files.items():
        if clip is not None and layer in missing:
            if layer != missing[0] and cancelled():
                return
            draw_picture(layer, clip).save(file)
        yield PictureDrawn(audio, layer, str(file))


def draw_picture(layer: str, clip: AudioClip) -> Picture:
    """Draw one picture of a clip; see `draw_pictures` for the names."""
    # what is drawn on demand loads its own part of SciPy only then
    if layer == PEAKS:
        return Peaks.of(clip)
    if layer == STFT:
        from musemate.analysis.logspectrum import stft_picture

        return stft_picture(clip)
    if layer == MFCC:
        from musemate.analysis.cepstrum import mfcc_picture

        return mfcc_picture(clip)
    if layer == CHROMA:
        from musemate.analysis.chromapicture import chroma_picture

        return chroma_picture(clip)
    return mel_picture(clip)


def draw_waveform(store: Project, audio: str, clip: AudioClip) -> None:
    """Draw the waveform of a new take at once: the other pictures wait until all takes are made.

    Where it cannot be stored it is drawn when it is looked at.
    """
    with contextlib.suppress(ProjectError):
        file = store.cache_path(audio) / f"{PEAKS}.npy"
        if not file.is_file():
            draw_picture(PEAKS, clip).save(file)


def load_picture(layer: str, file: Path) -> Picture:
    """Read a stored picture.

    Raises
    ------
    ProjectError
        The file is missing, damaged, of another kind or of another version.
    """
    if layer == PEAKS:
        return Peaks.load(file)
    return MelPicture.load(file) if layer == MEL else GridPicture.load(file, layer)


def _is_readable(layer: str, file: Path) -> bool:
    """Whether a picture is there, whole and of this version."""
    try:
        load_picture(layer, file)
    except ProjectError:
        return False
    return True
