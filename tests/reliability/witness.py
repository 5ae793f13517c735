"""Looks at a project from outside before and after something happened to it, and says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.files import read_clip
from musemate.project import sums
from musemate.project.keep import sweep, sweep_foreign
from musemate.project.store import Project

TABLES = ("fragment", "run", "take")
DAYS_AGO_S = 2 * 24 * 3600.0
DERIVED = "seal"
"""A column that follows from the others."""
Row = dict[str, Any]


@dataclass(frozen=True)
class State:
    """What a project's folder holds.

    Parameters
    ----------
    rows : dict
        From table and number to the row.
    files : dict
        From the name of each lasting file to the SHA-256 of its content.
    """

    rows: dict[tuple[str, int], Row]
    files: dict[str, str]

    @classmethod
    def of(cls, project: Path) -> State:
        """Read a closed project, without MuseMate."""
        with closing(sqlite3.connect(project / "project.sqlite")) as database:
            database.row_factory = sqlite3.Row
            rows = {
                (table, row["number"]): dict(row)
                for table in TABLES
                for row in database.execute(f"SELECT * FROM {table}")
            }
        files = {path.relative_to(project).as_posix(): _hash(path) for path in _lasting(project)}
        return cls(rows, files)

    def table(self, name: str) -> list[Row]:
        """Return the rows of one table."""
        return [row for (table, _), row in self.rows.items() if table == name]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _lasting(project: Path) -> Iterator[Path]:
    """Yield every file that must stay as it is: no database, lock, log, sums of such, picture or temporary one."""
    for path in sorted(project.rglob("*")):
        inside = path.relative_to(project)
        is_kept = inside.parts[0] in ("audio", "runs", "exports") and not path.name.startswith(".")
        if path.is_file() and is_kept and path.suffix not in (".lock", ".csv") and path.name != sums.FILE_NAME:
            yield path


def leftovers(folder: Path) -> list[str]:
    """Return the temporary files and folders that lie in a folder."""
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob(".*"))]


def faults_of(project: Path) -> list[str]:
    """Return what is wrong with a project by itself: it must open, be sound and refer to whole files only."""
    with Project.open(project) as store:
        wrong = [f"run {run.id} is {run.state}" for run in store.runs() if run.state == "training"]
    with closing(sqlite3.connect(project / "project.sqlite")) as database:
        checked = database.execute("PRAGMA integrity_check").fetchone()[0]
        wrong += [] if checked == "ok" else [f"integrity_check: {checked}"]
        wrong += [f"foreign key: {row}" for row in database.execute("PRAGMA foreign_key_check")]
    state = State.of(project)
    wrong += _audio_faults(project, state)
    for row in state.table("run"):
        wrong += _run_faults(project / "runs" / f"r{row['number']}", row)
    return wrong


def _audio_faults(project: Path, state: State) -> Iterator[str]:
    """Yield what is wrong with the sounds that rows refer to."""
    names = [row["audio"] for table in ("fragment", "take") for row in state.table(table)]
    names += [layer["audio"] for row in state.table("take") for layer in json.loads(row["layers"])]
    for name in sorted(set(names)):
        if state.files.get(f"audio/{name}") != Path(name).stem:
            yield f"audio/{name} is missing or not whole"
    for name, digest in state.files.items():
        if name.startswith("audio/") and Path(name).stem != digest:
            yield f"{name} is not what its name says"


def _run_faults(folder: Path, row: Row) -> Iterator[str]:
    """Yield what is wrong with the weights and previews of a run."""
    from musemate.engine.checkpoint import Checkpoint
    from musemate.errors import MuseMateError

    try:
        parts = Checkpoint(folder).parts if (folder / "manifest.json").exists() else []
        for part in parts:
            Checkpoint(folder).load(part)
    except MuseMateError as error:
        yield f"{folder.name}: {error.message} {error.detail}"
        return
    if row["n_finished"] > len(parts):
        yield f"{folder.name}: {row['n_finished']} parts are said to be finished, only {parts} are there"
    for preview in sorted(folder.glob("*.wav")):
        try:
            read_whole(preview)
        except MuseMateError as error:
            yield f"{folder.name}/{preview.name}: {error.message}"


def read_whole(path: Path | str) -> AudioClip:
    """Read a sound of any length and rate to its end."""
    return read_clip(path, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)


def losses(before: State, after: State, may_change: Iterable[str] = ()) -> list[str]:
    """Return what was there before and is gone or altered, but for the columns and files that may change.

    Parameters
    ----------
    before, after : State
    may_change : iterable of str
        "table.column" and names of files.
    """
    allowed = {DERIVED, *may_change}
    wrong = []
    for (table, number), old in before.rows.items():
        new = after.rows.get((table, number))
        if new is None:
            wrong.append(f"{table} {number} is gone")
            continue
        changed = [name for name in old if new[name] != old[name] and {name, f"{table}.{name}"}.isdisjoint(allowed)]
        wrong += [f"{table} {number}: {name} was {old[name]!r}, is {new[name]!r}" for name in changed]
    for name, digest in before.files.items():
        if name not in after.files:
            wrong.append(f"{name} is gone")
        elif after.files[name] != digest and name not in allowed:
            wrong.append(f"{name} is another")
    return wrong


def unswept(folder: Path) -> list[str]:
    """Make leftovers two days old, do what sweeps them, and return those that are still there.

    Parameters
    ----------
    folder : Path
        Holds the project, and what was written beside it.
    """
    ages_ago = time.time() - DAYS_AGO_S
    for path in folder.rglob(".*"):
        os.utime(path, (ages_ago, ages_ago))
    with Project.open(folder / "project"):
        pass
    for place in [path for path in folder.rglob("*") if path.is_dir()]:
        inside = place.relative_to(folder).parts
        if inside[:2] == ("project", "cache") or inside[0] == "home":
            sweep(place)
        elif inside[0] == "out":
            sweep_foreign(place)
    return leftovers(folder)
