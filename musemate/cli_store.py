"""The commands that look after whole projects: checking, packing into one file, unpacking. Free of Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musemate.cli_session import JsonOption, Session
from musemate.engine.events import Checked

HARMED_CODE = 1
"""Exit code of a check that found something damaged or missing and did not put it right."""

ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT", readable=False, help="Folder of the project.")]
ZipArgument = Annotated[Path, typer.Argument(metavar="FILE.zip", readable=False, help="The file.")]


def add_store(app: typer.Typer) -> None:
    """Add the commands to a program."""
    app.command()(check)
    app.command()(pack)
    app.command()(unpack)


def check(
    project: ProjectArgument,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what can be; nothing is deleted.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Verify every file and entry of a project; exit code 0 when it is sound, 1 when something is lost, else 2.

    Exports and reports are your own to change: they are not looked at, and can be made again.
    """
    with Session(as_json) as session:
        events = session.run("check", project=str(project), repair=repair)
    if any(isinstance(event, Checked) and event.n_harmed for event in events):
        raise typer.Exit(HARMED_CODE)


def pack(
    project: ProjectArgument,
    file: ZipArgument,
    as_json: JsonOption = False,
) -> None:
    """Pack a project into one file, to keep it or to give it away; pictures that can be drawn again stay out."""
    with Session(as_json) as session:
        session.run("pack", project=str(project), file=str(file))


def unpack(
    file: ZipArgument,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="Folder of the project to make.")],
    as_json: JsonOption = False,
) -> None:
    """Take a project out of a file, whoever made that, and check it; exit codes as those of check."""
    with Session(as_json) as session:
        session.run("unpack", file=str(file), folder=str(folder))
        events = session.run("check", project=str(folder))
    if any(isinstance(event, Checked) and event.n_harmed for event in events):
        raise typer.Exit(HARMED_CODE)
