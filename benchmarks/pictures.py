"""Time from a file to its pictures, cost of a redraw while zooming, and time to analyse, for a long stereo file.

    python benchmarks/pictures.py [--minutes 5] [--rate 48000] [--runs 5] [FILE]

Without FILE, a noise with a beat is written as 24-bit WAV and as FLAC. Medians are printed as a table.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from musemate.analysis.harmony import find_key
from musemate.analysis.peaks import Peaks
from musemate.analysis.rhythm import find_beats
from musemate.analysis.spectra import MelPicture, mel_picture
from musemate.analysis.voice import voice_likelihood
from musemate.audio.files import read_clip

N_COLUMNS = 1_600
"""Width of the pictures in pixels."""
VIEWS_S = (1.0, 10.0, 60.0)
"""Stretches that are redrawn, besides the whole file."""

Row = tuple[str, str, float]


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--rate", type=int, default=48_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = [options.file] if options.file else _written(folder, options.minutes, options.rate)
        rows = [row for file in files for row in _reading(file, folder, options.runs)]
        rows += _redrawing(folder, options.runs) + _analysing(files[0], options.runs)
    print("| file | step | median ms |\n|---|---|---|")
    for name, step, seconds in rows:
        print(f"| {name} | {step} | {1_000 * seconds:.1f} |")


def _written(folder: Path, minutes: float, rate_hz: int) -> list[Path]:
    """Write pulsing noise with chords under it, twice."""
    random = np.random.default_rng(0)
    n_frames = round(minutes * 60 * rate_hz)
    time_s = np.arange(n_frames) / rate_hz
    pulse = np.exp(-8.0 * (time_s % 0.5))
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (110.0, 164.8, 220.0, 261.6))
    samples = np.stack([0.2 * random.standard_normal(n_frames) * pulse + 0.05 * chord for _ in range(2)], axis=1)
    files = [folder / "song.wav", folder / "song.flac"]
    for file in files:
        soundfile.write(file, samples, rate_hz, subtype="PCM_24")
    return files


def _median(runs: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _reading(file: Path, folder: Path, runs: int) -> list[Row]:
    """Time the way of a file to the stored pictures."""

    def first_picture() -> None:
        Peaks.of(read_clip(file)).save(folder / "peaks.npy")
        Peaks.load(folder / "peaks.npy").columns(0.0, clip.duration_s, N_COLUMNS)

    clip = read_clip(file)
    steps: dict[str, Callable[[], object]] = {
        "decode": lambda: read_clip(file),
        "peaks of the samples": lambda: Peaks.of(clip),
        "first picture: decode, peaks, store, load, columns": first_picture,
        "mel picture of the samples, stored": lambda: mel_picture(clip).save(folder / "mel.npy"),
    }
    return [(file.name, step, _median(runs, work)) for step, work in steps.items()]


def _redrawing(folder: Path, runs: int) -> list[Row]:
    """Time the data of one redraw of both pictures at several zooms (33 ms is 30 a second)."""
    peaks, mel = Peaks.load(folder / "peaks.npy"), MelPicture.load(folder / "mel.npy")
    rows = []
    for width_s in (*(view for view in VIEWS_S if view < peaks.duration_s), peaks.duration_s):
        start_s = (peaks.duration_s - width_s) / 2
        view = (start_s, start_s + width_s, N_COLUMNS)
        rows.append((f"{width_s:g} s", "waveform columns", _median(10 * runs, lambda v=view: peaks.columns(*v))))  # type: ignore[misc]
        rows.append((f"{width_s:g} s", "mel columns", _median(10 * runs, lambda v=view: mel.columns(*v))))  # type: ignore[misc]
    return rows


def _analysing(file: Path, runs: int) -> list[Row]:
    """Time what the background lane finds out."""
    clip = read_clip(file)
    steps: dict[str, Callable[[], object]] = {
        "beats and bars": lambda: find_beats(clip),
        "key": lambda: find_key(clip),
        "voice": lambda: voice_likelihood(clip),
    }
    return [(file.name, step, _median(max(1, runs // 2), work)) for step, work in steps.items()]


if __name__ == "__main__":
    main()
