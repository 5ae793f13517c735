"""Copies of songs with a take in them, kept so that they are heard again at once; they can be made again at any time.

Each is named after what it was made of, after where the take lies in it, and after its own content; none is changed.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from musemate.language import _
from musemate.project.findings import LEFTOVER, Finding
from musemate.project.keep import TEMPORARY, hash_of, keep, sweep

FOLDER = "in-song"
"""In a project's cache, beside the folders of pictures."""
MOST_BYTES = 1 << 30
"""Of all copies of a project; the one heard longest ago goes first."""


_NAME = re.compile(r"(?P<key>[0-9a-f]+)_(?P<facts>-?\d+(_-?\d+)*)_(?P<hash>[0-9a-f]{64})\.wav")


@dataclass(frozen=True)
class SongCopy:
    """A copy of a song, and what its name says of it."""

    path: Path
    facts: tuple[int, ...]


def kept_copy(folder: Path, key: str) -> SongCopy | None:
    """Return the copy that was made of something, None where there is none; a damaged one is taken away.

    Parameters
    ----------
    folder : Path
        `Project.cache_path(FOLDER)`.
    key : str
        Hexadecimal; says what it is made of.
    """
    for path in sorted(folder.glob(f"{key}_*.wav")):
        match = _NAME.fullmatch(path.name)
        with contextlib.suppress(OSError):
            if match is not None and _is_whole(path):
                os.utime(path)  # heard just now
                return SongCopy(path, tuple(int(number) for number in match["facts"].split("_")))
            path.unlink()
    return None


def keep_copy_of_song(folder: Path, key: str, facts: tuple[int, ...], write: Callable[[Path], object]) -> SongCopy:
    """Let `write` fill a temporary file, keep it as the copy of something, and make room for it.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    sweep(folder)
    name = keep(folder, ".wav", write)
    path = folder / "_".join([key, *map(str, facts), name])
    (folder / name).replace(path)
    _make_room(folder, path)
    return SongCopy(path, facts)


def copy_findings(folder: Path) -> Iterator[Finding]:
    """Look at the copies in a project's folder: a damaged one is no loss."""
    place = folder / "cache" / FOLDER
    for path in sorted(place.glob("*")):
        with contextlib.suppress(OSError):
            if path.is_file() and not TEMPORARY.match(path.name) and not _is_whole(path):
                text = _("A copy of a song, made to hear a take in it, is damaged.")
                rest = _("It is made again when the take is next heard in its song; delete it if you like.")
                yield Finding(LEFTOVER, path.relative_to(folder).as_posix(), text, rest)


def _make_room(folder: Path, newest: Path) -> None:
    """Take the copies away that were heard longest ago, until the others fit."""
    copies = sorted(folder.glob("*.wav"), key=lambda path: path.stat().st_mtime_ns)
    n_bytes = sum(path.stat().st_size for path in copies)
    for path in copies:
        if n_bytes <= MOST_BYTES:
            break
        if path != newest:
            n_bytes -= path.stat().st_size
            with contextlib.suppress(OSError):  # it is being heard just now, on Windows
                path.unlink()


def _is_whole(path: Path) -> bool:
    match = _NAME.fullmatch(path.name)
    return match is not None and hash_of(path) == match["hash"]
