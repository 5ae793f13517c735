"""Packs a project into one file, and takes one out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Packed, Warned, Working
from musemate.language import _
from musemate.paths import absolute
from musemate.project import packing
from musemate.project.database import not_a_project
from musemate.project.store import is_project


def pack(project: str, file: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Pack a project into a zip file; nothing is overwritten.

    Parameters
    ----------
    project : str
        The project's folder.
    file : str
        The file to make.
    cancelled : callable
        Asked between files; nothing is left of the file then.

    Raises
    ------
    ProjectError
        There is no such project, or the file cannot be written.
    """
    folder, target = absolute(project), absolute(file)
    if not is_project(folder):
        raise not_a_project(folder)
    files, left = packing.files_of(folder)
    if left:
        names = ", ".join(path.name for path in left[:3])
        yield Warned(
            _("Files with names that not every computer can write are left out: {names}").format(names=names),
            _("Give them other names and pack the project again."),
        )
    n_bytes = sum(path.stat().st_size for path in files) + 1
    for done in packing.pack(folder, files, target, cancelled):
        yield Working(_("Packing the project"), min(1.0, done / n_bytes))
    if not cancelled():
        yield Packed(str(target), len(files) + 1, _size(target))


def unpack(file: str, folder: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Take a project out of a zip file, whoever made that.

    Parameters
    ----------
    file : str
        The file.
    folder : str
        The project's folder to make; it is not there yet, or empty.
    cancelled : callable
        Asked all the time; nothing is left of the folder then.

    Raises
    ------
    ProjectError
        The file is damaged or not safe, or the folder cannot be written.
    """
    source, target = absolute(file), absolute(folder)
    n_bytes = _size(source) + 1
    result = 0, 0
    for result in packing.unpack(source, target, cancelled):
        yield Working(_("Unpacking the project"), min(1.0, result[0] / n_bytes))
    if not cancelled():
        yield Packed(str(target), n_files=result[1], n_bytes=result[0])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
