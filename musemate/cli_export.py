"""The command that writes takes as files for the DAW. Free of Qt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from musemate.cli_session import JsonOption, ProjectOption, Session
from musemate.engine.events import FileRefused
from musemate.errors import ExportError, SettingsError
from musemate.export.profile import ExportProfile, stored_profile
from musemate.export.wishes import AS_IS, CHANNELS, KINDS, PLAIN, SEAM, TAIL
from musemate.settings import load_settings, save_settings

TakesArgument = Annotated[list[str] | None, typer.Argument(metavar="[TAKE]...", help="Takes, for instance t1 t3.")]
ToOption = Annotated[Path | None, typer.Option(help="Folder; the project's exports when not given.")]
FormatOption = Annotated[str | None, typer.Option("--format", help=f"{', '.join(KINDS)}; wav when not given.")]
DepthOption = Annotated[str | None, typer.Option(help="16, 24 or 32f; 24 when not given.")]
RateOption = Annotated[int | None, typer.Option(help="Sample rate in Hz; the take's own when not given, or 0.")]
ChannelsOption = Annotated[
    str | None, typer.Option(help=f"{', '.join(CHANNELS)}; {AS_IS} when not given. Mid and side are two files.")
]
StartOption = Annotated[float | None, typer.Option(help="Start of the region in seconds.")]
LengthOption = Annotated[float | None, typer.Option(help="Length of the region in seconds.")]
BarsOption = Annotated[
    bool | None, typer.Option("--bars/--no-bars", help="Snap to bar lines, where the tempo is sure.")
]
LoopOption = Annotated[bool, typer.Option("--loop", help="Cut so that it loops without a click.")]
TailOption = Annotated[bool, typer.Option("--tail", help="A loop with what rings on laid over its start.")]
PlainOption = Annotated[bool, typer.Option("--plain", help="No loop; with --saved.")]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--name", help="Template of names: {song}, {bpm}, {key}, {take}, {bars}; what is not known is left out."
    ),
]
AsciiOption = Annotated[bool | None, typer.Option("--ascii/--no-ascii", help="Only the letters A to Z in names.")]
NotesOption = Annotated[
    bool | None, typer.Option("--notes/--no-notes", help="Say in the file how it was made, its tempo and its place.")
]
StarredOption = Annotated[bool, typer.Option("--starred", help="All takes with stars that are not put aside.")]
LayersOption = Annotated[bool, typer.Option("--layers", help="The signals of their scales too, where there are any.")]
SavedOption = Annotated[bool, typer.Option("--saved", help="Start from what was chosen in the window, or with --save.")]
SaveOption = Annotated[bool, typer.Option("--save", help="Keep the choices for --saved and for the window.")]


def add_export(app: typer.Typer) -> None:
    """Add the command to a program."""
    app.command()(export)


def export(
    project: ProjectOption,
    takes: TakesArgument = None,
    to: ToOption = None,
    kind: FormatOption = None,
    depth: DepthOption = None,
    rate: RateOption = None,
    channels: ChannelsOption = None,
    start: StartOption = None,
    length: LengthOption = None,
    bars: BarsOption = None,
    loop: LoopOption = False,
    tail: TailOption = False,
    plain: PlainOption = False,
    name: NameOption = None,
    ascii_only: AsciiOption = None,
    notes: NotesOption = None,
    starred: StarredOption = False,
    layers: LayersOption = False,
    saved: SavedOption = False,
    save: SaveOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write takes as files for the DAW; nothing is overwritten."""
    asked = {
        "kind": kind,
        "depth": depth,
        "rate_hz": rate,
        "channels": channels.replace("-", "_") if channels else None,
        "on_bars": bars,
        "ending": _ending(loop, tail, plain),
        "template": name,
        "ascii_only": ascii_only,
        "notes": notes,
    }
    profile = profile_of(asked, saved)
    region = {"start_s": start, "length_s": length, "layers": layers, "starred": starred}
    with Session(as_json) as session:
        folder = str(to) if to else ""
        events = session.run(
            "export_takes", project=str(project), takes=takes or [], folder=folder, **region, **profile.values()
        )
        if save:
            save_settings(replace(load_settings(), export=profile.values()))
        _refuse(session, [event for event in events if isinstance(event, FileRefused)])


def profile_of(asked: dict[str, Any], saved: bool) -> ExportProfile:
    """Return what was asked for, the rest as it usually is, or as it was saved.

    Raises
    ------
    SettingsError
        One of the choices is none, or they do not go together.
    """
    usual = stored_profile(load_settings()) if saved else ExportProfile()
    return replace(usual, **{name: value for name, value in asked.items() if value is not None})


def _ending(loop: bool, tail: bool, plain: bool) -> str | None:
    chosen = [ending for ending, is_asked in ((SEAM, loop), (TAIL, tail), (PLAIN, plain)) if is_asked]
    if len(chosen) > 1:
        raise SettingsError("A take ends in one way only.", hint="Choose one of --loop, --tail and --plain.")
    return chosen[0] if chosen else None


def _refuse(session: Session, refused: list[FileRefused]) -> None:
    """Say what could not be exported beside what was."""
    for event in refused:
        session.console.fail(ExportError(event.error, hint=event.hint))
    if refused:
        count = f"{len(refused)} sounds" if len(refused) > 1 else "One sound"
        raise ExportError(f"{count} could not be exported.", hint="It is said above why; the others are exported.")
