"""One person's session as the listening window has it: reads the study, keeps every answer, knows what is next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate import __version__
from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.study.course import REVIEW, Course
from musemate.study.folder import StudyFolder
from musemate.study.records import Answer, Rater, Session


@dataclass(frozen=True)
class Waiting:
    """A session that can go on.

    Parameters
    ----------
    session : Session
    rater : Rater
    n_done, n_trials : int
        How far it is.
    """

    session: Session
    rater: Rater
    n_done: int
    n_trials: int


@dataclass(frozen=True)
class Desk:
    """What is known when a study is opened: its folder, who listened, which sessions can go on, which sounds cannot."""

    folder: StudyFolder
    raters: tuple[Rater, ...]
    waiting: tuple[Waiting, ...]
    left_out: frozenset[str]


class Sitting(QObject):
    """Reads and writes in a thread of its own, one thing after the other; an answer is kept before the next page opens.

    Parameters
    ----------
    parent : QObject
    """

    opened = Signal()
    """The study is there, or was looked at anew: `desk` says who can go on."""
    began = Signal()
    """There is a session, and `course` says where it is."""
    stepped = Signal()
    """Another page is open."""
    answered = Signal()
    """An answer was noted; it is being stored."""
    stored = Signal()
    """Everything that was answered is on the disk."""
    held = Signal()
    """The next page was asked for, but an answer is missing here."""
    submitted = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = Background(self, n_threads=1)
        self._unsaved: dict[tuple[int, str], Answer] = {}
        self._refused: set[tuple[int, str]] = set()
        self._wants: Callable[[], object] | None = None
        self.desk: Desk | None = None
        self.session: Session | None = None
        self.course: Course | None = None

    # the study -----------------------------------------------------------------------------------------

    def open(self, folder: Path) -> None:
        """Read a study and look whether its sounds are as they were made."""
        self._thread.run(lambda: _desk(StudyFolder.open(folder)), self._on_opened, self.failed.emit)

    def look_again(self) -> None:
        """Read anew who listened, for the next person."""
        assert self.desk is not None
        folder = self.desk.folder
        self._thread.run(lambda: _desk(folder), self._on_opened, self.failed.emit)

    def close(self) -> None:
        """Store what is not stored yet, and let go of the study."""
        desk = self.desk
        if desk is not None:
            self._thread.run(desk.folder.answers.close, lambda _: None, lambda _: None)
        self._thread.finish()

    @property
    def folder(self) -> StudyFolder:
        """The study that is open."""
        assert self.desk is not None
        return self.desk.folder

    # the session ---------------------------------------------------------------------------------------

    def begin(self, rater: Rater | str, device: str = "") -> None:
        """Begin a session of somebody who listened before, or of a new name."""
        answers = self.folder.answers

        def begin() -> tuple[Session, dict[tuple[int, str], Answer]]:
            who = answers.add_rater(rater) if isinstance(rater, str) else rater
            return answers.begin(who.id, device=device, version=__version__), {}

        self._thread.run(begin, self._on_began, self.failed.emit)

    def resume(self, session: Session) -> None:
        """Go on with a session where it was left."""
        answers = self.folder.answers
        self._thread.run(lambda: (session, answers.answers(session.id)), self._on_began, self.failed.emit)

    def set_headphones(self, outcome: str) -> None:
        """Keep how the check went."""
        assert self.session is not None
        answers, session_id = self.folder.answers, self.session.id
        self._thread.run(lambda: answers.set_headphones(session_id, outcome), lambda _: None, self.failed.emit)

    def submit(self) -> None:
        """Hand the answers in, as soon as all are stored."""
        self._when_stored(self._submit)

    # answers and pages ---------------------------------------------------------------------------------

    def answer(self, number: int, question: str, value: str, *, seconds: float, plays: int, heard_s: float) -> None:
        """Note an answer and store it."""
        assert self.course is not None and self.session is not None
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        given = Answer(self.session.id, number, question, value, now, round(seconds, 3), plays, round(heard_s, 3))
        for answer in self.course.take(given):
            self._put(answer)
        self.answered.emit()

    def go_on(self) -> None:
        """Open the next page, as soon as the answers of this one are stored."""
        assert self.course is not None
        if not self.course.is_complete(self.course.step.number):
            self.held.emit()
        elif self.course.step.kind != REVIEW:
            self._when_stored(lambda: self._step(self.course.go_on))  # type: ignore[union-attr]

    def go_back(self) -> None:
        """Open the page before."""
        assert self.course is not None
        self._wants = None
        self._step(self.course.go_back)

    def go_to(self, number: int) -> None:
        """Open a trial from the list at the end."""
        assert self.course is not None
        self.course.go_to(number)
        self.stepped.emit()

    def leave_out(self, token: str) -> None:
        """Leave out the trials of a sound that cannot be heard."""
        assert self.course is not None
        before = self.course.step
        self.course.leave_out([token])
        if self.course.step != before:
            self.stepped.emit()

    # inside --------------------------------------------------------------------------------------------

    def _step(self, move: Callable[[], bool]) -> None:
        if move():
            self.stepped.emit()

    def _when_stored(self, action: Callable[[], object]) -> None:
        """Do something when no answer is on its way any more; one that could not be stored is tried again."""
        if not self._unsaved:
            action()
            return
        self._wants = action
        for answer in [answer for key, answer in self._unsaved.items() if key in self._refused]:
            self._put(answer)

    def _put(self, answer: Answer) -> None:
        key, answers = (answer.trial, answer.question), self.folder.answers
        self._unsaved[key] = answer
        self._refused.discard(key)
        self._thread.run(lambda: answers.put(answer), lambda _: self._on_stored(answer), partial(self._on_lost, answer))

    def _on_stored(self, answer: Answer) -> None:
        key = (answer.trial, answer.question)
        if self._unsaved.get(key) is answer:
            del self._unsaved[key]
        if not self._unsaved:
            self.stored.emit()
            action, self._wants = self._wants, None
            if action is not None:
                action()

    def _on_lost(self, answer: Answer, error: MuseMateError) -> None:
        """Keep what could not be stored; the next page does not open without it."""
        self._wants = None
        self._refused.add((answer.trial, answer.question))
        self.failed.emit(error)

    def _submit(self) -> None:
        assert self.session is not None
        answers, session_id = self.folder.answers, self.session.id
        self._thread.run(lambda: answers.submit(session_id), self._on_submitted, self.failed.emit)

    def _on_submitted(self, _done: None) -> None:
        self.session = self.course = None
        self.submitted.emit()

    def _on_opened(self, desk: Desk) -> None:
        self.desk = desk
        self.opened.emit()

    def _on_began(self, begun: tuple[Session, dict[tuple[int, str], Answer]]) -> None:
        assert self.desk is not None
        session, answers = begun
        self.session = session
        self.course = Course(self.desk.folder.study, session, answers, self.desk.left_out)
        self.began.emit()


def _desk(folder: StudyFolder) -> Desk:
    """Look at a study that was opened."""
    raters = {rater.id: rater for rater in folder.answers.raters()}
    left_out = folder.lost
    waiting = []
    for session in folder.answers.unfinished():
        course = Course(folder.study, session, folder.answers.answers(session.id), left_out)
        if session.rater in raters:
            waiting.append(Waiting(session, raters[session.rater], course.n_done, len(course.heard)))
    return Desk(folder, tuple(raters.values()), tuple(waiting), left_out)
