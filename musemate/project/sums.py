"""Sums of a training's files that no manifest knows (previews, the log of the losses), as `sha256sum` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from musemate.audio.safe_write import write_safely
from musemate.errors import ExportError
from musemate.project.keep import hash_of

FILE_NAME = "SHA256SUMS"
_COVERED = ("preview-*.wav", "fragment-*.wav", "losses.csv")
_LINE = re.compile(r"(?P<sum>[0-9a-f]{64}) [ *](?P<name>[^/\\]+)")


def write(folder: Path) -> None:
    """Note the sums of a training's files at its end; without room for them, the training has ended all the same."""
    try:
        names = sorted(path.name for pattern in _COVERED for path in folder.glob(pattern))
        lines = "".join(f"{hash_of(folder / name)}  {name}\n" for name in names)

        def fill(file: BinaryIO) -> None:
            file.write(lines.encode())

        write_safely(folder / FILE_NAME, fill, overwrite=True)
    except (OSError, ExportError):
        forget(folder)


def forget(folder: Path) -> None:
    """Let the files be changed: a training begins or goes on."""
    try:
        (folder / FILE_NAME).unlink(missing_ok=True)
    except OSError:
        return  # what cannot be removed here cannot be written either: the training says so


def faults(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield the name of each file that is not as it was noted, and whether it is there; the sums' own file may be one.

    Nothing is yielded where no sums were noted.
    """
    try:
        lines = (folder / FILE_NAME).read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            yield FILE_NAME, True
            continue
        path = folder / match["name"]
        try:
            if hash_of(path) != match["sum"]:
                yield path.name, True
        except (OSError, ValueError):
            yield path.name, False
