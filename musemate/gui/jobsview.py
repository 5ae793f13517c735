"""Keeps the job strip in step with the queue of trainings and the other lanes, and does what is wished in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QTimer

from musemate.engine.events import Event, Working
from musemate.errors import MuseMateError
from musemate.gui.joblines import TASKS, Line, summary, training_line, work_line
from musemate.gui.jobstrip import JobStrip
from musemate.gui.messagebar import MessageBar
from musemate.gui.reckoner import Reckoner
from musemate.gui.session import Session
from musemate.gui.trainer import Trainer
from musemate.jobs.lane import Job, Lane
from musemate.jobs.trainings import Item
from musemate.language import _, ngettext

SHOWN_AFTER_MS = 500
"""Quicker work comes and goes without a word."""
LOOK_MS = 200
"""Shortest time between two looks at the progress."""


@dataclass
class _Work:
    """A job of another lane that has been running for a while."""

    job: Job
    text: str = ""
    fraction: float | None = None
    is_shown: bool = False


class JobsView(QObject):
    """Between queue, lanes and strip."""

    def __init__(
        self,
        session: Session,
        trainer: Trainer,
        reckoner: Reckoner,
        strip: JobStrip,
        messages: MessageBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._trainer, self._strip, self._messages = session, trainer, strip, messages
        self._work: dict[str, _Work] = {}
        self._timer = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._timer.timeout.connect(self.refresh)
        for lane in (session.lanes.quick, session.lanes.analyse):
            lane.submitted.connect(partial(self._on_submitted, lane))
        trainer.changed.connect(self._look_soon)
        trainer.failed.connect(self._on_failed)
        trainer.came_back.connect(self._on_came_back)
        reckoner.changed.connect(self._look_soon)
        strip.wished.connect(self._on_wished)
        strip.placed.connect(self._on_placed)

    def refresh(self) -> None:
        """Show what runs, waits and failed now."""
        items = self._trainer.items
        lines = [training_line(item, self._name_of(item)) for item in items]
        lines += [self._line_of(number, work) for number, work in self._work.items() if work.is_shown]
        self._strip.set_lines(lines, summary(items, datetime.now()))

    def fold(self) -> None:
        """Fold the list out, or in."""
        self._strip.fold.toggle()

    def _look_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _name_of(self, item: Item) -> str:
        project = self._session.project
        return project.fragment(item.training.fragment).name if project is not None else ""

    # other work ----------------------------------------------------------------------------------------

    @staticmethod
    def _line_of(number: str, work: _Work) -> Line:
        return work_line(number, work.job.task, work.text, work.fraction)

    def _on_submitted(self, lane: Lane, job: Job) -> None:
        if not TASKS.get(job.task, job.task):
            return
        number = f"{lane.name}-{job.number}"
        work = self._work[number] = _Work(job)
        job.started.connect(lambda: QTimer.singleShot(SHOWN_AFTER_MS, self, partial(self._on_long, number)))
        job.progressed.connect(partial(self._on_progress, work))
        job.finished.connect(partial(self._on_finished, number))

    def _on_long(self, number: str) -> None:
        if number in self._work:
            self._work[number].is_shown = True
            self._look_soon()

    def _on_progress(self, work: _Work, event: Event) -> None:
        if isinstance(event, Working):
            work.text, work.fraction = event.text, event.fraction
            if work.is_shown:
                self._look_soon()

    def _on_finished(self, number: str) -> None:
        if self._work.pop(number).is_shown:
            self._look_soon()

    # wishes --------------------------------------------------------------------------------------------

    def _on_wished(self, what: str, job: str) -> None:
        queue = self._trainer.queue
        if job in self._work:
            self._work[job].job.cancel()
        elif queue is not None and (item := queue.item(job)) is not None:
            place = queue.items.index(item)
            if what == "remove":
                self._remove(item, place)
            elif what in ("up", "down"):
                self._on_placed(job, place + (1 if what == "down" else -1))
            elif what == "pause":
                queue.pause(job)
            else:
                queue.go_on(job)

    def _on_placed(self, job: str, place: int) -> None:
        if self._trainer.queue is not None and 0 <= place < len(self._trainer.items):
            self._trainer.queue.move(job, place)
            self.refresh()  # at once: the mouse may still be dragging
            self._strip.focus(job)

    def _remove(self, item: Item, place: int) -> None:
        """Take a training off the queue; one that waited can be brought back."""
        queue = self._trainer.queue
        if queue is None:
            return
        waited = item.job is None
        queue.remove(item.id)
        if waited:
            undo = partial(queue.add, item.training, place)
            said = _("Took {name} off the queue.").format(name=self._name_of(item))
            self._messages.say(said, action=(_("Undo"), undo))

    # what happens --------------------------------------------------------------------------------------

    def _on_failed(self, item: Item, error: MuseMateError) -> None:
        """Say why a training failed, and offer to go on: what it had finished is still there."""
        queue = self._trainer.queue
        if queue is not None:
            again = partial(queue.go_on, item.id)
            action = (_("Go on") if item.has_begun else _("Try again"), again)
            self._messages.say(error.message, error.hint, level="error", action=action)

    def _on_came_back(self, items: list[Item]) -> None:
        queue = self._trainer.queue
        if queue is None:
            return
        n, hint = len(items), _("What was begun goes on from the step where it stopped.")
        said = ngettext("{n} training is left from another time.", "{n} trainings are left from another time.", n)
        self._messages.say(said, hint, action=(_("Go on"), queue.go_on_with_all))
