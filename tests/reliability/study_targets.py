"""Readers of studies under fire: what is asked, the truth, the answers. See `tests.reliability.targets`."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from musemate.study import studyfile
from musemate.study.folder import StudyFolder
from musemate.study.records import END, Answer, Truth
from musemate.study.template import values_of
from musemate.study.templates import load_template
from tests.reliability.mutations import spoilt_bytes, spoilt_json, spoilt_value
from tests.reliability.targets import Target

sys.path.append(str(Path(__file__).parents[1]))  # the campaign's processes start without pytest's paths
from small_study import PAIRS, REAL, TAKES, TEMPLATE, small_study

WHEN = "2026-01-01T00:00:00.000+00:00"


def _study(folder: Path, name: str = "study") -> Path:
    """Make a study with a session of two answers."""
    (folder / "made").mkdir(exist_ok=True)
    files = {token: folder / "made" / token for token in (*TAKES, *REAL)}
    for token, file in files.items():
        file.write_bytes(token.encode())
    truths = {token: Truth(token, token in REAL, "take", token, steps=3, closeness=0.5) for token in files}
    with StudyFolder.create(folder / name, small_study(files), truths, files) as made:
        session = made.answers.begin(made.answers.add_rater("Anna").id)
        made.answers.put(Answer(session.id, 1, "verdict", "fake", WHEN, 1.5, 2, 1.0))
        made.answers.put(Answer(session.id, END, "helps", "yes", WHEN))
    return folder / name


def _read(folder: Path) -> None:
    with StudyFolder.open(folder) as study:
        for row in study.rows():
            assert row.trial >= 0
        for session in study.answers.unfinished():
            study.study.trials_of(session.number)
            study.answers.answers(session.id)
        study.problems()


def studies(folder: Path) -> Target:
    """The files that say what a study is, and the truth, under seals that fit."""
    sample = _study(folder)
    samples = {name: json.loads((sample / name).read_text(encoding="utf-8")) for name in ("study.json", "key.json")}

    def make(random: Random) -> bytes:
        name = random.choice(list(samples))
        return name[:1].encode() + spoilt_json(random, [samples[name]])

    def feed(data: bytes) -> None:
        name = "study.json" if data[:1] == b"s" else "key.json"
        whole = json.dumps(samples[name])
        try:
            (sample / name).write_bytes(_sealed_again(data[1:]))
            _read(sample)
        finally:
            (sample / name).write_text(whole, encoding="utf-8")

    return Target(make, feed)


def _sealed_again(told: bytes) -> bytes:
    """Seal a file, as whoever changes it can do too; what is none stays as it is."""
    try:
        values = json.loads(told)
        rest = {name: value for name, value in values.items() if name not in ("kind", "format", "seal")}
        values["seal"] = studyfile._seal(rest)
        return json.dumps(values).encode()
    except (ValueError, AttributeError, RecursionError, UnicodeError):
        return told


def answer_files(folder: Path) -> Target:
    """A copy's answers with spoilt bytes: read, and brought home."""
    home, sample = _study(folder, "home"), _study(folder)
    database = (sample / "answers.sqlite").read_bytes()

    def feed(data: bytes) -> None:
        _renew(sample, data)
        _read(sample)
        with StudyFolder.open(home) as study:
            assert study.merge(sample).n_answers >= 0
            study.rows()

    return Target(lambda random: spoilt_bytes(random, [database]), feed)


def answer_cells(folder: Path) -> Target:
    """A copy's answers in a sound file that holds values which nobody stored, under seals that fit."""
    home, sample = _study(folder, "home"), _study(folder)
    database = (sample / "answers.sqlite").read_bytes()
    columns = {"rater": ("id", "name", "created"), "about": ("value",)}
    columns["session"] = ("id", "rater", "number", "started", "submitted", "device", "headphones")
    columns["answer"] = ("session", "trial", "question", "value", "answered", "seconds", "plays", "heard_s")

    def make(random: Random) -> bytes:
        table = random.choice(list(columns))
        value = spoilt_value(random)
        value = json.dumps(value) if isinstance(value, list | dict) else value
        return json.dumps([table, random.choice(columns[table]), value]).encode()

    def feed(data: bytes) -> None:
        table, column, value = json.loads(data)
        _renew(sample, database)
        connection = sqlite3.connect(sample / "answers.sqlite")
        try:
            with connection:
                connection.create_function("seal_of", -1, lambda *cells: _seal(cells))
                connection.execute("PRAGMA ignore_check_constraints = ON")
                connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
                if table != "about":
                    cells = _cells(connection, table)
                    connection.execute(f"UPDATE {table} SET seal = seal_of({cells})")
        except (sqlite3.Error, OverflowError, UnicodeEncodeError):
            return  # SQLite itself does not take it
        finally:
            connection.close()
        _read(sample)
        with StudyFolder.open(home) as study:
            study.merge(sample)
            study.rows()

    return Target(make, feed)


def _cells(connection: sqlite3.Connection, table: str) -> str:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    return ", ".join(name for name in names if name not in ("row", "seal") and (table, name) != ("rater", "number"))


def _seal(cells: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def _renew(sample: Path, database: bytes) -> None:
    for path in sample.glob("answers.sqlite*"):
        path.unlink()
    (sample / "answers.sqlite").write_bytes(database)


def questionnaires(folder: Path) -> Target:
    """Questionnaires that anybody wrote."""
    values = [values_of(TEMPLATE), values_of(PAIRS)]

    def feed(data: bytes) -> None:
        (folder / "x.json").write_bytes(data)
        template = load_template(folder / "x.json")
        for question in (*template.questions, *template.closing):
            question.problem_of("1")

    return Target(lambda random: spoilt_json(random, values), feed)


TARGETS: dict[str, Callable[[Path], Target]] = {
    "studies": studies,
    "answer_files": answer_files,
    "answer_cells": answer_cells,
    "questionnaires": questionnaires,
}
