"""The queue of trainings of one project: one runs, the others wait, all of them outlive the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.engine.events import Estimated, Event, Progressed, RunStarted, ScaleFinished, StateStored
from musemate.errors import MuseMateError, ProjectError
from musemate.jobs.lane import Job, Lane
from musemate.jobs.messages import CANCELLED, FAILED
from musemate.project import queue as states
from musemate.project.queue import QueuedTraining, QueueFile

RUNNING, PAUSING, STOPPING = "running", "pausing", "stopping"
"""States of the training that has the worker, beside "paused"; the others have those of `project.queue`."""


@dataclass
class Item:
    """A training of the queue and what is known of it."""

    training: QueuedTraining
    job: Job | None = None
    """While it has the worker."""
    is_stopping: bool = False
    wants_pause: bool = False
    scales: tuple[str, ...] = ()
    n_finished: int = 0
    has_state: bool = False
    """Whether a step inside a scale was stored."""
    progress: Progressed | None = None
    estimate: Estimated | None = None

    @property
    def id(self) -> str:
        """The training's own id."""
        return self.training.id

    @property
    def has_begun(self) -> bool:
        """Whether it goes on, rather than begins anew, when it is tried again."""
        return self.has_state or self.n_finished > 0

    @property
    def state(self) -> str:
        """ "waiting", "running", "pausing", "paused", "stopping" or "failed"."""
        if self.job is None:
            return self.training.state
        if self.is_stopping:
            return STOPPING
        if self.wants_pause:
            return states.PAUSED if self.job.is_paused else PAUSING
        return RUNNING


class TrainingQueue(QObject):
    """Gives the lane one training after the other, and remembers those that are still to come.

    Parameters
    ----------
    lane : Lane
        Where trainings run.
    project : Path
        The project's folder.
    parent : QObject, optional
        Qt owner.
    """

    changed = Signal()
    """Trainings came, went or changed their order or state."""
    began = Signal(object)
    """With the `Item` that got the worker."""
    progressed = Signal(object, object)
    """With the item and its Progressed or Working."""
    happened = Signal(object, object)
    """With the item and any other event."""
    ended = Signal(object)
    """With the item, after its job has finished, however it ended."""
    failed = Signal(object, object)
    """With the item and the MuseMateError; it stays in the queue and can be tried again."""
    troubled = Signal(object)
    """With the error when the queue could not be stored."""
    left = Signal()
    """After `leave`: nothing runs any more, and others may take over what is stored."""

    def __init__(self, lane: Lane, project: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self.project = lane, project
        self._file = QueueFile(project)
        self._is_leaving = False
        self.items: list[Item] = []

    # what there is -------------------------------------------------------------------------------------

    @property
    def current(self) -> Item | None:
        """The training that has the worker."""
        return next((item for item in self.items if item.job is not None), None)

    def item(self, item_id: str) -> Item | None:
        """Return an item by its id, None when it is gone."""
        return next((item for item in self.items if item.id == item_id), None)

    # wishes --------------------------------------------------------------------------------------------

    def take_over(self, is_wanted: Callable[[QueuedTraining], bool] = lambda training: True) -> list[Item]:
        """Add what was left behind by windows that are closed, paused until somebody lets it go on; return that."""
        known = {item.id for item in self.items}
        try:
            found = self._file.adopt([item.training for item in self.items])
        except ProjectError as error:
            self.troubled.emit(error)
            return []
        fresh = [
            Item(training if training.state == states.FAILED else replace(training, state=states.PAUSED))
            for training in found
            if training.id not in known and is_wanted(training)
        ]
        self.items += fresh
        if fresh or len(found) > len(known):
            self._tell()
        return fresh

    def add(self, training: QueuedTraining, place: int | None = None) -> Item:
        """Put a training at the end of the queue, or at a place in it; it starts when nothing is before it."""
        item = Item(training)
        self.items.insert(len(self.items) if place is None else place, item)
        self._tell()
        return item

    def pause(self, item_id: str) -> None:
        """Let a training rest where it is, or hold one that waits."""
        item = self.item(item_id)
        if item is None or item.is_stopping or item.training.state == states.FAILED:
            return
        if item.job is None:
            item.training = replace(item.training, state=states.PAUSED)
        else:
            item.wants_pause = True
            item.job.pause()
        self._tell()

    def go_on(self, item_id: str) -> None:
        """Let a paused training go on, or try a failed one again; one that has begun does not begin anew."""
        item = self.item(item_id)
        if item is None or item.is_stopping:
            return
        item.training = replace(item.training, state=states.WAITING, reason="")
        if item.job is not None:
            item.wants_pause = False
            item.job.pause(False)
        self._tell()

    def go_on_with_all(self) -> None:
        """Let everything that is paused go on."""
        for item in list(self.items):
            if item.state in (states.PAUSED, PAUSING):
                self.go_on(item.id)

    def remove(self, item_id: str) -> None:
        """Take a training off the queue; one that runs stops, and keeps what it has finished."""
        item = self.item(item_id)
        if item is None:
            return
        if item.job is not None:
            item.is_stopping = True
            item.job.cancel()
        else:
            self.items.remove(item)
        self._tell()

    def move(self, item_id: str, place: int) -> None:
        """Give a training another place in the queue; the one that has the worker stays first."""
        item = self.item(item_id)
        if item is None or item.job is not None:
            return
        first = 0 if self.current is None else 1
        self.items.remove(item)
        self.items.insert(max(first, place), item)
        self._tell()

    def leave(self) -> None:
        """Stop, and keep everything that is still to come for the next time; `left` says when nothing runs any more."""
        if self._is_leaving:
            return
        self._is_leaving = True
        self._store()
        current = self.current
        if current is not None and current.job is not None:
            current.job.cancel()
        else:
            self._let_go()

    # inside --------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Start what is next, store and say it."""
        self._start_next()
        self._store()
        self.changed.emit()

    def _start_next(self) -> None:
        if self._is_leaving or self.current is not None:
            return
        item = next((item for item in self.items if item.training.state == states.WAITING), None)
        if item is None:
            return
        self.items.remove(item)
        self.items.insert(0, item)
        item.job = job = self._lane.submit("train", project=str(self.project), **item.training.arguments)
        item.progress = None
        job.started.connect(lambda: job.pause() if item.wants_pause else None)  # asked for before it ran
        job.paused.connect(lambda _: self.changed.emit())
        job.progressed.connect(lambda event: self._on_progress(item, event))
        job.happened.connect(lambda event: self._on_event(item, event))
        job.failed.connect(lambda error: self._on_failed(item, error))
        job.finished.connect(lambda: self._on_finished(item, job))
        self.began.emit(item)

    def _on_progress(self, item: Item, event: Event) -> None:
        if isinstance(event, Progressed):
            item.progress = event
        self.progressed.emit(item, event)

    def _on_event(self, item: Item, event: Event) -> None:
        if isinstance(event, RunStarted):
            item.training = replace(item.training, run=event.run)
            item.scales = tuple(event.scales)
            self._store()
        elif isinstance(event, StateStored):
            item.has_state = True
        elif isinstance(event, ScaleFinished):
            item.n_finished = event.scale + 1
        self.happened.emit(item, event)

    def _on_failed(self, item: Item, error: MuseMateError) -> None:
        item.training = replace(item.training, state=states.FAILED, reason=error.message)
        self.failed.emit(item, error)

    def _on_finished(self, item: Item, job: Job) -> None:
        item.job, item.wants_pause = None, False
        is_kept = job.state == FAILED or (job.state == CANCELLED and self._is_leaving and not item.is_stopping)
        if not is_kept:
            self.items.remove(item)
        elif job.state == FAILED:  # out of the way of those that wait
            self.items.remove(item)
            self.items.append(item)
        self._store()
        self.ended.emit(item)
        if self._is_leaving:
            self._let_go()
        else:
            self._tell()

    def _store(self) -> None:
        """Remember what is still to come, as it is to come back."""
        try:
            self._file.write([_kept(item) for item in self.items if not item.is_stopping])
        except ProjectError as error:
            self.troubled.emit(error)

    def _let_go(self) -> None:
        self._file.close()
        self.left.emit()


def _kept(item: Item) -> QueuedTraining:
    """Return an item as it is to come back."""
    is_paused = item.job is not None and item.wants_pause
    return replace(item.training, state=states.PAUSED) if is_paused else item.training
