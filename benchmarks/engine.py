"""Training time, memory, generating time and (with a judge) sound of the default engine, through the command line.

    python benchmarks/engine.py FILE... [--length 25] [--mono16] [--preset sketch] [--judge SCRIPT]

Each file is trained in a process of its own, then four takes of each kind are made. The judge is any script that,
called with `--json REAL FAKE...`, prints a JSON object of scores a fake and a "floor" to compare them with, such as
{"take.wav": {"fd": 1.2}, "floor": {"fd": 3.0}}; medians over the four takes are shown beside that floor.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav

KINDS = (("new", 0.0), ("new", 0.5), ("variation", 0.5))
SCORES = ("fd", "swd.5", "trans", "tonal", "ltas", "rhythm", "copy", "near")


def main() -> None:
    """Run the benchmark and print two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--length", type=float, default=25.0, help="seconds of each file")
    parser.add_argument("--mono16", action="store_true", help="bring files to mono at 16 kHz first")
    parser.add_argument("--preset", default="sketch")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for the projects, kept afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        rows = [_measure(file, folder / file.stem, options) for file in options.files]
    print("| fragment | rate, channels | device | training s | peak MiB | a take s |\n|---|---|---|---|---|---|")
    for row in rows:
        print("| {name} | {format} | {device} | {seconds:.0f} | {peak_mib:.0f} | {take_s:.2f} |".format(**row))
    if options.judge:
        print("\n| fragment | take | " + " | ".join(SCORES) + " |\n|" + "---|" * (len(SCORES) + 2))
        for row in rows:
            for kind, scores in row["scores"].items():
                print(f"| {row['name']} | {kind} | " + " | ".join(f"{scores[s]:.2f}" for s in SCORES) + " |")


def _measure(file: Path, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    clip = read_clip(file, 0.0, options.length)
    if options.mono16:
        clip = AudioClip(clip.mono(), clip.rate_hz).resampled(16_000)
    real = write_wav(folder / "fragment.wav", clip)
    project = str(folder / "project")
    trained = _musemate("train", str(real), "--project", project, "--length", str(options.length),
                        "--preset", options.preset, "--device", options.device)[-1]  # fmt: skip
    takes: dict[str, list[str]] = {}
    for mode, closeness in KINDS:
        made = _musemate("generate", "--project", project, "--count", "4", "--seconds", str(clip.duration_s),
                         "--mode", mode, "--closeness", str(closeness), "--seed", "1")  # fmt: skip
        takes[f"{mode}, closeness {closeness:g}"] = [row["file"] for row in made if "take" in row]
    return {
        "name": file.stem,
        "format": f"{clip.rate_hz} Hz, {clip.n_channels}",
        **{name: trained[name] for name in ("device", "seconds", "peak_mib")},
        "take_s": _seconds_a_take(folder / "project", clip.duration_s),
        "scores": _judge(options.judge, real, takes) if options.judge else {},
    }


def _musemate(*args: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "musemate", *args, "--json"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def _seconds_a_take(project: Path, seconds: float) -> float:
    """Median of five takes with the model loaded, as in the window."""
    from musemate.engine.base import TakeRequest
    from musemate.engine.registry import get_engine

    (run,) = (project / "runs").iterdir()
    model = get_engine("frames").load(run, "cpu")
    spent = []
    for seed in range(5):
        began = time.perf_counter()
        model.generate(TakeRequest(seconds, seed=seed), lambda: False)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def _judge(script: Path, real: Path, takes: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    fakes = [file for files in takes.values() for file in files]
    command = [sys.executable, str(script), "--json", str(real), *fakes]
    scores = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    medians = {
        kind: {s: statistics.median(scores[Path(f).name][s] for f in files) for s in SCORES}
        for kind, files in takes.items()
    }
    return {**medians, "floor": scores["floor"]}


if __name__ == "__main__":
    main()
