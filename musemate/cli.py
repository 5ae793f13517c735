"""The command line: every task as a command, the window when there is none. Free of Qt."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from musemate import __version__, language
from musemate.cli_choosing import add_choosing
from musemate.cli_export import add_export
from musemate.cli_export_set import add_export_set
from musemate.cli_place import add_place
from musemate.cli_presets import add_presets, method_like, parsed_options
from musemate.cli_queue import add_queue, for_each
from musemate.cli_report import add_report
from musemate.cli_session import INTERRUPTED_CODE, JsonOption, OpenWindow, ProjectOption, Session, show_window
from musemate.cli_store import add_store
from musemate.cli_study import add_study
from musemate.console import accept_any_text, has_screen, make_console
from musemate.engine.base import MODES, check_seed
from musemate.engine.events import Exported
from musemate.engine.presets import PRESETS, default_preset, preset_names
from musemate.engine.registry import ENGINES
from musemate.errors import EXIT_CODE, MuseMateError, SettingsError
from musemate.log import install_excepthook, start_log
from musemate.paths import absolute, default_project_folder

# Typer carries its own copy of click, or uses the installed one; this is the right class in both cases.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

ClosenessOption = Annotated[
    float,
    typer.Option(help="How much of the fragment's structure stays, 0 to 1; new material at 0 is made from noise."),
]
CountOption = Annotated[int, typer.Option(help="Number of takes.")]
SecondsOption = Annotated[
    float | None, typer.Option(help="Length of each take, 1 to 300 s; that of the region when not given.")
]
_PRESETS_HELP = (f"{name}: {', '.join(preset_names(name))} ({default_preset(name)} if not given)" for name in PRESETS)
PresetOption = Annotated[str | None, typer.Option(help=f"{'; '.join(_PRESETS_HELP)}; or a saved one.")]
EngineOption = Annotated[str, typer.Option(help=", ".join(ENGINES))]
ModeOption = Annotated[str, typer.Option(help=", ".join(MODES))]
FirstSeedOption = Annotated[int | None, typer.Option(help="Seed of the first take.")]
AtStepsOption = Annotated[int | None, typer.Option(help="As the training was after so many steps of each part.")]
NoMetreOption = Annotated[bool, typer.Option("--no-metre", help="Ignore beats and bars.")]
LikeOption = Annotated[
    list[str] | None,
    typer.Option(help="Take that new ones are made near, with its run and settings; may be given several times."),
]
DistanceOption = Annotated[
    float | None, typer.Option(help="With --like: 0 is the very take, 1 another one of its kind; 0.2 when not given.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:1.")]
ExpertOption = Annotated[str, typer.Option("--options", help="The engine's own parameters as a JSON object.")]

app = typer.Typer(
    help="Turns a fragment of your own music into new material and variations in your own sound. "
    "Without a command, the window opens.",
    add_completion=False,
    invoke_without_command=True,
)


def run_cli(args: list[str], open_window: OpenWindow) -> int:
    """Run one command and return the exit code.

    Parameters
    ----------
    args : list of str
        What was typed after the program's name; existing paths alone open the window with them.
    open_window : callable
        Opens the window with files or projects and returns its exit code.
    """
    accept_any_text()
    open_window = _in_its_own_language(open_window)
    console = make_console("--json" in args)
    install_excepthook(console.fail)
    try:
        if args and all(os.path.lexists(arg) for arg in args) and args[0] not in _command_names():
            return show_window(open_window, args)
        code = typer.main.get_command(app).main(args, "musemate", standalone_mode=False, obj=open_window)
        return int(code or 0)
    except MuseMateError as error:
        console.fail(error)
    except _UsageError as error:
        console.fail(SettingsError(_sentence(error), hint='"musemate --help" shows all commands and options.'))
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED_CODE
    except BrokenPipeError:
        # the reader (`| head`) has enough; nothing may be flushed to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return EXIT_CODE


@app.callback()
def main(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Open the window when no command is given."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.Exit(show_window(context.obj, []))
    language.use("en")  # here and in the processes that decode: scripts read what is printed
    start_log("command-line")


@app.command()
def train(
    project: ProjectOption,
    files: Annotated[
        list[Path] | None, typer.Argument(readable=False, help="Audio files, one after the other; none with --run.")
    ] = None,
    start: Annotated[float | None, typer.Option(help="Start of the region in seconds.")] = None,
    length: Annotated[float | None, typer.Option(help="Length of the region, 2 to 120 s.")] = None,
    engine: EngineOption = ENGINES[0],
    preset: PresetOption = None,
    device: DeviceOption = "auto",
    seed: Annotated[int, typer.Option(help="Same seed and settings, same result.")] = 0,
    run: Annotated[str | None, typer.Option(help="Stopped run to go on with, for instance r1.")] = None,
    options: ExpertOption = "",
    like: Annotated[str | None, typer.Option(help="Run whose engine, preset and parameters are taken.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Train on a region of each file; Ctrl+C stops and keeps what is finished."""
    check_seed(seed)
    method = {"engine": engine, "preset": preset, "device": device, "options": parsed_options(options)}
    method |= method_like(project, like, parsed_options(options)) if like else {}
    with Session(as_json, all_events=True) as session:
        if run is not None:
            session.run("train", project=str(project), run=run, device=device)
            return

        def train_on(file: Path | None) -> None:
            fragment = session.load(project, file, start, length)
            session.analyse(project, fragment)
            what = {"fragment": fragment, "start_s": start, "length_s": length, **method}
            session.run("estimate", source=str(project), **what)
            session.run("train", project=str(project), seed=seed, **what)

        for_each(files or [None], session.console, train_on)


@app.command()
def estimate(
    source: Annotated[Path, typer.Argument(metavar="FILE|PROJECT", readable=False, help="Audio file, or project.")],
    fragment: Annotated[str, typer.Option(help="Fragment of the project, for instance f1; the newest if empty.")] = "",
    start: Annotated[float | None, typer.Option(help="Start of the region in seconds.")] = None,
    length: Annotated[float | None, typer.Option(help="Length of the region, 2 to 120 s.")] = None,
    engine: EngineOption = ENGINES[0],
    preset: PresetOption = None,
    device: DeviceOption = "auto",
    options: ExpertOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say how long a training would take, and how much memory, without starting it."""
    with Session(as_json) as session:
        session.run(
            "estimate",
            source=str(source),
            fragment=fragment,
            start_s=start,
            length_s=length,
            engine=engine,
            preset=preset,
            device=device,
            options=parsed_options(options),
        )


@app.command()
def generate(
    project: ProjectOption,
    run: Annotated[str | None, typer.Option(help="Run to use; the newest when not given.")] = None,
    count: CountOption = 4,
    seconds: SecondsOption = None,
    mode: ModeOption = MODES[0],
    closeness: ClosenessOption = 0.5,
    seed: FirstSeedOption = None,
    device: DeviceOption = "auto",
    no_metre: NoMetreOption = False,
    scale: Annotated[
        int | None, typer.Option(help="Of a variation: the finest scale that stays real, 0 the coarsest.")
    ] = None,
    layers: Annotated[
        bool, typer.Option("--layers/--no-layers", help="Keep the signal of every scale, where there are any.")
    ] = True,
    at_steps: AtStepsOption = None,
    like: LikeOption = None,
    distance: DistanceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make takes with a trained run, or more like takes that are there."""
    with Session(as_json) as session:
        session.run(
            "generate",
            project=str(project),
            run=run,
            count=count,
            seconds=seconds,
            mode=mode,
            closeness=closeness,
            seed=seed,
            device=device,
            metre=not no_metre,
            scale=scale,
            layers=layers,
            at_steps=at_steps,
            like=like or [],
            distance=distance,
        )


@app.command()
def instant(
    file: Annotated[Path, typer.Argument(readable=False, help="Audio file.")],
    project: Annotated[
        Path | None, typer.Option(readable=False, help="Folder of the project; one named after the file if not given.")
    ] = None,
    start: Annotated[float | None, typer.Option(help="Start of the region in seconds.")] = None,
    length: Annotated[float | None, typer.Option(help="Length of the region, 2 to 120 s.")] = None,
    count: CountOption = 3,
    seconds: SecondsOption = None,
    mode: ModeOption = MODES[0],
    closeness: ClosenessOption = 0.5,
    seed: FirstSeedOption = None,
    no_metre: NoMetreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make takes of a file at once, without any training, spliced from its own sound."""
    with Session(as_json) as session:
        folder = project or default_project_folder(file.stem)
        fragment = session.load(folder, file, start, length)
        session.run(
            "instant",
            project=str(folder),
            fragment=fragment,
            start_s=start,
            length_s=length,
            count=count,
            seconds=seconds,
            mode=mode,
            closeness=closeness,
            seed=seed,
            metre=not no_metre,
        )
        session.analyse(folder, fragment)  # for the list and the names of exports, which can wait


@app.command(name="list")
def list_project(project: ProjectOption, as_json: JsonOption = False) -> None:
    """List the fragments, runs and takes of a project."""
    with Session(as_json) as session:
        session.run("list_project", project=str(project))


@app.command()
def info(
    file: Annotated[Path, typer.Argument(readable=False, help="Audio file.")], as_json: JsonOption = False
) -> None:
    """Describe an audio file."""
    with Session(as_json) as session:
        session.run("info", file=str(file))


@app.command()
def devices(as_json: JsonOption = False) -> None:
    """List the devices that can train here."""
    with Session(as_json) as session:
        session.run("list_devices")


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Print what a bug report needs: versions, devices, sound outputs, folders, settings, the last crash."""
    with Session(as_json) as session:
        session.run("doctor")


@app.command()
def demo(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="Folder of the demo project.")] = Path("MuseMate-demo"),
    no_window: Annotated[bool, typer.Option("--no-window", help="Do not open the window afterwards.")] = False,
    options: ExpertOption = "",
    as_json: JsonOption = False,
) -> None:
    """Train on the bundled fragment, make four takes, export them with a picture and open the window."""
    with Session(as_json, all_events=True) as session:
        events = session.run("demo", folder=str(to), options=parsed_options(options))
        files = [event.file for event in events if isinstance(event, Exported)]
        row = {"event": "demo", "project": str(absolute(to)), "files": files[:-1], "picture": files[-1]}
        lines = ["", f"Project: {row['project']}", "Takes:", *(f"  {f}" for f in files[:-1]), f"Picture: {files[-1]}"]
        session.console.result(row, "\n".join(lines))
    if not no_window and has_screen():
        raise typer.Exit(show_window(context.obj, [str(absolute(to))]))


add_choosing(app)
add_export(app)
add_export_set(app)
add_place(app)
add_presets(app, Session)
add_report(app)
add_store(app)
add_study(app)
add_queue(app, lambda as_json, all_events: Session(as_json, all_events=all_events))


def _in_its_own_language(open_window: OpenWindow) -> OpenWindow:
    """Let the window speak what it would have spoken before a command began to speak English."""
    spoken = os.environ.get(language.VARIABLE)

    def open_it(paths: list[str]) -> int:
        os.environ.pop(language.VARIABLE, None)
        if spoken is not None:
            os.environ[language.VARIABLE] = spoken
        return open_window(paths)

    return open_it


def _command_names() -> list[str]:
    return list(getattr(typer.main.get_command(app), "commands", {}))


def _sentence(error: Exception) -> str:
    """Return the message of a usage error."""
    text = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    return text if text.endswith((".", "?")) else f"{text}."
