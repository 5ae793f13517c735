"""Looks at a zip file from anybody before anything is taken out of it: what it may hold, and how much.

Format: APPNOTE.TXT 6.3.10 (PKWARE), sections 4.3.7 (local header), 4.3.12 to 4.3.16 (central directory and its end).
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from musemate.project import zipnames

MOST_ENTRIES = 100_000
MOST_DIRECTORY_BYTES = 64 << 20
MOST_BYTES = 256 << 30
"""Of all files together, unpacked."""
MOST_RATIO = 200
"""Unpacked to packed bytes of one file; sound that is anything but silence has less than 10."""
SMALL_BYTES = 16 << 20
"""A file of so many bytes may be packed as tightly as it can be: silence is."""
_END, _LOCATOR, _END_64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_LONGEST_END = 22 + (1 << 16)
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)


class RefusedError(Exception):
    """A zip file holds what a project never holds; its text is the technical reason."""


class DamagedError(Exception):
    """A zip file is damaged, cut off, or none."""


def entries(
    file: BinaryIO, database: str, is_wanted: Callable[[str, str], bool] = zipnames.is_wanted
) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Open a zip file and return the files of the project in it, by their path in the project.

    Parameters
    ----------
    file : binary file
        The zip file, open to be read.
    database : str
        Name of a project's database: where it lies is the project.
    is_wanted : callable
        Whether a file of this path belongs to a project with that database; others are passed over.

    Raises
    ------
    RefusedError
        It holds what a project never holds: links, names that lead elsewhere, absurd sizes or counts.
    DamagedError
        It cannot be read.
    """
    try:
        if _directory_bytes(file) > MOST_DIRECTORY_BYTES:
            raise RefusedError("its directory is absurdly long")
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, EOFError, NotImplementedError) as error:
        raise DamagedError(repr(error)) from error
    try:
        found = _checked(archive.infolist())
        _check_places(found, archive.start_dir)
        inside = _inside(found, database, is_wanted)
        _check_sizes(list(inside.values()))
    except BaseException:
        archive.close()
        raise
    return archive, inside


def _checked(infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return all files, folders left out, if every name and kind of them is allowed and none comes twice."""
    if len(infos) > MOST_ENTRIES:
        raise RefusedError(f"{len(infos)} files are absurdly many")
    seen: dict[str, bool] = {}
    files = []
    for info in infos:
        name = info.filename.rstrip("/")
        if zipnames.is_of_system(info.filename):
            continue
        _check_entry(info, name)
        key = zipnames.folded(name)
        if key in seen and not (seen[key] and info.is_dir()):
            raise RefusedError(f"{name!r} comes twice")
        seen[key] = info.is_dir()
        if not info.is_dir():
            files.append(info)
    _check_parents({zipnames.folded(info.filename) for info in files})
    return files


def _check_entry(info: zipfile.ZipInfo, name: str) -> None:
    if info.orig_filename.rstrip("/") != name or not zipnames.is_allowed(name):
        raise RefusedError(f"the name {info.orig_filename[:200]!r} is not allowed")
    if stat.S_IFMT(info.external_attr >> 16) not in _KINDS:
        raise RefusedError(f"{name!r} is a link or a device")
    if info.flag_bits & _ENCRYPTED:
        raise RefusedError(f"{name!r} is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError(f"{name!r} is compressed by method {info.compress_type}")


def _check_parents(files: set[str]) -> None:
    """Refuse a file that is the folder of another."""
    for name in files:
        parts = name.split("/")[:-1]
        if any("/".join(parts[:length]) in files for length in range(1, len(parts) + 1)):
            raise RefusedError(f"{name!r} lies in a file")


def _check_places(files: list[zipfile.ZipInfo], end: int) -> None:
    """Refuse files that share their bytes: a few of them unpack to any size."""
    last = 0
    for info in sorted(files, key=lambda info: info.header_offset):
        if info.header_offset < last:
            raise RefusedError(f"{info.filename!r} shares its bytes with another")
        last = info.header_offset + _LOCAL_HEADER + info.compress_size
    if last > end:
        raise DamagedError("a file reaches into the directory")


def _check_sizes(files: list[zipfile.ZipInfo]) -> None:
    if sum(info.file_size for info in files) > MOST_BYTES:
        raise RefusedError("unpacked, it would be absurdly large")
    for info in files:
        if info.file_size > max(SMALL_BYTES, MOST_RATIO * info.compress_size):
            raise RefusedError(f"{info.filename!r} unpacks to more than {MOST_RATIO} times its size")


def _inside(
    files: list[zipfile.ZipInfo], database: str, is_wanted: Callable[[str, str], bool]
) -> dict[str, zipfile.ZipInfo]:
    """Return the files of the one project, at the top or in the one folder that somebody packed."""
    tops = [
        info.filename for info in files if info.filename.split("/")[-1] == database and info.filename.count("/") < 2
    ]
    if len(tops) != 1:
        raise RefusedError(f"it holds {len(tops)} projects")
    prefix = tops[0][: -len(database)]
    named = {info.filename[len(prefix) :]: info for info in files if info.filename.startswith(prefix)}
    return {name: info for name, info in named.items() if is_wanted(name, database)}


def _directory_bytes(file: BinaryIO) -> int:
    """Return how long the central directory says that it is, before anything of it is read into memory."""
    n_bytes = file.seek(0, 2)
    start = max(0, n_bytes - _LONGEST_END)
    file.seek(start)
    tail = file.read(_LONGEST_END)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("there is no end of a central directory")
    (size,) = struct.unpack_from("<L", tail, at + 12)
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator[:4] == _LOCATOR:
        (place,) = struct.unpack_from("<Q", locator, 8)
        file.seek(min(place, n_bytes))
        end = file.read(56)
        if end[:4] == _END_64 and len(end) == 56:
            (size,) = struct.unpack_from("<Q", end, 40)
    file.seek(0)
    return int(size)


def copy_out(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, cancelled: Callable[[], bool]) -> int:
    """Write one file of an archive, never more bytes than it says, and return how many.

    Raises
    ------
    DamagedError
        It is not what was packed.
    OSError
        It cannot be written.
    """
    n_bytes = 0
    try:
        with archive.open(info) as source, target.open("xb") as file:
            while block := source.read(1 << 20):
                n_bytes += len(block)
                if n_bytes > info.file_size or cancelled():
                    break
                file.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError) as error:
        raise DamagedError(repr(error)) from error
    if n_bytes != info.file_size and not cancelled():
        raise DamagedError(f"{info.filename!r} has {n_bytes} bytes instead of {info.file_size}")
    return n_bytes
