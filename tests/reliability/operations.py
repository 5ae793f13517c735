"""What is done to a project while its disk fails: each thing a songwriter does that writes, on a tiny project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.audio.wav import write_wav
from musemate.engine.events import Event, FragmentAdded, ScaleFinished, TakeMade
from musemate.paths import HOME_VARIABLE
from musemate.project.queue import QueuedTraining, QueueFile
from musemate.tasks.registry import get_task
from tests.reliability.verdicts import RATED, Verdict, added, drawn, exported, nothing, rated, reported, trained

SECONDS, RATE_HZ = 2.0, 8000
FRAMES = {"tiny": True, "time_scales": [1], "draft_steps": 1, "pyramid_steps": 1, "sound_steps": 1}
CLASSIC = {"tiny": True, "num_epochs": 1, "fs_list": [2000, 4000]}
RATED_COLUMNS = ("take.stars", "take.tags", "take.note", "take.name", "take.rejected")
TRAINED_COLUMNS = tuple(
    f"run.{name}" for name in ("state", "scales", "n_finished", "seconds", "peak_mib", "device", "reason")
)


def song(path: Path, seed: int = 0) -> Path:
    """Write two seconds of plucked notes."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    notes = 0.4 * np.sin(2 * np.pi * 220 * (1 + seed) * time_s) * np.exp(-4 * (time_s % 0.5))
    samples = notes + 0.01 * rng.standard_normal(len(time_s))
    return write_wav(path, AudioClip(samples[None].astype(np.float32), RATE_HZ), "16")


@dataclass(frozen=True)
class Operation:
    """One thing that is done to a project.

    Parameters
    ----------
    name : str
    work : callable
        Does it: is given the folder that holds `project` and `song.wav`, and yields events.
    verdict : callable
        Looks at what has become of it.
    may_change : tuple of str
        Columns and files that it may alter; see `witness.losses`.
    with_project : bool
        Whether there is a project with runs and takes before.
    goes_on : bool
        Whether it is a training, which must be able to go on when the disk works again.
    """

    name: str
    work: Callable[[Path], Iterator[Event]]
    verdict: Verdict
    may_change: tuple[str, ...] = ()
    with_project: bool = True
    goes_on: bool = False


def prepare(folder: Path, operation: Operation) -> None:
    """Make what the operation starts from."""
    folder.mkdir(parents=True)
    song(folder / "song.wav")
    if not operation.with_project:
        return
    project = str(folder / "project")
    song(folder / "first.wav", seed=1)
    _do("import_audio", project, files=[str(folder / "first.wav")])
    _do("train", project, fragment="f1", engine="classic", preset="quick", options=CLASSIC, device="cpu")
    _stop_after_a_part(project)
    _do("generate", project, run="r1", count=2, seconds=1.0)
    (folder / "first.wav").unlink()


def _stop_after_a_part(project: str) -> None:
    """Leave a run of the other engine behind, stopped after its first part."""
    stops: list[Event] = []

    def is_stopped() -> bool:
        return bool(stops)

    settings: dict[str, Any] = {"engine": "frames", "preset": "sketch", "options": FRAMES, "device": "cpu"}
    with quick():
        for event in get_task("train")(project=project, fragment="f1", **settings, cancelled=is_stopped):
            stops.extend([event] if isinstance(event, ScaleFinished) else [])


def _do(task: str, project: str, **args: Any) -> list[Event]:
    return list(get_task(task)(project=project, **args, cancelled=lambda: False))


@contextmanager
def quick() -> Iterator[None]:
    """Leave out what only computes: the beat tracker has no part in what is stored."""
    with mock.patch("musemate.engine.frames.engine.find_beats", lambda clip: None):
        yield


def _task(task: str, **args: Any) -> Callable[[Path], Iterator[Event]]:
    def work(folder: Path) -> Iterator[Event]:
        with quick():
            yield from get_task(task)(project=str(folder / "project"), **args, cancelled=lambda: False)

    return work


def _import(folder: Path) -> Iterator[Event]:
    return get_task("import_audio")(
        project=str(folder / "project"), files=[str(folder / "song.wav")], cancelled=lambda: False
    )


def _queue(folder: Path) -> Iterator[Event]:
    queue = QueueFile(folder / "project")
    try:
        for n in (2, 1):
            queue.write([QueuedTraining("f1", 0.0, 2.0, "frames", "sketch", seed=seed) for seed in range(n)])
    finally:
        queue.close()
    yield from ()


def _export(folder: Path) -> Iterator[Event]:
    return get_task("export_takes")(
        project=str(folder / "project"),
        takes=["t1", "t2"],
        folder=str(folder / "out" / "wav"),
        depth="32f",
        layers=True,
        cancelled=lambda: False,
    )


def _draw(folder: Path) -> Iterator[Event]:
    audio = sorted((folder / "project" / "audio").glob("*.wav"))[0].name
    return get_task("draw_pictures")(project=str(folder / "project"), audio=audio, cancelled=lambda: False)


def _report(folder: Path) -> Iterator[Event]:
    project, out = str(folder / "project"), str(folder / "out")
    return get_task("report")(project=project, takes=["t1"], folder=out, cancelled=lambda: False)


def _preset(folder: Path) -> Iterator[Event]:
    with mock.patch.dict("os.environ", {HOME_VARIABLE: str(folder / "home")}):
        yield from get_task("save_preset")(engine="frames", name="mine", cancelled=lambda: False)


def _train(engine: str, preset: str, options: dict[str, Any]) -> Callable[[Path], Iterator[Event]]:
    return _task("train", fragment="f1", engine=engine, preset=preset, options=options, device="cpu")


OPERATIONS: Sequence[Operation] = (
    Operation("make a project and import", _import, added("fragment", FragmentAdded, 1), with_project=False),
    Operation("import", _import, added("fragment", FragmentAdded, 1)),
    Operation("rate, tag, note, name and reject", _task("rate", takes=["t1", "t2"], **RATED), rated, RATED_COLUMNS),
    Operation("make takes with layers", _task("generate", run="r1", count=2, seconds=1.0), added("take", TakeMade, 2)),
    Operation("make instant takes", _task("instant", fragment="f1", count=1, seconds=1.0), added("take", TakeMade, 1)),
    Operation("export with layers", _export, exported),
    Operation("train, frames", _train("frames", "sketch", FRAMES), trained, goes_on=True),
    Operation("train, classic", _train("classic", "quick", CLASSIC), trained, goes_on=True),
    Operation(
        "go on with a stopped training",
        _task("train", run="r2", device="cpu"),
        trained,
        (*TRAINED_COLUMNS, "runs/r2/manifest.json", "runs/r2/manifest.copy.json"),
        goes_on=True,
    ),
    Operation("keep a queue", _queue, nothing),
    Operation("draw pictures", _draw, drawn),
    Operation("write a report", _report, reported),
    Operation("save a preset", _preset, nothing),
)
"""In the order of a songwriter's day."""
