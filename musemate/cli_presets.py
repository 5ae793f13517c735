"""The command that lists, saves, renames and deletes presets, and how parameters are typed. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from musemate.engine.registry import ENGINES
from musemate.errors import SettingsError
from musemate.parsing import parsed_json
from musemate.project.store import Project


class _Session(Protocol):
    def run(self, task: str, **args: Any) -> object:
        """Run a task and show what it says."""


OpenSession = Callable[[bool], AbstractContextManager[_Session]]


def add_presets(app: typer.Typer, open_session: OpenSession) -> None:
    """Add the command to a program.

    Parameters
    ----------
    app : Typer
    open_session : callable
        Opens a session that prints JSON, or sentences.
    """

    @app.command()
    def presets(
        engine: Annotated[str, typer.Option(help=f"{', '.join(ENGINES)}; all if not given.")] = "",
        save: Annotated[str, typer.Option(help="Save --preset, changed by --options, under this name.")] = "",
        preset: Annotated[str | None, typer.Option(help="What --save starts from, built in or saved.")] = None,
        options: Annotated[str, typer.Option(help="What --save changes, as a JSON object.")] = "",
        rename: Annotated[str, typer.Option(help="Give this saved preset the name --to.")] = "",
        to: Annotated[str, typer.Option(help="The new name.")] = "",
        delete: Annotated[str, typer.Option(help="Delete this saved preset.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    ) -> None:
        """List presets and every parameter of the engines; or save, rename or delete a preset."""
        if sum(map(bool, (save, rename, delete))) > 1:
            raise SettingsError("One thing at a time.", hint="Choose one of --save, --rename and --delete.")
        named = engine or ENGINES[0]
        with open_session(as_json) as session:
            if save:
                session.run("save_preset", engine=named, name=save, preset=preset, options=parsed_options(options))
            elif rename:
                session.run("rename_preset", engine=named, name=rename, new=to)
            elif delete:
                session.run("delete_preset", engine=named, name=delete)
            else:
                session.run("list_presets", engine=engine)


def method_like(project: Path, run_id: str, options: dict[str, Any] | None) -> dict[str, Any]:
    """Return engine, preset and options of a run, some of the options replaced.

    Raises
    ------
    ProjectError
        There is no such project or run.
    """
    with Project.open(project) as store:
        run = store.run(run_id)
    return {"engine": run.engine, "preset": run.preset, "options": {**run.options, **(options or {})} or None}


def parsed_options(options: str) -> dict[str, Any] | None:
    """Return the engine's parameters that were typed as JSON.

    Raises
    ------
    SettingsError
        They are no JSON object.
    """
    try:
        values = parsed_json(options) if options else None
    except ValueError as error:
        raise SettingsError(
            "--options is not a JSON object.", hint="For instance: '{\"pyramid_steps\": 800}'."
        ) from error
    if values is not None and not isinstance(values, dict):
        raise SettingsError("--options is not a JSON object.", hint="For instance: '{\"pyramid_steps\": 800}'.")
    return values
