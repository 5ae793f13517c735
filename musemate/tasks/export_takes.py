"""Writes takes, or a region of them, as WAV files for the DAW."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, Warned, Working
from musemate.export.wav import export_take
from musemate.language import _
from musemate.paths import absolute
from musemate.project.records import Take
from musemate.project.store import Project


def export_takes(
    project: str,
    takes: Sequence[str],
    folder: str = "",
    depth: str = "24",
    start_s: float | None = None,
    length_s: float | None = None,
    layers: bool = False,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Export takes; nothing is ever overwritten.

    Parameters
    ----------
    project : str
        The project's folder.
    takes : sequence of str
        Ids of takes.
    folder : str
        Where to; the project's own folder for exports when empty. It is made when missing.
    depth : str
        "16", "24" or "32f".
    start_s, length_s : float, optional
        Region of each take; the whole take when not given.
    layers : bool
        Export the signals of a take's scales too, where it has any, each at its own rate.
    cancelled : callable
        Asked between files.

    Raises
    ------
    ProjectError
        There is no such project or take.
    ExportError, SettingsError
        The folder cannot be written, or the depth or region is not possible.
    """
    with Project.open(project) as store:
        chosen = [store.take(take) for take in takes]  # an unknown one is refused before anything is written
        target = absolute(folder) if folder else store.exports_path
        for index, take in enumerate(chosen):
            if layers and not take.layers:
                said = _("{take} has no scales that could be heard; only the take is exported.")
                said = said.format(take=take.shown_name)
                yield Warned(said[:1].upper() + said[1:])
            for name, audio in _files(take, layers):
                if cancelled():
                    return
                yield Working(_("Exporting {take}").format(take=take.shown_name), index / len(chosen))
                yield from _export(store, take, name, audio, target, depth, start_s, length_s)


def _files(take: Take, layers: bool) -> Iterator[tuple[str, str]]:
    """Yield name and audio file of all that is exported of a take; its last layer is the take itself."""
    yield take.full_name, take.audio
    if layers:
        for scale, layer in enumerate(take.layers[:-1]):
            yield f"{take.full_name} scale {scale} {layer.name}", layer.audio


def _export(
    store: Project,
    take: Take,
    name: str,
    audio: str,
    target: Path,
    depth: str,
    start_s: float | None,
    length_s: float | None,
) -> Iterator[Event]:
    warnings: list[tuple[str, str]] = []
    fragment = store.fragment(store.run(take.run).fragment)
    file = export_take(
        store.audio_path(audio),
        target,
        song=fragment.name,
        bpm=fragment.beats.bpm if fragment.beats and fragment.beats.is_sure else None,
        take_name=name,
        depth=depth,
        start_s=start_s,
        length_s=length_s,
        on_warning=partial(_note, warnings),
    )
    yield from (Warned(message, hint) for message, hint in warnings)
    yield Exported(str(file), take.id)


def _note(warnings: list[tuple[str, str]], message: str, hint: str) -> None:
    warnings.append((message, hint))
