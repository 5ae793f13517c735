"""Brings audio files into a project as fragments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, FileRefused, FragmentAdded, Working
from musemate.errors import AudioFileError, SettingsError
from musemate.language import _
from musemate.project.store import Project


def import_audio(
    project: str,
    files: Sequence[str],
    start_s: float = 0.0,
    length_s: float | None = None,
    reuse: bool = False,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Add files to a project, which is made when missing; a bad file never stops the others.

    Parameters
    ----------
    project : str
        The project's folder.
    files : sequence of str
        Audio files.
    start_s, length_s : float
        Region to choose in each; at most 30 s from the start when no length is given.
    reuse : bool
        Whether a file that is a fragment already is taken instead of being added again.
    cancelled : callable
        Asked between files.

    Raises
    ------
    ProjectError
        The project cannot be opened or written.
    """
    with Project.open_or_create(project) as store:
        for index, file in enumerate(files):
            if cancelled():
                return
            yield Working(_("Loading {name}").format(name=Path(file).name), index / len(files))
            try:
                fragment = store.find_fragment(file) if reuse else None
                fragment = fragment or store.add_fragment(file, start_s, length_s)
            except (AudioFileError, SettingsError) as error:
                yield FileRefused(str(file), error.message, error.hint)
            else:
                yield FragmentAdded(fragment.id, str(file))
