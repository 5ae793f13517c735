"""A study's folder: what raters get, what stays at home, and how answers come back."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
from small_study import PAIRS, REAL, TAKES, small_study

from musemate.errors import StudyError
from musemate.study.answers import Answers
from musemate.study.folder import StudyFolder, is_study
from musemate.study.records import END


def rows_by(study, *names):
    return [tuple(getattr(row, name) for name in names) for row in study.rows()]


def values(study):
    return sorted((row.rater_name, row.trial, row.question, row.value) for row in study.rows())


def test_a_study_comes_back_as_it_was_made(home, files, truths):
    with StudyFolder.open(home.folder) as again:
        assert again.study == small_study(files)
        assert again.truths == truths
        assert again.problems() == []
        assert again.sound(TAKES[0]).read_bytes() == files[TAKES[0]].read_bytes()
    assert is_study(home.folder) and not is_study(home.folder.parent)


def test_files_of_sounds_tell_nothing_by_their_dates(home):
    assert len({home.sound(token).stat().st_mtime_ns for token in (*TAKES, *REAL)}) == 1


def test_what_raters_get_does_not_hold_the_truth_nor_names(home, tmp_path, begin):
    begin(home, "Anna Secret")
    copy = home.copy_for_raters(tmp_path / "copy")
    assert sorted(path.name for path in copy.iterdir()) == ["answers.sqlite", "sounds", "study.json"]
    told = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    for word in (b"frames", b"the song", b"take 1", b"Anna", b"balanced\x00", b"closeness"):
        assert word not in told
    with StudyFolder.open(copy) as opened:
        assert opened.truths == {}
        assert opened.study == home.study


def test_an_answer_becomes_a_row_with_all_that_is_known(home, begin, give):
    session = begin(home)
    trial = next(one for one in home.study.trials_of(0) if one.tokens[0] in TAKES)
    give(home, session, trial.number, "verdict", "real")
    give(home, session, END, "helps", "yes, a bit")
    row, closing = home.rows()
    known = dataclasses.asdict(row)
    assert known == known | {
        "study": home.study.id, "title": "Does “it” inspire?", "template": "small", "session": session.id,
        "submitted": False, "rater_name": "Anna", "trial": trial.number, "set": "one", "question": "verdict",
        "measures": "verdict", "value": "real", "correct": False, "seconds": 1.5, "plays": 2, "heard_s": 3.5,
        "token": trial.tokens[0], "place": "", "beside": "", "is_real": False, "origin": "take", "group": "frames",
        "preset": "balanced", "mode": "new", "closeness": 0.5, "steps": 2000, "seed": 7, "take": "t1",
        "gain_db": -1.5, "duration_s": 2.0, "device": "d", "version": "0.1.0",
    }  # fmt: skip
    assert (closing.trial, closing.value, closing.token, closing.is_real) == (END, "yes, a bit", "", None)


def test_answers_that_do_not_count_any_more_are_no_rows(home, begin, give):
    session = begin(home)
    give(home, session, 1, "verdict", "fake")
    give(home, session, 1, "ease", "hard")
    assert rows_by(home, "question") == [("verdict",), ("ease",)]
    give(home, session, 1, "verdict", "real")
    assert rows_by(home, "question") == [("verdict",)]
    give(home, session, 1, "verdict", "")
    assert home.rows() == []


def test_of_a_pair_the_row_is_about_the_take(tmp_path, files, truths, begin, give):
    with StudyFolder.create(tmp_path / "pairs", small_study(files, PAIRS), truths, files) as study:
        session = begin(study)
        for trial in study.study.trials_of(0):
            give(study, session, trial.number, "verdict", "a")
        for row, trial in zip(study.rows(), study.study.trials_of(0), strict=True):
            is_first = trial.tokens[0] in TAKES
            assert row.place == ("a" if is_first else "b")
            assert row.correct is not is_first
            assert {row.token, row.beside} == set(trial.tokens) and row.token in TAKES
        copy = study.copy_for_raters(tmp_path / "copy")
    with StudyFolder.open(copy) as blind:
        session = begin(blind)
        give(blind, session, 1, "verdict", "b")
        assert [(row.place, row.correct, row.is_real) for row in blind.rows()] == [("", None, None)]


def test_answers_of_copies_come_home_once(home, tmp_path, begin, give):
    copies = [home.copy_for_raters(tmp_path / name) for name in ("one", "two")]
    give(home, begin(home), 1, "verdict", "real")
    for folder in copies:
        with StudyFolder.open(folder) as copy:
            session = begin(copy)
            give(copy, session, 1, "verdict", "fake")
            give(copy, session, 1, "quality", "7")
            copy.answers.submit(session.id)
    first = home.merge(copies[0])
    assert (first.n_raters, first.n_sessions, first.n_answers, first.n_known, first.n_refused) == (1, 1, 2, 0, 0)
    again = home.merge(copies[0])
    assert (again.n_raters, again.n_sessions, again.n_answers, again.n_known) == (0, 0, 0, 2)
    home.merge(copies[1])
    names = ("Anna", "Anna (2)", "Anna (3)")
    assert {row.rater_name for row in home.rows()} == set(names) and len(home.rows()) == 5
    assert len({session.number for session in home.answers.sessions()}) == 3
    assert [bool(session.submitted) for session in home.answers.sessions()] == [False, True, True]


def test_a_session_that_goes_on_in_both_places_keeps_the_later_answers(home, tmp_path, begin, give):
    session = begin(home)
    give(home, session, 1, "quality", "1", second=1)
    give(home, session, 2, "quality", "2", second=2)
    shutil.copytree(home.folder, tmp_path / "elsewhere")
    give(home, session, 1, "quality", "9", second=9)
    with StudyFolder.open(tmp_path / "elsewhere") as other:
        give(other, session, 1, "quality", "5", second=5)
        give(other, session, 2, "quality", "8", second=8)
        give(other, session, 3, "quality", "3", second=3)
        other.answers.submit(session.id)
        merged = home.merge(other)
    assert (merged.n_sessions, merged.n_answers, merged.n_known) == (0, 2, 1)
    assert values(home) == [("Anna", 1, "quality", "9"), ("Anna", 2, "quality", "8"), ("Anna", 3, "quality", "3")]
    assert home.answers.unfinished() == []


def test_answers_that_the_study_cannot_have_are_left_out_and_counted(home, tmp_path, begin, give):
    with StudyFolder.open(home.copy_for_raters(tmp_path / "copy")) as copy:
        session = begin(copy)
        give(copy, session, 1, "quality", "10")
        for trial, question, value in (
            (1, "verdict", "alien"),
            (2, "quality", "11"),
            (7, "quality", "1"),
            (1, "x", "1"),
        ):
            give(copy, session, trial, question, value)
        copy.answers._connection.execute("UPDATE answer SET seconds = 'long' WHERE trial = 2")
        merged = home.merge(copy)
    assert (merged.n_answers, merged.n_refused) == (1, 4)
    assert values(home) == [("Anna", 1, "quality", "10")]


def test_what_a_failing_disk_changed_is_not_brought_home(home, tmp_path, begin, give):
    with StudyFolder.open(home.copy_for_raters(tmp_path / "copy")) as copy:
        for name in ("Ben", "Cleo"):
            session = begin(copy, name)
            give(copy, session, 1, "quality", "4")
            give(copy, session, 2, "quality", "5")
        copy.answers._connection.execute("UPDATE answer SET value = '6' WHERE trial = 2 AND session = ?", (session.id,))
        copy.answers._connection.execute("UPDATE session SET number = number + 1 WHERE id <> ?", (session.id,))
        merged = home.merge(copy)
    assert (merged.n_sessions, merged.n_answers, merged.n_refused) == (1, 1, 3)
    assert values(home) == [("Cleo", 1, "quality", "4")]


def test_another_study_is_not_merged(home, tmp_path, files, truths):
    other = dataclasses.replace(small_study(files), id="f" * 32)
    StudyFolder.create(tmp_path / "other", other, truths, files).close()
    with pytest.raises(StudyError, match='"other" is no copy of this study'):
        home.merge(tmp_path / "other")


def test_a_sound_that_is_missing_or_changed_is_named_and_the_rest_opens(home):
    home.sound(TAKES[0]).unlink()
    home.sound(REAL[0]).write_bytes(b"another")
    with StudyFolder.open(home.folder) as again:
        assert again.lost == {TAKES[0], REAL[0]}
        assert again.problems() == ["The sound take 1 is missing.", "The sound the song is damaged."]
        with pytest.raises(StudyError, match="cannot be copied: The sound take 1 is missing"):
            again.copy_for_raters(home.folder.parent / "copy")
    assert not (home.folder.parent / "copy").exists()


def change(folder, name, **new):
    file = folder / name
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | new), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "new", "said"),
    [
        ("study.json", {"title": "Another"}, 'The file "study.json" of the study "home" was changed or damaged'),
        ("study.json", {"format": 2}, "made by a newer version"),
        ("study.json", {"format": "1"}, "is damaged"),
        ("study.json", {"kind": "a shopping list"}, "is damaged"),
        ("key.json", {"study": "0" * 32}, 'The file "key.json" of the study "home" was changed or damaged'),
        ("key.json", {"format": 7}, "made by a newer version"),
    ],
)
def test_files_that_somebody_changed_are_refused_in_one_sentence(home, name, new, said):
    change(home.folder, name, **new)
    with pytest.raises(StudyError, match=said) as caught:
        StudyFolder.open(home.folder)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "[", "[]", "[" * 5000, '"x"', "\x00"])
def test_what_is_no_json_is_refused(home, text):
    (home.folder / "study.json").write_text(text)
    with pytest.raises(StudyError, match=r'"study\.json" of the study "home" is damaged'):
        StudyFolder.open(home.folder)


def test_a_folder_without_a_study_is_said(tmp_path):
    with pytest.raises(StudyError, match=r'holds no study: the file "study\.json" is missing'):
        StudyFolder.open(tmp_path)


def test_a_key_without_one_of_the_truths_is_damaged(tmp_path, files, truths):
    del truths[TAKES[0]]
    with pytest.raises(StudyError, match=r'"key\.json" of the study "made" is damaged'):
        StudyFolder.create(tmp_path / "made" / "made", small_study(files), truths, files)


def test_answers_of_another_study_are_not_taken(home, tmp_path):
    home.close()
    (home.folder / "answers.sqlite").unlink()
    Answers.create(home.folder / "answers.sqlite", "f" * 32, n_orders=3).close()
    with pytest.raises(StudyError, match='The answers in "home" belong to another study'):
        StudyFolder.open(home.folder)


def test_nothing_is_overwritten_and_nothing_half_made_stays(home, tmp_path, files, truths):
    with pytest.raises(StudyError, match='"home" exists already'):
        StudyFolder.create(home.folder, home.study, truths, files)
    files[TAKES[1]].unlink()
    with pytest.raises(StudyError, match="could not be written; nothing is left of it"):
        StudyFolder.create(tmp_path / "new", home.study, truths, files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "made"]
