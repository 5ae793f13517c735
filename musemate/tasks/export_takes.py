"""Writes takes, or a region of them, as files for the DAW."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, FileRefused, Warned, Working
from musemate.errors import AudioFileError
from musemate.export.folder import make_folder
from musemate.export.naming import DEFAULT_TEMPLATE, check_template
from musemate.export.profile import ExportProfile
from musemate.language import _
from musemate.paths import absolute
from musemate.project.keep import sweep_foreign
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.tasks.export_sources import Source, chosen_takes, sources_of
from musemate.tasks.export_work import Exporter
from musemate.tasks.side_by_side import in_order, n_threads


def export_takes(
    project: str,
    takes: Sequence[str],
    folder: str = "",
    start_s: float | None = None,
    length_s: float | None = None,
    layers: bool = False,
    starred: bool = False,
    *,
    cancelled: Cancelled,
    **choices: Any,
) -> Iterator[Event]:
    """Export takes; nothing is ever overwritten.

    A take that cannot be read does not stop the others: `FileRefused` says why. Files are named in the order of takes.

    Parameters
    ----------
    project : str
        The project's folder.
    takes : sequence of str
        Ids of takes.
    folder : str
        Where to; the project's own folder for exports when empty. It is made when missing.
    start_s, length_s : float, optional
        Region of each take; the whole take when not given.
    layers : bool
        Export the signals of a take's scales too, where it has any.
    starred : bool
        Export all takes with stars that are not put aside, besides those that are named.
    cancelled : callable
        Asked between files.
    **choices
        What kind of files, of what, and their names: the fields of `musemate.export.profile.ExportProfile`.

    Raises
    ------
    ProjectError
        There is no such project or take.
    ExportError, SettingsError
        The folder cannot be written, the disk is full, or what is asked for is not possible.
    AudioFileError
        No take at all can be exported: the reason of the first one.
    """
    profile = ExportProfile(**choices)
    cut = profile.cut(start_s, length_s)
    check_template(profile.template or DEFAULT_TEMPLATE)
    with Project.open(project) as store:
        chosen = chosen_takes(store, takes, starred)  # an unknown one is refused before anything is written
        target = absolute(folder) if folder else store.exports_path
        sources = list(sources_of(store, chosen, layers))
    if layers:
        yield from _without_layers(chosen)
    make_folder(target)
    sweep_foreign(target)
    yield from _exported(Exporter(target, profile, cut), sources, cancelled)


def _without_layers(takes: Sequence[Take]) -> Iterator[Event]:
    for take in takes:
        if not take.layers:
            said = _("{take} has no scales that could be heard; only the take is exported.")
            said = said.format(take=take.shown_name)
            yield Warned(said[:1].upper() + said[1:])


def _exported(exporter: Exporter, sources: Sequence[Source], cancelled: Cancelled) -> Iterator[Event]:
    """Export all of them, say what became of each, and what several have in common only once."""
    said: set[tuple[str, str]] = set()
    refused: list[AudioFileError] = []
    threads = min(n_threads(), len(sources))
    yield Working(_("Exporting {take}").format(take=sources[0].take.shown_name), 0.0)
    for n_done, (source, done) in enumerate(in_order(exporter.export, sources, threads, cancelled), 1):
        for message, hint in done.warnings:
            if (message, hint) not in said:
                yield Warned(message, hint)
            said.add((message, hint))
        yield from (Exported(str(file), source.take.id) for file in done.files)
        yield Working(_("Exporting {take}").format(take=source.take.shown_name), n_done / len(sources))
        if done.error is not None:
            refused.append(done.error)
            if len(sources) > 1:
                yield FileRefused(source.take.id, _named(source, done.error), done.error.hint)
    if refused and len(refused) == len(sources):
        raise refused[0]


def _named(source: Source, error: AudioFileError) -> str:
    """Return why one of several was refused, with its name."""
    return error.message if source.title in error.message else f"{source.title}: {error.message}"
