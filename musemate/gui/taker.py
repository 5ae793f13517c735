"""Between the takes' panel and the quick lane: making takes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from musemate.engine.events import Event, TakeMade, Warned, Working
from musemate.gui.session import Session
from musemate.gui.takepanel import TakePanel, TakeWish
from musemate.jobs.lane import Job
from musemate.language import _


class Taker(QObject):
    """Makes takes."""

    made = Signal(str)
    """With the new take."""

    def __init__(self, session: Session, panel: TakePanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._job: Job | None = None
        self._wanted = self._n_made = 0
        panel.cancel_asked.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        """Whether takes are being made."""
        return self._job is not None

    def make(self, run_id: str, wish: TakeWish) -> None:
        """Make takes with a run."""
        options = {"scale": wish.scale, "at_steps": wish.at_steps}
        self._submit("generate", wish.count, **_kind(wish), **options, run=run_id)

    def make_instant(self, fragment_id: str, wish: TakeWish) -> None:
        """Make takes of a fragment's region at once, without any training."""
        self._submit("instant", wish.count, **_kind(wish), fragment=fragment_id)

    def make_like(self, takes: list[str], count: int) -> None:
        """Make takes like these, each with what it was made with."""
        self._submit("generate", count, like=takes)

    def _submit(self, task: str, count: int, **arguments: Any) -> None:
        if self._job is not None or not self._session.may_change():
            return
        self._wanted, self._n_made = count, 0
        self._panel.show_working(_("Making take {n} of {total}…").format(n=1, total=count), None)
        self._job = job = self._session.lanes.quick.submit(task, project=self._session.folder, count=count, **arguments)
        job.progressed.connect(self._on_progress)
        job.happened.connect(self._on_event)
        job.failed.connect(self._session.failed)
        job.finished.connect(self._on_finished)

    def cancel(self) -> None:
        """Stop making takes; those that are done stay."""
        if self._job is not None:
            self._job.cancel()

    def _on_progress(self, event: Event) -> None:
        if isinstance(event, Working):
            self._panel.show_working(event.text, event.fraction)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TakeMade):
            self._n_made += 1
            if self._n_made < self._wanted:
                text = _("Making take {n} of {total}…").format(n=self._n_made + 1, total=self._wanted)
                self._panel.show_working(text, self._n_made / self._wanted)
            self._session.rows_changed.emit()
            self.made.emit(event.take)
        elif isinstance(event, Warned):
            self._session.said.emit(event.message, event.hint, "warning")

    def _on_finished(self) -> None:
        self._job = None
        self._panel.show_end()
        self._session.rows_changed.emit()


def _kind(wish: TakeWish) -> dict[str, Any]:
    return {"seconds": wish.seconds, "mode": wish.mode, "closeness": wish.closeness, "metre": wish.metre}
