"""Reads what a project's studies say about its takes, for the table of takes and for lists."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

from musemate.analysis.marks import Marks
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Listed, Warned
from musemate.errors import MuseMateError
from musemate.paths import absolute
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.study.places import studies_of


def study_marks(project: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """List what was said about each take, a row a take; a study that cannot be read is a `Warned` and stops no other.

    Parameters
    ----------
    project : str
        The project's folder.
    cancelled : callable
        Not asked: it reads small files.
    """
    marks, problems = marks_in(absolute(project))
    yield from (Warned(problem.message, problem.hint) for problem in problems)
    yield Listed([{"kind": "mark", "take": take, **dataclasses.asdict(said)} for take, said in marks.items()])


def marks_in(folder: Path) -> tuple[dict[str, Marks], list[MuseMateError]]:
    """Return what the studies of a project say about its takes, by id, and why some of them could not be read."""
    studies = studies_of(folder)
    if not studies:
        return {}, []
    from musemate.study.folder import StudyFolder
    from musemate.study.marks import marks_of

    rows, problems = [], []
    for study in studies:
        try:
            with StudyFolder.open(study) as opened:
                rows += opened.rows()
        except MuseMateError as error:
            problems.append(error)
    return marks_of(rows), problems


def marked(store: Project, takes: Iterable[Take]) -> list[Take]:
    """Return takes together with what was said about them."""
    marks, _problems = marks_in(store.folder)
    return [dataclasses.replace(take, marks=marks[take.id]) if take.id in marks else take for take in takes]
