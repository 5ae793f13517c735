"""Between the panel "Train variations" and the train lane."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import QObject, Signal

from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.engine.events import DeviceChanged, Event, Progressed, RunFinished, RunStarted, ScaleFinished, Warned
from musemate.errors import MuseMateError
from musemate.gui.session import Session
from musemate.gui.trainpanel import TrainPanel
from musemate.jobs.lane import Job
from musemate.project.records import Fragment, Run


class Trainer(QObject):
    """Starts, follows and stops one training at a time.

    Attributes
    ----------
    options : dict or None
        The engine's own parameters, passed through as they are.
    """

    run_started = Signal(str)
    run_ended = Signal(str)
    """With the run, "" if none was stored."""

    def __init__(self, session: Session, panel: TrainPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._job: Job | None = None
        self._end: RunFinished | None = None
        self.run_id = ""
        self.options: dict[str, Any] | None = None
        panel.stop_asked.connect(self.stop)

    @property
    def is_running(self) -> bool:
        """Whether a training runs."""
        return self._job is not None

    def start(self, fragment: Fragment, engine: str, preset: str, device: str) -> None:
        """Train on the region of a fragment."""
        self._submit(
            fragment=fragment.id,
            start_s=fragment.start_s,
            length_s=fragment.length_s,
            engine=engine,
            preset=preset,
            device=device,
            seed=random.randrange(2**31),
            options=self.options,
        )

    def resume(self, run: Run) -> None:
        """Go on with a stopped training."""
        self._submit(
            fragment=run.fragment,
            start_s=run.start_s,
            length_s=run.length_s,
            engine=run.engine,
            preset=run.preset,
            device="auto",
            seed=run.seed,
            options=self.options,
            run=run.id,
        )

    def stop(self) -> None:
        """Stop and keep what is finished."""
        if self._job is not None:
            self._panel.show_stopping()
            self._job.cancel()

    def _submit(self, **args: Any) -> None:
        if self._job is not None:
            return
        self._end, self.run_id = None, ""
        self._panel.show_begin()
        self._job = job = self._session.lanes.train.submit("train", project=self._session.folder, **args)
        job.progressed.connect(self._on_progress)
        job.happened.connect(self._on_event)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(lambda: self._panel.show_end(self._end, "Finished scales are kept."))
        job.finished.connect(self._on_finished)

    def _on_progress(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self._panel.show_progress(event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self.run_id = event.run
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

    def _on_failed(self, error: MuseMateError) -> None:
        self._panel.show_end(None, error.message)
        self._session.failed.emit(error)

    def _on_finished(self) -> None:
        job, self._job = self._job, None
        if job is not None and job.state != "failed":
            self._panel.show_end(self._end, "Finished scales are kept.")
        self._session.rows_changed.emit()
        self.run_ended.emit(self.run_id)


def why_not(fragment: Fragment | None) -> str:
    """Return why a fragment's region cannot be trained on, "" when it can."""
    if fragment is None:
        return "Choose a fragment first."
    if fragment.length_s < MIN_REGION_S - 1e-6:
        return f"The region is too short: choose at least {MIN_REGION_S:g} seconds."
    if fragment.length_s > MAX_REGION_S + 1e-6:
        return f"The region is too long: choose at most {MAX_REGION_S:g} seconds."
    return ""
