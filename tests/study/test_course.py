"""The way through a study: what comes next, what is asked, and where it goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_study import EASE, HELPS, QUALITY, REAL, TAKES, TEMPLATE, VERDICT, small_study

from musemate.study.course import BREAK, CLOSING, REVIEW, TRIAL, Course
from musemate.study.pace import QUESTION_S, seconds_left
from musemate.study.records import END, Answer, Session, Study
from musemate.study.template import Rules, Template

SESSION = Session("s", "r", 0, "2026-01-01")


def study_of(tmp_path: Path, template: Template = TEMPLATE, **rules: int) -> Study:
    files = {token: tmp_path / token for token in (*TAKES, *REAL)}
    for file in files.values():
        file.write_bytes(file.name.encode())
    return small_study(files, replace(template, rules=Rules(**rules)))  # type: ignore[arg-type]


def give(course: Course, number: int, question: str, value: str, seconds: float = 4.0) -> list[Answer]:
    return course.take(Answer("s", number, question, value, "2026-01-01", seconds))


def answer_all(course: Course, seconds: float = 4.0) -> None:
    give(course, course.step.number, "verdict", "real", seconds)
    give(course, course.step.number, "quality", "3", seconds)


def kinds(course: Course) -> list[str]:
    """Go to the end, and return what was passed."""
    passed = [course.step.kind]
    while course.step.kind != REVIEW:
        if course.step.kind == TRIAL:
            answer_all(course)
        assert course.go_on()
        passed.append(course.step.kind)
    return passed


def test_the_way_has_breaks_questions_at_the_end_and_the_list(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path, break_after=2), SESSION)
    assert kinds(course) == [TRIAL, TRIAL, BREAK, TRIAL, TRIAL, BREAK, TRIAL, TRIAL, CLOSING, REVIEW]
    assert kinds(Course(study_of(tmp_path, break_after=0), SESSION)) == [TRIAL] * 6 + [CLOSING, REVIEW]
    nothing_at_the_end = replace(TEMPLATE, closing=())
    assert kinds(Course(study_of(tmp_path, nothing_at_the_end, break_after=0), SESSION)) == [TRIAL] * 6 + [REVIEW]


def test_it_does_not_go_on_without_an_answer_that_must_be_there(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path), SESSION)
    assert not course.go_on()
    give(course, 1, "verdict", "fake")
    assert [question.name for question in course.missing(1)] == ["ease", "quality"]
    give(course, 1, "ease", "easy")
    give(course, 1, "quality", "10")
    assert course.go_on()
    assert (course.step.number, course.place, course.n_done) == (2, 2, 1)


def test_questions_follow_from_answers(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path), SESSION)
    assert course.asked(1) == [VERDICT, QUALITY]
    give(course, 1, "verdict", "fake")
    assert course.asked(1) == [VERDICT, EASE, QUALITY]
    give(course, 1, "ease", "hard")
    changed = give(course, 1, "verdict", "real")
    assert [(answer.question, answer.value) for answer in changed] == [("verdict", "real"), ("ease", "")]
    assert course.values(1) == {"verdict": "real"}
    assert course.asked(END) == [HELPS]


def test_back_goes_past_breaks_and_forth_does_not_rest_twice(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path, break_after=2), SESSION)
    assert not course.go_back()
    for _ in range(2):
        answer_all(course)
        course.go_on()
    assert course.step.kind == BREAK
    course.go_on()
    assert course.step.number == 3
    assert course.go_back() and course.step.number == 2
    assert course.go_on() and course.step.number == 3


def test_the_list_leads_to_a_trial_and_back_to_itself(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path), SESSION)
    kinds(course)
    course.go_to(2)
    assert course.step.number == 2
    assert course.go_on() and course.step.kind == REVIEW
    course.go_to(END)
    assert course.step.kind == CLOSING
    assert course.go_on() and course.step.kind == REVIEW
    assert not course.go_on()


def test_it_goes_on_where_it_was_left(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    course, kept = Course(study, SESSION), {}
    for _ in range(3):
        answer_all(course)
        course.go_on()
    give(course, 4, "verdict", "real")
    for number in (1, 2, 3, 4):
        for name, value in course.values(number).items():
            kept[number, name] = Answer("s", number, name, value, "2026-01-01", 4.0)
    again = Course(study, SESSION, kept)
    assert (again.step.number, again.n_done, again.values(4)) == (4, 3, {"verdict": "real"})


def test_where_nothing_must_be_answered_it_goes_on_after_the_last_answer(tmp_path: Path) -> None:
    free = replace(TEMPLATE, questions=tuple(replace(q, required=False) for q in TEMPLATE.questions))
    study = study_of(tmp_path, free)
    assert Course(study, SESSION).step.number == 1
    kept = {(2, "verdict"): Answer("s", 2, "verdict", "real", "2026-01-01")}
    assert Course(study, SESSION, kept).step.number == 3


def test_what_cannot_be_heard_is_left_out(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    lost = study.trials_of(0)[0].tokens[0]
    course = Course(study, SESSION, left_out=[lost])
    assert (course.step.number, course.place, len(course.heard), course.lost) == (2, 1, 5, [1])
    course.leave_out(course.step.trial.tokens)  # type: ignore[union-attr]
    assert (course.step.number, course.lost) == (3, [1, 2])
    every = Course(study, SESSION, left_out=[*TAKES, *REAL])
    assert (every.step.kind, every.n_done) == (CLOSING, 0)


def test_the_next_trial_is_known_before_it_comes(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path, break_after=1), SESSION)
    assert course.upcoming == course.trials[1].tokens
    kinds(course)
    assert course.upcoming == ()


def test_the_time_left_follows_this_raters_pace(tmp_path: Path) -> None:
    course = Course(study_of(tmp_path), SESSION)
    assert course.seconds_left == pytest.approx(6 * (1.3 * 2.0 + 3 * QUESTION_S))
    for seconds in (10.0, 12.0, 300.0):  # a pause in one trial does not count
        answer_all(course, seconds)
        course.go_on()
    assert course.seconds_left == pytest.approx(3 * 12.0)
    assert seconds_left([], [], 3) == 0.0
