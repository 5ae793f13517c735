"""Draws the pictures of a report as PNG: one sound and one kind a picture, the same scales for all sounds.

Drawn dark on white, so that they print; the page turns them over where the reader's screen is dark. One colour map
for everything, from paper to ink, whose darkness only ever grows.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musemate.analysis.mfcc import N_KEPT, Table
from musemate.analysis.notenames import note_names
from musemate.analysis.peaks import MAX, MIN, RMS
from musemate.analysis.portrait import LOWEST_HZ, MEL_TOP_HZ, N_MELS, TOP_HZ, Image, Portrait
from musemate.analysis.spectra import mel_edges_hz
from musemate.language import _, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Formatter

KINDS = ("waveform", "spectrum", "spectrogram", "mel", "mfcc", "chroma")
WIDTH_IN, HEIGHT_IN, DPI = 5.8, 2.0, 200
N_COLUMNS = 480
PAPER, TEXT, LINE = "#ffffff", "#4a5260", "#c9ced6"
FRAGMENT, TAKE = "#1b7f79", "#b4610c"
COLOURS = ("#ffffff", "#dcefec", "#9fd0cb", "#56a5a8", "#24758a", "#174a6b", "#101c3a")
CONTRAST_DB = 72.0
"""Range of the spectrograms, under the loudest value of all sounds."""
SPECTRUM_DB = 90.0
TEXT_PT, TICK_PT, NOTE_PT = 8.0, 7.5, 6.5
LARGEST_SD = 3.0
LEFT, RIGHT, BOTTOM, TOP = 0.094, 0.898, 0.2, 0.955
"""Edges of every picture's axes, so that time lines up from one to the next."""
BAR_LEFT, BAR_WIDTH = 0.91, 0.013


@dataclass(frozen=True, eq=False)
class Scales:
    """What all pictures of a report share, so that they can be compared.

    Parameters
    ----------
    peak : float
        Largest sample of all sounds.
    top_db : float
        Loudest value of all spectrograms, dB.
    spectrum_db : float
        Loudest value of all average spectra, dB.
    top_hz : float
        What the highest sample rate of all sounds can hold, `TOP_HZ` at most.
    mfcc_mean, mfcc_sd : ndarray, shape (13,)
        Of the fragment.
    """

    peak: float
    top_db: float
    spectrum_db: float
    top_hz: float
    mfcc_mean: Table
    mfcc_sd: Table

    @classmethod
    def of(cls, portraits: Sequence[Portrait], coefficients: Table) -> Scales:
        """Find the scales that fit all sounds; `coefficients` are the fragment's MFCCs, shape (columns, 13)."""
        spectrograms = [float(np.nanmax(p.spectrogram.image)) for p in portraits]
        return cls(
            max(max(float(np.abs(p.peaks.levels[-1][:2]).max()) for p in portraits), 1e-4),
            max(spectrograms + [float(np.nanmax(p.mel.image)) for p in portraits]),
            max(float(p.bands_db.max()) for p in portraits),
            min(TOP_HZ, max(p.peaks.rate_hz for p in portraits) / 2),
            coefficients.mean(axis=0),
            np.maximum(coefficients.std(axis=0), 1e-6),
        )


@dataclass(frozen=True, eq=False)
class Subject:
    """What one picture shows.

    Parameters
    ----------
    portrait : Portrait
    end_s : float
        End of the time axis.
    is_take : bool
        Whether MuseMate made the sound.
    beside : Portrait, optional
        The fragment, whose average spectrum is drawn along with a take's.
    """

    portrait: Portrait
    end_s: float
    is_take: bool
    beside: Portrait | None = None


def draw(kind: str, subject: Subject, scales: Scales) -> bytes:
    """Draw one picture.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    subject : Subject
    scales : Scales

    Returns
    -------
    bytes
        A PNG file of 1160 x 400 pixels.
    """
    figure, axes = _empty()
    _DRAWN[kind](axes, subject, scales)
    return png(figure)


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file, without the date and program that would make two runs differ."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor=PAPER, metadata={"Software": None})
    return buffer.getvalue()


def style(axes: Axes) -> None:
    """Quiet lines, small text."""
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=TEXT, labelsize=TICK_PT, length=2.5, width=0.6)
    for side, spine in axes.spines.items():
        spine.set_color(LINE)
        spine.set_linewidth(0.6)
        spine.set_visible(side in ("left", "bottom"))
    axes.xaxis.set_major_formatter(_formatter())
    axes.yaxis.set_major_formatter(_formatter())


def _formatter() -> Formatter:
    """Return what writes the numbers of an axis as the language does."""
    from matplotlib.ticker import ScalarFormatter

    class Spoken(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return number(super().__call__(x, pos))

    return Spoken()


def _empty() -> tuple[Figure, Axes]:
    # Figure without pyplot: no window system, no global state
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN))
    axes = figure.add_axes((LEFT, BOTTOM, RIGHT - LEFT, TOP - BOTTOM))
    style(axes)
    return figure, axes


def _label(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, color=TEXT, fontsize=TEXT_PT, labelpad=2)
    axes.set_ylabel(up, color=TEXT, fontsize=TEXT_PT, labelpad=3)


def _waveform(axes: Axes, subject: Subject, scales: Scales) -> None:
    envelope = subject.portrait.peaks.columns(0.0, subject.end_s, 2 * N_COLUMNS)
    times = (np.arange(2 * N_COLUMNS) + 0.5) * subject.end_s / (2 * N_COLUMNS)
    inside = times <= subject.portrait.duration_s
    low, high, rms = envelope[MIN].min(axis=0), envelope[MAX].max(axis=0), envelope[RMS].mean(axis=0)
    colour = TAKE if subject.is_take else FRAGMENT
    axes.fill_between(times, low, high, where=inside, color=colour, alpha=0.4, linewidth=0)
    axes.fill_between(times, -rms, rms, where=inside, color=colour, linewidth=0)
    axes.set_xlim(0.0, subject.end_s)
    axes.set_ylim(-1.05 * scales.peak, 1.05 * scales.peak)
    _label(axes, _("time, s"), _("amplitude (full scale 1)"))


def _spectrum(axes: Axes, subject: Subject, scales: Scales) -> None:
    if subject.beside is not None:
        beside = subject.beside
        axes.plot(beside.bands_hz, beside.bands_db, color=FRAGMENT, linewidth=1.0, linestyle="--", label=_("fragment"))
    mine, name = subject.portrait, _("take") if subject.is_take else _("fragment")
    axes.plot(mine.bands_hz, mine.bands_db, color=TAKE if subject.is_take else FRAGMENT, linewidth=1.2, label=name)
    axes.set_xscale("log")
    axes.set_xlim(LOWEST_HZ, TOP_HZ)
    axes.set_xticks([50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000])
    axes.set_xticklabels(["50", "100", "200", "500", "1k", "2k", "5k", "10k", "20k"])
    axes.tick_params(axis="x", which="minor", length=0)
    axes.set_ylim(scales.spectrum_db - SPECTRUM_DB, scales.spectrum_db + 4.0)
    axes.grid(color=LINE, linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=TEXT_PT, labelcolor=TEXT, frameon=False, loc="lower left")
    _label(axes, _("frequency, Hz"), _("level, dB"))


def _spectrogram(axes: Axes, subject: Subject, scales: Scales) -> None:
    image = subject.portrait.spectrogram.columns(subject.end_s, N_COLUMNS)
    _image(axes, subject, image, (scales.top_db - CONTRAST_DB, scales.top_db), "dB", TOP_HZ / 1000)
    axes.set_ylim(0.0, scales.top_hz / 1000)  # nothing is above half the sample rate
    _label(axes, _("time, s"), _("frequency, kHz"))


def _mel(axes: Axes, subject: Subject, scales: Scales) -> None:
    image = subject.portrait.mel.columns(subject.end_s, N_COLUMNS)
    _image(axes, subject, image, (scales.top_db - CONTRAST_DB, scales.top_db), "dB", N_MELS)
    shown = (100, 500, 1_000, 3_000, 10_000)
    rows = np.interp(shown, mel_edges_hz(N_MELS, LOWEST_HZ, MEL_TOP_HZ)[1:-1], np.arange(N_MELS) + 0.5)
    axes.set_yticks(rows, ["100", "500", "1k", "3k", "10k"])
    _label(axes, _("time, s"), _("frequency, Hz (mel)"))


def _mfcc(axes: Axes, subject: Subject, scales: Scales) -> None:
    raw = subject.portrait.mfcc.columns(subject.end_s, N_COLUMNS)
    image = ((raw - scales.mfcc_mean[:, None]) / scales.mfcc_sd[:, None]).astype(np.float32)
    _image(axes, subject, image, (-LARGEST_SD, LARGEST_SD), _("SD of the fragment"), N_KEPT)
    axes.set_yticks(np.arange(0, N_KEPT, 3) + 0.5, [str(number) for number in range(0, N_KEPT, 3)])
    _label(axes, _("time, s"), _("MFCC number"))


def _chroma(axes: Axes, subject: Subject, scales: Scales) -> None:
    image = subject.portrait.chroma.columns(subject.end_s, N_COLUMNS)
    _image(axes, subject, image, (0.0, 1.0), _("share of strongest"), 12)
    axes.set_yticks(np.arange(12) + 0.5, note_names(), fontsize=NOTE_PT)
    _label(axes, _("time, s"), _("note"))


def _image(axes: Axes, subject: Subject, image: Image, limits: tuple[float, float], unit: str, height: float) -> None:
    """Show an image from 0 s and row 0 up, with the scale of its colours at the side."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("ink", COLOURS)
    extent = (0.0, subject.end_s, 0.0, height)
    shown = axes.imshow(
        image, colours, origin="lower", aspect="auto", extent=extent, vmin=limits[0], vmax=limits[1],
        interpolation="nearest", resample=False,
    )  # fmt: skip
    room = axes.figure.add_axes((BAR_LEFT, BOTTOM, BAR_WIDTH, TOP - BOTTOM))
    bar = axes.figure.colorbar(shown, cax=room)
    bar.ax.yaxis.set_major_formatter(_formatter())
    room.tick_params(colors=TEXT, labelsize=NOTE_PT, length=2, width=0.6)
    bar.set_label(unit, color=TEXT, fontsize=TEXT_PT, labelpad=2)
    bar.outline.set_edgecolor(LINE)
    bar.outline.set_linewidth(0.6)


_DRAWN = {
    "waveform": _waveform,
    "spectrum": _spectrum,
    "spectrogram": _spectrogram,
    "mel": _mel,
    "mfcc": _mfcc,
    "chroma": _chroma,
}
