"""Between the panel "Train variations", the tree and the queue of trainings."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.engine.events import DeviceChanged, Event, Progressed, RunFinished, RunStarted, ScaleFinished, Warned
from musemate.errors import MuseMateError
from musemate.gui.session import Session
from musemate.gui.trainpanel import TrainPanel
from musemate.jobs.trainings import RUNNING, Item, TrainingQueue
from musemate.language import _, number
from musemate.project.queue import PAUSED, QueuedTraining
from musemate.project.records import Fragment, Run


class Trainer(QObject):
    """Asks for trainings, and shows the one that runs.

    Attributes
    ----------
    options : dict or None
        The engine's own parameters, passed through as they are.
    queue : TrainingQueue or None
        That of the open project.
    """

    run_started = Signal(str)
    run_ended = Signal(str)
    """With the run, "" if none was stored."""
    progressed = Signal(object)
    """With each Progressed of the training that runs."""
    changed = Signal()
    """What runs, waits or failed, or how far it is."""
    failed = Signal(object, object)
    """With the `Item` that stays in the queue, and the MuseMateError."""
    came_back = Signal(list)
    """With the items that were left from another time, paused."""

    def __init__(self, session: Session, panel: TrainPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._end: RunFinished | None = None
        self.queue: TrainingQueue | None = None
        self.options: dict[str, Any] | None = None
        panel.stop_asked.connect(self.stop)
        panel.pause_asked.connect(self.pause_or_go_on)
        session.project_changed.connect(self._on_project)

    # what runs -----------------------------------------------------------------------------------------

    @property
    def current(self) -> Item | None:
        """The training that has the worker."""
        return self.queue.current if self.queue is not None else None

    @property
    def items(self) -> list[Item]:
        """What runs, waits or failed."""
        return self.queue.items if self.queue is not None else []

    @property
    def is_running(self) -> bool:
        """Whether a training runs, or rests in the middle of it."""
        return self.current is not None

    @property
    def run_id(self) -> str:
        """The run that is being trained, "" before it is stored."""
        return self.current.training.run if self.current is not None else ""

    # wishes --------------------------------------------------------------------------------------------

    def start(self, fragment: Fragment, engine: str, preset: str, device: str) -> None:
        """Train on the region of a fragment, after what is in the queue already."""
        self._add(
            QueuedTraining(
                fragment=fragment.id,
                start_s=fragment.start_s,
                length_s=fragment.length_s,
                engine=engine,
                preset=preset,
                device=device,
                seed=random.randrange(2**31),
                options=self.options,
            )
        )

    def resume(self, run: Run) -> None:
        """Go on with a stopped training."""
        known = next((item for item in self.items if item.training.run == run.id), None)
        if known is not None and self.queue is not None:
            self.queue.go_on(known.id)
            return
        item = self._add(
            QueuedTraining(
                fragment=run.fragment,
                start_s=run.start_s,
                length_s=run.length_s,
                engine=run.engine,
                preset=run.preset,
                seed=run.seed,
                options=run.options or None,
                run=run.id,
            )
        )
        if item is not None:
            self._describe(item)
            self.changed.emit()

    def stop(self) -> None:
        """Stop what runs and keep what is finished."""
        if self.queue is not None and self.current is not None:
            self.queue.remove(self.current.id)

    def pause_or_go_on(self) -> None:
        """Let the running training rest, or go on; where none runs, let all that is paused go on."""
        if self.queue is None:
            return
        if self.current is not None and self.current.state == RUNNING:
            self.queue.pause(self.current.id)
        elif self.current is not None:
            self.queue.go_on(self.current.id)
        else:
            self.queue.go_on_with_all()

    def leave(self) -> None:
        """Stop; what is still to come is remembered."""
        if self.queue is not None:
            self.queue.leave()

    def _add(self, training: QueuedTraining) -> Item | None:
        if self.queue is None or not self._session.may_change():
            return None
        return self.queue.add(training)

    # projects ------------------------------------------------------------------------------------------

    def _on_project(self) -> None:
        """Leave the queue of the project before, and take over what was left for this one."""
        before, self.queue = self.queue, None
        project = self._session.project
        if project is not None:
            self.queue = queue = TrainingQueue(self._session.lanes.train, project.folder, self)
            self._connect(queue)
        if before is not None:
            before.left.connect(lambda: self._on_left(before))
            before.leave()
        self._take_over()
        self.changed.emit()

    def _on_left(self, before: TrainingQueue) -> None:
        before.deleteLater()
        if self.queue is not None and self.queue.project == before.project:  # opened again while it still stopped
            self._take_over()

    def _take_over(self) -> None:
        if self.queue is None or self._session.protection is not None:
            return
        fresh = self.queue.take_over(self._is_wanted)
        for item in fresh:
            self._describe(item)
        left = [item for item in fresh if item.state == PAUSED]
        if left:
            self.came_back.emit(left)

    def _describe(self, item: Item) -> None:
        """Tell a training of another time how far it got."""
        if item.training.run and self._session.project is not None:
            run = self._session.project.run(item.training.run)
            item.scales, item.n_finished = run.scales, run.n_finished

    def _is_wanted(self, training: QueuedTraining) -> bool:
        """Tell whether a training of another time still makes sense."""
        project = self._session.project
        if project is None:
            return False
        try:
            project.fragment(training.fragment)
            return not training.run or project.run(training.run).state != "finished"
        except MuseMateError:
            return False

    def _connect(self, queue: TrainingQueue) -> None:
        """Hear a queue as long as it is that of the open project: one that is left still says its last words."""

        def while_open(slot: Callable[..., None]) -> Callable[..., None]:
            return lambda *values: slot(*values) if queue is self.queue else None

        queue.changed.connect(while_open(self._on_changed))
        queue.began.connect(while_open(self._on_began))
        queue.progressed.connect(while_open(self._on_progress))
        queue.happened.connect(while_open(self._on_event))
        queue.failed.connect(while_open(self._on_failed))
        queue.ended.connect(while_open(self._on_ended))
        queue.troubled.connect(self._session.failed)

    # events --------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._panel.show_state(self.current.state if self.current is not None else "")
        self.changed.emit()

    def _on_began(self, item: Item) -> None:
        self._end = None
        self._panel.show_begin()

    def _on_progress(self, item: Item, event: Event) -> None:
        if isinstance(event, Progressed):
            self._panel.show_progress(event)
            self.progressed.emit(event)
            self.changed.emit()

    def _on_event(self, item: Item, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._panel.show_started(event)
            self._panel.show_previews(self._previews(event.run))
            self._session.rows_changed.emit()
            self.run_started.emit(event.run)
        elif isinstance(event, ScaleFinished):
            self._panel.show_scale(event)
            self._session.rows_changed.emit()
        elif isinstance(event, DeviceChanged):
            self._panel.show_device(event.device)
        elif isinstance(event, RunFinished):
            self._end = event
        elif isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")

    def _previews(self, run_id: str) -> list[str]:
        """Return what a stopped training that goes on has finished before."""
        project = self._session.project
        return self._session.previews(project.run(run_id)) if project is not None else []

    def _on_failed(self, item: Item, error: MuseMateError) -> None:
        self._panel.show_end(None, error.message, item.training.run)
        self.failed.emit(item, error)

    def _on_ended(self, item: Item) -> None:
        if not item.training.reason:
            self._panel.show_end(self._end, _("Everything stored is kept."), item.training.run)
        self._session.rows_changed.emit()
        self.run_ended.emit(item.training.run)


def why_not(fragment: Fragment | None) -> str:
    """Return why a fragment's region cannot be trained on, "" when it can."""
    if fragment is None:
        return _("Choose a fragment first.")
    if fragment.length_s < MIN_REGION_S - 1e-6:
        return _("The region is too short: choose at least {n} seconds.").format(n=number(MIN_REGION_S, "g"))
    if fragment.length_s > MAX_REGION_S + 1e-6:
        return _("The region is too long: choose at most {n} seconds.").format(n=number(MAX_REGION_S, "g"))
    return ""
