"""Brings the losses of the training that is looked at to the panel, and into a window of their own."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from musemate.engine.events import Event, Progressed
from musemate.gui.losspanel import LossPanel
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.gui.trainer import Trainer
from musemate.gui.trainpanel import TrainPanel
from musemate.language import _
from musemate.tasks.loss_history import LossHistory, read_losses

LOOK_MS = 250
"""Shortest time between two drawings."""


class Losses(QObject):
    """Follows the training that runs; where none does, shows the log of the run that is chosen."""

    def __init__(
        self,
        session: Session,
        trainer: Trainer,
        panel: TrainPanel,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._trainer, self._panel = session, trainer, panel
        self._messages, self._window = messages, window
        self._history, self._run = LossHistory(), ""
        self._dialog: LossPanel | None = None
        self._timer = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        trainer.run_started.connect(self._on_run_started)
        trainer.progressed.connect(self._on_progress)
        panel.losses_asked.connect(self.show_all)
        session.project_changed.connect(lambda: self._show("", LossHistory()))

    def show_run(self, run: str) -> None:
        """Show the log of a run, unless one is being trained."""
        project = self._session.project
        if project is None or self._trainer.is_running:
            return
        self._session.background.run(
            partial(read_losses, project.run_path(run)), partial(self._on_read, run), self._session.failed.emit
        )

    def show_all(self) -> None:
        """Show the losses in full, in a window of their own."""
        if not self._history.parts:
            self._messages.say(_("There are no losses to show yet."), _("Start a training, or choose one in the tree."))
            return
        if self._dialog is None:
            self._dialog = LossPanel(self._window)
        self._dialog.show_history(self._title, self._history)
        self._dialog.show()
        self._dialog.activateWindow()

    @property
    def _title(self) -> str:
        if not self._run:
            return _("Losses of the training")
        return _("Losses of training {n}").format(n=self._run[1:])

    def _on_run_started(self, run: str) -> None:
        """Begin anew, or with what the log of a training that goes on tells already."""
        self._show(run, LossHistory())
        project = self._session.project
        if project is not None and project.run(run).n_finished:
            self._session.background.run(
                partial(read_losses, project.run_path(run)), partial(self._on_read, run), self._session.failed.emit
            )

    def _on_read(self, run: str, history: LossHistory) -> None:
        if self._trainer.is_running and run != self._trainer.run_id:
            return
        for part in self._history.parts if run == self._run else ():  # what has come while the log was read
            if part.name not in [known.name for known in history.parts]:
                history.parts.append(part)
        self._show(run, history)

    def _on_progress(self, event: Event) -> None:
        if not isinstance(event, Progressed):
            return
        scales = self._trainer.current.scales if self._trainer.current is not None else ()
        name = scales[event.scale] if event.scale < len(scales) else f"scale {event.scale + 1}"
        part = self._history.part(name)
        part.n_steps = event.n_steps
        part.add(event.step, event.losses)
        if not self._timer.isActive():
            self._timer.start()

    def _show(self, run: str, history: LossHistory) -> None:
        self._run, self._history = run, history
        self._panel.losses.set_history(history)
        self._panel.show_losses(bool(history.parts) or self._trainer.is_running)
        if self._dialog is not None:
            self._dialog.show_history(self._title, history)

    def _look(self) -> None:
        self._panel.losses.look()
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.look()
