"""Joins answers with what was asked and what was heard: one row an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from musemate.study.answers import Answers
from musemate.study.records import END, Answer, Rater, Row, Session, Study, Trial, Truth
from musemate.study.template import PAIR_VERDICTS, Question

_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("token", "place", "beside", "origin", "label", "group", "engine", "preset", "mode"), ""),
    **dict.fromkeys(("is_real", "closeness", "steps", "seed", "gain_db", "duration_s")),
    **dict.fromkeys(("take", "run", "fragment"), ""),
}
"""What is known of the questions at the end: they are about no sound."""


def rows_of(study: Study, truths: Mapping[str, Truth], answers: Answers) -> list[Row]:
    """Return the rows of all sessions.

    Answers that were taken back are left out, and those to questions that are not asked any more after another one was
    changed.

    Parameters
    ----------
    study : Study
    truths : dict of str to Truth
        Empty where the truth is not known.
    answers : Answers
    """
    raters = {rater.id: rater for rater in answers.raters()}
    by_session: dict[str, list[Answer]] = {}
    for answer in answers.all_answers():
        by_session.setdefault(answer.session, []).append(answer)
    played = {trial.tokens: trial for trials in study.orders for trial in trials}
    heard = {tokens: _heard(study, truths, trial) for tokens, trial in played.items()}
    return [
        row
        for session in answers.sessions()
        if session.rater in raters
        for row in _session_rows(study, session, raters[session.rater], by_session.get(session.id, []), heard)
    ]


def _session_rows(
    study: Study,
    session: Session,
    rater: Rater,
    answers: list[Answer],
    heard: Mapping[tuple[str, ...], dict[str, Any]],
) -> Iterator[Row]:
    trials = study.trials_of(session.number)
    of_session: dict[str, Any] = {
        "study": study.id,
        "title": study.title,
        "template": study.template.name,
        "session": session.id,
        "submitted": bool(session.submitted),
        "rater": rater.id,
        "rater_name": rater.name,
        "device": session.device,
        "headphones": session.headphones,
        "version": session.version,
    }
    by_trial: dict[int, dict[str, Answer]] = {}
    for answer in answers:
        if answer.trial <= len(trials):
            by_trial.setdefault(answer.trial, {})[answer.question] = answer
    for number in [*range(1, len(trials) + 1), END]:
        questions = study.template.closing if number == END else study.template.questions
        values = {name: answer.value for name, answer in by_trial.get(number, {}).items()}
        trial = None if number == END else trials[number - 1]
        for question in questions:
            if values.get(question.name) and question.is_asked(values):
                sound = _NOTHING if trial is None else heard[trial.tokens]
                answer = by_trial[number][question.name]
                yield Row(**of_session, **sound, **_told(question, answer, trial, sound))


def _told(question: Question, answer: Answer, trial: Trial | None, sound: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "trial": answer.trial,
        "set": trial.set if trial else "",
        "question": question.name,
        "measures": question.measures,
        "value": answer.value,
        "correct": _is_correct(answer.value, sound) if question.measures == "verdict" else None,
        "seconds": float(answer.seconds),
        "plays": answer.plays,
        "heard_s": float(answer.heard_s),
        "answered": answer.answered,
    }


def _is_correct(verdict: str, sound: Mapping[str, Any]) -> bool | None:
    """Say whether a verdict is true; None where the truth is not known, or it is neither of the two."""
    if sound["place"]:  # the real one stands at the other place
        return verdict != sound["place"] if verdict in PAIR_VERDICTS else None
    if sound["is_real"] is None or verdict not in ("real", "fake"):
        return None
    return (verdict == "real") is bool(sound["is_real"])


def _heard(study: Study, truths: Mapping[str, Truth], trial: Trial) -> dict[str, Any]:
    """Return what a trial played, as columns; of a pair, the take."""
    token, place, beside = trial.tokens[0], "", ""
    if len(trial.tokens) == 2:
        beside = trial.tokens[1]
        if trial.tokens[0] in truths and trial.tokens[1] in truths:
            is_second = truths[token].is_real
            place = PAIR_VERDICTS[is_second]
            token, beside = (beside, token) if is_second else (token, beside)
    stimulus = next(one for one in study.stimuli if one.token == token)
    known = asdict(truths[token]) if token in truths else _NOTHING
    known = {name: value for name, value in known.items() if name in _NOTHING}
    return (
        _NOTHING
        | known
        | {
            "token": token,
            "place": place,
            "beside": beside,
            "gain_db": stimulus.gain_db,
            "duration_s": stimulus.duration_s,
        }
    )
