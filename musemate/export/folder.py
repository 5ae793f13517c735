"""Writes a folder of files as one: whole under a name of its own, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from musemate.audio.safe_write import PART_SUFFIX, fresh_path, write_safely
from musemate.audio.wording import shown_name
from musemate.errors import ExportError
from musemate.language import _


class FreshFolder:
    """A folder that appears under its name when all is in it; use it as a context and call `finish` at the end.

    Without `finish`, for instance when the work is cancelled, nothing is left behind.

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
        self.part = parent / f".musemate-{secrets.token_hex(6)}{PART_SUFFIX}"
        try:
            self.part.mkdir(parents=True)
        except (OSError, ValueError) as error:
            raise _refusal(parent, error) from error

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


def _put(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def _refusal(folder: Path, error: OSError | ValueError) -> ExportError:
    return ExportError(
        _('The folder "{name}" cannot be made or written.').format(name=shown_name(folder)),
        hint=_("Choose a folder of your own with room on its disk."),
        detail=repr(error),
    )
