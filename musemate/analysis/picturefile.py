"""Stores one picture as one .npy file: a single record whose named fields are header and data."""

from __future__ import annotations

import os
import tempfile
import threading
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from musemate.errors import ProjectError
from musemate.language import _

FORMAT = 2
"""Version of the layouts; a file of another version is refused and drawn again."""
_UNREADABLE = (
    *(OSError, ValueError, IndexError, KeyError, EOFError, SyntaxError, TypeError),
    *(TokenError, MemoryError, RecursionError, OverflowError),  # of headers that numpy cannot make sense of
)
_MARK = b"MMcr"
_SUM_BYTES = len(_MARK) + 4
"""After the array: a mark and the CRC-32 of all before it. What reads arrays reads no further than their end."""
_BLOCK = 1 << 20
_one_reader = threading.Lock()
"""numpy reads headers with `ast`, which Python 3.11 must not do in two threads at once (python/cpython#106905)."""


def save_record(path: Path, kind: str, **fields: npt.ArrayLike) -> None:
    """Write numbers and arrays as one structured record, whole or not at all.

    The file is a zero-dimensional array of a structured type, so `numpy.load` opens it without pickle and
    `array["name"]` is a field. Fields "kind" and "format" are added.

    Parameters
    ----------
    path : Path
        The .npy file to make or replace.
    kind : str
        What the picture is, at most 16 ASCII characters.
    **fields : array
        Header values and picture data, by name.

    Raises
    ------
    ProjectError
        The file cannot be written.
    """
    arrays = {name: np.asarray(value) for name, value in fields.items()}
    layout = [("kind", "S16"), ("format", "<i4")]
    layout += [(name, a.dtype.newbyteorder("<"), a.shape) for name, a in arrays.items()]  # type: ignore[misc]
    record = np.zeros((), dtype=np.dtype(layout))
    record["kind"], record["format"] = kind.encode("ascii"), FORMAT
    for name, array in arrays.items():
        record[name] = array
    try:
        _write_whole(path, record)
    except OSError as error:
        raise ProjectError(
            _('The picture "{name}" cannot be stored.').format(name=path.name),
            hint=_("Check the free space and the rights of the project's folder."),
            detail=f"{path}: {error}",
        ) from error


def load_record(path: Path, kind: str) -> npt.NDArray[Any]:
    """Read what `save_record` wrote.

    The whole file is read (some MiB) instead of mapped: a file in use could not be replaced on Windows.

    Raises
    ------
    ProjectError
        The file is missing, damaged, of another kind or of another version; it can be drawn again.
    """
    try:
        if not is_whole(Path(path)):
            raise ValueError("the sum at its end is missing or another")
        with _one_reader:
            record: npt.NDArray[Any] = np.load(path, allow_pickle=False)
        found = record["kind"].item(), record["format"].item()
        if found != (kind.encode("ascii"), FORMAT):
            raise ValueError(f"kind and format are {found}")
    except _UNREADABLE as error:
        raise ProjectError(
            _('The picture "{name}" cannot be read.').format(name=path.name),
            hint=_("It is drawn again from the sound."),
            detail=f"{path}: {error}",
        ) from error
    return record


def is_whole(path: Path) -> bool:
    """Whether a picture's file is as it was written.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        n_bytes = file.seek(0, os.SEEK_END) - _SUM_BYTES
        file.seek(0)
        found = _sum_of(file, n_bytes)
        return n_bytes > 0 and file.read() == found


def is_earlier(path: Path) -> bool:
    """Whether an earlier version drew a picture: it is whole, as far as that can be known, but will be drawn again."""
    try:
        with _one_reader:
            record: npt.NDArray[Any] = np.load(path, allow_pickle=False)
        return int(record["format"]) < FORMAT
    except _UNREADABLE:
        return False


def _sum_of(file: BinaryIO, n_bytes: int) -> bytes:
    """Read so many bytes and return what is to follow them."""
    crc = 0
    while n_bytes > 0:
        block = file.read(min(n_bytes, _BLOCK))
        if not block:
            break
        crc = zlib.crc32(block, crc)
        n_bytes -= len(block)
    return _MARK + crc.to_bytes(4, "little")


def _write_whole(path: Path, array: npt.NDArray[Any]) -> None:
    """Write beside the target, then replace it: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w+b") as file:
            np.save(file, array, allow_pickle=False)
            n_bytes = file.tell()
            file.seek(0)
            ending = _sum_of(file, n_bytes)
            file.seek(n_bytes)
            file.write(ending)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
