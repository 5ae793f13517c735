"""Writes takes, or a region of them, as WAV files for the DAW."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, Warned, Working
from musemate.export.wav import export_take
from musemate.paths import absolute
from musemate.project.store import Project


def export_takes(
    project: str,
    takes: Sequence[str],
    folder: str = "",
    depth: str = "24",
    start_s: float | None = None,
    length_s: float | None = None,
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
    cancelled : callable
        Asked between takes.

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
            if cancelled():
                return
            yield Working(f"Exporting {take.name}", index / len(chosen))
            warnings: list[tuple[str, str]] = []
            fragment = store.fragment(store.run(take.run).fragment)
            file = export_take(
                store.audio_path(take.audio),
                target,
                song=fragment.name,
                bpm=fragment.beats.bpm if fragment.beats and fragment.beats.is_sure else None,
                take_name=take.full_name,
                depth=depth,
                start_s=start_s,
                length_s=length_s,
                on_warning=partial(_note, warnings),
            )
            yield from (Warned(message, hint) for message, hint in warnings)
            yield Exported(str(file), take.id)


def _note(warnings: list[tuple[str, str]], message: str, hint: str) -> None:
    warnings.append((message, hint))
