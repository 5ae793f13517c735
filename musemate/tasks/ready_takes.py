"""Has takes ready as files to be carried into other programs: what was exported alike before is used again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any

import musemate
from musemate.audio.wording import shown_name
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported
from musemate.errors import ExportError, SettingsError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.paths import absolute
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.settings import write_whole
from musemate.tasks.export_takes import export_takes

LEDGER = "exported.json"
"""Its name in the project's cache: without it, files are only written once more."""
MOST_KEPT = 2_000
"""The oldest notes go."""

Note = list[Any]
"""Name, size in bytes and time of the last change in nanoseconds of a file; its folder is the one that is asked for."""


def get_ready_to_export(*, cancelled: Cancelled) -> Iterator[Event]:
    """Load what exporting needs and nothing before it: that takes longer than to write many takes."""
    import pyloudnorm.iirfilter  # noqa: F401
    import scipy.signal  # noqa: F401

    yield from ()


def ready_takes(
    project: str,
    takes: Sequence[str],
    folder: str = "",
    start_s: float | None = None,
    length_s: float | None = None,
    profile: Mapping[str, Any] | None = None,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Say which files hold the takes, in their order; those that are not there yet are exported.

    A file that was deleted, replaced or edited since is not used: the take is written anew beside it.

    Parameters
    ----------
    project : str
        The project's folder.
    takes : sequence of str
        Ids of takes.
    folder : str
        Where to; the project's own folder for exports when empty.
    start_s, length_s : float, optional
        Region of each take; the whole take when not given.
    profile : mapping, optional
        What else `export_takes` is to be told.
    cancelled : callable
        Asked between takes.

    Raises
    ------
    ExportError
        The folder that was asked for is not there: its disk may not be connected.
    MuseMateError
        As `export_takes` does.
    """
    chosen = dict(profile or {})
    with Project.open(project) as store:
        records = [store.take(take) for take in takes]
        target = absolute(folder) if folder else store.exports_path
        asked = [str(target) if folder else "", start_s, length_s, sorted(chosen.items())]
        if folder and not target.is_dir():
            raise _gone(target)
        keys = [_key(store, take, asked) for take in records]
        ledger = store.folder / "cache" / LEDGER
    notes = _read(ledger)
    files = {take.id: _unchanged(target, notes.get(key, [])) for take, key in zip(records, keys, strict=True)}
    missing = [take for take, there in files.items() if not there]
    if missing:
        for event in export_takes(
            project, missing, folder, start_s=start_s, length_s=length_s, cancelled=cancelled, **chosen
        ):
            if isinstance(event, Exported):
                files[event.take].append(Path(event.file))
            else:
                yield event
        _note(ledger, {key: files[take.id] for take, key in zip(records, keys, strict=True) if take.id in missing})
    for take in records:
        yield from (Exported(str(file), take.id) for file in files[take.id])


def _gone(folder: Path) -> ExportError:
    return ExportError(
        _('The folder "{name}" is not there.').format(name=shown_name(folder)),
        hint=_("Connect its disk, or choose another folder."),
        detail=str(folder),
    )


def _key(store: Project, take: Take, asked: list[Any]) -> str:
    """Return a digest of all that goes into a take's files."""
    run = store.run(take.run)
    fragment = store.fragment(run.fragment)
    beats = asdict(fragment.beats) if fragment.beats else None
    facts = [take.audio, take.full_name, take.seed, run.id, run.start_s, fragment.name, fragment.key, beats]
    told = json.dumps([musemate.__version__, asked, facts], sort_keys=True)
    return sha256(told.encode()).hexdigest()


def _unchanged(folder: Path, notes: list[Note]) -> list[Path]:
    """Return the files of a note where all of them are as they were written, else none."""
    files = []
    for name, size, changed_ns in notes:
        file = folder / Path(name).name  # the ledger may come with somebody else's project
        try:
            found = file.lstat()
        except (OSError, ValueError):
            return []
        if not S_ISREG(found.st_mode) or (found.st_size, found.st_mtime_ns) != (size, changed_ns):
            return []
        files.append(file)
    return files


def _note(ledger: Path, written: Mapping[str, Sequence[Path]]) -> None:
    """Remember what was written; where that cannot be kept, nothing is lost but time."""
    with contextlib.suppress(SettingsError, OSError):
        notes = _read(ledger)
        for key, files in written.items():
            notes.pop(key, None)
            found = [(file.name, file.stat()) for file in files]
            if found:
                notes[key] = [[name, values.st_size, values.st_mtime_ns] for name, values in found]
        if ledger.parent.is_dir():
            write_whole(ledger, json.dumps(dict(list(notes.items())[-MOST_KEPT:])), "")


def _read(ledger: Path) -> dict[str, list[Note]]:
    try:
        values = parsed_json(ledger.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {key: notes for key, notes in values.items() if _is_notes(notes)}


def _is_notes(notes: Any) -> bool:
    return isinstance(notes, list) and all(
        isinstance(note, list) and [type(value) for value in note] == [str, int, int] for note in notes
    )
