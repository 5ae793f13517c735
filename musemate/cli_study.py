"""The commands of the questionnaire: making studies, copies for raters, and bringing their answers home. Free of Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from musemate.cli_session import JsonOption, ProjectOption, Session, show_window
from musemate.cli_study_report import add_study_report
from musemate.engine.base import check_seed
from musemate.engine.events import FileRefused, StudyMerged
from musemate.errors import SettingsError, StudyError
from musemate.study.folder import StudyFolder
from musemate.study.templates import chosen
from musemate.study.zipped import study_folder

SOUNDS_HELP = (
    "Takes (t3), fragments for a real clip (f1, or f1@12.5 for where it begins) and files (GROUP=FILE, or real=FILE); "
    "each with its set in front where you wish (variations:t3)."
)
REAL = "real"

StudyArgument = Annotated[Path, typer.Argument(metavar="STUDY", readable=False, help="Folder of the study.")]

app = typer.Typer(help="Blind questionnaires: make one, hear it, and see what the answers say.", no_args_is_help=True)


def add_study(program: typer.Typer) -> None:
    """Add the commands to a program."""
    add_study_report(app)
    program.add_typer(app, name="study")


@app.command()
def templates(as_json: JsonOption = False) -> None:
    """List the questionnaires."""
    with Session(as_json) as session:
        session.run("study_templates")


@app.command()
def new(
    sounds: Annotated[list[str], typer.Argument(metavar="SOUND...", help=SOUNDS_HELP)],
    project: ProjectOption,
    template: Annotated[str, typer.Option(help="Name of a questionnaire, or its file.")] = "songwriter",
    title: Annotated[str, typer.Option(help="The questionnaire's if not given.")] = "",
    to: Annotated[Path | None, typer.Option(readable=False, help="Folder; the project's studies if not given.")] = None,
    longest: Annotated[float | None, typer.Option(help="Longest sound in seconds.")] = None,
    heard: Annotated[int | None, typer.Option(help="So many sounds of each set a rater; 0 for all.")] = None,
    order: Annotated[str | None, typer.Option(help="balanced, or fixed as they stand.")] = None,
    band: Annotated[str | None, typer.Option(help="lowest, none, or a limit in Hz.")] = None,
    anchor: Annotated[int | None, typer.Option(help="Low-passed copy of a real clip, in Hz; 0 for none.")] = None,
    break_after: Annotated[int | None, typer.Option(help="Sounds until a break; 0 for never.")] = None,
    pictures: Annotated[bool | None, typer.Option("--pictures/--no-pictures", help="Show waveform and mel.")] = None,
    loop: Annotated[bool | None, typer.Option("--loop/--no-loop", help="Begin a sound anew at its end.")] = None,
    headphones: Annotated[
        bool | None, typer.Option("--headphones/--no-headphones", help="Check the headphones first.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of the orders; drawn if not given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a study of takes, real clips and other files: equally loud, long and wide, under names that tell nothing."""
    if seed is not None:
        check_seed(seed)
    given = {
        "longest_s": longest,
        "heard": heard,
        "orders": order,
        "band_limit": band,
        "anchor_hz": anchor,
        "break_after": break_after,
        "pictures": pictures,
        "loop": loop,
        "headphones": headphones,
    }
    sets = [plan.name for plan in chosen(template).sets]
    with Session(as_json) as session:
        session.run(
            "study_new",
            project=str(project),
            sounds=[parsed_sound(text, sets) for text in sounds],
            template=template,
            title=title,
            rules={name: value for name, value in given.items() if value is not None},
            seed=seed,
            folder=str(to) if to else "",
        )


@app.command(name="list")
def list_studies(
    folder: Annotated[Path, typer.Argument(metavar="PROJECT|STUDY", readable=False, help="Of a project or a study.")],
    as_json: JsonOption = False,
) -> None:
    """List the studies of a project, or one study: what is in it, and how much was answered."""
    with Session(as_json) as session:
        session.run("study_list", folder=str(folder))


@app.command()
def run(
    context: typer.Context,
    study: Annotated[
        Path,
        typer.Argument(metavar="STUDY|FILE.zip", readable=False, help="A study or a copy, or a zip of one."),
    ],
) -> None:
    """Hear a study and answer it, full screen; each answer is kept at once, and a session goes on where it was left."""
    folder = study_folder(study)
    StudyFolder.open(folder).close()  # what cannot be opened is said here, not in a window
    raise typer.Exit(show_window(context.obj, [str(folder)]))


@app.command()
def copy(
    study: StudyArgument,
    to: Annotated[Path, typer.Argument(metavar="FOLDER|FILE.zip", readable=False, help="What to make.")],
    as_json: JsonOption = False,
) -> None:
    """Make a copy for raters elsewhere: without the truth, without answers and names, in orders of its own."""
    with Session(as_json) as session:
        session.run("study_copy", study=str(study), to=str(to))


@app.command()
def merge(
    study: StudyArgument,
    copies: Annotated[list[Path], typer.Argument(metavar="COPY...", readable=False, help="Folders or zip files.")],
    as_json: JsonOption = False,
) -> None:
    """Bring the answers of copies home, each of them once."""
    with Session(as_json) as session:
        events = session.run("study_merge", study=str(study), copies=[str(path) for path in copies])
        refused = [event for event in events if isinstance(event, FileRefused)]
        if len(copies) == 1 and refused:
            raise StudyError(refused[0].error, hint=refused[0].hint)
        for event in refused:
            session.console.fail(StudyError(event.error, hint=event.hint))
    if refused:
        n_merged = sum(isinstance(event, StudyMerged) for event in events)
        raise StudyError(
            f"{len(refused)} of {len(refused) + n_merged} copies could not be brought home.",
            hint="Each says why above; the others are in.",
        )


def parsed_sound(text: str, sets: list[str]) -> dict[str, Any]:
    """Return what one sound was called: "t3", "f1@12.5", "jukebox=x.wav", each with "SET:" in front or not.

    Raises
    ------
    SettingsError
        It is none of these.
    """
    head, colon, rest = text.partition(":")
    placed = {"set": head} if colon and head in sets else {}
    named = rest if placed else text
    group, equals, file = named.partition("=")
    if equals and group and not _is_id(group):
        how = {"real": True} if group == REAL else {"group": group}
        return {"file": file, **how, **placed}
    entry, at, start = named.partition("@")
    if _is_id(entry) and entry[0] == "f":
        return {"fragment": entry, **({"start_s": _seconds(start)} if at else {}), **placed}
    if _is_id(named):
        return {"take": named, **placed}
    if Path(named).is_file():
        return {"file": named, **placed}
    raise SettingsError(
        f'"{text[:80]}" is no take, fragment or file.',
        hint="For instance t3, f1, f1@12.5, jukebox=song.wav or variations:t3.",
    )


def _is_id(text: str) -> bool:
    return text[:1] in ("t", "f") and text[1:].isdecimal()


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SettingsError(f'"{text[:40]}" is no number of seconds.', hint="For instance f1@12.5.") from error
