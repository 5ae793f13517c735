"""Answers are on the disk when the call returns, whatever happens then."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rights import read_only

from musemate.errors import StudyError
from musemate.study.answers import Answers
from musemate.study.answersfile import problem_of
from musemate.study.records import Answer

ID = "ab" * 16
KILLED = """
import os, signal, sys
from musemate.study.answers import Answers
from musemate.study.answersfile import problem_of
from musemate.study.records import Answer

with Answers.open(sys.argv[1]) as answers:
    session = answers.begin(answers.add_rater("Anna").id)
    for trial in range(1, 8):
        answers.put(Answer(session.id, trial, "verdict", "real", "2026-01-01T00:00:00+00:00"))
    os.write(1, session.id.encode())
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def answers(tmp_path):
    with Answers.create(tmp_path / "answers.sqlite", ID, n_orders=5) as made:
        yield made


@pytest.fixture
def session(answers):
    return answers.begin(answers.add_rater("Anna").id, device="headphones", version="1.0")


def answer(session, value="real", trial=1, question="verdict"):
    return Answer(session.id, trial, question, value, "2026-01-01T00:00:00.000+00:00", 2.5, 3, 4.5)


def test_what_was_answered_comes_back_as_it_was(answers, session):
    given = answer(session, "other: “hm” \U0001f600 ü")
    answers.put(given)
    with Answers.open(answers.file) as again:
        assert again.answers(session.id) == {(1, "verdict"): given}
        assert again.sessions() == [session]
        assert again.study_id == ID


def test_a_later_answer_replaces_an_earlier_one_to_the_same_question_only(answers, session):
    for given in (answer(session), answer(session, "5", question="quality"), answer(session, "fake")):
        answers.put(given)
    assert {key: one.value for key, one in answers.answers(session.id).items()} == {
        (1, "verdict"): "fake",
        (1, "quality"): "5",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_answers_survive_a_process_that_is_killed_right_after_them(tmp_path):
    file = tmp_path / "answers.sqlite"
    Answers.create(file, ID, n_orders=5).close()
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(file)], cwd=root, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    with Answers.open(file) as again:
        assert [session.id for session in again.unfinished()] == [done.stdout.decode()]
        assert [key[0] for key in again.answers(done.stdout.decode())] == list(range(1, 8))


def test_every_commit_is_forced_to_the_disk_and_refers_to_what_is_there(answers):
    pragmas = {
        name: answers._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "user_version": 1}


def test_a_submitted_session_takes_no_answer_any_more(answers, session):
    answers.put(answer(session))
    answers.submit(session.id)
    with pytest.raises(StudyError, match="was submitted"):
        answers.put(answer(session, "fake"))
    assert answers.answers(session.id)[1, "verdict"].value == "real"
    assert answers.unfinished() == []
    at = answers.session(session.id).submitted
    answers.submit(session.id)
    assert at and answers.session(session.id).submitted == at


def test_a_full_disk_is_said_and_loses_nothing_that_was_answered(answers, session):
    answers.put(answer(session))
    n_pages = answers._connection.execute("PRAGMA page_count").fetchone()[0]
    answers._connection.execute(f"PRAGMA max_page_count = {n_pages}")
    with pytest.raises(StudyError, match="no space left") as caught:
        for trial in range(2, 100):
            answers.put(answer(session, "x" * 5000, trial))
    assert "all answers before it are kept" in caught.value.hint
    answers._connection.execute(f"PRAGMA max_page_count = {n_pages + 100}")
    answers.put(answer(session, "fake", 500))
    with Answers.open(answers.file) as again:
        assert {(1, "verdict"), (500, "verdict")} <= again.answers(session.id).keys()


def test_raters_with_the_same_name_are_kept_apart(answers):
    names = [answers.add_rater(name).name for name in ("Anna", "Ben", " anna ", "Anna (2)", "Anna")]
    assert names == ["Anna", "Ben", "anna (2)", "Anna (2) (2)", "Anna (3)"]
    assert [rater.name for rater in answers.raters()] == names
    assert len({rater.id for rater in answers.raters()}) == 5


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_rater_needs_a_name(answers, name):
    with pytest.raises(StudyError, match="needs a name of at most 80"):
        answers.add_rater(name)


def test_orders_are_given_out_equally_often_and_copies_begin_elsewhere(answers, tmp_path):
    rater = answers.add_rater("Anna").id
    assert [answers.begin(rater).number for _ in range(7)] == [0, 1, 2, 3, 4, 0, 1]
    offsets = [answers.next_offset() for _ in range(4)]
    assert offsets == [3, 1, 4, 2]
    with Answers.create(tmp_path / "copy.sqlite", ID, n_orders=5, offset=3) as copy:
        rater = copy.add_rater("Ben").id
        assert [copy.begin(rater).number for _ in range(6)] == [3, 4, 0, 1, 2, 3]


def test_sessions_that_begin_at_once_get_orders_of_their_own(answers):
    rater = answers.add_rater("Anna").id

    def begin():
        with Answers.open(answers.file) as own:
            own.begin(rater)

    threads = [threading.Thread(target=begin) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(session.number for session in answers.sessions()) == [0, 1, 2, 3, 4]


def test_other_threads_may_use_it(answers, session):
    thread = threading.Thread(target=answers.put, args=(answer(session),))
    thread.start()
    thread.join()
    assert len(answers.answers(session.id)) == 1


def test_headphones_are_kept(answers, session):
    answers.set_headphones(session.id, "passed")
    assert answers.session(session.id).headphones == "passed"


def test_who_or_what_is_not_there_is_said(answers, session):
    with pytest.raises(StudyError, match="no such rater"):
        answers.begin("nobody")
    for call in (answers.submit, answers.session, lambda one: answers.set_headphones(one, "passed")):
        with pytest.raises(StudyError, match="no such session"):
            call("none")
    with pytest.raises(StudyError, match="no such session"):
        answers.put(Answer("none", 1, "verdict", "real", ""))
    with pytest.raises(StudyError, match="10001 characters is too long"):
        answers.put(answer(session, "x" * 10_001))


def test_a_folder_that_may_not_be_written_can_be_read(answers, session):
    answers.put(answer(session))
    answers.close()
    with read_only(answers.file.parent), Answers.open(answers.file) as again:
        assert again.is_read_only
        assert len(again.answers(session.id)) == 1
        with pytest.raises(StudyError, match="may not be written: no answer can be stored"):
            again.put(answer(session, "fake"))


def spoil(file, how):
    if how == "missing":
        file.unlink()
    elif how == "text":
        file.write_text("no database at all, but long enough to be read as one" * 50)
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:5000])
    else:
        with sqlite3.connect(file) as connection:
            connection.execute(how)
        connection.close()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("missing", "missing or cannot be opened"),
        ("text", "are damaged"),
        ("cut", "are damaged"),
        ("PRAGMA user_version = 2", "made by a newer version"),
        ("PRAGMA application_id = 1", "are damaged"),
        ("CREATE TRIGGER t AFTER INSERT ON answer BEGIN DELETE FROM answer; END", "are damaged"),
        ("DELETE FROM about", "are damaged"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_in_one_sentence(answers, how, said):
    answers.close()
    spoil(answers.file, how)
    with pytest.raises(StudyError, match=said) as caught, Answers.open(answers.file) as opened:
        assert opened.study_id
    assert caught.value.hint


def test_a_spoilt_row_is_left_out_and_the_others_are_read(answers, session):
    answers.put(answer(session))
    answers.put(answer(session, trial=2))
    answers._connection.execute("UPDATE answer SET plays = 'often' WHERE trial = 2")
    assert [one.trial for one in answers.all_answers()] == [1]
    assert answers.n_stored() == 2


def flip(answers, sql):
    """Change the file behind the program's back, as a failing disk does."""
    answers._connection.execute(sql)


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE answer SET value = 'ream'", "answer"),
        ("UPDATE answer SET seconds = 2.5000000000000004", "answer"),
        ("UPDATE session SET number = number + 1", "session"),
        ("UPDATE rater SET name = 'Anne'", "rater"),
    ],
)
def test_every_row_tells_whether_it_is_what_was_stored(answers, session, sql, table):
    answers.put(Answer(session.id, 1, "verdict", "real", "", 2, 1, 0))  # whole numbers come back as such with a point
    answers.set_headphones(session.id, "failed")
    answers.submit(session.id)
    assert problem_of(answers.file) == ""
    flip(answers, sql)
    assert problem_of(answers.file) == f"1 rows of {table} are not what was stored"
