"""Looks at every file of a project: audio against its hash, entries against files, and files that nobody needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from musemate.analysis.picturefile import is_earlier, is_whole
from musemate.language import _, mark
from musemate.project import backups, queue, songcopies, sums
from musemate.project.contents import Contents
from musemate.project.findings import DAMAGED, INTERRUPTED, LEFTOVER, MISSING, ORPHAN, Finding
from musemate.project.keep import PLACES, TEMPORARY, hash_of, keep_copy
from musemate.project.locks import RunLock
from musemate.project.store import Project

_HASHED = re.compile(r"(?P<hash>[0-9a-f]{64})(\.[0-9a-z]{1,5})?")
_SILENT = mark(
    "Its entry and what you said of it are kept, and everything else can be heard. Bring the file back from a copy of "
    "the project, or make the take again."
)
_LEFT_ALONE = mark("It is left alone; delete it if you do not need it.")


def audio_files(folder: Path) -> list[Path]:
    """Return the files of a project's audio folder, the temporary ones left out."""
    return [path for path in _files(folder / "audio") if not is_temporary(path.name)]


def audio_findings(folder: Path, path: Path, contents: Contents) -> list[Finding]:
    """Look at one file of the audio folder."""
    place = path.relative_to(folder).as_posix()
    users = contents.users.get(path.name, [])
    match = _HASHED.fullmatch(path.name)
    if match is None:
        return [] if users else [_stranger(place)]
    try:
        is_sound = hash_of(path) == match["hash"]
    except OSError:
        is_sound = False
    if is_sound:
        return [] if users or not contents.is_readable else [_unused(place)]
    if not users:
        text = _("A sound that no entry uses is damaged.")
        return [Finding(DAMAGED, place, text, _("Nothing else needs it."))]
    text = _("The sound of {users} is damaged.").format(users=_listed(users))
    return [Finding(DAMAGED, place, text, _(_SILENT), _bringing_back(folder, path.name, contents))]


def missing_audio(folder: Path, contents: Contents) -> Iterator[Finding]:
    """Name every sound that an entry uses and that is not there."""
    there = {path.name for path in _files(folder / "audio")}
    for audio, users in contents.users.items():
        if audio not in there:
            text = _("The sound of {users} is missing.").format(users=_listed(users))
            yield Finding(MISSING, f"audio/{audio}", text, _(_SILENT), _bringing_back(folder, audio, contents))


def run_findings(folder: Path, contents: Contents) -> Iterator[Finding]:
    """Look at what belongs to trainings besides their weights."""
    for place in _folders(folder / "runs"):
        name = place.relative_to(folder).as_posix()
        row = contents.runs.get(place.name)
        if row is None and contents.is_readable:
            yield Finding(ORPHAN, name, _("This folder belongs to no training of the project."), _(_LEFT_ALONE))
        if is_in_training(place):
            continue  # its files change while they are looked at
        for file, is_there in sums.faults(place):
            text = _("A file of training {run} is damaged.") if is_there else _("A file of training {run} is missing.")
            rest = _("It is only for listening or looking back: takes can be made as before.")
            kind = DAMAGED if is_there else MISSING
            yield Finding(kind, f"{name}/{file}", text.format(run=place.name), rest)
    for run_id, row in contents.runs.items():
        if row.get("state") == "training" and not is_in_training(folder / "runs" / run_id):
            text = _("Training {run} was interrupted.").format(run=run_id)
            rest = _("What it has finished is kept; it can go on.")
            yield Finding(INTERRUPTED, run_id, text, rest, partial(_settle, folder))
        is_lost = row.get("n_finished") and row.get("engine") != "instant" and not (folder / "runs" / run_id).is_dir()
        if is_lost:
            text = _("What training {run} learned is missing.").format(run=run_id)
            rest = _("Its takes can be heard; train again to make more.")
            yield Finding(MISSING, f"runs/{run_id}", text, rest)


def picture_findings(folder: Path, contents: Contents) -> Iterator[tuple[str, Finding]]:
    """Look at the cached pictures; yields the audio file of each, "" where it is gone, and what was found."""
    by_stem = {Path(audio).stem: audio for audio in contents.users}
    for place in _folders(folder / "cache"):
        if place.name == songcopies.FOLDER:
            continue
        audio = by_stem.get(place.name, "")
        if not audio and contents.is_readable:
            text = _("Pictures of a sound that is not in the project any more.")
            yield "", Finding(ORPHAN, place.relative_to(folder).as_posix(), text, _(_LEFT_ALONE))
        for path in _files(place):
            if path.suffix == ".npy" and not is_temporary(path.name) and not _is_whole(path):
                text = _("A picture of {users} is damaged.")
                users = _listed(contents.users.get(audio, ["?"]))
                rest = _("It is drawn again when it is next looked at.")
                yield audio, Finding(DAMAGED, path.relative_to(folder).as_posix(), text.format(users=users), rest)


def queue_findings(folder: Path) -> Iterator[Finding]:
    """Look at the lists of waiting trainings."""
    for path in _files(folder / queue.FOLDER):
        if path.suffix == ".json" and not queue.is_whole(path):
            text = _("The list of waiting trainings is damaged.")
            rest = _("What can be read of it still waits; look at what its trainings are set to before they go on.")
            yield Finding(DAMAGED, path.relative_to(folder).as_posix(), text, rest)


def backup_findings(folder: Path) -> Iterator[Finding]:
    """Look at the copies of the database."""
    for path in backups.generations(folder):
        if not backups.is_whole(path):
            text = _("A backup of the database is damaged.")
            rest = _(
                "The database itself is looked at on its own; a new backup is made when the project is next opened."
            )
            yield Finding(DAMAGED, path.relative_to(folder).as_posix(), text, rest)


def leftovers(folder: Path) -> Iterator[Finding]:
    """Name the temporary files that processes left which died while they wrote."""
    for place in (*PLACES, "runs", "cache"):
        for path in sorted((folder / place).rglob("*")) if (folder / place).is_dir() else []:
            if is_temporary(path.name):
                text = _("A file that was never finished.")
                rest = _("It can be deleted when nothing is being written to the project.")
                yield Finding(LEFTOVER, path.relative_to(folder).as_posix(), text, rest)


def is_temporary(name: str) -> bool:
    """Whether a file is one that is being written, or whose writer died."""
    return bool(TEMPORARY.match(name))


def is_in_training(place: Path) -> bool:
    """Whether a living process trains the run of this folder."""
    try:
        if RunLock.was_used(place):
            RunLock(place).release()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _settle(folder: Path) -> str:
    """Note that a training was interrupted; opening a project does that."""
    with Project.open(folder) as project:
        return _("It counts as stopped now.") if project.protection is None else ""


def _bringing_back(folder: Path, audio: str, contents: Contents) -> partial[str] | None:
    """Return what brings a sound back from where it was loaded, None where that is not known."""
    source = contents.sources.get(audio, "")
    return partial(_bring_back, folder, audio, Path(source)) if source and _HASHED.fullmatch(audio) else None


def _bring_back(folder: Path, audio: str, source: Path) -> str:
    """Copy a sound in again from where it was loaded, if that file is still the same; a damaged one is set aside."""
    try:
        if hash_of(source) != Path(audio).stem:
            return ""
        target = folder / "audio" / audio
        if target.exists():
            aside = folder / "damaged"
            aside.mkdir(exist_ok=True)
            target.replace(aside / audio)
        keep_copy(source, folder / "audio", Path(audio).suffix)
    except OSError:
        return ""
    return _("It was brought back from {file}.").format(file=source)


def _stranger(place: str) -> Finding:
    text = _("MuseMate did not put this file here.")
    return Finding(ORPHAN, place, text, _(_LEFT_ALONE))


def _unused(place: str) -> Finding:
    text = _("No entry of the project uses this sound.")
    rest = _("It is whole: load it into the project if you miss it, or leave it.")
    return Finding(ORPHAN, place, text, rest)


def _listed(users: list[str]) -> str:
    return ", ".join(users[:3]) + (" …" if len(users) > 3 else "")


def _is_whole(path: Path) -> bool:
    try:
        return is_whole(path) or is_earlier(path)
    except OSError:
        return False


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return []


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []
