"""The command line's side of several trainings: file after file, and what a closed window left. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer

from musemate.console import Console
from musemate.engine.events import Event
from musemate.errors import MuseMateError, SettingsError, TrainingError

T = TypeVar("T")


class TaskRunner(Protocol):
    """What runs tasks for a command."""

    def run(self, task: str, *, project: str) -> list[Event]:
        """Show a task's events and return those that are no progress."""


OpenSession = Callable[[bool, bool], AbstractContextManager[TaskRunner]]
"""Begins a session that prints JSON or not, every event or results only."""


def for_each(files: Sequence[T], console: Console, train: Callable[[T], None]) -> None:
    """Train on one file after the other; one that fails is told and stops no other.

    Raises
    ------
    TrainingError
        Some of several failed; the only one's own error otherwise.
    """
    n_failed = 0
    for file in files:
        try:
            train(file)
        except MuseMateError as error:
            if len(files) == 1:
                raise
            console.fail(error)
            n_failed += 1
    if n_failed:
        raise TrainingError(
            f"{n_failed} of {len(files)} files could not be trained on.",
            hint="Each says why above; the others are trained.",
        )


def add_queue(app: typer.Typer, open_session: OpenSession) -> None:
    """Add the command `queue`."""

    @app.command()
    def queue(
        project: Annotated[Path, typer.Argument(readable=False, help="Folder of the project.")],
        train: Annotated[bool, typer.Option("--train", help="Train what waits, one after the other.")] = False,
        clear: Annotated[bool, typer.Option("--clear", help="Forget what waits.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    ) -> None:
        """List the trainings that wait in a project; what an open window keeps is only listed."""
        if train and clear:
            raise SettingsError("What waits cannot be trained and forgotten at once.", hint="Choose one of them.")
        task = "train_queue" if train else "clear_queue" if clear else "list_queue"
        with open_session(as_json, train) as session:
            session.run(task, project=str(project))
