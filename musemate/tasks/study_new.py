"""Makes a study: sounds chosen and made equal, the truth set apart, orders drawn."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musemate import __version__
from musemate.audio.safe_write import fresh_path
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Listed, StudyMade, Warned, Working
from musemate.errors import StudyError
from musemate.export.naming import safe_part
from musemate.language import _
from musemate.paths import absolute
from musemate.project.store import Project
from musemate.study import balance
from musemate.study.design import make_study, too_few, with_rules
from musemate.study.folder import StudyFolder
from musemate.study.places import studies_folder
from musemate.study.sounds import Prepared, Source, prepare
from musemate.study.template import Template
from musemate.study.templates import chosen
from musemate.tasks.study_sources import choices_of, placed, sources

LONGEST_NAME = 60


def study_new(
    project: str,
    sounds: Sequence[Mapping[str, Any]],
    template: str = "songwriter",
    title: str = "",
    rules: Mapping[str, Any] | None = None,
    seed: int | None = None,
    folder: str = "",
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Make a study; nothing is ever overwritten, and nothing half-made stays.

    First a `Listed` row a set says what it holds, and a `Warned` each what differs from the questionnaire's plan.

    Parameters
    ----------
    project : str
        The project's folder.
    sounds : sequence of dict
        {"take": "t1"}, {"fragment": "f1"} or {"file": path}, see `study_sources.Choice`.
    template : str
        Name of a questionnaire, or its file.
    title : str
        The questionnaire's if empty.
    rules : dict, optional
        What differs from the questionnaire's rules, by name.
    seed : int, optional
        Of the orders; drawn if not given.
    folder : str
        Where to; a folder of that title in the project's `studies` if empty.
    cancelled : callable
        Asked between sounds; nothing is left of the study then.

    Raises
    ------
    ProjectError, StudyError, AudioFileError
        Something of it is not there, sounds are too few or cannot be compared, or the folder cannot be written.
    """
    asked = with_rules(chosen(template), rules or {})
    choices = choices_of(sounds)
    if len(choices) < 2:
        raise too_few()
    with Project.open(project) as store:
        modes = {one.name: store.take(one.name).mode for one in choices if one.what == "take"}
        sets = placed(choices, asked, modes)
        yield from _balanced(asked, [(name, one.kind) for name, one in zip(sets, choices, strict=True)])
        found = sources(store, choices, sets, asked.rules)
        target = _target(store.folder, folder, title or asked.shown(asked.title))
        with _workplace(target) as place:
            prepared: list[Prepared] = []
            for event in _prepared(found, asked, place, prepared):
                yield event
                if cancelled():
                    return
            yield from (Warned(note) for note in prepared[0].notes)
            yield _stored(target, prepared[0], asked, title, seed)


def _balanced(asked: Template, held: list[tuple[str, str]]) -> Iterator[Event]:
    """Say what each set holds, and what of it is not as planned."""
    sets = balance.balance(asked, held)
    yield Listed(
        [
            {
                "kind": "set",
                "name": one.name,
                "takes": one.takes,
                "others": one.others,
                "real": one.real,
                "planned": f"{one.plan.takes}/{one.plan.others}/{one.plan.real}",
            }
            for one in sets
        ]
    )
    yield from (Warned(sentence) for sentence in balance.warnings(asked, sets))


def _prepared(found: list[Source], asked: Template, place: Path, result: list[Prepared]) -> Iterator[Event]:
    work = prepare(found, asked.rules, place)
    while True:
        try:
            share = next(work)
        except StopIteration as stop:
            result.append(stop.value)
            return
        yield Working(_("Preparing the sounds of the study"), share)


def _target(project: Path, folder: str, title: str) -> Path:
    if folder:
        return absolute(folder)
    return fresh_path(studies_folder(project) / (safe_part(title)[:LONGEST_NAME] or _("Study")))


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """Give an empty folder on the disk that the study goes to."""
    place = target.with_name(f".musemate-{secrets.token_hex(6)}.part")
    try:
        place.mkdir(parents=True)
    except (OSError, ValueError) as error:
        raise StudyError(
            _('The study cannot be made in "{folder}".').format(folder=target.parent),
            hint=_("Choose a folder that you may write to."),
            detail=repr(error),
        ) from error
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _stored(target: Path, prepared: Prepared, asked: Template, title: str, seed: int | None) -> StudyMade:
    """Put the study into its folder."""
    study = make_study(asked, prepared, title=title, version=__version__, seed=seed)
    truths = {sound.truth.token: sound.truth for sound in prepared.sounds}
    files = {sound.stimulus.token: sound.file for sound in prepared.sounds}
    StudyFolder.create(target, study, truths, files).close()
    return StudyMade(
        str(target),
        study.title,
        len(study.stimuli),
        len(study.trials_of(0)),
        round(prepared.n_frames / prepared.rate_hz, 3),
        round(prepared.lufs, 2),
        study.rate_hz,
        study.n_channels,
        study.band_hz,
    )
