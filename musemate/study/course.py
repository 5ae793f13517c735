"""One rater's way through a study: what comes next, what is asked there, and what is answered already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from musemate.study.pace import seconds_left
from musemate.study.records import END, Answer, Session, Study, Trial
from musemate.study.template import Question

TRIAL, BREAK, CLOSING, REVIEW = "trial", "break", "closing", "review"


@dataclass(frozen=True)
class Step:
    """One page of the way; `trial` only of a trial."""

    kind: str
    trial: Trial | None = None

    @property
    def number(self) -> int:
        """Number that its answers have."""
        return self.trial.number if self.trial else END


class Course:
    """Where a rater is; knows no window and no file.

    Parameters
    ----------
    study : Study
    session : Session
    answers : dict of (int, str) to Answer
        What was answered before, by trial and question; the way goes on where they end.
    left_out : collection of str
        Tokens of sounds that cannot be heard; their trials are left out.
    """

    def __init__(
        self,
        study: Study,
        session: Session,
        answers: Mapping[tuple[int, str], Answer] | None = None,
        left_out: Collection[str] = (),
    ) -> None:
        self.study, self.session = study, session
        self.trials = study.trials_of(session.number)
        self._answers = dict(answers or {})
        self._left_out = set(left_out)
        self._lengths_s = {stimulus.token: stimulus.duration_s for stimulus in study.stimuli}
        self._steps = self._made()
        self._at = self._first_open()
        self._returns = False
        self._rested: set[int] = set()

    # where it is ---------------------------------------------------------------------------------------

    @property
    def step(self) -> Step:
        """The page that is open."""
        return self._steps[self._at]

    @property
    def questions(self) -> tuple[Question, ...]:
        """What may be asked on this page."""
        return self._questions(self.step.number) if self.step.kind in (TRIAL, CLOSING) else ()

    @property
    def upcoming(self) -> tuple[str, ...]:
        """Tokens of the trial that comes next, to have them ready."""
        ahead = (step.trial for step in self._steps[self._at + 1 :] if step.trial is not None)
        return next((trial.tokens for trial in ahead), ())

    def go_on(self) -> bool:
        """Open the next page; False where an answer is missing here, or there is none."""
        if not self.is_complete(self.step.number) or self.step.kind == REVIEW:
            return False
        if self._returns:
            self._at, self._returns = len(self._steps) - 1, False
            return True
        self._at += 1
        while self.step.kind == BREAK and self._at in self._rested:
            self._at += 1
        if self.step.kind == BREAK:
            self._rested.add(self._at)
        return True

    def go_back(self) -> bool:
        """Open the page before; False at the first."""
        self._returns = False
        earlier = [place for place in range(self._at) if self._steps[place].kind != BREAK]
        if earlier:
            self._at = earlier[-1]
        return bool(earlier)

    def go_to(self, number: int) -> None:
        """Open a trial, or the questions at the end, from the list at the end and back to it."""
        place = next(place for place, step in enumerate(self._steps) if step.number == number and step.kind != BREAK)
        self._at, self._returns = place, True

    def leave_out(self, tokens: Collection[str]) -> None:
        """Leave out the trials of sounds that turned out not to be playable; goes on if this one is among them."""
        here, self._left_out = self.step, self._left_out | set(tokens)
        if here.trial is not None and self._is_left_out(here.trial):
            after = [step for step in self._steps[self._at + 1 :] if step.kind != BREAK]
            here = next(step for step in after if step.trial is None or not self._is_left_out(step.trial))
        self._steps = self._made()
        self._rested.clear()
        self._at = self._steps.index(here)

    # answers -------------------------------------------------------------------------------------------

    def values(self, number: int) -> dict[str, str]:
        """Return what was answered in a trial, by the names of the questions."""
        return {name: answer.value for (at, name), answer in self._answers.items() if at == number and answer.value}

    def asked(self, number: int) -> list[Question]:
        """Return the questions of a trial that are asked after what was answered so far."""
        values: dict[str, str] = {}
        result = []
        for question in self._questions(number):
            if question.is_asked(values):
                result.append(question)
                values[question.name] = self.values(number).get(question.name, "")
        return result

    def missing(self, number: int) -> list[Question]:
        """Return the questions of a trial that must be answered and are not."""
        values = self.values(number)
        return [question for question in self.asked(number) if question.required and question.name not in values]

    def is_complete(self, number: int) -> bool:
        """Return whether all that must be answered in a trial is."""
        if self.step.kind == BREAK or (number == END and self.step.kind == REVIEW):
            return True
        return not self.missing(number)

    def take(self, answer: Answer) -> list[Answer]:
        """Note an answer; return it, and what takes back the answers to questions that are not asked any more."""
        self._answers[answer.trial, answer.question] = answer
        still = {question.name for question in self.asked(answer.trial)}
        gone = [replace(answer, question=name, value="") for name in self.values(answer.trial) if name not in still]
        for empty in gone:
            self._answers[empty.trial, empty.question] = empty
        return [answer, *gone]

    # how far it is -------------------------------------------------------------------------------------

    @property
    def heard(self) -> list[Trial]:
        """The trials that are not left out, in order."""
        return [trial for trial in self.trials if not self._is_left_out(trial)]

    @property
    def lost(self) -> list[int]:
        """Numbers of the trials that are left out."""
        return [trial.number for trial in self.trials if self._is_left_out(trial)]

    @property
    def n_done(self) -> int:
        """How many trials are answered."""
        return sum(self._is_done(trial.number) for trial in self.heard)

    @property
    def place(self) -> int:
        """Which of the trials that are heard is open, from 1; 0 on other pages."""
        numbers = [trial.number for trial in self.heard]
        return numbers.index(self.step.number) + 1 if self.step.number in numbers else 0

    @property
    def seconds_left(self) -> float:
        """Estimate of the time that the trials ahead take."""
        ahead = [trial for trial in self.heard if not self._is_done(trial.number)]
        took_s = [self._took_s(trial.number) for trial in self.heard if self._is_done(trial.number)]
        lengths_s = [sum(self._lengths_s.get(token, 0.0) for token in trial.tokens) for trial in ahead]
        return seconds_left([took for took in took_s if took > 0], lengths_s, len(self.study.template.questions))

    # inside --------------------------------------------------------------------------------------------

    def _questions(self, number: int) -> tuple[Question, ...]:
        template = self.study.template
        return template.closing if number == END else template.questions

    def _is_left_out(self, trial: Trial) -> bool:
        return not self._left_out.isdisjoint(trial.tokens)

    def _is_done(self, number: int) -> bool:
        return bool(self.values(number)) and not self.missing(number)

    def _took_s(self, number: int) -> float:
        return max((answer.seconds for (at, _), answer in self._answers.items() if at == number), default=0.0)

    def _made(self) -> list[Step]:
        return [*self._trial_steps(), *([Step(CLOSING)] if self.study.template.closing else []), Step(REVIEW)]

    def _trial_steps(self) -> Iterator[Step]:
        every, heard = self.study.template.rules.break_after, self.heard
        for place, trial in enumerate(heard, 1):
            yield Step(TRIAL, trial)
            if every and place % every == 0 and place < len(heard):
                yield Step(BREAK)

    def _first_open(self) -> int:
        """Return the first trial that lacks an answer; where none must have one, the one after the last answered."""
        places = [place for place, step in enumerate(self._steps) if step.kind == TRIAL]
        for place in places:
            if self.missing(self._steps[place].number):
                return place
        answered = [place for place in places if self.values(self._steps[place].number)]
        if not answered:
            return 0
        later = [place for place in range(answered[-1] + 1, len(self._steps)) if self._steps[place].kind != BREAK]
        return later[0]
