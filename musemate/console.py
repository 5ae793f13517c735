"""How the command line speaks: JSON lines for programs, a progress bar and sentences for people. Free of Qt."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from rich.console import Console as RichConsole
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column, Table
from rich.text import Text

from musemate.engine.events import (
    Checked,
    Diagnosed,
    Estimated,
    Event,
    Exported,
    Found,
    Listed,
    Packed,
    Placed,
    Progressed,
    Reported,
    RunFinished,
    RunStarted,
    ScaleFinished,
    StudyMade,
    StudyMerged,
    TakeMade,
    Warned,
    Working,
)
from musemate.errors import MuseMateError

_COLUMNS = {
    "fragment": ("id", "name", "seconds", "start_s", "length_s", "bpm", "key"),
    "preset": ("engine", "name", "words"),
    "parameter": ("engine", "name", "usual", "words"),
    "run": ("id", "fragment", "engine", "preset", "device", "seed", "state", "finished"),
    "training": ("name", "engine", "preset", "state", "run", "open"),
    "set": ("name", "takes", "others", "real", "planned"),
    "study": ("name", "sounds", "raters", "sessions", "submitted", "answers", "problem"),
    "template": ("name", "title", "trial", "sets"),
    "take": ("id", "run", "seconds", "mode", "closeness", "similarity", "novelty", "stars", "inspires"),
}
"""What of rows fits into a terminal; --json shows everything."""
_PLURALS = {"study": "studies"}


class Console(Protocol):
    """What the commands need of an output."""

    def show(self, event: Event) -> None:
        """Show one event of a task."""

    def result(self, row: dict[str, Any], sentence: str) -> None:
        """Show one result: the row to a program, the sentence to a person."""

    def fail(self, error: MuseMateError) -> None:
        """Show why the command failed."""

    def close(self) -> None:
        """Take away what only shows progress."""


class JsonConsole:
    """One JSON object a line on standard output.

    Parameters
    ----------
    all_events : bool
        Whether progress and the like are printed too, or results only.
    """

    def __init__(self, all_events: bool = False) -> None:
        self._all_events = all_events

    def show(self, event: Event) -> None:
        """Print the event; of commands with results, only those."""
        if self._all_events or isinstance(event, Found | Checked | Packed | StudyMade | StudyMerged):
            _print_line(event.to_json())
        elif isinstance(event, TakeMade | Exported | Placed | Estimated):
            row = event.to_json()
            del row["event"]
            _print_line(row)
        elif isinstance(event, Listed):
            for listed in event.rows:
                _print_line(listed)
        elif isinstance(event, Diagnosed):
            _print_line(event.sections)
        elif isinstance(event, Reported):
            for row in (*event.rows, {"kind": "report", "page": event.page}):
                _print_line(row)
        elif isinstance(event, Warned):
            _print_line({"warning": event.message, "hint": event.hint}, error=True)

    def result(self, row: dict[str, Any], sentence: str) -> None:
        """Print the row."""
        _print_line(row)

    def fail(self, error: MuseMateError) -> None:
        """Print error and hint."""
        _print_line({"error": error.message, "hint": error.hint})

    def close(self) -> None:
        """Nothing to take away."""


class PersonConsole:
    """A progress bar on standard error, results on standard output.

    Parameters
    ----------
    all_events : bool
        Whether an estimate is one word of several, or the result.
    """

    def __init__(self, all_events: bool = False) -> None:
        self._out = RichConsole(highlight=False, soft_wrap=True)
        self._error = RichConsole(stderr=True, highlight=False, soft_wrap=True)
        self._estimates = self._error if all_events else self._out
        self._scales: list[str] = []
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[left]}"),
            console=self._error,
            transient=True,
        )
        self._line = self._bar.add_task("", total=1.0, left="", visible=False)

    def show(self, event: Event) -> None:
        """Move the bar, or print a line."""
        if isinstance(event, RunStarted):
            self._scales = event.scales
            self._say(f"Training {event.run} on {event.device}: {', '.join(event.scales)}")
        elif isinstance(event, Progressed):
            name = self._scales[event.scale] if event.scale < len(self._scales) else ""
            self._move(f"{name} {event.step}/{event.n_steps}", event.fraction, shown_left(event.left_s))
        elif isinstance(event, Working):
            self._move(event.text, event.fraction or 0.0, "")
        elif isinstance(event, ScaleFinished):
            self._say(f"  {event.name} finished in {shown_time(event.seconds)}. Listen: {event.file}")
        elif isinstance(event, Estimated):
            said = f"This will take {event.in_words}, and {event.mib:.0f} MiB of memory. {event.shortage}".rstrip()
            self._estimates.print(said, markup=False)
        elif isinstance(event, Warned):
            self._say(f"Note: {event.message} {event.hint}".rstrip())
        else:
            self._show_result(event)

    def result(self, row: dict[str, Any], sentence: str) -> None:
        """Print the sentence."""
        self._out.print(sentence, markup=False)

    def fail(self, error: MuseMateError) -> None:
        """Print error and hint in one line."""
        self.close()
        self._error.print(f"{error.message} {error.hint}".rstrip(), markup=False)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar.live.is_started:
            self._bar.stop()

    def _show_result(self, event: Event) -> None:
        if isinstance(event, TakeMade):
            self._out.print(f"{event.take}  {event.seconds:.1f} s  seed {event.seed}  {event.file}", markup=False)
        elif isinstance(event, Exported):
            self._out.print(event.file, markup=False)
        elif isinstance(event, Placed):
            self._say(_laid(event))
            self._out.print(event.file, markup=False)
        elif isinstance(event, Reported):
            for problem in event.problems:
                self._say(f"Note: {problem}")
            self._out.print(event.page, markup=False)
        elif isinstance(event, Diagnosed):
            self.close()
            self._out.print(event.text, markup=False, end="")
        elif isinstance(event, Found):
            self._out.print("\n  ".join(filter(None, _lines_of(event))), markup=False)
        elif isinstance(event, Checked):
            self._out.print(_sum_of(event), markup=False)
        elif isinstance(event, Packed):
            self._out.print(f"{event.file}  ({event.n_files} files, {event.n_bytes / 1e6:.1f} MB)", markup=False)
        elif isinstance(event, StudyMade):
            self._out.print(_made(event), markup=False)
        elif isinstance(event, StudyMerged):
            self._out.print(_merged(event), markup=False)
        elif isinstance(event, Listed):
            for table in _tables(event.rows):
                self._out.print(table)
        elif isinstance(event, RunFinished):
            how = "is finished" if event.complete else "was stopped and can go on from there"
            where = f"{event.peak_mib:.0f} MiB, {event.device}"
            self._out.print(f"{event.run} {how} after {shown_time(event.seconds)} ({where}).", markup=False)

    def _move(self, text: str, fraction: float, left: str) -> None:
        self._bar.start()
        self._bar.update(self._line, description=text, completed=fraction, left=left, visible=True)

    def _say(self, text: str) -> None:
        self._error.print(text, markup=False)


def _lines_of(found: Found) -> tuple[str, ...]:
    """Return what is wrong with what, what still works, and what was or can be done."""
    can_be = "It can be repaired: call this again with --repair." if found.can_be_repaired and found.is_harm else ""
    return f"{found.what} {found.place}", found.message, "" if found.repaired else found.rest, found.repaired or can_be


def _sum_of(checked: Checked) -> str:
    """Return the sum of a check in one sentence."""
    seen = f"{checked.n_files} files ({checked.n_bytes / 1e6:.1f} MB) checked: "
    if checked.n_harmed:
        result = f"{checked.n_harmed} damaged or missing; everything else is whole."
    else:
        result = "the project is sound."
    repaired = f" {checked.n_repaired} repaired." if checked.n_repaired else ""
    noted = f" {checked.n_noted} only to be known." if checked.n_noted else ""
    return f"{seen}{result}{repaired}{noted}"


def _made(study: StudyMade) -> str:
    """Return what a study has become in two lines."""
    channels = "mono" if study.n_channels == 1 else "stereo"
    what = f"{study.n_sounds} sounds of {study.seconds:.1f} s, {study.lufs:.1f} LUFS, {study.rate_hz} Hz {channels}"
    return f"{study.folder}\n{what}, up to {study.band_hz:.0f} Hz; {study.n_trials} to be heard by each rater."


def _merged(merged: StudyMerged) -> str:
    """Return what a copy brought home in one sentence."""
    new = f"{merged.n_answers} new answers in {merged.n_sessions} new sessions of {merged.n_raters} new raters"
    refused = f"; {merged.n_refused} that this study cannot have were left out" if merged.n_refused else ""
    return f"{merged.copy}: {new}; {merged.n_known} were here already{refused}."


def _laid(placed: Placed) -> str:
    """Return where a take lies in its song, and what was done to it, in one sentence."""
    words = [f"{placed.take} lies from {placed.start_s:.2f} to {placed.end_s:.2f} s"]
    if abs(placed.gain_db) >= 0.05:
        how = "louder" if placed.gain_db > 0 else "softer"
        words.append(f"{abs(placed.gain_db):.1f} dB {how} than on its own, as loud as what it replaces")
    if placed.shift_s:
        when = "later" if placed.shift_s > 0 else "earlier"
        words.append(f"and the song goes on {abs(placed.shift_s):.2f} s {when}")
    return f"{', '.join(words)}."


def accept_any_text() -> None:
    """Print question marks for what a terminal or a file of the system's encoding cannot take, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def make_console(as_json: bool, *, all_events: bool = False) -> Console:
    """Return the console that was asked for."""
    return JsonConsole(all_events) if as_json else PersonConsole(all_events)


def shown_time(seconds: float) -> str:
    """Return a length of time as one reads it, for instance "3 min 20 s"."""
    total = round(seconds)
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min {total % 60} s"
    return f"{total // 3600} h {total % 3600 // 60} min"


def shown_left(seconds: float | None) -> str:
    """Return the time left as one reads it."""
    return "" if seconds is None else f"{shown_time(seconds)} left"


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Yield a function that turns True at the first Ctrl+C; the second one ends the program as usual."""
    heard: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        if heard:
            raise KeyboardInterrupt
        heard.append(number)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def has_screen() -> bool:
    """Whether a window can be shown here."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _print_line(row: dict[str, Any], *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(json.dumps(row) + "\n")
    stream.flush()  # a program that reads along wants each line now


def _tables(rows: list[dict[str, Any]]) -> Iterator[Table]:
    """Make one table a kind of row; a lone row becomes two columns."""
    if len(rows) == 1 and "kind" not in rows[0]:
        table = Table("", Column(overflow="fold"), show_header=False, box=None)  # a path is never cut
        for name, value in rows[0].items():
            table.add_row(name, _cell(value))
        yield table
        return
    for kind in dict.fromkeys(row.get("kind", "") for row in rows):
        chosen = [row for row in rows if row.get("kind", "") == kind]
        columns = _COLUMNS.get(kind, tuple(chosen[0]))
        table = Table(*columns, title=_PLURALS.get(kind, f"{kind}s") if kind else None, title_justify="left")
        for row in chosen:
            table.add_row(*(_cell(row[name]) for name in columns))
        yield table


def _cell(value: Any) -> Text:
    if isinstance(value, dict):  # {"new": [8, 0, 2]} as "new 8/0/2"
        value = ", ".join(f"{name} {'/'.join(map(str, numbers))}" for name, numbers in value.items())
    return Text("" if value is None else str(value))  # a str would be read as markup: "[live] song" is none
