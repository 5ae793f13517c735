"""Looks after studies: what there are, copies for raters elsewhere, and bringing their answers home."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, FileRefused, Listed, Packed, StudyMerged, Warned, Working
from musemate.errors import MuseMateError
from musemate.language import _
from musemate.paths import absolute
from musemate.project.store import is_project
from musemate.study import templates, zipped
from musemate.study.folder import StudyFolder
from musemate.study.places import studies_of
from musemate.study.template import Template


def study_templates(*, cancelled: Cancelled) -> Iterator[Event]:
    """List the questionnaires, one row each; a `Warned` for each file of the songwriter's own that is none.

    Parameters
    ----------
    cancelled : callable
        Not asked.
    """
    found, problems = templates.look()
    yield Listed([_template_row(template) for template in found.values()])
    yield from (Warned(problem.message, problem.hint) for problem in problems)


def study_list(folder: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """List the studies of a project, or one study, one row each; "problem" says why one cannot be opened.

    Parameters
    ----------
    folder : str
        Of a project or a study.
    cancelled : callable
        Asked between studies.

    Raises
    ------
    StudyError
        It is neither a project nor a study.
    """
    place = absolute(folder)
    if not is_project(place):
        yield Listed([_study_row(place)])
        return
    rows = []
    for study in studies_of(place):
        if cancelled():
            return
        try:
            rows.append(_study_row(study))
        except MuseMateError as error:
            rows.append({**dict.fromkeys(_STUDY_COLUMNS, None), "kind": "study", "name": study.name})
            rows[-1] |= {"folder": str(study), "problem": error.message}
    yield Listed(rows)


def study_copy(study: str, to: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Make a copy for raters elsewhere: without truth, answers and names; nothing is overwritten.

    Parameters
    ----------
    study : str
        The study's folder.
    to : str
        A folder to make, or a file that ends in ".zip".
    cancelled : callable
        Not asked: it takes seconds.

    Raises
    ------
    StudyError
        The study cannot be opened, a sound is missing, or the copy cannot be written.
    """
    target = absolute(to)
    yield Working(_("Copying the study"))
    with StudyFolder.open(zipped.study_folder(study)) as opened:
        if not zipped.is_zip(target):
            opened.copy_for_raters(target)
        else:
            with tempfile.TemporaryDirectory(prefix="musemate-") as place:
                zipped.zip_up(opened.copy_for_raters(Path(place) / target.stem), target)
    files = [path for path in target.rglob("*") if path.is_file()] if target.is_dir() else [target]
    yield Packed(str(target), len(opened.study.stimuli) + 2, sum(path.stat().st_size for path in files))


def study_merge(study: str, copies: Sequence[str], *, cancelled: Cancelled) -> Iterator[Event]:
    """Bring the answers of copies home, each of them once; a bad copy is a `FileRefused` and stops no other.

    Parameters
    ----------
    study : str
        The study's folder.
    copies : sequence of str
        Folders or zip files.
    cancelled : callable
        Asked between copies; what was brought in stays.

    Raises
    ------
    StudyError
        The study cannot be opened, or its answers not be stored.
    """
    with StudyFolder.open(absolute(study)) as home:
        for index, copy in enumerate(copies):
            if cancelled():
                return
            yield Working(_("Bringing answers home"), index / len(copies))
            try:
                merged = _merge(home, absolute(copy))
            except MuseMateError as error:
                yield FileRefused(copy, error.message, error.hint)
            else:
                yield StudyMerged(copy, **vars(merged))


def _merge(home: StudyFolder, copy: Path) -> Any:
    """Bring answers in; a copy that is a zip is unpacked for that only."""
    if not zipped.is_zip(copy):
        return home.merge(copy)
    place = Path(tempfile.mkdtemp(prefix="musemate-"))
    try:
        zipped.unzip(copy, place / copy.stem)
        return home.merge(place / copy.stem)
    finally:
        shutil.rmtree(place, ignore_errors=True)


_STUDY_COLUMNS = ("title", "template", "sounds", "trials", "raters", "sessions", "submitted", "answers", "problem")


def _study_row(folder: Path) -> dict[str, Any]:
    with StudyFolder.open(folder) as opened:
        study, sessions = opened.study, opened.answers.sessions()
        return {
            "kind": "study",
            "name": folder.name,
            "folder": str(folder),
            "title": study.title,
            "template": study.template.name,
            "created": study.created,
            "sounds": len(study.stimuli),
            "trials": len(study.trials_of(0)),
            "raters": len(opened.answers.raters()),
            "sessions": len(sessions),
            "submitted": sum(bool(session.submitted) for session in sessions),
            "answers": opened.answers.n_stored(),
            "has_truth": bool(opened.truths),
            "problem": "",
        }


def _template_row(template: Template) -> dict[str, Any]:
    return {
        "kind": "template",
        "name": template.name,
        "title": template.shown(template.title),
        "about": template.shown(template.about),
        "trial": template.trial,
        "sets": {plan.name: [plan.takes, plan.others, plan.real] for plan in template.sets},
        "questions": [question.name for question in template.questions],
    }
