"""The commands that help to choose among takes: comparing them and saying what one thinks of them. Free of Qt."""

from __future__ import annotations

from typing import Annotated

import typer

from musemate.analysis.proposing import ORDERS
from musemate.cli_session import JsonOption, ProjectOption, Session

TakesArgument = Annotated[list[str], typer.Argument(metavar="TAKE...", help="Takes, for instance t1 t3.")]
AnyTakesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[TAKE]...", help="Takes; all when none are given.")
]


def add_choosing(app: typer.Typer) -> None:
    """Add the commands to a program."""
    app.command()(compare)
    app.command()(rate)


def compare(
    project: ProjectOption,
    takes: AnyTakesArgument = None,
    order: Annotated[str, typer.Option(help=f"{', '.join(ORDERS)}; as they were made when not given.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also those that were compared before.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say how takes compare with their fragment, and in which order to hear them."""
    with Session(as_json) as session:
        session.run("compare", project=str(project), takes=takes or [], order=order, again=again)


def rate(
    project: ProjectOption,
    takes: TakesArgument,
    stars: Annotated[int | None, typer.Option(help="0 to 5.")] = None,
    tags: Annotated[str | None, typer.Option(help='Words with commas between them; "" for none.')] = None,
    note: Annotated[str | None, typer.Option(help='"" for none.')] = None,
    name: Annotated[str | None, typer.Option(help='"" for the usual one.')] = None,
    rejected: Annotated[bool | None, typer.Option("--reject/--keep", help="Put aside, or bring back.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Give takes stars, tags, a note or a name, or put them aside."""
    said = {"stars": stars, "tags": tags, "note": note, "name": name, "rejected": rejected}
    with Session(as_json) as session:
        session.run("rate", project=str(project), takes=takes, **said)
