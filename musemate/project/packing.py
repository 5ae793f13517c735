"""A project in one file: an ordinary zip, with all but the pictures that can be drawn again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from musemate.audio.wording import shown_name, shown_size
from musemate.errors import ProjectError
from musemate.language import _
from musemate.project import backups, contents, opening, schema, zipguard, zipnames
from musemate.project.database import FILE_NAME
from musemate.project.keep import sync, sync_folder

PREFIX = ".musemate-unpack-"
_ABANDONED_S = 24 * 3600.0
_LEFT_OUT = frozenset({"cache", "backup"})
_STORED = frozenset({".wav", ".flac", ".ogg", ".mp3", ".png", ".safetensors"})
"""What compressing hardly makes smaller."""
_DATABASE = ".sqlite"
_LEAST_FREE = 64 << 20

Cancelled = Callable[[], bool]


def files_of(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return what is packed of a project besides its database, and what cannot be: names that not every system has."""
    packed: list[Path] = []
    left: list[Path] = []
    for place in zipnames.PLACES:
        if place not in _LEFT_OUT and (folder / place).is_dir():
            for path in sorted((folder / place).rglob("*")):
                name = path.relative_to(folder).as_posix()
                is_log = name.endswith(_DATABASE + opening.WAL_SUFFIX)  # what it says is in the copy that is packed
                if path.is_file() and not (path.is_symlink() or is_log) and zipnames.is_wanted(name, FILE_NAME):
                    (packed if zipnames.is_allowed(name) else left).append(path)
    return packed, left


def pack(folder: Path, files: list[Path], target: Path, cancelled: Cancelled) -> Iterator[int]:
    """Write a project's database and files into a zip, whole or not at all; yields the bytes done so far.

    Raises
    ------
    ProjectError
        The project cannot be read, or the file cannot be written or is there already.
    """
    part = target.with_name(f".musemate-{uuid4().hex[:12]}.part")
    with _writing(target), tempfile.TemporaryDirectory(prefix="musemate-") as place:
        try:
            database = Path(place) / FILE_NAME
            _copy_database(folder / FILE_NAME, database)
            named = [(database, FILE_NAME), *_settled(folder, files, Path(place))]
            with part.open("xb") as file:
                yield from _fill(file, named, cancelled)
                file.flush()
                os.fsync(file.fileno())
            if not cancelled():
                with target.open("xb"):  # holds the name: nothing is ever overwritten
                    pass
                part.replace(target)
                sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)


def unpack(file: Path, folder: Path, cancelled: Cancelled) -> Iterator[tuple[int, int]]:
    """Take a project out of a zip from anybody into a folder that is not there yet, or empty; yields bytes and files.

    All of it is written beside the folder first; nothing is left of it where something goes wrong.

    Raises
    ------
    ProjectError
        The file is damaged, or holds what no project holds, or the folder cannot be written or is in use.
    """
    _sweep(folder.parent)
    place = folder.with_name(f"{PREFIX}{uuid4().hex[:12]}")
    with _reading(file), _writing(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(str(folder))
        with _opened(file) as opened:
            archive, inside = zipguard.entries(opened, FILE_NAME)
            with archive:
                _check_room(folder, sum(info.file_size for info in inside.values()))
                with _beside(place):
                    yield from _write(archive, inside, place, cancelled)
                    if not cancelled():
                        _check_database(place / FILE_NAME)
                        _put_in_place(place, folder)


@contextlib.contextmanager
def _beside(place: Path) -> Iterator[None]:
    """Make a folder to write to; when it is still there at the end, it goes, with the folders made for it."""
    made = [path for path in place.parents if not path.exists()]
    place.mkdir(parents=True)
    try:
        yield
    finally:
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)
            for path in made:
                with contextlib.suppress(OSError):
                    path.rmdir()


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except (OSError, ValueError) as error:
        raise ProjectError(
            _('"{name}" cannot be opened.').format(name=shown_name(file)),
            hint=_("Check that it is there and may be read."),
            detail=f"{file}: {error!r}",
        ) from error


def _fill(file: BinaryIO, files: list[tuple[Path, str]], cancelled: Cancelled) -> Iterator[int]:
    done = 0
    with zipfile.ZipFile(file, "w", allowZip64=True, strict_timestamps=False) as archive:
        for path, name in files:
            if cancelled():
                return
            kind = zipfile.ZIP_STORED if path.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
            archive.write(path, name, compress_type=kind)
            done += path.stat().st_size
            yield done


def _settled(folder: Path, files: list[Path], place: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file with its name in the project: of databases of studies, a copy with all that was answered."""
    for number, path in enumerate(files):
        copy = place / f"{number}{_DATABASE}"
        if path.suffix == _DATABASE:
            with contextlib.suppress(*schema.DAMAGE):  # a damaged one goes as it is: the check says so, here and there
                _copy_database(path, copy)
        yield (copy if copy.exists() else path), path.relative_to(folder).as_posix()


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at this moment, without a log beside it."""
    with contextlib.closing(contents.in_memory(source)) as memory:
        backups.copy(memory, target)


def _write(
    archive: zipfile.ZipFile, inside: dict[str, zipfile.ZipInfo], place: Path, cancelled: Cancelled
) -> Iterator[tuple[int, int]]:
    done = 0
    for number, (name, info) in enumerate(inside.items(), 1):
        if cancelled():
            return
        target = place.joinpath(*name.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        done += zipguard.copy_out(archive, info, target, cancelled)
        sync(target)
        yield done, number


def _check_database(file: Path) -> None:
    """Refuse a database that is none of ours, or that would do something by itself."""
    try:
        with contextlib.closing(opening.copied(file)) as memory:
            kinds = {row[0] for row in memory.execute("SELECT type FROM sqlite_schema")}
            if schema.version_of(memory) <= 0 or kinds - {"table", "index"}:
                raise zipguard.RefusedError(f"its database is no project's: {kinds}")
    except schema.DAMAGE:
        return  # damaged, as a project may be: what can be saved of it is for the check to say


def _put_in_place(place: Path, folder: Path) -> None:
    if folder.exists():
        folder.rmdir()  # empty; a folder cannot be moved onto another everywhere
    place.rename(folder)
    sync_folder(folder.parent)


def _check_room(folder: Path, n_bytes: int) -> None:
    parent = next(path for path in folder.parents if path.exists())
    free = shutil.disk_usage(parent).free
    if free < n_bytes + _LEAST_FREE:
        raise ProjectError(
            _("Unpacked, the project needs {size}, and {free} are free.").format(
                size=shown_size(n_bytes), free=shown_size(free)
            ),
            hint=_("Free some space, or choose a folder on another disk."),
        )


def _sweep(parent: Path) -> None:
    """Remove what an unpacking that was killed left beside the folder more than a day ago."""
    oldest = time.time() - _ABANDONED_S
    try:
        for path in parent.glob(f"{PREFIX}*"):
            if path.is_dir() and not path.is_symlink() and path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)
    except OSError:
        return


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Translate what is wrong with a file that is to be unpacked."""
    name = shown_name(file)
    try:
        yield
    except zipguard.RefusedError as error:
        raise ProjectError(
            _('"{name}" is no packed project, or not a safe one: nothing of it was unpacked.').format(name=name),
            hint=_("Ask for the file again, packed by MuseMate."),
            detail=f"{file}: {error}",
        ) from error
    except zipguard.DamagedError as error:
        raise ProjectError(
            _('"{name}" is damaged, or no zip file: nothing of it was unpacked.').format(name=name),
            hint=_("Copy or download it again."),
            detail=f"{file}: {error}",
        ) from error


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Translate what is wrong with a place that is written to."""
    name, hint, problem = shown_name(target), _("Choose another place."), ""
    try:
        yield
    except FileExistsError as error:
        text, problem = _('"{name}" exists already and was left as it is.'), repr(error)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        text, problem = _('The project that is to be packed as "{name}" cannot be read.'), repr(error)
        hint = _("Check it first: what can be repaired is brought back.")
    except OSError as error:
        text, problem = _('"{name}" could not be read or written.'), repr(error)
        hint = _("Check that it exists, the rights of its folder, and the free space.")
    if problem:
        raise ProjectError(text.format(name=name), hint=hint, detail=problem)
