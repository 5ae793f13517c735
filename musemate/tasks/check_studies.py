"""Looks at a project's studies without opening them: what is asked, the truth, every sound, the answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from musemate.errors import StudyError
from musemate.language import _
from musemate.project.findings import DAMAGED, MISSING, Finding
from musemate.project.keep import hash_of
from musemate.study import answersfile, studyfile
from musemate.study.folder import ANSWERS, SOUNDS
from musemate.study.places import studies_of
from musemate.study.records import Study


def study_findings(project: Path) -> Iterator[Finding]:
    """Say what is wrong with the studies in a project's folder; nothing is changed by that."""
    for folder in studies_of(project):
        place = folder.relative_to(project).as_posix()
        study, findings = _told(folder, place)
        yield from findings
        if study is not None:
            yield from _sounds(folder, place, study)
        yield from _answers(folder, place)


def study_files(project: Path) -> list[Path]:
    """Return all files of a project's studies."""
    return [path for folder in studies_of(project) for path in sorted(folder.rglob("*")) if path.is_file()]


def _told(folder: Path, place: str) -> tuple[Study | None, list[Finding]]:
    """Read what a study is, and its truth."""
    try:
        study = studyfile.read_study(folder)
    except StudyError as error:
        return None, [Finding(DAMAGED, f"{place}/{studyfile.STUDY}", error.message, error.hint)]
    try:
        studyfile.read_key(folder, study)
    except StudyError as error:
        return study, [Finding(DAMAGED, f"{place}/{studyfile.KEY}", error.message, error.hint)]
    return study, []


def _sounds(folder: Path, place: str, study: Study) -> Iterator[Finding]:
    rest = _("It is left out when the study is heard; bring it back from a copy of the study.")
    for stimulus in study.stimuli:
        file = folder / SOUNDS / f"{stimulus.token}.flac"
        try:
            is_there, is_sound = file.exists(), hash_of(file) == stimulus.sha256
        except OSError:
            is_there, is_sound = file.exists(), False
        if not is_sound:
            text = (
                _("A sound of the study “{name}” is damaged.")
                if is_there
                else _("A sound of the study “{name}” is missing.")
            )
            kind = DAMAGED if is_there else MISSING
            yield Finding(kind, f"{place}/{SOUNDS}/{file.name}", text.format(name=folder.name), rest)


def _answers(folder: Path, place: str) -> Iterator[Finding]:
    reason = answersfile.problem_of(folder / ANSWERS)
    if reason:
        is_there = (folder / ANSWERS).exists()
        text = (
            _("The answers of the study “{name}” are damaged.")
            if is_there
            else _("The answers of the study “{name}” are missing.")
        )
        rest = _("Bring the file back from a copy of the project; answers of raters' copies can be brought home again.")
        yield Finding(DAMAGED if is_there else MISSING, f"{place}/{ANSWERS}", text.format(name=folder.name), rest)
