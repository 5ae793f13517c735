"""The trainings that a closed window left behind: listed, forgotten or trained, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Listed, RunStarted, Warned
from musemate.errors import MuseMateError, TrainingError
from musemate.language import _, ngettext
from musemate.paths import absolute
from musemate.project.queue import FAILED, QueuedTraining, QueueFile, queued
from musemate.project.store import Project
from musemate.tasks.train import train


def list_queue(project: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """List every training that is still to come, those of open windows too.

    Parameters
    ----------
    project : str
        The project's folder.
    cancelled : callable
        Never asked: nothing here takes long.

    Raises
    ------
    ProjectError
        There is no project.
    """
    with Project.open(project) as store:
        rows = queued(store.folder)
        yield Listed([_row(store, training, is_kept) for training, is_kept in rows])


def clear_queue(project: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Forget what nobody keeps any more, and list it; what an open window keeps is left alone.

    Raises
    ------
    ProjectError
        There is no project, or it cannot be written.
    """
    with Project.open(project) as store:
        queue = QueueFile(store.folder)
        try:
            rows = [_row(store, training, False) for training in queue.adopt()]
            queue.write([])
        finally:
            queue.close()
        yield Listed(rows)


def train_queue(project: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Train what nobody keeps any more, one after the other; one that fails stays in the queue and stops no other.

    Parameters
    ----------
    project : str
        The project's folder.
    cancelled : callable
        Asked between steps; what was not trained stays in the queue.

    Raises
    ------
    ProjectError
        There is no project, or it cannot be written.
    TrainingError
        Some of them failed.
    """
    with Project.open(project) as store:
        folder = store.folder
    queue = QueueFile(folder)
    try:
        left = queue.adopt()
        for training in list(left):
            yield from _train(folder.as_posix(), training, left, queue, cancelled)
            if cancelled():
                return
        if left:
            raise TrainingError(
                ngettext("{n} of the waiting trainings failed.", "{n} of the waiting trainings failed.", len(left)),
                hint=_('"musemate queue" says why; they are tried again the next time.'),
            )
    finally:
        queue.close()


def _train(
    project: str, training: QueuedTraining, left: list[QueuedTraining], queue: QueueFile, cancelled: Cancelled
) -> Iterator[Event]:
    """Train one, and keep the list of what is left in step: it is all that a killed process leaves."""
    place = left.index(training)
    try:
        for event in train(project, **training.arguments, cancelled=cancelled):
            if isinstance(event, RunStarted):
                left[place] = training = replace(training, run=event.run)
                queue.write(left)
            yield event
    except MuseMateError as error:
        left[place] = replace(training, state=FAILED, reason=error.message)
        yield Warned(error.message, error.hint)
    else:
        if not cancelled():
            left.remove(training)
    queue.write(left)


def _row(store: Project, training: QueuedTraining, is_kept: bool) -> dict[str, object]:
    values = asdict(training)
    try:
        name = store.fragment(training.fragment).name
    except MuseMateError:  # another version's
        name = ""
    return {"kind": "training", **values, "name": name, "open": is_kept, "project": str(absolute(store.folder))}
