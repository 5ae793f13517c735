"""Finds the sounds that a study is made of: takes, real clips from fragments' files, and files of anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musemate.audio.wording import shown_length, shown_name
from musemate.engine.catalogue import preset_values
from musemate.errors import StudyError
from musemate.language import _
from musemate.paths import absolute
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project
from musemate.study.balance import OTHER, REAL, TAKE
from musemate.study.records import Truth
from musemate.study.sounds import Source
from musemate.study.template import Rules, SetPlan, Template
from musemate.tasks.report_material import Sound
from musemate.tasks.study_clips import free_parts

_STEPS = {"frames": "pyramid_steps", "classic": "num_epochs"}
"""By engine, the parameter that says how long a training was."""
_OTHER_GROUP = "other"
_MODES = {"new": "new", "variation": "variation", "reconstruction": "variation"}
"""How the name of the set begins that takes of a mode belong in."""
_FIELDS = {
    "take": {"take", "set", "group"},
    "fragment": {"fragment", "set", "start_s"},
    "file": {"file", "set", "group", "real"},
}


@dataclass(frozen=True)
class Choice:
    """One sound as it was chosen.

    Parameters
    ----------
    what : str
        "take", "fragment" or "file".
    name : str
        Id or path.
    set : str
        Name of its set, "" for where it fits.
    group : str
        What it is compared as, "" for its engine.
    real : bool
        Of a file: whether it is a real clip.
    start_s : float, optional
        Of a fragment: where its clip begins in the file; a part that was not learnt from, where there is one.
    """

    what: str
    name: str
    set: str = ""
    group: str = ""
    real: bool = False
    start_s: float | None = None

    @property
    def kind(self) -> str:
        """What it counts as in the balance of a set."""
        if self.what == "fragment" or self.real:
            return REAL
        return TAKE if self.what == "take" else OTHER


def choices_of(sounds: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """Read what a caller chose.

    Raises
    ------
    StudyError
        Something is unknown.
    """
    choices = []
    for sound in sounds:
        what = next((name for name in _FIELDS if name in sound), "")
        if not what or not sound.keys() <= _FIELDS[what]:
            raise StudyError(
                _("A sound of the study is not understood: {sound}").format(sound=str(dict(sound))[:200]),
                hint=_("Name a take, a fragment or a file."),
            )
        rest = {name: value for name, value in sound.items() if name != what}
        choices.append(Choice(what, str(sound[what]), **rest))
    return choices


def placed(choices: Sequence[Choice], template: Template, modes: Mapping[str, str]) -> list[str]:
    """Return the set of each choice: the one that was named, that of a take's mode, or where most are missing.

    Parameters
    ----------
    choices : sequence of Choice
    template : Template
    modes : dict of str to str
        By id of a take, its kind: "new", "variation" or "reconstruction".

    Raises
    ------
    StudyError
        There is no such set.
    """
    names = [plan.name for plan in template.sets]
    for choice in choices:
        if choice.set and choice.set not in names:
            raise StudyError(
                _("This questionnaire has no set “{name}”.").format(name=choice.set[:40]),
                hint=_("Choose one of: {names}.").format(names=", ".join(names)),
            )
    missing = {(plan.name, kind): _planned(plan, kind) for plan in template.sets for kind in (TAKE, OTHER, REAL)}
    found: dict[int, str] = {}
    # real clips last: they belong where something is to be compared with them
    for place in sorted(range(len(choices)), key=lambda place: choices[place].kind == REAL):
        choice, used = choices[place], [name for name in names if name in found.values()]
        among = used if choice.kind == REAL and used else names
        mode = _MODES.get(modes.get(choice.name, ""), "") if choice.what == "take" else ""
        of_mode = [name for name in among if mode and name.startswith(mode)]
        fitting = [choice.set] if choice.set else of_mode or sorted(among, key=_wanting(missing, choice.kind))
        missing[fitting[0], choice.kind] -= 1
        found[place] = fitting[0]
    return [found[place] for place in range(len(choices))]


def _wanting(missing: Mapping[tuple[str, str], int], kind: str) -> Callable[[str], int]:
    """Return the key that puts the set first in which most of a kind are missing."""
    return lambda name: -missing[name, kind]


def sources(store: Project, choices: Sequence[Choice], sets: Sequence[str], rules: Rules) -> list[Source]:
    """Return the sounds of choices, not read yet.

    Parameters
    ----------
    store : Project
    choices : sequence of Choice
    sets : sequence of str
        Of each choice.
    rules : Rules

    Raises
    ------
    ProjectError, StudyError
        There is no such take or fragment, or no part of one is left for another real clip.
    AudioFileError
        A fragment's file cannot be read.
    """
    seconds = min([rules.longest_s, *(store.take(one.name).seconds for one in choices if one.what == "take")])
    starts: dict[str, list[float]] = {}
    made = []
    for choice, name in zip(choices, sets, strict=True):
        if choice.what == "take":
            made.append(_take(store, choice, name))
        elif choice.what == "file":
            made.append(_file(choice, name))
        else:
            fragment = store.fragment(choice.name)
            length_s = min(seconds, fragment.duration_s)
            if choice.start_s is None and choice.name not in starts:
                given = [one.start_s for one in choices if one.name == choice.name and one.start_s is not None]
                starts[choice.name] = free_parts(store.audio_path(fragment.audio), fragment, length_s, given)
            made.append(_real(store, fragment, choice, name, length_s, starts.get(choice.name, [])))
    return made


def _planned(plan: SetPlan, kind: str) -> int:
    return {TAKE: plan.takes, OTHER: plan.others, REAL: plan.real}[kind]


def _take(store: Project, choice: Choice, name: str) -> Source:
    take = store.take(choice.name)
    run = store.run(take.run)
    truth = Truth(
        "",
        False,
        "take",
        take.shown_name,
        group=choice.group or run.engine,
        engine=run.engine,
        preset=run.preset,
        mode=take.mode,
        closeness=float(take.closeness),
        steps=steps_of(run, take),
        seed=take.seed,
        take=take.id,
        run=run.id,
        fragment=run.fragment,
    )
    sound = Sound(take.shown_name, take.id, "", store.audio_path(take.audio))
    return Source(name, truth, sound.read)


def steps_of(run: Run, take: Take) -> int | None:
    """Return how long was trained for a take, as its engine counts it; None where nothing was trained."""
    if type(take.request.get("at_steps")) is int:
        return int(take.request["at_steps"])
    parameter = _STEPS.get(run.engine, "")
    steps = {**preset_values(run.engine, run.preset), **run.options}.get(parameter)
    return steps if type(steps) is int else None


def _file(choice: Choice, name: str) -> Source:
    path = absolute(choice.name)
    group = choice.group or ("" if choice.real else _OTHER_GROUP)
    truth = Truth("", choice.real, "file", shown_name(Path(path.stem)), group=group)
    sound = Sound(shown_name(path), path.name, "", path, is_outside=True)
    return Source(name, truth, sound.read)


def _real(store: Project, fragment: Fragment, choice: Choice, name: str, seconds: float, free: list[float]) -> Source:
    """Return a real clip; takes the next part that is free."""
    if choice.start_s is None and not free:
        raise StudyError(
            _("“{name}” has no part of {length} left for another real clip.").format(
                name=fragment.name, length=shown_length(seconds)
            ),
            hint=_("Choose fewer real clips, shorter sounds, or load another part of your music."),
        )
    start_s = free.pop(0) if choice.start_s is None else choice.start_s
    label = _("{name} from {time}").format(name=fragment.name, time=shown_length(start_s)) if start_s else fragment.name
    sound = Sound(label, fragment.id, "", store.audio_path(fragment.audio), start_s, seconds)
    return Source(name, Truth("", True, "fragment", label, fragment=fragment.id), sound.read)
