"""Measures that a training which is stopped again and again ends as one that never was, and what its states cost.

    python benchmarks/resume.py [--rounds 4] [--seconds 60] [--seed 0]

Equality: each engine, tiny, stopped at random steps (some of them inside a step, as by a crash), about four times, and
gone on with until it is finished; its tensors are compared bit by bit with those of a training straight through. Cost:
each engine in its quickest preset trains for so many seconds on twenty seconds of synthetic sound, mostly the part
whose state is largest; the shares are what writing states took of that. `resume_rows` and `cost_rows`
return the tables' rows.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine import states
from musemate.engine.base import TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.events import Progressed, StateStored
from musemate.engine.registry import get_engine
from musemate.engine.states import Keeper

TINY: dict[str, tuple[str, dict[str, Any]]] = {
    "frames": ("sketch", {"tiny": True, "snapshots": [4]}),
    "classic": ("quick", {"tiny": True, "num_epochs": 8, "bank_size": 3, "snapshots": [4]}),
    "classic, excerpts": ("quick", {"tiny": True, "num_epochs": 8, "crop_samples": 512}),
}
REAL: dict[str, tuple[str, dict[str, Any]]] = {
    "frames": ("sketch", {"draft_steps": 20, "pyramid_steps": 10}),
    "classic": ("quick", {"coarsest_epochs": 5, "snapshots": []}),
}
"""The quickest presets, with the parts before the largest one cut short."""
ROUNDS = 4
SHARE = 0.5
"""Of the questions whether to go on that a training asks, so many pass at most between two stops."""
Row = dict[str, object]


class Crash(BaseException):
    """Ends a training in the middle of a step."""


def synthetic(seconds: float, rate_hz: int) -> AudioClip:
    """Return chords of decaying tones over a soft noise."""
    dice, t = np.random.default_rng(0), np.arange(round(seconds * rate_hz)) / rate_hz
    pitches = 110.0 * 2 ** (np.repeat(dice.integers(0, 24, round(seconds * 2) + 1), rate_hz // 2)[: len(t)] / 12)
    tones = np.sin(2 * np.pi * np.cumsum(pitches) / rate_hz) * np.exp(-4 * (t % 0.5))
    return AudioClip((0.4 * tones + 0.01 * dice.standard_normal(len(t))).astype(np.float32)[None], rate_hz)


def resume_rows(rounds: int = ROUNDS, seed: int = 0) -> list[Row]:
    """Stop each tiny engine at random steps, `rounds` trainings each; return a row an engine."""
    return [_resume_row(name, rounds, random.Random(seed)) for name in TINY]


def _resume_row(name: str, rounds: int, dice: random.Random) -> Row:
    counts = {"stops": 0, "crashes": 0, "tensors": 0, "different": 0}
    with tempfile.TemporaryDirectory() as folder, _every_step_stored():
        straight = Path(folder) / "straight"
        most = _straight(name, straight)
        for number in range(rounds):
            stopped = Path(folder) / str(number)
            while not _session(name, stopped, dice, counts, most):
                pass
            _compare(stopped, straight, counts)
    return {"engine": name, "trainings": rounds, **counts}


def _straight(name: str, folder: Path) -> int:
    """Train straight through and return how many questions may pass until a stop."""
    n_asked = 0

    def asked() -> bool:
        nonlocal n_asked
        n_asked += 1
        return False

    _train(name, folder, asked)
    return round(SHARE * n_asked)


def _session(name: str, folder: Path, dice: random.Random, counts: dict[str, int], most: int) -> bool:
    """Train until a random question is answered with a stop, or a crash; return whether the training is finished."""
    left, crashes = dice.randint(1, most), dice.random() < 0.5

    def asked() -> bool:
        nonlocal left
        left -= 1
        if left < 0 and crashes:
            raise Crash
        return left < 0

    try:
        _train(name, folder, asked)
    except Crash:
        counts["crashes"] += 1
        return False
    counts["stops"] += left < 0
    return left >= 0


def _train(name: str, folder: Path, cancelled: Callable[[], bool]) -> None:
    preset, options = TINY[name]
    request = TrainRequest(preset, seed=11, options=options)
    for _ in get_engine(name.partition(",")[0]).train(synthetic(2.5, 8000), request, folder, cancelled):
        pass


def _compare(folder: Path, straight: Path, counts: dict[str, int]) -> None:
    one, other = Checkpoint(folder), Checkpoint(straight)
    assert sorted(one.parts) == sorted(other.parts), "not all of it is there"
    for part in other.parts:
        found, expected = one.load(part), other.load(part)
        assert found.keys() == expected.keys(), part
        counts["tensors"] += len(expected)
        counts["different"] += sum(not torch.equal(found[key], expected[key]) for key in expected)


@contextmanager
def _every_step_stored() -> Iterator[None]:
    before, states.next_at = states.next_at, lambda *times: 0.0
    try:
        yield
    finally:
        states.next_at = before


def cost_rows(seconds: float = 60.0, device: str = "cpu") -> list[Row]:
    """Train each engine's quickest preset for so long; return a row an engine."""
    return [_cost_row(name, seconds, device) for name in REAL]


def _cost_row(name: str, seconds: float, device: str) -> Row:
    spent: list[tuple[float, float]] = []
    keep = Keeper.keep

    def timed(self: Keeper) -> None:
        began = _now()
        keep(self)
        spent.append(_since(began))

    preset, options = REAL[name]
    request = TrainRequest(preset, seed=1, device=device, options=options)
    first, n_states = None, 0
    Keeper.keep = timed  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder:
            for event in get_engine(name).train(synthetic(20.0, 16_000), request, Path(folder), lambda: False):
                first = first or (_now() if isinstance(event, Progressed) else None)
                n_states += isinstance(event, StateStored)
                if first and _since(first)[0] >= seconds:
                    break
            lasted = _since(first or _now())
            writing = [sum(values) for values in zip(*spent, strict=True)] or [0.0, 0.0]
            n_bytes = max((file.stat().st_size for file in Path(folder).glob("state-*")), default=0)
    finally:
        Keeper.keep = keep  # type: ignore[method-assign]
    return {
        "engine": f"{name} {preset}", "device": device, "trained s": round(lasted[0], 1), "states": n_states,
        "MiB each": round(n_bytes / 2**20, 1), "ms each": round(1000 * writing[0] / max(1, n_states)),
        "share of the time %": round(100 * writing[0] / lasted[0], 2),
        "share of the computing %": round(100 * writing[1] / max(lasted[1], 1e-9), 2),
    }  # fmt: skip


def _now() -> tuple[float, float]:
    """Return the clock, and what this process has computed; what else a machine does moves only the first."""
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    return tuple(now - then for now, then in zip(_now(), began, strict=True))  # type: ignore[return-value]


def table(rows: list[Row]) -> str:
    """Return rows as a table in Markdown."""
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([str(value) for value in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    print(table(resume_rows(options.rounds, options.seed)) + "\n", flush=True)
    print(table(cost_rows(options.seconds, options.device)))


if __name__ == "__main__":
    main()
