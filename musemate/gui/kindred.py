"""Closes the loop: what studies say about the takes is shown beside them, and more like the good ones are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from musemate.analysis.marks import YES, Marks
from musemate.engine.events import Event, Listed
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.gui.takelist import TakeList
from musemate.gui.takeorder import may_inspire
from musemate.gui.takepanel import TakePanel
from musemate.gui.taker import Taker
from musemate.jobs.lane import Job
from musemate.language import _
from musemate.project.records import Take
from musemate.study.places import studies_folder

MOST_TAKES = 100
REBUILT = "reconstruction"


class Kindred(QObject):
    """Keeps the marks of the takes, and makes more like some of them.

    Marks are read when a project opens, when answers were brought in, and when the window is come back to: somebody may
    have listened meanwhile, in a window or a process of its own.

    Parameters
    ----------
    session : Session
    takes : TakeList
    panel : TakePanel
        Says how many are wanted.
    taker : Taker
    messages : MessageBar
    window : QWidget
        Owner.
    """

    def __init__(
        self,
        session: Session,
        takes: TakeList,
        panel: TakePanel,
        taker: Taker,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._takes, self._panel, self._taker = session, takes, panel, taker
        self._messages = messages
        self._job: Job | None = None
        takes.more_asked.connect(self.make_like)
        session.project_changed.connect(self._on_project)
        for lane in (session.lanes.quick, session.lanes.analyse):
            lane.submitted.connect(self._on_submitted)
        window.installEventFilter(self)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions call."""
        return {"more_like": lambda: self.make_like(self._takes.selected), "more_inspiring": self.make_inspiring}

    # marks ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what the studies say, where there are any."""
        session = self._session
        if session.project is None or session.is_closing or self._job is not None:
            return
        if not studies_folder(session.project.folder).is_dir():
            self._takes.set_marks({})
            return
        self._job = job = session.lanes.quick.submit("study_marks", project=session.folder)
        job.happened.connect(partial(self._on_event, session.folder))
        job.finished.connect(self._on_finished)  # why it failed stands in the log; the sheet of studies says it too

    def _on_project(self) -> None:
        self._takes.set_marks({})
        self.refresh()

    def _on_submitted(self, job: Job) -> None:
        if job.task == "study_merge":
            job.finished.connect(self.refresh)

    def _on_event(self, folder: str, event: Event) -> None:
        if isinstance(event, Listed) and self._session.project is not None and self._session.folder == folder:
            self._takes.set_marks({row["take"]: _marks(row) for row in event.rows})

    def _on_finished(self) -> None:
        self._job = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again when the window is come back to (Qt's hook)."""
        if event.type() == QEvent.Type.WindowActivate:
            self.refresh()
        return False

    # more like these -----------------------------------------------------------------------------------

    def make_inspiring(self) -> None:
        """Make takes like all that inspired; where none did for certain, like those that may have."""
        takes = [take for take in map(self._takes.model.take, self._takes.model.known) if take is not None]
        chosen = [take for take in takes if may_inspire(take)]
        certain = [take for take in chosen if take.marks is not None and take.marks.inspires == YES]
        if chosen:
            self._make(certain or chosen)
        else:
            hint = _("Listen to them in a study first: Takes > New study of the takes.")
            self._messages.say(_("No take of this fragment was called inspiring yet."), hint, level="warning")

    def make_like(self, ids: list[str]) -> None:
        """Make takes like these."""
        takes = [take for take in map(self._takes.model.take, ids) if take is not None]
        if takes:
            self._make(takes)
        else:
            self._messages.say(_("Choose takes that you like first."), level="warning")

    def _make(self, takes: list[Take]) -> None:
        ids = [take.id for take in takes if take.mode != REBUILT][:MOST_TAKES]
        if not ids:
            text = _("A reconstruction is the same each time: there is none like it.")
            self._messages.say(text, _("Choose takes of another kind."), level="warning")
        elif self._taker.is_running:
            self._messages.say(_("Takes are being made already."), _("Try again when they are done."), level="warning")
        else:
            self._taker.make_like(ids, max(self._panel.wish.count, len(ids)))


def _marks(row: dict[str, object]) -> Marks:
    values = {name: value for name, value in row.items() if name in Marks.__dataclass_fields__}
    return Marks(**values)  # type: ignore[arg-type]  # they were marks before they were a row
