"""Writes an analysis report: a page with the pictures and figures of a fragment and any number of its takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Reported
from musemate.export.folder import FreshFolder
from musemate.export.naming import safe_part
from musemate.export.reportpage import render
from musemate.language import _
from musemate.paths import absolute
from musemate.tasks.report_material import of_files, of_project
from musemate.tasks.report_work import ReportWork

PAGE, FIGURES = "report.html", "figures.json"
LONGEST_NAME = 60


def report(
    project: str = "",
    takes: Sequence[str] | None = None,
    fragment: str = "",
    files: Sequence[str] = (),
    folder: str = "",
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Compare takes with their fragment and write the report; nothing is ever overwritten.

    Parameters
    ----------
    project : str
        The project's folder; without one, `files` are compared.
    takes : sequence of str, optional
        Ids of takes of one fragment, none for the fragment alone; all of the fragment's if not given.
    fragment : str
        Its id; found from the takes if empty.
    files : sequence of str
        A fragment's file, then those of takes.
    folder : str
        Where to; the project's folder "reports", or "reports" in the present folder, if empty.
    cancelled : callable
        Asked between the steps; nothing is left behind when it stops them.

    Raises
    ------
    ProjectError, SettingsError
        There is no such project, fragment or take, or the takes are not of one fragment.
    AudioFileError
        The fragment cannot be read or measured; of a take, a sentence in the report says so.
    ExportError
        The folder cannot be written.
    """
    material = of_project(project, fragment, takes) if project else of_files(files)
    work = ReportWork(material)
    with FreshFolder(absolute(folder) if folder else material.folder) as target:
        for event in work.steps(target):
            if event is not None:
                yield event
            if cancelled():
                return
        target.write(PAGE, render(work.page()))
        target.write(FIGURES, json.dumps(work.figures(), indent=1).encode())
        name = safe_part(material.fragment.title)[:LONGEST_NAME] or _("Report")
        written = target.finish(f"{name} {work.made:%Y-%m-%d}")
    yield Reported(str(written / PAGE), work.rows(), work.problems)
