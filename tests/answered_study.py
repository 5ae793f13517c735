"""A small study that somebody has answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from small_study import REAL, TAKES, TEMPLATE, small_study

from musemate.study.folder import StudyFolder
from musemate.study.records import Answer, Truth


def make_study(folder: Path, title: str = "Does it inspire?", number: int = 0) -> Path:
    """Make a study of four takes and two real clips that Anna has answered; its sounds are no sounds."""
    sounds = folder.parent / f"{folder.name} sounds"
    sounds.mkdir(parents=True)
    files = {token: sounds / f"{token}.flac" for token in (*TAKES, *REAL)}
    for token, file in files.items():
        file.write_bytes(token.encode())
    study = replace(small_study(files, TEMPLATE), title=title, id=f"{number:032x}")
    truths = {
        token: Truth(token, token in REAL, "fragment" if token in REAL else "take", token, engine="frames", take="t1")
        for token in files
    }
    with StudyFolder.create(folder, study, truths, files) as opened:
        answer(opened, "Anna")
    return folder


def answer(study: StudyFolder, name: str) -> None:
    """Let somebody answer everything: every second sample is called fake."""
    session = study.answers.begin(study.answers.add_rater(name).id)
    for trial in study.study.trials_of(session.number):
        is_fake = trial.number % 2 == 0
        given = {"verdict": "fake" if is_fake else "real", "quality": str(trial.number)}
        for question, value in (given | ({"ease": "easy"} if is_fake else {})).items():
            study.answers.put(Answer(session.id, trial.number, question, value, "2026-01-01T00:00:00", 3.0, 1, 2.0))
    study.answers.submit(session.id)
