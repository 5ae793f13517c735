"""The command that writes what studies' answers show. Free of Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musemate.cli_session import JsonOption, Session

SOURCE_HELP = "A project with its studies, the folder or zip of a study or of a copy, or a table of answers."


def add_study_report(app: typer.Typer) -> None:
    """Add the command to the program for studies."""
    app.command()(report)


def report(
    source: Annotated[Path, typer.Argument(metavar="PROJECT|STUDY|FILE.csv", readable=False, help=SOURCE_HELP)],
    to: Annotated[
        Path | None,
        typer.Option(readable=False, help="Folder; the project's, or the present folder's, reports when not given."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a page with what the answers show: conclusions, charts with intervals, comments, and all answers."""
    with Session(as_json) as session:
        session.run("study_report", source=str(source), folder=str(to) if to else "")
