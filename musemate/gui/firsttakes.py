"""Instant takes of what was just loaded: there without a click, while the songwriter still looks at the waveform."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from musemate.engine.events import Event, TakeMade
from musemate.gui.listening import Listening
from musemate.gui.session import Session
from musemate.gui.trainer import why_not
from musemate.jobs.lane import Job


class FirstTakes(QObject):
    """Makes them once a fragment, in the quick lane, when the fragment is first looked at and its picture is there.

    Nobody asked for these takes, so nothing is chosen, played or said; why some could not be made stands in the log.
    A fragment of a project that is opened again gets none: the songwriter has seen it before.
    """

    changed = Signal()
    """Takes begin or cease to be made."""

    def __init__(self, session: Session, listening: Listening, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._listening = session, listening
        self._job: Job | None = None
        self._fresh: set[str] = set()
        self._drawn: set[str] = set()
        self._fragment = ""
        self.is_wanted = True
        session.project_changed.connect(self._on_project)
        session.fragment_added.connect(self._on_added)
        session.pictures.ready.connect(self._on_picture)
        session.rows_changed.connect(self._begin)
        listening.chosen.connect(self._begin)

    @property
    def fragment(self) -> str:
        """The fragment whose takes are being made, "" for none."""
        return self._fragment

    def _on_project(self) -> None:
        self._fresh.clear()
        self._drawn.clear()

    def _on_added(self, fragment_id: str) -> None:
        self._fresh.add(fragment_id)
        self._begin()

    def _on_picture(self, audio: str, picture: object) -> None:
        self._drawn.add(audio)
        self._begin()

    def _begin(self) -> None:
        """Begin when it is time: nothing is being loaded, and the fragment looked at has its picture."""
        fragment = self._listening.fragment
        if fragment is None or fragment.id not in self._fresh or fragment.audio not in self._drawn:
            return
        if self._job is not None or self._session.loading or self._session.is_closing or not self.is_wanted:
            return
        self._fresh.remove(fragment.id)
        if why_not(fragment):
            return
        self._fragment = fragment.id
        self._job = job = self._session.lanes.quick.submit(
            "instant", project=self._session.folder, fragment=fragment.id
        )
        job.happened.connect(self._on_event)
        job.finished.connect(self._on_finished)
        self.changed.emit()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TakeMade):
            self._session.rows_changed.emit()

    def _on_finished(self) -> None:
        self._job, self._fragment = None, ""
        self.changed.emit()
        self._session.rows_changed.emit()
