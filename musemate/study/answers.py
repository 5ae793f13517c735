"""Who answered what in a study: each answer is on the disk when the call that gives it returns."""

from __future__ import annotations

import dataclasses
import logging
import math
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from musemate.errors import StudyError
from musemate.language import _
from musemate.project import schema
from musemate.project.kinds import check_kinds
from musemate.project.rows import to_column
from musemate.study import answersfile
from musemate.study.records import Answer, Rater, Session

log = logging.getLogger(__name__)
T = TypeVar("T", Rater, Session, Answer)

_KINDS: dict[type, tuple[type, ...]] = {
    Rater: (str, str, str),
    Session: (str, str, int, str, str, str, str, str),
    Answer: (str, int, str, str, str, float, int, float),
}
"""What the cells of a row are."""
LONGEST_NAME, LONGEST_ANSWER = 80, 10_000
HEADPHONES = ("", "passed", "failed")


class Answers:
    """The answers of a study; make the file with `create`, open it with `open`.

    Every writing method is one commit that is on the disk when it returns. May be used from any thread.

    Parameters
    ----------
    file : Path
        The file, for what is said.
    connection : sqlite3.Connection
    is_read_only : bool
        Whether nothing can be stored.
    """

    def __init__(self, file: Path, connection: sqlite3.Connection, is_read_only: bool) -> None:
        self.file = file
        self.is_read_only = is_read_only
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def create(cls, file: Path | str, study_id: str, *, n_orders: int, offset: int = 0) -> Self:
        """Make the file.

        Parameters
        ----------
        file : Path or str
        study_id : str
        n_orders : int
            How many orders the study has: each is given out as often as the others.
        offset : int
            The first order that is given out; another one for each copy, so that theirs do not repeat.

        Raises
        ------
        StudyError
            It cannot be written.
        """
        answersfile.make(Path(file))
        made = cls.open(file)
        try:
            about = {"study": study_id, "n_orders": max(1, n_orders), "offset": offset, "n_copies": 0}
            with made.writing() as connection:
                connection.executemany("INSERT INTO about VALUES (?, ?)", [(k, str(v)) for k, v in about.items()])
        except BaseException:
            made.close()
            raise
        return made

    @classmethod
    def open(cls, file: Path | str) -> Self:
        """Open the file; where its folder may not be written, only to be read.

        Raises
        ------
        StudyError
            It is missing, damaged, or of a newer version.
        """
        file = Path(file)
        with answersfile.door(file):
            return cls(file, *answersfile.connect(file))

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def study_id(self) -> str:
        """Of the study that these are answers to."""
        return self._about("study")

    # Raters and sessions

    def add_rater(self, name: str) -> Rater:
        """Add somebody who listens; another rater may have the same name.

        Raises
        ------
        StudyError
            The name is empty or too long, or cannot be stored.
        """
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise StudyError(
                _("A rater needs a name of at most {most} characters.").format(most=LONGEST_NAME),
                hint=_("Type a name; initials will do."),
            )
        rater = Rater(secrets.token_hex(16), str(to_column(name)), stamp())
        with self.writing() as connection:
            answersfile.store(connection, "rater", rater)
        return next(one for one in self.raters() if one.id == rater.id)

    def raters(self) -> list[Rater]:
        """Return who listened, in the order in which they came; equal names are told apart: "Anna", "Anna (2)"."""
        return _apart(self.plain_raters())

    def plain_raters(self, *, sealed: bool = False) -> list[Rater]:
        """Return who listened under the names that they gave; of `sealed` see `all_answers`."""
        return self._records(Rater, "rater", "ORDER BY created, number", sealed=sealed)

    def begin(self, rater_id: str, *, device: str = "", version: str = "") -> Session:
        """Begin a session of a rater, in the order that was given out least often so far.

        Raises
        ------
        StudyError
            There is no such rater, or it cannot be stored.
        """
        if all(rater.id != rater_id for rater in self.raters()):
            raise StudyError(_("There is no such rater in this study."), hint=_("Choose another name, or add one."))
        with self.writing() as connection:
            number = self._next_number(connection)
            session = Session(secrets.token_hex(16), rater_id, number, stamp(), device=device, version=version)
            answersfile.store(connection, "session", session)
        return session

    def sessions(self, *, sealed: bool = False) -> list[Session]:
        """Return all sessions in the order in which they began; of `sealed` see `all_answers`."""
        return self._records(Session, "session", "ORDER BY started, row", sealed=sealed)

    def session(self, session_id: str) -> Session:
        """Return one session.

        Raises
        ------
        StudyError
            There is none.
        """
        found = [session for session in self.sessions() if session.id == session_id]
        if not found:
            raise StudyError(_("There is no such session in this study."), hint=_("Begin a new one."))
        return found[0]

    def unfinished(self) -> list[Session]:
        """Return the sessions that can go on, in the order in which they began."""
        return [session for session in self.sessions() if not session.submitted]

    def set_headphones(self, session_id: str, value: str) -> None:
        """Keep how the check of the headphones went: "passed", "failed" or "".

        Raises
        ------
        StudyError
            There is no such session, or it cannot be stored.
        """
        if value not in HEADPHONES:
            raise ValueError(f"{value!r} is no result of a headphone check")
        with self.writing() as connection:
            session = dataclasses.replace(self.session(session_id), headphones=value)
            answersfile.update_session(connection, session)

    def submit(self, session_id: str) -> None:
        """End a session: none of its answers changes any more. Once more does nothing.

        Raises
        ------
        StudyError
            There is no such session, or it cannot be stored.
        """
        with self.writing() as connection:
            session = self.session(session_id)
            if not session.submitted:
                answersfile.update_session(connection, dataclasses.replace(session, submitted=stamp()))

    # Answers

    def put(self, answer: Answer) -> None:
        """Store an answer in place of an earlier one to the same question; "" takes it back.

        Raises
        ------
        StudyError
            The session was submitted or is not there, the answer is too long, or it cannot be stored.
        """
        if len(answer.value) > LONGEST_ANSWER:
            raise StudyError(
                _("An answer of {count} characters is too long.").format(count=len(answer.value)),
                hint=_("Use at most {most} characters.").format(most=LONGEST_ANSWER),
            )
        if answer.trial < 0 or not all(math.isfinite(value) for value in (answer.seconds, answer.heard_s)):
            raise ValueError(f"{answer} is no answer")
        with self.writing() as connection:
            row = connection.execute("SELECT submitted FROM session WHERE id = ?", (answer.session,)).fetchone()
            if row is None:
                raise StudyError(_("There is no such session in this study."), hint=_("Begin a new one."))
            if row[0]:
                raise StudyError(
                    _("This session was submitted; its answers cannot be changed any more."),
                    hint=_("Begin a new session."),
                )
            answersfile.store(connection, "answer", answer, replaces=True)

    def answers(self, session_id: str) -> dict[tuple[int, str], Answer]:
        """Return the answers of a session by trial and question."""
        return {(answer.trial, answer.question): answer for answer in self.all_answers(session_id)}

    def all_answers(self, session_id: str | None = None, *, sealed: bool = False) -> list[Answer]:
        """Return the answers (of one session), by session, trial and question.

        Parameters
        ----------
        session_id : str, optional
        sealed : bool
            Leave out what is not what was stored, as a failing disk may give it back.
        """
        return self._records(
            Answer, "answer", "WHERE ? IS NULL OR session = ?", (session_id, session_id), sealed=sealed
        )

    def n_stored(self) -> int:
        """Return how many answers there are, those that cannot be read included."""
        return int(self._select("SELECT count(*) FROM answer")[0][0])

    # Copies

    def next_offset(self) -> int:
        """Count a copy of this file and return the first order that it gives out.

        Successive copies begin as far from each other, and from this one, as they can (by the golden ratio).

        Raises
        ------
        StudyError
            It cannot be stored.
        """
        with self.writing() as connection:
            n_copies = int(self._about("n_copies")) + 1
            connection.execute("UPDATE about SET value = ? WHERE name = 'n_copies'", (str(n_copies),))
        n_orders, golden = int(self._about("n_orders")), (math.sqrt(5) - 1) / 2
        return (int(self._about("offset")) + round(n_copies * golden * n_orders)) % n_orders

    def _next_number(self, connection: sqlite3.Connection) -> int:
        n_orders, offset = int(self._about("n_orders")), int(self._about("offset"))
        used = [0] * n_orders
        for (number,) in connection.execute("SELECT number FROM session"):
            used[number % n_orders] += 1
        return min(((offset + step) % n_orders for step in range(n_orders)), key=used.__getitem__)

    def _about(self, name: str) -> str:
        rows = self._select("SELECT value FROM about WHERE name = ?", (name,))
        with answersfile.door(self.file):
            if not rows or (name != "study" and not str(rows[0][0]).isdecimal()):
                raise answersfile.ForeignError(f"{name!r} is not known")
        return str(rows[0][0])

    def _records(
        self, kind: type[T], table: str, rest: str, values: tuple[Any, ...] = (), *, sealed: bool = False
    ) -> list[T]:
        columns = ", ".join(answersfile.COLUMNS[table])
        rows = self._select(f"SELECT {columns}, seal FROM {table} {rest}", values)
        return _readable(kind, (row[:-1] for row in rows if not sealed or answersfile.is_sound(row)))

    def _select(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock, answersfile.door(self.file):
            return [tuple(row) for row in self._connection.execute(sql, values).fetchall()]

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one commit: what the block does is stored, all of it, when it ends.

        Raises
        ------
        StudyError
            It cannot be stored; nothing has changed.
        """
        if self.is_read_only:
            message, hint = answersfile.read_only_words(self.file.parent.name)
            raise StudyError(message, hint=hint)
        with self._lock, answersfile.door(self.file):
            if self._connection.in_transaction:  # one whose end failed: what comes would be lost with it
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                schema.roll_back(self._connection)
                raise


def stamp() -> str:
    """Return the time as answers keep it: ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _apart(raters: Iterable[Rater]) -> list[Rater]:
    """Add a number to names that somebody else has already, whatever their case."""
    found: list[Rater] = []
    taken: set[str] = set()
    for rater in raters:
        name, number = rater.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{rater.name} ({number})"
        taken.add(name.casefold())
        found.append(dataclasses.replace(rater, name=name))
    return found


def _is_float(cell: Any) -> bool:
    return type(cell) is float


def _readable(kind: type[T], rows: Iterable[tuple[Any, ...]]) -> list[T]:
    """Make records of rows; one that somebody has spoilt is left out, and named in the log."""
    records = []
    usual = _KINDS[kind]
    for row in rows:
        record = kind(*row)
        try:
            # the long way only where it is needed: tens of thousands of answers are read at once
            if tuple(map(type, row)) != usual or not all(map(math.isfinite, filter(_is_float, row))):
                check_kinds(record)
        except TypeError as error:
            log.warning("a row of the answers is left out: %s", error)
        else:
            records.append(record)
    return records
