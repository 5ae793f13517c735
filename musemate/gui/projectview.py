"""Keeps the panels in step with the project: what there is, what is chosen, what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from musemate.gui.choosing import Choosing
from musemate.gui.firsttakes import FirstTakes
from musemate.gui.history import Step
from musemate.gui.layout import Parts
from musemate.gui.listening import Listening
from musemate.gui.session import Session
from musemate.gui.trainer import Trainer, why_not
from musemate.language import _
from musemate.project.records import Run, Take

SOON_MS = 120
"""Waited for with the tree after a change of takes: several in a row are shown at once."""


class ProjectView(QObject):
    """Fills the panels and follows what is chosen in them."""

    refreshed = Signal()
    run_shown = Signal(str)
    """A training of another day is looked at."""

    def __init__(
        self,
        session: Session,
        parts: Parts,
        listening: Listening,
        trainer: Trainer,
        first_takes: FirstTakes,
        choosing: Choosing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._parts, self._listening, self._trainer = session, parts, listening, trainer
        self._first_takes, self._choosing = first_takes, choosing
        self._run = ""
        self._of = ""
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._refresh_tree)
        self._connect()

    # what there is -------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the project as it is now."""
        session, parts = self._session, self._parts
        fragments, runs, takes = session.fragments(), session.runs(), session.takes()
        self._listening.refresh()
        parts.tree.set_loading(session.loading)
        parts.tree.set_rows(fragments, runs, takes)
        self._show_takes()
        parts.show_workspace(session.project is not None and bool(fragments or parts.tree.refused or session.loading))
        self._tell_ready()
        self.refreshed.emit()

    def _show_takes(self) -> None:
        fragment = self._listening.fragment
        self._of = fragment.id if fragment else ""
        self._parts.takes.set_takes(self._session.takes(fragment.id) if fragment else [])

    def _on_takes_changed(self, ids: list[str]) -> None:
        """Show what else is said of some takes; the rest of the window follows when there is time."""
        project = self._session.project
        if project is not None:
            self._parts.takes.update_takes(project.these_takes(ids))
            self._soon.start()

    def _refresh_tree(self) -> None:
        if self._session.project is not None:
            self._listening.refresh()
            self._parts.tree.set_rows(self._session.fragments(), self._session.runs(), self._session.takes())

    def current_run(self) -> Run | None:
        """Return the run that takes are made with: the chosen one, or the newest of the fragment that was trained.

        None: nothing is trained, and takes of the region are made at once.
        """
        fragment = self._listening.fragment
        if fragment is None:
            return None
        usable = [run for run in self._session.runs(fragment.id) if run.is_usable]
        chosen = [run for run in usable if run.id == self._run]
        trained = [run for run in usable if not run.is_instant]
        return next(iter(chosen or trained[-1:]), None)

    def _tell_ready(self) -> None:
        fragment, run = self._listening.fragment, self.current_run()
        reason = why_not(fragment)
        self._parts.train.set_ready(reason)
        self._parts.make.show_run(run)
        self._parts.takes.set_run(run.id if run else "")
        self._parts.make.set_points(self._session.points(run) if run else [])
        self._parts.make.set_ready("" if run else reason)
        self._parts.make.set_metre(fragment.beats if fragment else None)
        is_making = fragment is not None and fragment.id == self._first_takes.fragment
        self._parts.takes.set_hint(can_make=run is not None or not reason, is_making=is_making)

    # what is chosen ------------------------------------------------------------------------------------

    def step_take(self, step: int) -> None:
        """Choose the take below or above."""
        ids = self._parts.takes.ids
        if ids:
            now = ids.index(self._parts.takes.current) if self._parts.takes.current in ids else -step
            self._show_take(ids[(now + step) % len(ids)])

    def _on_tree(self, kind: str, row_id: str) -> None:
        project = self._session.project
        if project is None:
            return
        if kind == "take":
            self._show_take(row_id)
            return
        if kind == "run":
            self._run = row_id
            self._show_run(project.run(row_id))
            self._parts.make.set_seconds(project.run(row_id).length_s)
        fragment = project.fragment(project.run(row_id).fragment if kind == "run" else row_id)
        self._listening.show_fragment(fragment)

    def _show_run(self, run: Run) -> None:
        """Show what a training of another day left: its state and its previews."""
        if not self._trainer.is_running and not run.is_instant:
            self._parts.train.show_run(run, self._session.previews(run))
            self.run_shown.emit(run.id)

    def _on_added(self, fragment_id: str) -> None:
        """Show the first fragment of several that are loaded together, and none while something plays."""
        if self._session.project is None or self._listening.audition.is_playing:
            return
        self._parts.tree.select("fragment", fragment_id)
        self._listening.show_fragment(self._session.project.fragment(fragment_id))

    def _show_take(self, take_id: str) -> None:
        if self._session.project is not None:
            self._listening.show_take(self._session.project.take(take_id))

    def _on_chosen(self) -> None:
        """Another fragment or take is current: everything else follows."""
        fragment, take = self._listening.fragment, self._listening.take
        if self._of != (fragment.id if fragment else ""):
            self._show_takes()
        self._parts.takes.select(take.id if take else "")
        self._parts.takes.show_layers(self._layers(take) if take else [])
        if take is not None:
            if not take.is_instant:  # listening to one must not keep from what is trained
                self._run = take.run
            self._parts.tree.select("take", take.id)
        elif fragment is not None:
            if self._run not in [run.id for run in self._session.runs(fragment.id)]:
                self._run = ""
            self._parts.make.set_seconds(self._take_length())
        self._tell_ready()

    def _layers(self, take: Take) -> list[tuple[str, str]]:
        project = self._session.project
        assert project is not None
        return [(layer.name, str(project.audio_path(layer.audio))) for layer in take.layers]

    def _take_length(self) -> float:
        run = self.current_run()
        fragment = self._listening.fragment
        assert fragment is not None
        return run.length_s if run is not None else fragment.length_s

    def _on_project(self) -> None:
        """Start with the last fragment of the project."""
        self._run = ""
        self._parts.tree.forget_refused()
        self._parts.train.show_idle()
        self._listening.show_nothing()
        fragments = self._session.fragments()
        if fragments:
            self._listening.show_fragment(fragments[-1])
            self._parts.tree.select("fragment", fragments[-1].id)

    # what is changed -----------------------------------------------------------------------------------

    def _on_region(self, start_s: float, end_s: float) -> None:
        project, subject = self._session.project, self._parts.stage.subject
        if project is None or subject is None or subject.kind != "fragment":
            return
        if self._choosing.set_region(subject.id, start_s, end_s - start_s) and self._listening.fragment is not None:
            self._listening.fragment = project.fragment(subject.id)
            self._parts.make.set_seconds(self._take_length())
            self._parts.tree.set_rows(self._session.fragments(), self._session.runs(), self._session.takes())
            self._tell_ready()

    def _on_region_back(self, fragment_id: str) -> None:
        """Show a region that was set by undoing."""
        self.refresh()
        fragment, subject = self._listening.fragment, self._parts.stage.subject
        if fragment is not None and fragment.id == fragment_id:
            self._parts.make.set_seconds(self._take_length())
            if subject is not None and (subject.kind, subject.id) == ("fragment", fragment_id):
                self._parts.stage.view.region.set_span(fragment.start_s, fragment.start_s + fragment.length_s)

    def _on_remove(self, kind: str, row_id: str) -> None:
        """Take something off the lists; its files stay, and it can be brought back."""
        if kind == "refused":
            self._parts.tree.forget_refused(row_id)
            self.refresh()
        elif kind == "take":
            self._choosing.remove_takes([row_id])
        elif kind == "fragment":
            self._choosing.remove_fragment(row_id)

    def _on_removed(self, text: str, step: Step) -> None:
        self._parts.messages.say(text, action=(_("Undo"), partial(self._choosing.undo, step)))

    def _on_gone(self, ids: list[str]) -> None:
        """Look at something else when what is shown was removed."""
        fragment, take = self._listening.fragment, self._listening.take
        if fragment is not None and fragment.id in ids:
            self._listening.show_nothing()
            others = self._session.fragments()
            if others:
                self._listening.show_fragment(others[-1])
        elif take is not None and take.id in ids and fragment is not None:
            self._listening.show_fragment(fragment)

    # building ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session, parts = self._session, self._parts
        session.project_changed.connect(self._on_project)
        session.rows_changed.connect(self.refresh)
        session.fragment_added.connect(self._on_added)
        session.takes_changed.connect(self._on_takes_changed)
        parts.tree.chosen.connect(self._on_tree)
        parts.tree.remove_asked.connect(self._on_remove)
        parts.tree.resume_asked.connect(self._on_resume)
        parts.train.resume_asked.connect(self._on_resume)
        self._trainer.run_started.connect(self._on_run_started)
        self._first_takes.changed.connect(self._tell_ready)
        parts.takes.chosen.connect(self._show_take)
        parts.takes.play_pressed.connect(self._on_play)
        parts.takes.layer_asked.connect(self._listening.show_layer)
        self._choosing.said.connect(self._on_removed)
        self._choosing.told.connect(parts.messages.say)
        self._choosing.gone.connect(self._on_gone)
        self._choosing.region_back.connect(self._on_region_back)
        parts.stage.region_chosen.connect(self._on_region)
        self._listening.chosen.connect(self._on_chosen)
        self._listening.audition.changed.connect(self._on_audition)
        self._listening.audition.moved.connect(self._on_moved)

    def _on_play(self, take_id: str) -> None:
        if self._session.project is not None:
            self._listening.play_take(self._session.project.take(take_id))

    def _on_run_started(self) -> None:
        """Make the next takes with what is being learnt now, as soon as there is something."""
        self._run = ""

    def _on_resume(self, run_id: str) -> None:
        if self._session.project is not None:
            self._trainer.resume(self._session.project.run(run_id))

    def _on_audition(self) -> None:
        audition = self._listening.audition
        self._parts.takes.set_playable(audition.reason)
        self._parts.train.strip.set_playing(self._listening.preview if audition.is_playing else "")
        self._parts.takes.layers.set_playing(self._listening.layer if audition.is_playing else "")
        self._on_moved(audition.position_s)

    def _on_moved(self, position_s: float) -> None:
        audition, take = self._listening.audition, self._listening.heard_take
        if take is None:
            self._parts.takes.set_playing("", 0.0, playing=False)
        else:
            self._parts.takes.set_playing(take.id, position_s / max(0.1, take.seconds), playing=audition.is_playing)
