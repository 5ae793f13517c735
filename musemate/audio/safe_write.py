"""Writes files so that a crash or a full disk leaves no half file, and nothing is overwritten by accident."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from collections.abc import Callable, Container
from itertools import count
from pathlib import Path
from typing import BinaryIO

from musemate.audio.wording import shown_name, shown_size
from musemate.errors import ExportError
from musemate.language import _

PART_SUFFIX = ".part"
"""Ending of unfinished files; one that is left over belongs to a crash and may be deleted."""

_DEFAULT_NAME_BYTES = 255
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_safely(
    path: Path | str,
    write: Callable[[BinaryIO], None],
    *,
    n_bytes: int = 0,
    overwrite: bool = False,
    fresh: bool = False,
) -> Path:
    """Write a file beside its target, bring it to the disk, and only then give it its name.

    Parameters
    ----------
    path : Path or str
        The target.
    write : callable
        Writes the content into the open file it is given.
    n_bytes : int
        Expected size, for the message when the disk is full.
    overwrite : bool
        Whether a file of that name may be replaced (in one step).
    fresh : bool
        Whether to take the next free name ("x 2.wav") where the name is taken.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    ExportError
        The folder is missing or may not be written, the disk is full, or the name is taken.
    """
    path = Path(path)
    # short, whatever the target is called: a name at the file system's limit leaves no room for an ending
    part = path.with_name(f".musemate-{secrets.token_hex(6)}{PART_SUFFIX}")
    try:
        try:
            with part.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            target = _put_in_place(part, path, overwrite, fresh)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except (OSError, ValueError) as error:
        raise _refusal(path, error, n_bytes) from error
    return target


def fresh_path(path: Path | str, given: Container[Path] = ()) -> Path:
    """Return the path itself when nothing is there, else the next free one: "x 2.wav", "x 3.wav", ...

    Names keep to the length that the file system allows; the stem gives way, never the ending.

    Parameters
    ----------
    path : Path or str
    given : container of Path
        What is taken too, although nothing is there yet.
    """
    path = Path(path)
    limit = name_limit(path.parent)
    for number in count(1):
        ending = (f" {number}" if number > 1 else "") + path.suffix
        candidate = path.with_name(shorten(path.stem, limit - len(os.fsencode(ending))) + ending)
        if candidate not in given and not os.path.lexists(candidate):
            return candidate
    raise AssertionError("count() never ends")


def name_limit(folder: Path) -> int:
    """Return how many bytes a file name may have in a folder."""
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return _DEFAULT_NAME_BYTES


def shorten(text: str, n_bytes: int) -> str:
    """Cut a text to so many bytes (as file names are stored) without tearing a character apart."""
    while len(os.fsencode(text)) > n_bytes:
        text = text[:-1]
    return text.rstrip()


def _put_in_place(part: Path, path: Path, overwrite: bool, fresh: bool) -> Path:
    if overwrite:
        part.replace(path)
        return path
    while True:
        target = fresh_path(path) if fresh else path
        try:
            _rename_new(part, target)
        except FileExistsError:
            if not fresh:
                raise
            continue  # someone else took the name between the look and the step
        return target


def _rename_new(part: Path, target: Path) -> None:
    """Give a file its name, or raise FileExistsError; in one step wherever the system has one for it."""
    if sys.platform == "win32":
        part.rename(target)
        return
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links here (FAT, some network disks): hold the name with an empty file, then replace it
        with target.open("xb"):
            pass
        try:
            part.replace(target)
        except OSError:
            target.unlink()
            raise


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk too; a system that cannot open folders does it in its own time."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refusal(path: Path, error: OSError | ValueError, n_bytes: int) -> ExportError:
    name, folder, detail = shown_name(path), shown_name(path.parent), repr(error)
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL:
        full = _('There is no room left on the disk for "{name}".')
        if n_bytes:
            full = _('There is no room left on the disk for "{name}" (it needs {size}).')
        return ExportError(
            full.format(name=name, size=shown_size(n_bytes)),
            hint=_("Free some space, or choose a folder on another disk."),
            detail=detail,
        )
    if isinstance(error, FileExistsError):
        return ExportError(
            _('"{name}" exists already and was left as it is.').format(name=name),
            hint=_("Choose another name."),
            detail=detail,
        )
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ExportError(
            _('"{name}" cannot be written: the folder "{folder}" does not exist.').format(name=name, folder=folder),
            hint=_("Choose a folder that exists."),
            detail=detail,
        )
    if isinstance(error, PermissionError) or number == errno.EROFS:
        return ExportError(
            _('"{name}" cannot be written: the folder "{folder}" is protected.').format(name=name, folder=folder),
            hint=_("Choose a folder of your own."),
            detail=detail,
        )
    if isinstance(error, IsADirectoryError):
        return ExportError(
            _('"{name}" cannot be written: a folder has that name.').format(name=name),
            hint=_("Choose another name."),
            detail=detail,
        )
    if isinstance(error, ValueError) or number == errno.ENAMETOOLONG:
        return ExportError(
            _('"{name}" is not a name or path that this computer can write.').format(name=name),
            hint=_("Choose a shorter name, or a folder nearer to the top."),
            detail=detail,
        )
    return ExportError(
        _('"{name}" could not be written to its disk.').format(name=name),
        hint=_("Check the disk, or choose a folder on another one."),
        detail=detail,
    )
