"""Which key gives which answer: by letters and digits that are shown on the buttons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from musemate.language import _
from musemate.study.template import Choice, Question, Template

OTHER = "other: "
"""Begins an answer in words of one's own."""
PAIR_LETTERS = "ab"
"""Play the samples of a pair, so they answer nothing there."""
TEN = "x"
"""The key for 10 on a scale whose other numbers are keys themselves."""
_DIGITS = "1234567890"
_LETTERS = {"replay": "r", "loop": "l", "type": "t"}
"""What the keyboard does beside answering; a questionnaire that needs the letter itself gets it."""


@dataclass(frozen=True)
class Option:
    """One answer as it is offered.

    Parameters
    ----------
    value : str
        As it is stored; `OTHER` asks for words.
    text : str
        As it is shown, in the template's own language.
    keys : tuple of str
        Any of them gives it; the first is shown. Empty where there are more answers than keys.
    """

    value: str
    text: str
    keys: tuple[str, ...]


def options_of(question: Question, reserved: str = "") -> tuple[Option, ...]:
    """Return the answers that buttons offer; none for words, and for a scale that is too long for buttons.

    Parameters
    ----------
    question : Question
    reserved : str
        Letters that mean something else here.
    """
    if question.kind == "text":
        return ()
    if question.kind == "scale":
        return tuple(_scale(question, reserved))
    return tuple(_choices(question, reserved))


def letters_of(template: Template) -> dict[str, str]:
    """Return the letters for "replay", "loop" and "type"; "" for one that answers a question."""
    reserved = PAIR_LETTERS if template.trial == "pair" else ""
    taken = set(_keys(template.questions, reserved)) | set(reserved)
    return {name: "" if letter in taken else letter for name, letter in _LETTERS.items()}


def _keys(questions: Iterable[Question], reserved: str) -> Iterator[str]:
    for question in questions:
        for option in options_of(question, reserved):
            yield from option.keys


def _scale(question: Question, reserved: str) -> Iterator[Option]:
    """Offer numbers by their own digits where there are such keys, else by their place."""
    numbers = range(question.least, question.most + 1)
    if len(numbers) > len(_DIGITS) + 1:
        return
    ten = TEN if TEN not in reserved else "z"
    own = question.least >= 0 and question.most <= 10
    by_place = [*_DIGITS, ten]
    for place, number in enumerate(numbers):
        key = (str(number) if number < 10 else ten) if own else by_place[place]
        yield Option(str(number), str(number), (key,))


def _choices(question: Question, reserved: str) -> Iterator[Option]:
    letters = [_letter(choice, reserved) for choice in question.choices]
    taken = set(letters)
    for place, (choice, letter) in enumerate(zip(question.choices, letters, strict=True)):
        digit = _DIGITS[place] if place < len(_DIGITS) else ""
        yield Option(choice.value, choice.text, _given(letter, "" if digit in taken else digit))
    if question.other:
        place = len(question.choices)
        digit = _DIGITS[place] if place < len(_DIGITS) else ""
        free = "o" not in taken and "o" not in reserved
        yield Option(OTHER, _("other…"), _given("o" if free else "", "" if digit in taken else digit))


def _letter(choice: Choice, reserved: str) -> str:
    key = choice.key.lower()
    return key if len(key) == 1 and key not in reserved else ""


def _given(*keys: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key)
