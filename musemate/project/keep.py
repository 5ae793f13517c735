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
_TEMPORARY = re.compile(r"\.([0-9a-f]{32}|musemate-[0-9a-f]{12})(\.|$)")
"""Names of our own temporary files, those of `audio.safe_write` included."""


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
            _sync(temporary)
            temporary.replace(folder / name)
            _sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return name


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed process of ours left more than a day ago."""
    oldest = time.time() - _ABANDONED_S
    for path in folder.glob(".*"):
        try:
            if _TEMPORARY.match(path.name) and path.is_file() and path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:
            continue  # somebody else was faster, or may and we may not: nothing is lost


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reader, target.open("xb") as writer:
        shutil.copyfileobj(reader, writer, _BLOCK)


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be opened there; its entries are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
