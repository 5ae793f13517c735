"""The command that writes analysis reports. Free of Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from musemate.cli_session import JsonOption, Session

SOUNDS = "Takes of a project, all of the fragment's if none is named; or the files of a fragment and of takes."


def add_report(app: typer.Typer) -> None:
    """Add the command to a program."""
    app.command()(report)


def report(
    sounds: Annotated[list[str] | None, typer.Argument(metavar="[TAKE|FILE]...", help=SOUNDS)] = None,
    project: Annotated[Path | None, typer.Option("--project", readable=False, help="Folder of the project.")] = None,
    fragment: Annotated[str, typer.Option(help="Fragment of the project, for instance f1.")] = "",
    to: Annotated[
        Path | None, typer.Option(help="Folder; the project's, or the present folder's, reports when not given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a page that compares takes with their fragment: pictures, figures and what they mean."""
    what: dict[str, Any] = {"files": sounds or []}
    if project is not None:
        what = {"project": str(project), "takes": sounds or None, "fragment": fragment}
    with Session(as_json) as session:
        session.run("report", folder=str(to) if to else "", **what)
