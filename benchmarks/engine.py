"""Training time, memory, generating time, sound and faults of the default engine, through the command line.

    python benchmarks/engine.py FILE... [--length 25] [--mono16] [--preset sketch] [--judge SCRIPT] [--instant]

Each file is trained in a process of its own, then four takes of each kind are made, and one of three minutes. Printed
are: cost; with a judge (see `measuring.py`) its scores, medians over the takes, beside the floor, and how different the
takes of one run are from each other; stereo picture, level, faults and beat beside the fragment's (see
`musemate/analysis/similarity.py`); and what becomes of the long take. With `--instant`, takes that need no training
get rows too: they are the floor in novelty.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beside import long_table, measured, short_table
from measuring import KINDS, N_TAKES, SCORES, Bench, Kind, Scores, Setting, median, medians, musemate, parser_of, table
from measuring import take_files as files_of

from musemate.analysis.similarity import nearness
from musemate.audio.files import read_clip

INSTANT = "instant"
LONG_S = 180.0
LONG_KINDS = (Kind("new", 0.0), Kind("new", 0.5))
DIFFERENCES = ("near", "swd.5")
PLACES = ("among takes", "to fragment")


def main() -> None:
    """Run the benchmark and print its tables in Markdown."""
    parser = parser_of(__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--options", type=Setting.parse, default=Setting(""), help="the engine's parameters as JSON")
    parser.add_argument("--instant", action="store_true", help="measure instant takes too")
    parser.add_argument("--long", type=float, default=LONG_S, help="seconds of the long take, 0 for none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        rows = [_measure(file, folder / file.stem, options) for file in options.files]
    print("\n\n".join(_tables(rows)))


def _measure(file: Path, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    bench = Bench.of(file, folder, options)
    clip = bench.clip()
    trained = bench.train("project", options.options)
    takes = {str(kind): bench.takes("project", kind, options.options) for kind in KINDS}
    if options.instant:
        takes |= _instant_takes(bench, clip.duration_s)
    long_kinds = LONG_KINDS if options.long else ()
    long_takes = {str(kind): bench.takes("project", kind, options.options, 1, options.long) for kind in long_kinds}
    judged = bench.scores([file for files in takes.values() for file in files])
    row = {
        "name": file.stem,
        "format": f"{clip.rate_hz} Hz, {clip.n_channels}",
        **{name: trained[name] for name in ("device", "seconds", "peak_mib")},
        "take_s": _seconds_a_take(folder / "project", clip.duration_s),
        "scores": _scores(judged, takes),
        "differences": {kind: _differences(bench, files, judged) for kind, files in takes.items()},
        "beside": {kind: measured(files, clip) for kind, files in takes.items()},
        "long": {f"{kind}, {options.long:g} s": measured(files, clip) for kind, files in long_takes.items()},
    }
    # hours of training are not lost when a later file fails
    (folder / "figures.json").write_text(json.dumps(row, indent=1), encoding="utf-8")
    return row


def _instant_takes(bench: Bench, seconds: float) -> dict[str, list[Path]]:
    """Make instant takes; none, and a word about it, where that does not work."""
    project = str(bench.folder / INSTANT)
    args = ("--project", project, "--count", str(N_TAKES), "--seconds", str(seconds), "--seed", "1")
    try:
        files = files_of(musemate("instant", str(bench.real), *args))
    except subprocess.CalledProcessError as error:
        print(f"no instant takes: {error}", file=sys.stderr)
        return {}
    return {INSTANT: files} if files else {}


def _seconds_a_take(project: Path, seconds: float) -> float:
    """Median of five takes with the model loaded, as in the window."""
    from musemate.engine.base import TakeRequest
    from musemate.engine.registry import get_engine

    run = max((project / "runs").iterdir(), key=lambda folder: folder.stat().st_mtime)
    model = get_engine("frames").load(run, "cpu")
    spent = []
    for seed in range(5):
        began = time.perf_counter()
        model.generate(TakeRequest(seconds, seed=seed), lambda: False)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def _scores(judged: dict[str, Scores], takes: dict[str, list[Path]]) -> dict[str, Scores]:
    """Medians of the judge's scores a kind, and the floor; nothing without a judge."""
    if not judged:
        return {}
    rows = {kind: medians(judged[file.name] for file in files) for kind, files in takes.items()}
    return {**rows, "floor": medians([judged["floor"]])}


def _differences(bench: Bench, files: Sequence[Path], judged: dict[str, Scores]) -> Scores:
    """How different takes are from each other (each from the next two), and from the fragment: medians.

    The judge says so where there is one; else `nearness` does, on a scale of its own.
    """
    among: list[Scores] = []
    for index, file in enumerate(files[:-1]):
        later = files[index + 1 : index + 3]
        scores = bench.scores(later, real=file) or {other.name: _near(other, file) for other in later}
        among += [scores[other.name] for other in later]
    apart = [judged[file.name] if judged else _near(file, bench.real) for file in files]
    return {
        f"{name}, {place}": median(row.get(name, float("nan")) for row in rows)
        for name in DIFFERENCES
        for place, rows in zip(PLACES, (among, apart), strict=True)
    }


def _near(take: Path, other: Path) -> Scores:
    return {"near": nearness(read_clip(take, allow_silence=True), read_clip(other, allow_silence=True))}


def _tables(rows: list[dict[str, Any]]) -> list[str]:
    cost = ("fragment", "rate, channels", "device", "training s", "peak MiB", "a take s")
    costs = [
        (r["name"], r["format"], r["device"], f"{r['seconds']:.0f}", f"{r['peak_mib']:.0f}", r["take_s"]) for r in rows
    ]
    parts = [table(cost, costs)]
    if any(row["scores"] for row in rows):
        judged = [(r["name"], kind, *(scores[s] for s in SCORES)) for r in rows for kind, scores in r["scores"].items()]
        parts.append(table(("fragment", "take", *SCORES), judged))
    names = [f"{name}, {place}" for name in DIFFERENCES for place in PLACES]
    apart = [(r["name"], kind, *(row[n] for n in names)) for r in rows for kind, row in r["differences"].items()]
    parts.append(table(("fragment", "take", *names), apart))
    parts.append(short_table({(r["name"], kind): row for r in rows for kind, row in r["beside"].items()}))
    if any(row["long"] for row in rows):
        parts.append(long_table({(r["name"], kind): row for r in rows for kind, row in r["long"].items()}))
    return parts


if __name__ == "__main__":
    main()
