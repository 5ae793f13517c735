"""Every answer has a key of its own, and no key means two things."""

from __future__ import annotations

import pytest
from made_study import bundled

from musemate.study.keymap import OTHER, PAIR_LETTERS, letters_of, options_of
from musemate.study.template import Choice, Question, Template


def keys(question: Question, reserved: str = "") -> dict[str, tuple[str, ...]]:
    return {option.value: option.keys for option in options_of(question, reserved)}


def test_numbers_are_their_own_keys_and_ten_has_one() -> None:
    scale = keys(Question("q", "q", kind="scale", least=0, most=10))
    assert scale == {**{str(n): (str(n),) for n in range(10)}, "10": ("x",)}
    assert keys(Question("q", "q", kind="scale", least=1, most=5)) == {str(n): (str(n),) for n in range(1, 6)}


def test_a_scale_below_zero_is_answered_by_place() -> None:
    assert keys(Question("q", "q", kind="scale", least=-2, most=2)) == {
        "-2": ("1",), "-1": ("2",), "0": ("3",), "1": ("4",), "2": ("5",),
    }  # fmt: skip


def test_a_long_scale_has_no_buttons() -> None:
    assert keys(Question("q", "q", kind="scale", least=0, most=100)) == {}
    assert keys(Question("q", "q", kind="text")) == {}


def test_choices_have_their_letter_and_their_place() -> None:
    template = bundled("songwriter")
    verdict, _, ease, *_ = template.questions
    assert keys(verdict) == {"real": ("r", "1"), "fake": ("f", "2")}
    assert keys(ease)[OTHER] == ("o", "4")


def test_a_letter_of_a_choice_is_not_taken_by_a_place() -> None:
    odd = Question(
        "q", "q", choices=(Choice("one", "one", "2"), Choice("two", "two"), Choice("o", "o", "o")), other=True
    )
    assert keys(odd) == {"one": ("2", "1"), "two": (), "o": ("o", "3"), OTHER: ("4",)}


def test_in_a_pair_a_and_b_play() -> None:
    template = bundled("which_is_real")
    assert keys(template.questions[0], PAIR_LETTERS) == {"a": ("1",), "b": ("2",)}


def test_what_answers_does_not_replay() -> None:
    assert letters_of(bundled("songwriter")) == {"replay": "", "loop": "l", "type": "t"}
    assert letters_of(bundled("engines"))["replay"] == "r"


@pytest.mark.parametrize("name", ["songwriter", "engines", "which_is_real"])
def test_no_key_of_a_question_means_two_answers(name: str) -> None:
    template: Template = bundled(name)
    reserved = PAIR_LETTERS if template.trial == "pair" else ""
    for question in (*template.questions, *template.closing):
        given = [key for option in options_of(question, reserved) for key in option.keys]
        assert len(given) == len(set(given))
        assert question.kind == "text" or all(option.keys for option in options_of(question, reserved))
