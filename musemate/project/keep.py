"""Immutable files named by their content: written beside their place, moved there, never changed again."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

_BLOCK = 1 << 20
_ABANDONED_S = 24 * 3600.0
_PART = re.compile(r"\.musemate-[0-9a-f]{12}\.part$")
"""Names of what `audio.safe_write` and `export.folder` have not finished, wherever that is."""
TEMPORARY = re.compile(rf"{_PART.pattern}|\.[0-9a-f]{{32}}(\.|$)|\..+\.\d+\.tmp$|\.\w+-\w+\.tmp$")
"""Names of temporary files in folders of our own: those, and those of this module, `engine.checkpoint`,
`settings.write_whole` and `analysis.picturefile`."""
PLACES = ("audio", "queue", "exports", "reports", "studies", "backup")
"""Folders of a project that are written into, besides those of its runs and of its pictures."""


def keep_copy(source: Path, folder: Path, suffix: str) -> str:
    """Copy a file into `folder` under its SHA-256; the same content is kept once.

    Returns
    -------
    str
        Name of the kept file, for instance "9f86d0...0a08.wav".

    Raises
    ------
    OSError
        The source cannot be read or the folder not written.
    """
    return keep(folder, suffix, lambda target: _copy(source, target))


def keep(folder: Path, suffix: str, write: Callable[[Path], object]) -> str:
    """Let `write` fill a temporary file, then keep it under the SHA-256 of what it wrote.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{uuid4().hex}{suffix}"
    try:
        write(temporary)
        name = f"{hash_of(temporary)}{suffix.lower()}"
        if not (folder / name).exists():
            sync(temporary)
            temporary.replace(folder / name)
            sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return name


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed process of ours left more than a day ago in a folder of our own."""
    _sweep(folder, TEMPORARY)


def sweep_foreign(folder: Path) -> None:
    """Do the same in a folder of the songwriter's, where others have temporary files too: ours are named after us."""
    _sweep(folder, _PART)


def sweep_project(folder: Path) -> None:
    """Sweep wherever a project is written into; its pictures' folders are swept when one is used."""
    for place in PLACES:
        sweep(folder / place)
    for run in _entries(folder / "runs"):
        sweep(Path(run.path))


def _sweep(folder: Path, names: re.Pattern[str]) -> None:
    oldest = time.time() - _ABANDONED_S
    for entry in _entries(folder):
        try:
            if names.match(entry.name) and entry.stat(follow_symlinks=False).st_mtime < oldest:
                _remove(entry)
        except OSError:
            continue  # somebody else was faster, or may and we may not: nothing is lost


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder; nothing where it cannot be read, or is none. Faster than `glob`: a window waits."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _remove(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        Path(entry.path).unlink()


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reader, target.open("xb") as writer:
        shutil.copyfileobj(reader, writer, _BLOCK)


def sync(path: Path) -> None:
    """Bring a file to the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    if sys.platform == "win32":
        return  # a folder cannot be opened there; its entries are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
