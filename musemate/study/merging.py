"""Brings answers from a copy of a study home, each of them once."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from musemate.errors import StudyError
from musemate.language import _
from musemate.study import answersfile
from musemate.study.answers import HEADPHONES, LONGEST_ANSWER, LONGEST_NAME, Answers
from musemate.study.records import Answer, Rater, Session

_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST_TEXT = 400
_MOST = 1 << 31
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
IsPossible = Callable[[Session, Answer], bool]


@dataclass(frozen=True)
class Merged:
    """What came of bringing the answers of a copy home.

    Parameters
    ----------
    n_raters, n_sessions, n_answers : int
        New here, or newer than what was here.
    n_known : int
        Answers that were here already, these or later ones.
    n_refused : int
        Answers that no such study can have; they were left out.
    """

    n_raters: int
    n_sessions: int
    n_answers: int
    n_known: int
    n_refused: int = 0


def merge(home: Answers, other: Answers, is_possible: IsPossible) -> Merged:
    """Bring the raters, sessions and answers of another file into this one, in one commit.

    What is here already stays; of two answers to the same question in the same session the later one counts. What no
    program of ours has stored is left out and counted.

    Parameters
    ----------
    home, other : Answers
        To the same study.
    is_possible : callable
        Given a session and an answer, whether the study can have it.

    Raises
    ------
    StudyError
        They are answers to different studies, or cannot be read or stored.
    """
    if other.study_id != home.study_id:
        raise StudyError(
            _("These are answers to another study; nothing was brought in."),
            hint=_("Choose a copy that was made of this study."),
        )
    raters = [rater for rater in other.plain_raters(sealed=True) if _is_rater(rater)]
    known = {rater.id for rater in raters}
    sessions = {one.id: one for one in other.sessions(sealed=True) if _is_session(one) and one.rater in known}
    answers = [
        answer
        for answer in other.all_answers(sealed=True)
        if answer.session in sessions and _is_answer(answer) and is_possible(sessions[answer.session], answer)
    ]
    with home.writing() as connection:
        here = {one.id: one for one in home.sessions()}
        n_raters = _add_raters(connection, raters)
        n_sessions = _add_sessions(connection, here, sessions.values())
        n_answers = _add_answers(connection, answers)
    return Merged(n_raters, n_sessions, n_answers, len(answers) - n_answers, other.n_stored() - len(answers))


def _add_raters(connection: sqlite3.Connection, raters: Iterable[Rater]) -> int:
    return sum(answersfile.store(connection, "rater", rater) for rater in raters)


def _add_sessions(connection: sqlite3.Connection, here: Mapping[str, Session], sessions: Iterable[Session]) -> int:
    """Add sessions; of one that is here already, only what it has learned since: its end, and its headphones."""
    n_new = 0
    for session in sessions:
        mine = here.get(session.id)
        if mine is None:
            n_new += answersfile.store(connection, "session", session)
        else:
            submitted, headphones = mine.submitted or session.submitted, mine.headphones or session.headphones
            answersfile.update_session(connection, replace(mine, submitted=submitted, headphones=headphones))
    return n_new


def _add_answers(connection: sqlite3.Connection, answers: Iterable[Answer]) -> int:
    n_new = 0
    find = "SELECT answered, value FROM answer WHERE session = ? AND trial = ? AND question = ?"
    for answer in answers:
        row = connection.execute(find, (answer.session, answer.trial, answer.question)).fetchone()
        if row is None or (_time(answer.answered), answer.value) > (_time(row[0]), row[1]):
            n_new += answersfile.store(connection, "answer", answer, replaces=True)
    return n_new


def _is_rater(rater: Rater) -> bool:
    return bool(_ID.fullmatch(rater.id)) and 0 < len(rater.name) <= LONGEST_NAME and _is_time(rater.created)


def _is_session(session: Session) -> bool:
    texts = (session.device, session.version)
    return (
        bool(_ID.fullmatch(session.id))
        and 0 <= session.number < _MOST
        and session.headphones in HEADPHONES
        and _is_time(session.started)
        and (not session.submitted or _is_time(session.submitted))
        and all(len(text) <= _LONGEST_TEXT for text in texts)
    )


def _is_answer(answer: Answer) -> bool:
    numbers = (answer.trial, answer.seconds, answer.plays, answer.heard_s)
    is_sized = len(answer.value) <= LONGEST_ANSWER and len(answer.question) <= _LONGEST_TEXT
    is_possible = all(math.isfinite(value) and 0 <= value < _MOST for value in numbers)
    return is_sized and is_possible and _is_time(answer.answered)


def _is_time(text: str) -> bool:
    return _time(text) != _LONG_AGO


def _time(text: str) -> datetime:
    """Return when something was, long ago where that cannot be read."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return time if time.tzinfo else time.replace(tzinfo=UTC)
