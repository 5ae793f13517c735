"""A small study of which takes inspire, answered by some listeners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from small_study import TAKES, VERDICT, small_study

from musemate.study.folder import StudyFolder
from musemate.study.records import Answer, Truth
from musemate.study.template import Choice, Question, SetPlan, Template

INSPIRING = Question(
    "inspiring", "Ideas?", measures="inspiring", choices=tuple(Choice(word, word) for word in ("yes", "maybe", "no"))
)
TEMPLATE = Template("inspiring", "Inspiring", sets=(SetPlan("one"),), questions=(VERDICT, INSPIRING))


def make_inspiring_study(project: Path, answers: Mapping[str, str], name: str = "Inspiring", seed: int = 0) -> Path:
    """Make a study of a project's takes (ids) with what listeners said of each, "yes maybe" for two of them."""
    sounds = project.parent / f"{name} sounds"
    sounds.mkdir()
    files = {token: sounds / f"{token}.flac" for token in TAKES[: len(answers)]}
    for token, file in files.items():
        file.write_bytes(token.encode())
    tokens = dict(zip(answers, files, strict=True))
    truths = {token: Truth(token, False, "take", take, engine="instant", take=take) for take, token in tokens.items()}
    study = replace(small_study(files, TEMPLATE), id=f"{seed:032x}")
    with StudyFolder.create(project / "studies" / name, study, truths, files) as opened:
        said = {tokens[take]: words.split() for take, words in answers.items()}
        for listener in range(max(len(words) for words in said.values())):
            session = opened.answers.begin(opened.answers.add_rater(f"listener {listener}").id)
            for trial in opened.study.trials_of(session.number):
                words = said[trial.tokens[0]]
                if listener < len(words):
                    _answer(opened, session.id, trial.number, "inspiring", words[listener])
                    _answer(opened, session.id, trial.number, "verdict", "real" if listener else "fake")
    return opened.folder


def _answer(study: StudyFolder, session: str, trial: int, question: str, value: str) -> None:
    study.answers.put(Answer(session, trial, question, value, "2026-01-01T00:00:00", 3.0, 1, 2.0))
