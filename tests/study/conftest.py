"""A small study with sounds that need not be heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_study import REAL, TAKES, small_study

from musemate.study.folder import StudyFolder
from musemate.study.records import Answer, Session, Truth


@pytest.fixture
def truths() -> dict[str, Truth]:
    made = {
        token: Truth(
            token, False, "take", f"take {token[-1]}", "frames", "frames", "balanced", "new", 0.5, 2000, 7, "t1"
        )
        for token in TAKES
    }
    return made | {token: Truth(token, True, "fragment", "the song", fragment="f1") for token in REAL}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Return files of sounds, by token; nothing here hears them."""
    (tmp_path / "made").mkdir()
    made = {token: tmp_path / "made" / f"{token}.flac" for token in (*TAKES, *REAL)}
    for token, file in made.items():
        file.write_bytes(b"fLaC" + token.encode() * 10)
    return made


@pytest.fixture
def home(tmp_path: Path, files: dict[str, Path], truths: dict[str, Truth]) -> Iterator[StudyFolder]:
    with StudyFolder.create(tmp_path / "home", small_study(files), truths, files) as made:
        yield made


@pytest.fixture
def begin() -> Callable[..., Session]:
    """Return what adds a rater and begins a session."""
    return lambda study, name="Anna": study.answers.begin(study.answers.add_rater(name).id, device="d", version="0.1.0")


@pytest.fixture
def give() -> Callable[..., None]:
    """Return what stores an answer that was given at some second."""

    def store(study: StudyFolder, session: Session, trial: int, question: str, value: str, second: int = 0) -> None:
        at = f"2026-01-02T00:00:{second:02d}.000+00:00"
        study.answers.put(Answer(session.id, trial, question, value, at, 1.5, 2, 3.5))

    return store
