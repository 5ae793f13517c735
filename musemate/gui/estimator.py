"""What a training would take, said under its button while region and settings are chosen."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from musemate.engine.events import Estimated, Event
from musemate.errors import MuseMateError
from musemate.gui.layout import Parts
from musemate.gui.listening import Listening
from musemate.gui.session import Session
from musemate.gui.trainer import Trainer, why_not
from musemate.jobs.lane import Job
from musemate.language import _, number
from musemate.project.records import Fragment

PAUSE_MS = 500
"""How long region and settings must have stayed as they are: nobody waits for an estimate on the way."""

Wish = tuple[str, ...]


class Estimator(QObject):
    """Asks the analysis lane, shows the answer to the latest question only, and remembers answers.

    While a training or the quick lane computes nothing is measured: they would be slowed down, and the answer wrong.
    Pictures that are wanted meanwhile do not wait for it.
    """

    def __init__(
        self,
        session: Session,
        listening: Listening,
        parts: Parts,
        trainer: Trainer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._listening, self._panel, self._trainer = session, listening, parts.train, trainer
        self._wish: Wish = ()
        self._job: Job | None = None
        self.known: dict[Wish, Estimated] = {}
        """Answers of before, by what was asked."""
        self.is_wanted = True
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        self._panel.settings_changed.connect(self.look)
        listening.chosen.connect(self.look)
        parts.stage.region_chosen.connect(self.look)
        trainer.run_ended.connect(self.look)

    def look(self) -> None:
        """See whether something else is to be estimated now."""
        fragment = self._listening.fragment
        wish = self._wished(fragment) if fragment is not None and not why_not(fragment) else ()
        if wish == self._wish and (not wish or wish in self.known or self._timer.isActive() or self._job is not None):
            return
        self._forget()
        self._wish = wish
        if wish in self.known:
            self._show(self.known[wish])
        elif wish and self.is_wanted:
            self._timer.start()

    def _wished(self, fragment: Fragment) -> Wish:
        method = (self._panel.engine.value, self._panel.preset.value, str(self._panel.device.currentData()))
        return wish_of(fragment, fragment.length_s, *method, self._trainer.options)

    def _forget(self) -> None:
        """Drop what was asked before, and what it said."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._panel.show_estimate("")

    def _ask(self) -> None:
        fragment = self._listening.fragment
        if fragment is None or self._session.is_closing or self._trainer.is_running:
            self._wish = ()
            return
        if self._session.lanes.quick.jobs:  # those are waited for
            self._timer.start()
            return
        self._job = job = self._session.lanes.analyse.submit(
            "estimate",
            source=self._session.folder,
            fragment=fragment.id,
            start_s=fragment.start_s,
            length_s=fragment.length_s,
            engine=self._panel.engine.value,
            preset=self._panel.preset.value,
            device=self._panel.device.currentData(),
            options=self._trainer.options,
        )
        self._panel.show_estimate(_("Estimating…"))
        job.happened.connect(partial(self._on_event, job, self._wish))
        job.failed.connect(partial(self._on_failed, job))

    def _on_event(self, job: Job, wish: Wish, event: Event) -> None:
        if isinstance(event, Estimated):
            if not event.shortage:  # what is free changes
                self.known[wish] = event
            if job is self._job:
                self._job = None
                self._show(event)

    def _on_failed(self, job: Job, error: MuseMateError) -> None:
        if job is self._job:
            self._job = None
            self._panel.show_estimate(f"{error.message} {error.hint}".strip())

    def _show(self, event: Estimated) -> None:
        said = _("Takes {time}").format(time=event.in_words)
        memory = _("And about {n} MiB of memory").format(n=number(event.mib, ".0f"))
        self._panel.show_estimate(f"{said}. {event.shortage}" if event.shortage else said, memory)


def wish_of(
    fragment: Fragment, length_s: float, engine: str, preset: str, device: str, options: dict[str, Any] | None
) -> Wish:
    """Return all that the time depends on; where the region starts is no part of it."""
    sound = (str(fragment.rate_hz), str(fragment.n_channels), f"{length_s:.1f}")
    return (*sound, engine, preset, device, json.dumps(options))
