"""How near "more like these" comes: takes at several distances from one, compared with it moment by moment.

python benchmarks/near.py PROJECT [PROJECT ...] [--takes 3] [--neighbours 3]
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musemate.analysis.likeness import similarity
from musemate.analysis.similarity import HOP, PATCH_S, RATE_HZ, log_mel
from musemate.engine.base import Model, TakeRequest
from musemate.engine.registry import get_engine
from musemate.project.store import Project
from musemate.tasks.kindred import near

DISTANCES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.7, 1.0)
SLACK = 8
"""Columns of 16 ms by which a moment may be early or late: units of a fragment differ in length."""
SECONDS = 20.0
KINDS = (("new", 0.5), ("new", 0.0), ("variation", 0.5))

Columns = npt.NDArray[np.float32]


def main() -> None:
    """Print a table for each project."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--takes", type=int, default=3, help="takes of each kind that others are made near")
    parser.add_argument("--neighbours", type=int, default=3, help="takes at each distance from each")
    args = parser.parse_args()
    print("| project | engine | kind | measure | " + " | ".join(f"{d:g}" for d in DISTANCES) + " |")
    print("|---" * (4 + len(DISTANCES)) + "|")
    for folder in args.projects:
        for row in _rows(folder, args.takes, args.neighbours):
            print("| " + " | ".join(row) + " |", flush=True)


def moments_apart_db(one: Columns, other: Columns) -> float:
    """Median over half seconds of how far the same moment of another take is, dB a bin; 0 for the same sound."""
    n = round(PATCH_S * RATE_HZ / HOP)
    apart = []
    for start in range(SLACK, min(len(one), len(other)) - n - SLACK, n):
        patch = one[start : start + n]
        shifted = (other[start + shift : start + shift + n] for shift in range(-SLACK, SLACK + 1))
        apart.append(min(float(np.sqrt(np.mean((patch - there) ** 2))) for there in shifted))
    return float(np.median(apart))


def _rows(folder: Path, n_takes: int, n_neighbours: int) -> Iterator[list[str]]:
    with Project.open(folder) as store:
        run = next(run for run in reversed(store.runs()) if run.is_usable)
        name, path = folder.name, store.run_path(run.id)
    model = get_engine(run.engine).load(path, "cpu", None)
    for mode, closeness in KINDS:
        kind = f"{mode} {closeness:g}"
        parents = [TakeRequest(SECONDS, mode, closeness, 1000 * (n + 1)) for n in range(n_takes)]
        found = [_measured(model, parent, n_neighbours) for parent in parents]
        for place, measure in enumerate(("moments apart, dB", "likeness")):
            values = [statistics.mean(each[d][place] for each in found) for d in range(len(DISTANCES))]
            yield [name, run.engine, kind, measure, *(f"{value:.2f}" for value in values)]


def _measured(model: Model, parent: TakeRequest, n: int) -> list[tuple[float, float]]:
    """Return for each distance the mean of both measures over `n` neighbours of a take."""
    own = log_mel(model.generate(parent, lambda: False))
    found = []
    for distance in DISTANCES:
        made = [log_mel(model.generate(_near(parent, distance, seed), lambda: False)) for seed in range(1, n + 1)]
        found.append(
            (
                statistics.mean(moments_apart_db(own, each) for each in made),
                statistics.mean(similarity(each, own) for each in made),
            )
        )
    return found


def _near(parent: TakeRequest, distance: float, seed: int) -> TakeRequest:
    from musemate.project.records import Take

    take = Take(
        "t0", "r0", "", parent.seconds, parent.mode, parent.closeness, parent.seed, "", "", request=parent.to_json()
    )
    return near(take, seed, distance)


if __name__ == "__main__":
    main()
