"""Finds the answers that a report is about: of a study, of all studies of a project, or of a table."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musemate.audio.wording import shown_name
from musemate.errors import MuseMateError, StudyError
from musemate.language import _
from musemate.paths import absolute
from musemate.project.store import is_project
from musemate.study import zipped
from musemate.study.folder import StudyFolder, is_study
from musemate.study.places import FOLDER, studies_of
from musemate.study.records import Row
from musemate.study.rowsfile import read_csv
from musemate.study.templates import all_templates

REPORTS = "reports"


@dataclass(frozen=True)
class StudyAnswers:
    """The answers to one study.

    Parameters
    ----------
    title : str
    rows : list of Row
    """

    title: str
    rows: list[Row]


@dataclass
class Source:
    """What a report is about.

    Parameters
    ----------
    name : str
        For the report's folder.
    folder : Path
        Where its reports go.
    studies : list of StudyAnswers
    problems : list of str
        Sentences about what could not be read.
    """

    name: str
    folder: Path
    studies: list[StudyAnswers] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        """All answers."""
        return [row for study in self.studies for row in study.rows]


def answers_of(source: str) -> Source:
    """Read what a path holds.

    Parameters
    ----------
    source : str
        A project, a study's folder or zip, or a CSV file of answers.

    Raises
    ------
    StudyError
        It is none of them, or nothing in it can be read. Of several studies, one that cannot be read becomes a
        sentence of the source.
    """
    path = absolute(source)
    if zipped.is_zip(path) and path.is_file():
        return _of_zip(path)
    if path.is_file():
        rows, problems = read_csv(path, all_templates())
        return Source(path.stem, absolute(REPORTS), _by_study(rows, path.stem), problems)
    if is_study(path):
        is_inside = path.parent.name == FOLDER and is_project(path.parent.parent)
        found = _read(path)
        return Source(found.title, path.parent.parent / REPORTS if is_inside else absolute(REPORTS), [found])
    if is_project(path):
        return _of_project(path)
    raise StudyError(
        _("There is no study in {name}.").format(name=shown_name(path)),
        hint=_("Name a project, the folder of a study, or a CSV file of answers."),
    )


def _of_zip(file: Path) -> Source:
    with tempfile.TemporaryDirectory(prefix="musemate-") as place:
        folder = Path(place) / file.stem
        zipped.unzip(file, folder)
        found = _read(folder)
    return Source(found.title, absolute(REPORTS), [found])


def _of_project(project: Path) -> Source:
    source = Source(project.name, project / REPORTS)
    folders = studies_of(project)
    if not folders:
        raise StudyError(
            _("There is no study in the project {name} yet.").format(name=project.name),
            hint=_("Make one first: choose takes, then “New study”."),
        )
    failure: MuseMateError | None = None
    for folder in folders:
        try:
            source.studies.append(_read(folder))
        except StudyError as error:
            failure = error
            source.problems.append(error.message)
    if failure is not None and not source.studies:
        raise failure
    return source


def _read(folder: Path) -> StudyAnswers:
    with StudyFolder.open(folder) as study:
        return StudyAnswers(study.study.title, study.rows())


def _by_study(rows: Sequence[Row], name: str) -> list[StudyAnswers]:
    """Return the rows of a table by the study that they belong to."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.study, []).append(row)
    return [StudyAnswers(rows[0].title or name, rows) for rows in found.values()] or [StudyAnswers(name, [])]
