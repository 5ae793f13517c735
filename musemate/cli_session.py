"""What every command does: runs tasks one after the other and shows what they say. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from musemate.audio.files import probe
from musemate.console import Console, has_screen, make_console, until_interrupted
from musemate.engine.events import Event, FileRefused, FragmentAdded, Progressed, Working
from musemate.errors import AudioFileError, SettingsError
from musemate.paths import absolute
from musemate.project.store import Project
from musemate.tasks.registry import get_task
from musemate.tasks.throttle import throttled

INTERRUPTED_CODE = 130
"""Exit code after Ctrl+C, as shells expect it."""
JSON_INTERVAL_S = 1.0
"""Progress lines are for people who read along; a program needs one a second."""

# readable=False: typer's own check says what is wrong, but not what to do
ProjectOption = Annotated[Path, typer.Option("--project", readable=False, help="Folder of the project.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


OpenWindow = Callable[[list[str]], int]
"""Opens the window with files, projects or a study, and returns its exit code."""


class Session:
    """Runs tasks one after the other in this process, until Ctrl+C."""

    def __init__(self, as_json: bool, *, all_events: bool = False) -> None:
        self.console: Console = make_console(as_json, all_events=all_events)
        self._interval_s = JSON_INTERVAL_S if as_json else 0.1

    def __enter__(self) -> Session:
        self._listening = until_interrupted()
        self._cancelled = self._listening.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._listening.__exit__(*error)
        self.console.close()

    def run(self, task: str, **args: Any) -> list[Event]:
        """Show a task's events and return those that are no progress; leave the program after Ctrl+C."""
        kept: list[Event] = []
        for event in throttled(get_task(task)(**args, cancelled=self._cancelled), self._interval_s):
            if not isinstance(event, FileRefused):  # becomes the command's error
                self.console.show(event)
            if not isinstance(event, Progressed | Working):
                kept.append(event)
        if self._cancelled():
            raise typer.Exit(INTERRUPTED_CODE)
        return kept

    def load(self, project: Path, file: Path | None, start_s: float | None, length_s: float | None) -> str:
        """Import a file unless the project has it, and return its fragment's id."""
        if file is None:
            raise SettingsError("Nothing to train on was given.", hint="Name an audio file, or a run with --run.")
        probe(absolute(file), outside=True)  # what cannot be opened makes no project
        files = [str(file)]
        for event in self.run(
            "import_audio", project=str(project), files=files, start_s=start_s or 0.0, length_s=length_s, reuse=True
        ):
            if isinstance(event, FileRefused):
                raise AudioFileError(event.error, hint=event.hint)
            if isinstance(event, FragmentAdded):
                fragment = event.fragment
        return fragment

    def analyse(self, project: Path, fragment: str) -> None:
        """Find tempo, key and voice of a fragment where they are not known yet."""
        with Project.open(project) as store:
            is_analysed = store.fragment(fragment).beats is not None
        if not is_analysed:
            self.run("analyse_fragment", project=str(project), fragment=fragment)


def show_window(open_window: OpenWindow, paths: list[str]) -> int:
    """Open the window where there is a screen, and return its exit code.

    Raises
    ------
    SettingsError
        There is none.
    """
    if not has_screen():
        raise SettingsError(
            "There is no screen to show the window on.", hint='"musemate --help" shows what works without one.'
        )
    return open_window(paths)
