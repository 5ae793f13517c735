"""Draws a sheet of sounds below one another, waveform over mel spectrogram, as a PNG file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from musemate.analysis.peaks import MAX, MIN, RMS, Peaks
from musemate.analysis.spectra import MelPicture, mel_picture
from musemate.audio.clip import AudioClip
from musemate.audio.files import write_safely

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

N_COLUMNS = 1400
WIDTH_IN, ROW_IN, DPI = 13.0, 2.3, 110
PAPER, TEXT, MUTED, LINE = "#14161a", "#e9ebee", "#a0a7b3", "#2b3038"
FRAGMENT, TAKE = "#5cc4ba", "#f0a65c"
# brightness only ever grows, so that the picture also reads in grey
MEL_COLOURS = ("#111318", "#1c2940", "#276a7b", "#5cc4ba", "#d9d9a0", "#fff4dc")
FREQUENCIES_HZ = (100, 500, 1_000, 3_000, 10_000)
_CONTRAST_DB = 72.0
"""Range shown below the loudest value of the whole sheet."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One row of the sheet.

    Parameters
    ----------
    title, note : str
        Name and what else is to be said about it.
    clip : AudioClip
        The sound.
    is_take : bool
        Whether MuseMate made it.
    """

    title: str
    note: str
    clip: AudioClip
    is_take: bool


def draw_sheet(path: Path, sounds: Sequence[Sound], heading: str) -> Path:
    """Draw sounds on one time axis and one level scale.

    Parameters
    ----------
    path : Path
        The PNG file; an existing one is not replaced, the new one then gets a number.
    sounds : sequence of Sound
        At least one.
    heading : str
        Title of the sheet.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    figure = _figure(sounds, heading)

    def write(file: BinaryIO) -> None:
        figure.savefig(file, format="png", dpi=DPI, facecolor=PAPER)

    return write_safely(path, write, fresh=True)


def _figure(sounds: Sequence[Sound], heading: str) -> Figure:
    # Figure without pyplot: no window system, no global state
    from matplotlib.figure import Figure

    height_in = ROW_IN * len(sounds) + 1.1
    figure = Figure(figsize=(WIDTH_IN, height_in), facecolor=PAPER)
    figure.suptitle(heading, color=TEXT, fontsize=15, x=0.055, ha="left", y=1 - 0.32 / height_in, weight="bold")
    rows = figure.add_gridspec(
        len(sounds), 1, left=0.055, right=0.99, top=1 - 0.85 / height_in, bottom=0.5 / height_in, hspace=0.28
    )
    end_s = max(sound.clip.duration_s for sound in sounds)
    pictures = [mel_picture(sound.clip) for sound in sounds]
    top = max(sound.clip.peak for sound in sounds)
    top_db = max(float(picture.levels_db.max()) for picture in pictures)
    for index, (sound, picture) in enumerate(zip(sounds, pictures, strict=True)):
        pair = rows[index].subgridspec(2, 1, height_ratios=(1, 2), hspace=0.04)
        wave, mel = figure.add_subplot(pair[0]), figure.add_subplot(pair[1])
        _draw_wave(wave, sound, end_s, top)
        _draw_mel(mel, picture, end_s, top_db)
        mel.tick_params(labelbottom=index == len(sounds) - 1)
    mel.set_xlabel("seconds", color=MUTED, fontsize=9)
    return figure


def _draw_wave(axes: Axes, sound: Sound, end_s: float, top: float) -> None:
    envelope = Peaks.of(sound.clip).columns(0.0, end_s, N_COLUMNS)
    times = (np.arange(N_COLUMNS) + 0.5) * end_s / N_COLUMNS
    inside = times <= sound.clip.duration_s
    low, high, rms = envelope[MIN].min(axis=0), envelope[MAX].max(axis=0), envelope[RMS].mean(axis=0)
    colour = TAKE if sound.is_take else FRAGMENT
    axes.fill_between(times, low, high, where=inside, color=colour, alpha=0.45, linewidth=0)
    axes.fill_between(times, -rms, rms, where=inside, color=colour, linewidth=0)
    axes.set_ylim(-1.05 * top, 1.05 * top)
    axes.set_yticks([])
    axes.set_title(sound.title, color=colour, fontsize=11, loc="left", pad=3, weight="bold")
    axes.set_title(sound.note, color=MUTED, fontsize=9, loc="right", pad=3)
    _style(axes, end_s)
    axes.tick_params(bottom=False, labelbottom=False)


def _draw_mel(axes: Axes, picture: MelPicture, end_s: float, top_db: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    n_mels = picture.image.shape[0]
    levels = picture.columns(0.0, end_s, N_COLUMNS) * ((picture.top_db - picture.floor_db) / 255) + picture.floor_db
    axes.imshow(
        levels,
        origin="lower",
        aspect="auto",
        extent=(0.0, end_s, 0.0, n_mels),
        cmap=LinearSegmentedColormap.from_list("mel", MEL_COLOURS),
        vmin=top_db - _CONTRAST_DB,
        vmax=top_db,
        interpolation="bilinear",
    )
    shown = [f for f in FREQUENCIES_HZ if f < picture.edges_hz[-2]]
    rows = np.interp(shown, picture.edges_hz[1:-1], np.arange(n_mels) + 0.5)
    axes.set_yticks(rows, [f"{f // 1000} kHz" if f >= 1000 else f"{f} Hz" for f in shown])
    _style(axes, end_s)


def _style(axes: Axes, end_s: float) -> None:
    axes.set_xlim(0.0, end_s)
    axes.set_facecolor(MEL_COLOURS[0])
    axes.tick_params(colors=MUTED, labelsize=8, length=2)
    for spine in axes.spines.values():
        spine.set_color(LINE)
