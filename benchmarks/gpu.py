"""Training time, peak memory and generating time of the default engine on a graphics card, as tables in Markdown.

    python benchmarks/gpu.py [--presets balanced fine] [--seconds 30] [--take 60] [--share 1.0] [--device cuda]

Makes its own clip (44.1 kHz, stereo) and needs nothing but torch, safetensors, NumPy and SciPy. With a --share of the
steps it is quick; times are then reckoned for all of them, too high where a part's fixed costs count. Without a CUDA
device it says so and measures nothing; where a preset fails, it says why, goes on with the next and ends with status 1.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine import selftest
from musemate.engine.base import TakeRequest, TrainRequest
from musemate.engine.device import repeatable
from musemate.engine.events import DeviceChanged, ScaleFinished, Warned
from musemate.engine.frames.config import PRESETS
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.memory import release_memory
from musemate.errors import MuseMateError
from musemate.tasks.memory import PeakMemory

RATE_HZ = 44_100
STEPS = ("draft_steps", "pyramid_steps", "sound_steps")
N_TAKES = 5
GOALS = {"balanced": ("60 s", "4096", "4096", "", "0.2 s"), "fine": ("180 s", "4096", "4096", "", "0.2 s")}
"""For 30 s at 44.1 kHz in stereo and takes of 60 s."""


@dataclass(frozen=True)
class Row:
    """What one preset took; seconds are those of all steps."""

    preset: str
    training_s: float
    parts_s: dict[str, float]
    peak_mib: float
    held_mib: float
    """What torch took of the card, the blocks that it keeps for later included."""
    first_take_s: float
    take_s: float
    notes: list[str]


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["balanced", "fine"], choices=list(PRESETS))
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the clip")
    parser.add_argument("--take", type=float, default=60.0, help="length of a take")
    parser.add_argument("--share", type=float, default=1.0, help="share of the steps that is really trained")
    parser.add_argument("--device", default="cuda", help='"cpu" tries the script out')
    options = parser.parse_args()
    if options.device != "cpu" and not torch.cuda.is_available():
        raise SystemExit("There is no CUDA device here, or the installed torch knows none: nothing was measured.")
    device = "cuda:0" if options.device == "cuda" else options.device
    print(_machine(device))
    print(_self_test(device), flush=True)
    clip = make_clip(options.seconds)
    rows, failed = [], []
    for preset in options.presets:
        try:
            rows.append(_measure(clip, preset, device, options.share, options.take))
        except (MuseMateError, RuntimeError) as error:  # the rows of other presets still count
            failed.append(f"{preset} failed: {error}")
    if rows:
        print(_tables(rows, clip, options.share, options.take))
    if failed:
        raise SystemExit("\n".join(failed))


def make_clip(seconds: float) -> AudioClip:
    """Return broken chords with a beat at 120 bpm, stereo: tones, attacks and noise in every part of the spectrum."""
    rng = np.random.default_rng(7)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    step = (t / 0.25).astype(int)
    since_step, since_beat = t % 0.25, t % 0.5
    notes = np.array([0, 7, 12, 16, -4, 3, 8, 12, -7, 0, 5, 9, -5, 2, 7, 11])
    pitch_hz = 220 * 2 ** (notes[step % len(notes)] / 12)
    tone = sum(np.sin(2 * np.pi * k * pitch_hz * t) / k for k in range(1, 9)) * np.exp(-since_step * 5)
    drum = rng.standard_normal((2, len(t))) * np.exp(-since_beat * 30)
    air = 0.005 * rng.standard_normal((2, len(t)))
    pan = 0.5 + 0.3 * np.sin(2 * np.pi * 0.2 * t)
    return AudioClip((0.15 * tone * np.stack([1 - pan, pan]) + 0.1 * drum + air).astype(np.float32), RATE_HZ)


def _measure(clip: AudioClip, preset: str, device: str, share: float, take_s: float) -> Row:
    config = PRESETS[preset].to_json()
    steps = {name: max(1, round(config[name] * share)) for name in STEPS}
    request = TrainRequest(preset, seed=1, device=device, options=steps)
    release_memory()
    parts_s, notes, peak = {}, [], PeakMemory(device)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for event in FramesEngine().train(clip, request, Path(folder)):
            if isinstance(event, ScaleFinished):
                parts_s[event.name] = event.seconds / share
            elif isinstance(event, Warned | DeviceChanged):
                notes.append(str(event))
        spent = time.perf_counter() - began
        fixed = spent - sum(parts_s.values()) * share
        first, usual = _generating_s(Path(folder), device, take_s)
    return Row(preset, fixed + sum(parts_s.values()), parts_s, peak.mib(), _held_mib(device), first, usual, notes)


def _generating_s(run: Path, device: str, seconds: float) -> tuple[float, float]:
    """Return the time of the first take, and the median of those that follow."""
    model = FramesEngine().load(run, device)
    spent = [_spent_s(partial(model.generate, TakeRequest(seconds, seed=seed))) for seed in range(N_TAKES + 1)]
    return spent[0], statistics.median(spent[1:])


def _held_mib(device: str) -> float:
    return torch.cuda.max_memory_reserved(device) / 2**20 if device != "cpu" else 0.0


def _spent_s(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()  # what it returns is on the CPU: the device has finished
    return time.perf_counter() - began


def _machine(device: str) -> str:
    if device == "cpu":
        name = f"CPU ({torch.get_num_threads()} threads)"
    else:
        facts = torch.cuda.get_device_properties(device)
        name = f"{facts.name} ({facts.total_memory / 2**30:.0f} GiB), CUDA {torch.version.cuda}"
    return f"{name}, torch {torch.__version__}, Python {platform.python_version()}, {platform.system()}.\n"


def _self_test(device: str) -> str:
    started = _spent_s(lambda: torch.zeros(1, device=device).cpu())
    with repeatable(device):
        first = _spent_s(lambda: selftest.self_test_values(device))
        again = _spent_s(lambda: selftest.self_test_values(device))
    fault = selftest.fault(device) or "passed"
    return f"Self-test: {fault}; start-up {started:.2f} s, then {first:.2f} s the first time and {again:.3f} s again.\n"


def _tables(rows: list[Row], clip: AudioClip, share: float, take_s: float) -> str:
    what = f"{clip.rate_hz / 1000:g} kHz, {clip.n_channels} channels, {clip.duration_s:g} s"
    take = f"take of {take_s:g} s"
    totals = [[f"preset, {what}", "training", "peak MiB", "held MiB", f"first {take}", f"later {take}"]]
    parts = [["preset", *rows[0].parts_s]]
    for r in rows:
        memory = [f"{mib:.0f}" for mib in (r.peak_mib, r.held_mib)]
        totals.append([r.preset, f"{r.training_s:.1f} s", *memory, f"{r.first_take_s:.2f} s", f"{r.take_s:.2f} s"])
        if r.preset in GOALS and clip.duration_s == 30.0 and take_s == 60.0:
            totals.append([f"goal for {r.preset}", *GOALS[r.preset]])
        parts.append([r.preset, *(f"{seconds:.1f} s" for seconds in r.parts_s.values())])
    reckoned = "" if share == 1 else f"Training reckoned from {share:g} of the steps.\n\n"
    notes = "".join(f"\n{r.preset}: {note}" for r in rows for note in r.notes)
    return f"{reckoned}{_table(totals)}\n{_table(parts)}{notes}"


def _table(lines: list[list[str]]) -> str:
    marked = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in marked)


if __name__ == "__main__":
    main()
