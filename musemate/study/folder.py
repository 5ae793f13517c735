"""A study's folder: what is asked, of which sounds, what they really are, and the answers."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from musemate.audio.wording import shown_name
from musemate.errors import StudyError
from musemate.language import _
from musemate.paths import absolute
from musemate.project.keep import hash_of, sweep_foreign, sync, sync_folder
from musemate.study import answersfile, merging, studyfile
from musemate.study.answers import Answers
from musemate.study.merging import Merged
from musemate.study.records import END, Answer, Row, Session, Study, Truth
from musemate.study.rows import rows_of
from musemate.study.studyfile import KEY, STUDY

SOUNDS, ANSWERS = "sounds", "answers.sqlite"
_SOME_TIME_NS = 1_000_000_000 * 1_000_000_000
"""When every sound was written, as far as its file says (September 2001): the order of making tells nothing."""


class StudyFolder:
    """An open study; make one with `create`, open one with `open`.

    Parameters
    ----------
    folder : Path
    study : Study
    truths : dict of str to Truth
        By token; empty in a copy for raters.
    answers : Answers
    """

    def __init__(self, folder: Path, study: Study, truths: dict[str, Truth], answers: Answers) -> None:
        self.folder = folder
        self.study = study
        self.truths = truths
        self.answers = answers

    @classmethod
    def create(cls, folder: Path | str, study: Study, truths: Mapping[str, Truth], sounds: Mapping[str, Path]) -> Self:
        """Make a study's folder, whole or not at all, and open it.

        Parameters
        ----------
        folder : Path or str
            It is not there yet, or empty.
        study : Study
        truths : dict of str to Truth
            By token.
        sounds : dict of str to Path
            By token, each sound's file; they are copied.

        Raises
        ------
        StudyError
            The folder is in use or cannot be written.
        """
        folder = absolute(folder)
        with _made(folder) as part:
            _write(part, study, sounds)
            _put(part / KEY, studyfile.key_text(study.id, truths))
            Answers.create(part / ANSWERS, study.id, n_orders=len(study.orders)).close()
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a study or a copy of one.

        Raises
        ------
        StudyError
            It is missing, damaged, tampered with, or of a newer version.
        """
        folder = absolute(folder)
        study = studyfile.read_study(folder)
        truths = studyfile.read_key(folder, study)
        answers = Answers.open(folder / ANSWERS)
        if answers.study_id != study.id:
            answers.close()
            raise StudyError(
                _('The answers in "{name}" belong to another study.').format(name=folder.name),
                hint=_('Bring the file "{file}" back from a copy of the study.').format(file=ANSWERS),
            )
        return cls(folder, study, truths, answers)

    def close(self) -> None:
        """Close the answers; may be called twice."""
        self.answers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Sounds

    def sound(self, token: str) -> Path:
        """Return the file of a sound."""
        return self.folder / SOUNDS / f"{token}.flac"

    @cached_property
    def lost(self) -> frozenset[str]:
        """The tokens of sounds that are missing or not what they were; looked at once, all of them (some seconds)."""
        return frozenset(one.token for one in self.study.stimuli if not self._is_sound(one.token, one.sha256))

    def problems(self) -> list[str]:
        """Return a sentence for each thing that is wrong with the study's files; its trials without them are heard."""
        found = []
        for token in sorted(self.lost):
            is_there = self.sound(token).exists()
            text = _("The sound {name} is damaged.") if is_there else _("The sound {name} is missing.")
            found.append(text.format(name=self.truths[token].label if token in self.truths else token))
        damage = answersfile.problem_of(self.answers.file)
        if damage:
            found.append(_("The file of the answers is damaged: {reason}").format(reason=damage))
        return found

    def _is_sound(self, token: str, sha256: str) -> bool:
        try:
            return hash_of(self.sound(token)) == sha256
        except OSError:
            return False

    # Answers

    def rows(self) -> list[Row]:
        """Return every answer with all that is known of it, by session in the order in which they began."""
        return rows_of(self.study, self.truths, self.answers)

    def copy_for_raters(self, to: Path | str) -> Path:
        """Make a copy that raters elsewhere answer: without truth, answers and names, and with orders of its own.

        Raises
        ------
        StudyError
            The folder is in use or cannot be written, or a sound of the study is missing.
        """
        to = absolute(to)
        if self.lost:
            raise StudyError(
                _("The study cannot be copied: {problem}").format(problem=self.problems()[0]),
                hint=_("Bring the sound back from another copy, or make the study again."),
            )
        sounds = {one.token: self.sound(one.token) for one in self.study.stimuli}
        with _made(to) as part:
            _write(part, self.study, sounds)
            offset = self.answers.next_offset()
            Answers.create(part / ANSWERS, self.study.id, n_orders=len(self.study.orders), offset=offset).close()
        return to

    def merge(self, other: Self | Path | str) -> Merged:
        """Bring the answers of a copy in, each of them once; what is known already changes nothing.

        Raises
        ------
        StudyError
            It is no copy of this study, cannot be read, or the answers cannot be stored.
        """
        if not isinstance(other, StudyFolder):
            with type(self).open(other) as opened:
                return self.merge(opened)
        if other.study != self.study:
            raise StudyError(
                _('"{name}" is no copy of this study; nothing was brought in.').format(name=other.folder.name),
                hint=_("Choose a copy that was made of this study."),
            )
        return merging.merge(self.answers, other.answers, self._is_possible)

    def _is_possible(self, session: Session, answer: Answer) -> bool:
        """Whether an answer can have been given in this study."""
        template = self.study.template
        questions = template.closing if answer.trial == END else template.questions
        asked = next((question for question in questions if question.name == answer.question), None)
        if asked is None or answer.trial > len(self.study.trials_of(session.number)):
            return False
        return answer.value == "" or not asked.problem_of(answer.value)


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study, sound or not."""
    return os.path.lexists(folder / STUDY)


def _write(part: Path, study: Study, sounds: Mapping[str, Path]) -> None:
    """Write what everybody may know; files are written by name, so that their order on the disk tells nothing."""
    (part / SOUNDS).mkdir()
    for token in sorted(sounds):
        target = part / SOUNDS / f"{token}.flac"
        shutil.copyfile(sounds[token], target)
        sync(target)
        os.utime(target, ns=(_SOME_TIME_NS, _SOME_TIME_NS))
    sync_folder(part / SOUNDS)
    _put(part / STUDY, studyfile.study_text(study))


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
    sync(file)


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside the target, which takes its name at the end; nothing is left where that fails."""
    part = folder.with_name(f".musemate-{secrets.token_hex(6)}.part")
    try:
        try:
            if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
                raise FileExistsError(str(folder))
            part.mkdir(parents=True)
            sweep_foreign(part.parent)
            yield part
            sync_folder(part)
            with contextlib.suppress(FileNotFoundError):
                folder.rmdir()  # empty; a folder cannot be moved onto another everywhere
            part.rename(folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except (OSError, ValueError, StudyError) as error:
        raise _refusal(folder, error) from error


def _refusal(folder: Path, error: Exception) -> StudyError:
    if isinstance(error, FileExistsError):
        return StudyError(
            _('"{name}" exists already and was left as it is.').format(name=shown_name(folder)),
            hint=_("Choose another name."),
            detail=repr(error),
        )
    return StudyError(
        _('The study "{name}" could not be written; nothing is left of it.').format(name=shown_name(folder)),
        hint=_("Check that its place exists, that you may write there, and that there is space left."),
        detail=repr(error),
    )
