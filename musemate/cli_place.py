"""The command that lays a take into its song. Free of Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musemate.cli_session import JsonOption, Session
from musemate.cli_store import ProjectArgument
from musemate.export.placing import MODES, REPLACE
from musemate.export.wishes import KINDS, WAV


def add_place(app: typer.Typer) -> None:
    """Add the command to a program."""
    app.command()(place)


def place(
    project: ProjectArgument,
    take: Annotated[str, typer.Argument(metavar="TAKE", help="Take, for instance t3.")],
    to: Annotated[
        Path | None, typer.Option(readable=False, help="Folder; the project's exports when not given.")
    ] = None,
    mode: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(MODES)}: replace lays the take over the song for as long as it is, insert puts it in "
            "place of its region and lets the song go on behind it."
        ),
    ] = REPLACE,
    crossfade: Annotated[
        float | None, typer.Option(help="Length of the cross-fades in ms; one that fits the tempo when not given.")
    ] = None,
    match: Annotated[
        bool, typer.Option("--match/--no-match", help="Make the take as loud as what it replaces.")
    ] = True,
    kind: Annotated[str, typer.Option("--format", help=f"{', '.join(KINDS)}.")] = WAV,
    depth: Annotated[str, typer.Option(help="16, 24 or 32f.")] = "24",
    notes: Annotated[
        bool, typer.Option("--notes/--no-notes", help="Let the file say where it comes from and where the take lies.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Write the song with a take in it, where the take was learnt from; nothing is overwritten."""
    with Session(as_json) as session:
        session.run(
            "place_take",
            project=str(project),
            take=take,
            folder=str(to) if to else "",
            mode=mode,
            crossfade_ms=crossfade,
            match=match,
            kind=kind,
            depth=depth,
            notes=notes,
        )
