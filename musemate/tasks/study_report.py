"""Says what was found in studies: as findings for the window, or as a page with charts beside the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from musemate import __version__
from musemate.analysis.findings import Findings
from musemate.analysis.findingsplots import draw_chart
from musemate.analysis.findingsvalues import values_of
from musemate.audio.safe_write import write_safely
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, Reported, StudyFound, Working
from musemate.export.findingspage import FindingsReport, picture_names, render_findings
from musemate.export.folder import FreshFolder
from musemate.export.naming import safe_part
from musemate.language import _
from musemate.paths import absolute
from musemate.study.records import Row
from musemate.study.rowsfile import write_csv
from musemate.study.summary import findings_of
from musemate.tasks.study_answers import Source, answers_of

FORMAT = 1
"""Version of answers.json."""
PAGE, PICTURES, TABLE, VALUES = "report.html", "pictures", "answers.csv", "answers.json"
LONGEST_NAME = 60
READ, RECKONED = 0.05, 0.3
"""Shares of the time after which the answers are read, and the findings known."""


def study_findings(source: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Say what the answers show.

    Parameters
    ----------
    source : str
        A project, a study's folder, or a CSV file of answers.
    cancelled : callable
        Asked between the steps.

    Raises
    ------
    StudyError
        There are no answers, or they cannot be read.
    """
    found = answers_of(source)
    if cancelled():
        return
    parts = _findings(found)
    yield StudyFound([values_of(part) for part in parts], found.problems)


def study_report(source: str, folder: str = "", *, cancelled: Cancelled) -> Iterator[Event]:
    """Write a page with what the answers show, its charts as PNG, and the answers as CSV and JSON.

    Parameters
    ----------
    source : str
        A project, a study's folder, or a CSV file of answers.
    folder : str
        Where to; nothing is overwritten. The project's folder "reports", or "reports" in the present folder, if empty.
    cancelled : callable
        Asked between the steps; nothing is left behind when it stops them.

    Raises
    ------
    StudyError
        There are no answers, or they cannot be read.
    ExportError
        The folder cannot be written.
    """
    made = datetime.now()
    found = answers_of(source)
    yield Working(_("Reckoning"), READ)
    parts = _findings(found)
    pictures = picture_names(parts, PICTURES)
    with FreshFolder(absolute(folder) if folder else found.folder) as target:
        for at, (chart, address) in enumerate(pictures.items()):
            yield Working(_("Drawing"), RECKONED + (1.0 - RECKONED) * at / len(pictures))
            if cancelled():
                return
            target.write(address, draw_chart(chart))
        page = FindingsReport(parts, made, __version__, pictures, (TABLE, VALUES), tuple(found.problems))
        target.write(PAGE, render_findings(page))
        target.write(TABLE, write_csv(found.rows))
        target.write(VALUES, json.dumps(_values(found, parts), indent=1).encode())
        name = safe_part(found.name)[:LONGEST_NAME] or _("Study")
        written = target.finish(f"{name} {made:%Y-%m-%d}")
    yield Reported(str(written / PAGE), _told(found, parts), found.problems)


def study_table(source: str, file: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Write the answers as one CSV file.

    Parameters
    ----------
    source : str
        A project, a study's folder, or a CSV file of answers.
    file : str
        Where to; nothing is overwritten: a name that is taken gets a number.
    cancelled : callable
        Asked before the file is written.

    Raises
    ------
    StudyError
        There are no answers, or they cannot be read.
    ExportError
        The file cannot be written.
    """
    found = answers_of(source)
    if cancelled():
        return
    data = write_csv(found.rows)
    yield Exported(str(write_safely(absolute(file), partial(_put, data), n_bytes=len(data), fresh=True)))


def _put(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def _findings(source: Source) -> list[Findings]:
    return [findings_of(study.rows, title=study.title) for study in source.studies]


def _values(source: Source, parts: list[Findings]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": __version__,
        "columns": Row.columns(),
        "answers": [asdict(row) for row in source.rows],
        "findings": [values_of(part) for part in parts],
        "problems": source.problems,
    }


def _told(source: Source, parts: list[Findings]) -> list[dict[str, Any]]:
    """Return what a program is told of each study: how many answered, and every conclusion; then what is wrong."""
    told: list[dict[str, Any]] = [
        {
            "kind": "study",
            "title": study.title,
            "raters": len({row.rater for row in study.rows}),
            "answers": len(study.rows),
            "conclusions": {section.name: list(section.sentences) for section in part.sections},
        }
        for study, part in zip(source.studies, parts, strict=True)
    ]
    return told + [{"kind": "problem", "problem": problem} for problem in source.problems]
