"""Answers questions for the command line: what a file is, what a project holds, which devices there are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from musemate.audio.files import read_outside
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Listed
from musemate.engine.points import points_in
from musemate.paths import absolute
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project
from musemate.tasks.study_marks import marked


def info(file: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Describe an audio file: what its header says, how loud it is, and what can be heard in it.

    Raises
    ------
    AudioFileError
        The file cannot be used.
    """
    from musemate.analysis.harmony import find_key
    from musemate.analysis.rhythm import find_beats

    path = absolute(file)
    facts, clip = read_outside(path)
    beats = find_beats(clip)
    row = {
        "file": str(path),
        "format": facts.format,
        "subtype": facts.subtype,
        "rate_hz": facts.rate_hz,
        "channels": facts.n_channels,
        "seconds": round(clip.duration_s, 3),
        "peak_db": round(20 * math.log10(clip.peak), 2),
        "bpm": round(beats.bpm, 2) if beats.is_sure else None,
        "key": find_key(clip),
    }
    yield Listed([row])


def list_project(project: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """List the fragments, runs and takes of a project, one row each, told apart by "kind".

    Raises
    ------
    ProjectError
        There is no such project.
    """
    with Project.open(project) as store:
        rows = [_fragment_row(f) for f in store.fragments()]
        rows += [_run_row(r, store) for r in store.runs()]
        rows += [take_row(t, store) for t in marked(store, store.takes())]
    yield Listed(rows)


def list_devices(*, cancelled: Cancelled) -> Iterator[Event]:
    """List the devices that can train here, the fastest first."""
    from musemate.engine import device

    yield Listed([{"name": d.name, "label": d.label} for d in device.list_devices()])


def _fragment_row(fragment: Fragment) -> dict[str, Any]:
    is_sure = fragment.beats is not None and fragment.beats.is_sure
    return {
        "kind": "fragment",
        "id": fragment.id,
        "name": fragment.name,
        "source": fragment.source,
        "rate_hz": fragment.rate_hz,
        "channels": fragment.n_channels,
        "seconds": round(fragment.duration_s, 3),
        "start_s": fragment.start_s,
        "length_s": fragment.length_s,
        "bpm": round(fragment.beats.bpm, 2) if fragment.beats and is_sure else None,
        "key": fragment.key,
    }


def _run_row(run: Run, store: Project) -> dict[str, Any]:
    return {
        "kind": "run",
        "id": run.id,
        "fragment": run.fragment,
        "start_s": run.start_s,
        "length_s": run.length_s,
        "engine": run.engine,
        "preset": "" if run.is_instant else run.preset,
        "device": run.device,
        "seed": run.seed,
        "options": run.options,
        "points": points_in(store.run_path(run.id)),
        "state": run.state,
        "finished": f"{run.n_finished}/{len(run.scales)}",
        "seconds": round(run.seconds, 1),
        "peak_mib": round(run.peak_mib, 1),
        "reason": run.reason,
    }


def take_row(take: Take, store: Project) -> dict[str, Any]:
    """Return all that a program may want to know of a take."""
    figures = take.figures
    return {
        "kind": "take",
        "id": take.id,
        "name": take.name,
        "run": take.run,
        "engine": take.engine,
        "file": str(store.audio_path(take.audio)),
        "seconds": round(take.seconds, 3),
        "mode": take.mode,
        "closeness": take.closeness,
        "seed": take.seed,
        "device": take.device,
        "stars": take.stars,
        "tags": list(take.tags),
        "note": take.note,
        "rejected": take.rejected,
        "similarity": figures.similarity if figures else None,
        "novelty": figures.novelty if figures else None,
        "tempo": figures.tempo if figures else None,
        "inspires": take.marks.inspires if take.marks else "",
        "answers": asdict(take.marks) if take.marks else None,
        "lufs": figures.loudness_lufs if figures else None,
        "scale": take.request.get("scale"),
        "at_steps": take.request.get("at_steps"),
        "lineage": take.request.get("lineage", []),
        "layers": [
            {"name": layer.name, "rate_hz": layer.rate_hz, "file": str(store.audio_path(layer.audio))}
            for layer in take.layers
        ],
    }
