"""Writes a folder of files as one: whole under a name of its own, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from musemate.audio.safe_write import PART_SUFFIX, fresh_path, write_safely
from musemate.audio.wording import shown_name
from musemate.errors import ExportError
from musemate.language import _
from musemate.project.keep import sweep_foreign

_PREFIX = ".musemate-"
LEFT_S = 3_600.0
"""A folder into which nothing was written for so long is nobody's any more: reports take minutes."""


class FreshFolder:
    """A folder that appears under its name when all is in it; use it as a context and call `finish` at the end.

    Without `finish`, for instance when the work is cancelled, nothing is left behind. What a killed process left is
    swept away by the next one.

    Parameters
    ----------
    parent : Path
        Where to; made if it is missing.

    Raises
    ------
    ExportError
        It cannot be made.
    """

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self.part = parent / f"{_PREFIX}{secrets.token_hex(6)}{PART_SUFFIX}"
        sweep(parent)
        try:
            self.part.mkdir(parents=True)
        except (OSError, ValueError) as error:
            shutil.rmtree(self.part, ignore_errors=True)  # a network disk may have made it and failed to say so
            raise _refusal(parent, error) from error
        sweep_foreign(parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.part, ignore_errors=True)

    def write(self, name: str, data: bytes) -> None:
        """Write a file; "pictures/x.png" lies in a folder of its own.

        Raises
        ------
        ExportError
            It cannot be written.
        """
        target = self.part / name
        with contextlib.suppress(OSError):  # writing says what is wrong
            target.parent.mkdir(exist_ok=True)
        write_safely(target, partial(_put, data), n_bytes=len(data))

    def finish(self, name: str) -> Path:
        """Give the folder its name, or the next free one ("x 2"), and return it.

        Raises
        ------
        ExportError
            It cannot be renamed.
        """
        while True:
            target = fresh_path(self.parent / name)
            try:
                self.part.rename(target)
            except OSError as error:
                if os.path.lexists(target):
                    continue  # someone else took the name between the look and the step
                raise _refusal(self.parent, error) from error
            return target


def make_folder(folder: Path) -> None:
    """Make a folder that files are to go to, and those above it, where they are missing.

    Raises
    ------
    ExportError
        It cannot be made, or is a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ExportError(
            _('Nothing can be exported to "{name}": it is, or lies inside, a file.').format(name=shown_name(folder)),
            hint=_("Choose a folder."),
            detail=repr(error),
        ) from error
    except (OSError, ValueError) as error:
        raise ExportError(
            _('The folder "{name}" cannot be made.').format(name=shown_name(folder)),
            hint=_("Choose a folder of your own."),
            detail=repr(error),
        ) from error


def sweep(parent: Path) -> None:
    """Remove unfinished folders that a killed process left; what cannot be removed stays."""
    since = time.time() - LEFT_S
    with contextlib.suppress(OSError, ValueError):  # whoever makes a folder here says what is wrong
        for left in parent.glob(f"{_PREFIX}*{PART_SUFFIX}"):
            if left.is_dir() and max(path.lstat().st_mtime for path in (left, *left.rglob("*"))) < since:
                shutil.rmtree(left, ignore_errors=True)


def _put(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def _refusal(folder: Path, error: OSError | ValueError) -> ExportError:
    return ExportError(
        _('The folder "{name}" cannot be made or written.').format(name=shown_name(folder)),
        hint=_("Choose a folder of your own with room on its disk."),
        detail=repr(error),
    )
