"""The drawing of `flow.py`: four columns from the fragment to the take, in the colours of the app's own pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from musemate.analysis.peaks import MAX, MIN, Peaks
from musemate.audio.clip import AudioClip
from musemate.tasks.picture import FRAGMENT, LINE, MEL_COLOURS, MUTED, PAPER, TAKE, TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN, HEIGHT_IN, DPI = 16.0, 7.4, 118
N_COLOURS, N_SHADES = 192, 28
"""Of the PNG's palette, and of each colour scale: keeps the file small."""
LEFT, RIGHT, TOP, BOTTOM = 0.034, 0.992, 0.765, 0.075
COLUMN, GAP = 0.208, 0.042
"""Width of a column and the space to the next, in shares of the figure."""
FREQUENCIES_HZ = (200, 1_000, 5_000)
ORDER_COLOURS = ("#3b4cc0", "#2f9fb5", "#8bd3a8", "#f2d16b", "#f0805c", "#c2406e")
"""From the fragment's start to its end: a colour stands for a moment of the song."""
SIGNED_COLOURS = (FRAGMENT, "#2a5560", "#15181d", "#6d4a2c", TAKE)

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Picture:
    """Levels of frequency bands over time.

    Parameters
    ----------
    levels : ndarray, shape (bands, columns)
        Natural logarithms.
    centres_hz : ndarray, shape (bands,)
    start_s, column_s : float
        Where the first column starts and how long a column lasts.
    """

    levels: Floats
    centres_hz: Floats
    start_s: float
    column_s: float


@dataclass(frozen=True, eq=False)
class Flow:
    """All that is drawn.

    Parameters
    ----------
    fragment, take : AudioClip
    frames : Picture
        The fragment's.
    components : ndarray, shape (components, frames)
        Of the fragment, each with a standard deviation of 1.
    walk_s : ndarray, shape (frames of the take,)
        Moment of the fragment that the arranger put there.
    frame_s : float
        Length of a frame.
    bars_s : ndarray
        Bar lines of the fragment.
    scales : sequence of Picture
        Of the take, coarse to fine.
    factors : sequence of int
        Frames averaged at each scale.
    n_given : int
        How many coarse scales come from the arranger.
    n_generated : int
        Components that the pyramid makes.
    finished : Picture
        The take's frames with all components.
    """

    fragment: AudioClip
    frames: Picture
    components: Floats
    walk_s: Floats
    frame_s: float
    bars_s: Floats
    scales: Sequence[Picture]
    factors: Sequence[int]
    n_given: int
    n_generated: int
    finished: Picture
    take: AudioClip


def draw(path: Path, flow: Flow) -> None:
    """Draw the picture and write it as a PNG of few colours."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), facecolor=PAPER, dpi=DPI)
    _heads(figure, flow)
    _fragment_column(figure, flow)
    _arranger_column(figure, flow)
    _pyramid_column(figure, flow)
    _take_column(figure, flow)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", facecolor=PAPER)
    write_small(drawn, path)


def write_small(drawn: BinaryIO | Path, path: Path) -> None:
    """Write a drawn PNG again with few colours: a fraction of its size."""
    from PIL import Image

    few = Image.open(drawn).convert("RGB").quantize(N_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    path.parent.mkdir(parents=True, exist_ok=True)
    few.save(path, optimize=True)


def _left(column: int) -> float:
    return LEFT + column * (COLUMN + GAP)


def _heads(figure: Figure, flow: Flow) -> None:
    made = len(flow.factors) - flow.n_given
    walked = "beat by beat" if len(flow.bars_s) else "in small steps"
    heads = (
        (
            "Fragment",
            FRAGMENT,
            f"is cut into frames: {1 / flow.frame_s:.0f} times a second,\nwhich frequencies sound, and how loud.",
        ),
        ("Arranger", TEXT, f"walks through the fragment {walked}.\nIt chooses what comes when: no training."),
        (
            "Pyramid",
            TEXT,
            f"keeps the plan's coarse course and makes\nthe {made} finest scales new, one from the other.",
        ),
        ("Renderer", TAKE, "turns frames into sound, after retrieval has\nadded the fine detail of your own frames."),
    )
    for number, (name, colour, text) in enumerate(heads):
        x = _left(number)
        figure.text(x, 0.945, name, color=colour, fontsize=19, weight="bold", va="top")
        figure.text(x, 0.885, text, color=MUTED, fontsize=11, va="top", linespacing=1.45)
        if number:
            _arrow(figure, x - GAP * 0.62, 0.925)


def _arrow(figure: Figure, x: float, y: float) -> None:
    figure.text(x, y, "\u2192", color=MUTED, fontsize=22, ha="center", va="center")


def _panel(figure: Figure, column: int, top: float, height: float, title: str, note: str = "") -> Axes:
    """Add a panel; top and height are shares of the columns' height, from the top."""
    span = TOP - BOTTOM
    axes = figure.add_axes((_left(column), TOP - (top + height) * span, COLUMN, height * span))
    axes.set_title(title, color=TEXT, fontsize=10, loc="left", pad=4)
    axes.set_title(note, color=MUTED, fontsize=9, loc="right", pad=4)
    axes.set_facecolor(MEL_COLOURS[0])
    axes.tick_params(colors=MUTED, labelsize=8, length=2)
    for spine in axes.spines.values():
        spine.set_color(LINE)
    return axes


def _fragment_column(figure: Figure, flow: Flow) -> None:
    end_s = flow.fragment.duration_s
    wave = _panel(figure, 0, 0.0, 0.16, "your fragment", f"{end_s:.0f} s")
    _draw_wave(wave, flow.fragment, FRAGMENT)
    frames = _panel(figure, 0, 0.235, 0.44, "its frames", "pitch and loudness over time")
    _draw_picture(frames, flow.frames, end_s, _range(flow.frames))
    frames.tick_params(bottom=False, labelbottom=False)
    n, shown = len(flow.components), flow.components[: flow.n_generated]
    numbers = _panel(figure, 0, 0.75, 0.25, "the same in numbers", f"the {len(shown)} strongest of {n}")
    extent = (0.0, shown.shape[1] * flow.frame_s, len(shown) + 0.5, 0.5)
    colours = _colours("signed", SIGNED_COLOURS)
    numbers.imshow(shown, aspect="auto", extent=extent, cmap=colours, vmin=-2.5, vmax=2.5, interpolation="antialiased")
    numbers.set_yticks([1, len(shown)])
    numbers.set_xlim(0, end_s)
    _seconds(numbers, "seconds of the fragment")


def _arranger_column(figure: Figure, flow: Flow) -> None:
    walk = _panel(figure, 1, 0.0, 0.86, "which moment stands where", "lines are bars" if len(flow.bars_s) else "")
    fragment_s, take_s = flow.fragment.duration_s, flow.take.duration_s
    colours = _colours("order", ORDER_COLOURS)
    for bar_s in flow.bars_s:
        walk.axhline(bar_s, color=LINE, linewidth=0.8, zorder=0)
    starts = np.concatenate([[0], 1 + np.flatnonzero(np.abs(np.diff(flow.walk_s) - flow.frame_s) > 1e-6)])
    ends = np.append(starts[1:], len(flow.walk_s))
    for first, end in zip(starts, ends, strict=True):
        from_s, to_s = flow.walk_s[first], flow.walk_s[end - 1] + flow.frame_s
        colour = colours((from_s + to_s) / 2 / fragment_s)
        walk.plot([first * flow.frame_s, end * flow.frame_s], [from_s, to_s], color=colour, linewidth=4,
                  solid_capstyle="butt")  # fmt: skip
        if first:
            walk.plot(
                [first * flow.frame_s] * 2, [flow.walk_s[first - 1], from_s], color=MUTED, linewidth=0.5, alpha=0.6
            )
    walk.set(xlim=(0, take_s), ylim=(0, fragment_s))
    walk.set_ylabel("seconds of the fragment", color=MUTED, fontsize=9, labelpad=2)
    walk.tick_params(labelbottom=False, bottom=False)
    strip = _panel(figure, 1, 0.925, 0.075, "the plan: a colour is a moment of the fragment")
    strip.imshow(flow.walk_s[None], aspect="auto", extent=(0, take_s, 0, 1), cmap=colours, vmin=0, vmax=fragment_s,
                 interpolation="nearest")  # fmt: skip
    strip.set_yticks([])
    _seconds(strip, "seconds of the take")


def _pyramid_column(figure: Figure, flow: Flow) -> None:
    n = len(flow.scales)
    slot = 1.0 / n
    limits = _range(flow.finished)
    for number, (picture, factor) in enumerate(zip(flow.scales, flow.factors, strict=True)):
        given = number < flow.n_given
        name = f"1/{factor}" if factor > 1 else "full rate"
        title = f"{name}: {'from the plan' if given else 'made new'}"
        height = slot * 0.74 if number < n - 1 else slot * 0.74 + slot * 0.26
        axes = _panel(
            figure, 2, number * slot, min(height, 1.0 - number * slot), title, f"{1 / picture.column_s:.0f} a second"
        )
        axes.title.set_color(TEXT)
        _draw_picture(axes, picture, flow.take.duration_s, limits, frequencies=False)
        for spine in axes.spines.values():
            spine.set_color(LINE if given else TAKE)
        if number < n - 1:
            axes.tick_params(bottom=False, labelbottom=False)
    _seconds(axes, "seconds of the take")


def _take_column(figure: Figure, flow: Flow) -> None:
    end_s = flow.take.duration_s
    n = len(flow.components)
    finished = _panel(figure, 3, 0.0, 0.6, "frames with all their detail", f"all {n} numbers")
    _draw_picture(finished, flow.finished, end_s, _range(flow.finished))
    finished.tick_params(bottom=False, labelbottom=False)
    figure.text(
        _left(3) + COLUMN / 2,
        TOP - 0.638 * (TOP - BOTTOM),
        "\u2193",
        color=MUTED,
        fontsize=18,
        ha="center",
        va="center",
    )
    wave = _panel(figure, 3, 0.72, 0.28, "your take", f"{end_s:.0f} s")
    _draw_wave(wave, flow.take, TAKE)
    wave.tick_params(bottom=True, labelbottom=True)
    _seconds(wave, "seconds of the take")


def _draw_wave(axes: Axes, clip: AudioClip, colour: str) -> None:
    n = round(COLUMN * WIDTH_IN * DPI)
    columns = Peaks.of(clip).columns(0.0, clip.duration_s, n)
    times = (np.arange(n) + 0.5) * clip.duration_s / n
    axes.fill_between(times, columns[MIN].min(axis=0), columns[MAX].max(axis=0), color=colour, linewidth=0)
    axes.set_xlim(0, clip.duration_s)
    axes.set_ylim(-1.05 * clip.peak, 1.05 * clip.peak)
    axes.set_yticks([])
    axes.tick_params(bottom=False, labelbottom=False)


def _draw_picture(
    axes: Axes, picture: Picture, end_s: float, limits: tuple[float, float], frequencies: bool = True
) -> None:
    n_bands, n_columns = picture.levels.shape
    extent = (picture.start_s, picture.start_s + n_columns * picture.column_s, 0.0, float(n_bands))
    # blocks where a column is wide enough to be seen: they show what a coarse scale knows
    smooth = n_columns > COLUMN * WIDTH_IN * DPI
    axes.imshow(
        picture.levels, origin="lower", aspect="auto", extent=extent, cmap=_colours("mel", MEL_COLOURS),
        vmin=limits[0], vmax=limits[1], interpolation="antialiased" if smooth else "nearest",
    )  # fmt: skip
    axes.set_xlim(0, end_s)
    shown = [hz for hz in FREQUENCIES_HZ if hz < picture.centres_hz[-1]] if frequencies else []
    rows = np.interp(shown, picture.centres_hz, np.arange(n_bands) + 0.5)
    axes.set_yticks(rows, [f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz" for hz in shown])
    axes.tick_params(axis="y", pad=1)


def _range(picture: Picture) -> tuple[float, float]:
    """Levels that are black and white: what is quieter than nearly all is not worth a shade."""
    low, high = np.quantile(picture.levels, [0.25, 0.999])
    return float(low), float(high)


def _seconds(axes: Axes, label: str) -> None:
    axes.set_xlabel(label, color=MUTED, fontsize=9, labelpad=2)


def _colours(name: str, colours: Sequence[str]) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, list(colours), N=N_SHADES)
