"""What must be true of a project after something was done to it, whether it reached its end or broke off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from musemate.audio.clip import AudioClip
from musemate.engine.events import Event, Exported, PictureDrawn, RunFinished, ScaleFinished, TakeMade
from musemate.errors import MuseMateError
from musemate.tasks.draw_pictures import load_picture
from musemate.tasks.registry import get_task
from tests.reliability.witness import State, read_whole

RATED = {"stars": 4, "tags": "dark, slow", "note": "for the bridge", "name": "a name", "rejected": True}
Verdict = Callable[[Path, State, State, list[Event], bool], Iterator[str]]
"""Given the folder, the states before and after, what was announced, and whether the end was reached: what is wrong."""


def added(table: str, event: type[Event], n: int) -> Verdict:
    """Return a verdict: as many rows as were announced, perhaps one that was stored but not said; n in the end."""

    def verdict(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
        said = sum(isinstance(one, event) for one in events)
        there = len(after.table(table)) - len(before.table(table))
        if not said <= there <= said + 1 or (at_end and there != n):
            yield f"{said} of table {table} announced, {there} added, {'at the end' if at_end else 'broken off'}"

    return verdict


def rated(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
    """Look whether all takes were rated, or none."""
    old, new = ([take["stars"] for take in state.table("take")] for state in (before, after))
    wanted = [RATED["stars"]] * len(old)
    if new not in ([wanted] if at_end else [old, wanted]):
        yield f"stars were {old}, are {new}, {'at the end' if at_end else 'broken off'}"
    notes = {take["note"] for take in after.table("take")}
    if new == wanted and notes != {RATED["note"]}:
        yield f"stars are new, notes are {notes}"


def trained(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
    """Look whether what was announced of a training is stored."""
    run = after.table("run")[-1] if after.table("run") else {"state": "", "n_finished": 0}
    ends = [event for event in events if isinstance(event, RunFinished)]
    if at_end and (not ends or not ends[-1].complete or run["state"] != "finished"):
        yield f"the training reached its end, but the run is {run['state']}"
    finished = sum(isinstance(event, ScaleFinished) for event in events)
    if run["n_finished"] < finished:
        yield f"{finished} parts were announced, the run has {run['n_finished']}"


def cannot_resume(folder: Path, before: State, after: State) -> Iterator[str]:
    """Finish the last run, make a take with it, and say what keeps that from working; nothing where none was begun."""
    run = after.table("run")[-1]
    is_new = ("run", run["number"]) not in before.rows
    if run["state"] == "finished" or (not is_new and run["number"] == 1):
        return
    project, run_id = str(folder / "project"), f"r{run['number']}"
    try:
        events = list(get_task("train")(project=project, run=run_id, device="cpu", cancelled=lambda: False))
        ends = [event.complete for event in events if isinstance(event, RunFinished)]
        takes = list(get_task("generate")(project=project, run=run_id, count=1, seconds=1.0, cancelled=lambda: False))
    except MuseMateError as error:
        yield f"{run_id} cannot go on: {error.message} {error.detail}"
        return
    if ends != [True] or not any(isinstance(event, TakeMade) for event in takes):
        yield f"{run_id} did not come to its end: {ends}"


def exported(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
    """Look whether every exported file is whole, and none is there that was not announced but the last."""
    files = {event.file for event in events if isinstance(event, Exported)}
    there = {str(path) for path in (folder / "out").rglob("*.wav") if not path.name.startswith(".")}
    if not files <= there or len(there) > len(files) + 1:
        yield f"{len(files)} files announced, {len(there)} there"
    sounds = {len(wave.samples[0]) for wave in _whole(folder / "project" / "audio", _takes(after))}
    for clip in map(read_whole, sorted(there)):
        if clip.rate_hz == 8000 and clip.n_frames not in sounds:
            yield f"an export has {clip.n_frames} frames, takes have {sounds}"


def _whole(folder: Path, rows: list[dict[str, Any]]) -> list[AudioClip]:
    return [read_whole(folder / row["audio"]) for row in rows]


def drawn(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
    """Look whether every picture that was announced can be read."""
    for event in events:
        if isinstance(event, PictureDrawn):
            try:
                load_picture(event.layer, Path(event.file))
            except MuseMateError as error:
                yield error.message


def reported(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
    """Look whether the report is whole, or not there."""
    pages = [path for path in (folder / "out").rglob("report.html") if not path.parent.name.startswith(".")]
    if any(not page.read_text().rstrip().endswith("</html>") for page in pages):
        yield "half a report is there"
    if at_end != bool(pages) and at_end:
        yield "the report is missing"


def _takes(state: State) -> list[dict[str, Any]]:
    return state.table("take")


def nothing(folder: Path, before: State, after: State, events: list[Event], at_end: bool) -> Iterator[str]:
    """Have nothing to say beside what holds always."""
    yield from ()
