"""The command that exports takes as a set for a DAW. Free of Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musemate.cli_session import JsonOption, Session
from musemate.export.setplan import DAWPROJECT, MIDI, RPP
from musemate.export.wishes import AS_IS, CHANNELS, WAV
from musemate.export.wishes import KINDS as SOUND_KINDS

TAKES = "Takes, for instance t1 t3; all with stars if none is named."


def add_export_set(app: typer.Typer) -> None:
    """Add the command to a program."""
    app.command()(export_set)


def export_set(
    project: Annotated[Path, typer.Argument(readable=False, help="Folder of the project.")],
    takes: Annotated[list[str] | None, typer.Argument(metavar="[TAKE]...", help=TAKES)] = None,
    starred: Annotated[bool, typer.Option("--starred", help="All takes with stars, besides those named.")] = False,
    rpp: Annotated[bool, typer.Option("--rpp", help="A project for Reaper.")] = False,
    dawproject: Annotated[
        bool, typer.Option("--dawproject", help="A .dawproject, for Bitwig, Studio One, Cubase and others.")
    ] = False,
    midi: Annotated[bool, typer.Option("--midi", help="Tempo and bar lines as a MIDI file, for every DAW.")] = False,
    to: Annotated[Path | None, typer.Option(help="Folder; the project's exports when not given.")] = None,
    kind: Annotated[str, typer.Option("--format", help=f"Of the sounds: {', '.join(SOUND_KINDS)}.")] = WAV,
    depth: Annotated[str, typer.Option(help="16, 24 or 32f.")] = "24",
    rate: Annotated[int, typer.Option(help="Sample rate in Hz; each sound's own when not given.")] = 0,
    channels: Annotated[str, typer.Option(help=f"{', '.join(CHANNELS)}.")] = AS_IS,
    as_json: JsonOption = False,
) -> None:
    """Write takes and their fragment as a set that a DAW opens, in place and tempo; all kinds if none is chosen."""
    kinds = [kind for kind, is_wanted in ((RPP, rpp), (DAWPROJECT, dawproject), (MIDI, midi)) if is_wanted]
    with Session(as_json) as session:
        session.run(
            "export_set",
            project=str(project),
            takes=takes or [],
            starred=starred,
            kinds=kinds,
            folder=str(to) if to else "",
            kind=kind,
            depth=depth,
            rate_hz=rate,
            channels=channels,
        )
