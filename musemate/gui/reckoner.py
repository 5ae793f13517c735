"""Time and memory of trainings that wait: the answers of the estimate, asked for one by one in the analysis lane."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from musemate.engine.events import Estimated, Event
from musemate.errors import MuseMateError
from musemate.gui.estimator import Estimator, Wish, wish_of
from musemate.gui.session import Session
from musemate.gui.trainer import Trainer
from musemate.jobs.lane import Job
from musemate.jobs.trainings import RUNNING, Item


class Reckoner(QObject):
    """Gives every training of the queue its estimate.

    The training that runs rests for the moment in which another's speed is measured: both would be wrong else. Want of
    memory is not looked at, for what is free now says nothing about later; the training looks when it begins.
    """

    changed = Signal()

    def __init__(self, session: Session, trainer: Trainer, estimator: Estimator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._trainer, self._estimator = session, trainer, estimator
        self._job: Job | None = None
        self._hopeless: set[Wish] = set()
        trainer.changed.connect(self.look)

    def look(self) -> None:
        """Fill in what is known, and ask for what is not."""
        for item in self._trainer.items:
            if item.estimate is not None:
                continue
            wish = self._wish(item)
            item.estimate = self._estimator.known.get(wish)
            is_open = self._job is None and item.job is None and wish and wish not in self._hopeless
            if item.estimate is None and is_open and self._estimator.is_wanted and not self._session.is_closing:
                self._ask(item, wish)

    def _wish(self, item: Item) -> Wish:
        project, training = self._session.project, item.training
        if project is None:
            return ()
        fragment = project.fragment(training.fragment)
        method = (training.engine, training.preset, training.device)
        return wish_of(fragment, training.length_s, *method, training.options)

    def _ask(self, item: Item, wish: Wish) -> None:
        training = item.training
        self._job = job = self._session.lanes.analyse.submit(
            "estimate",
            source=self._session.folder,
            fragment=training.fragment,
            start_s=training.start_s,
            length_s=training.length_s,
            engine=training.engine,
            preset=training.preset,
            device=training.device,
            options=training.options,
        )
        job.started.connect(partial(self._let_rest, True))
        job.happened.connect(partial(self._on_event, wish))
        job.failed.connect(partial(self._on_failed, wish))
        job.finished.connect(self._on_finished)

    def _let_rest(self, rests: bool) -> None:
        current = self._trainer.current
        if current is not None and current.job is not None and current.state == RUNNING:
            current.job.pause(rests)

    def _on_event(self, wish: Wish, event: Event) -> None:
        if isinstance(event, Estimated):
            self._estimator.known[wish] = event

    def _on_failed(self, wish: Wish, error: MuseMateError) -> None:
        self._hopeless.add(wish)  # the training will say so itself

    def _on_finished(self) -> None:
        self._job = None
        self._let_rest(False)
        self.look()
        self.changed.emit()
