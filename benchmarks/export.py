"""How long takes of 30 s are exported: `python benchmarks/export.py [TAKES] [RUNS]`, in a project made for it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav
from musemate.engine.events import Exported
from musemate.project.store import Project
from musemate.tasks.export_takes import export_takes

RATE_HZ, SECONDS = 44_100, 30
WISHES: dict[str, dict[str, Any]] = {
    "WAV, 24 bit": {},
    "WAV, 24 bit, no notes": {"notes": False},
    "WAV, 16 bit": {"depth": "16"},
    "WAV, 32-bit float": {"depth": "32f"},
    "WAV, 24 bit, to 48 kHz": {"rate_hz": 48_000},
    "AIFF, 24 bit": {"kind": "aiff"},
    "FLAC, 24 bit": {"kind": "flac"},
}


def make_project(folder: Path, n_takes: int) -> list[str]:
    """Make a project of stereo takes of a noisy tone, each its own, and return their ids."""
    times_s = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    noise = 0.05 * np.random.default_rng(0).standard_normal((2, times_s.size))
    sound = (0.3 * np.sin(2 * np.pi * 220 * times_s) + noise).astype(np.float32)
    write_wav(folder / "song.wav", AudioClip(sound, RATE_HZ))
    with Project.create(folder / "project") as store:
        store.add_fragment(folder / "song.wav")
        run = store.add_run("f1", engine="frames", preset="fine", device="cpu", seed=1, start_s=0.0, length_s=20.0)
        takes = []
        for seed in range(n_takes):
            audio = store.store_clip(AudioClip(np.roll(sound, 977 * seed, axis=1), RATE_HZ))
            request = {"seconds": float(SECONDS), "mode": "variation", "closeness": 0.5, "seed": seed}
            takes.append(store.add_take(run.id, audio, request).id)
    return takes


def timed(folder: Path, takes: list[str], wish: dict[str, Any]) -> tuple[float, float]:
    """Export all takes once and return seconds of the clock, and of the processor."""
    out = folder / "out"
    started, used = time.perf_counter(), time.process_time()
    events = list(export_takes(str(folder / "project"), takes, str(out), cancelled=lambda: False, **wish))
    took = time.perf_counter() - started, time.process_time() - used
    assert sum(isinstance(event, Exported) for event in events) == len(takes)
    shutil.rmtree(out)
    return took


def main(n_takes: int = 100, n_runs: int = 3) -> None:
    """Print the table."""
    print(f"{n_takes} takes of {SECONDS} s, {RATE_HZ} Hz, stereo; median of {n_runs}; load before {os.getloadavg()}\n")
    print("| what | s | s of the processor |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        takes = make_project(Path(name), n_takes)
        timed(Path(name), takes[:1], {})  # imports
        for what, wish in WISHES.items():
            runs = [timed(Path(name), takes, wish) for _ in range(n_runs)]
            print(_row(what, runs), flush=True)
        claim_tempo(Path(name))
        runs = [timed(Path(name), takes, {}) for _ in range(n_runs)]
        print(_row("WAV, 24 bit, bar lines looked for", runs))


def claim_tempo(folder: Path) -> None:
    """Let the song have a tempo, so that its takes are listened to for their bar lines; a steady tone has none."""
    with Project.open(folder / "project") as store:
        beats = tuple(np.arange(0.0, SECONDS, 0.5).tolist())
        store.set_analysis("f1", Beats(120.0, 0.9, beats), "A minor", ())


def _row(what: str, runs: list[tuple[float, float]]) -> str:
    return f"| {what} | {median(s for s, _ in runs):.1f} | {median(s for _, s in runs):.1f} |"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
