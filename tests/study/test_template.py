"""Questionnaires are data: the bundled ones fit, and whatever is wrong with another is said in one sentence."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.errors import StudyError
from musemate.language import use
from musemate.paths import resource
from musemate.study.template import Question, Template, template_from, values_of

FILES = sorted(resource("studies").glob("*.toml"))


def _values(name: str = "songwriter") -> dict[str, Any]:
    return tomllib.loads(resource(f"studies/{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_bundled_ones_can_be_used_stored_and_are_translated(file: Path) -> None:
    template = template_from(tomllib.loads(file.read_text(encoding="utf-8")), file.name)
    assert template.name == file.stem
    assert template_from(json.loads(json.dumps(values_of(template))), file.name) == template
    assert set(template.translations["de"]) == {text for text in _texts(template) if text}


def _texts(template: Template) -> set[str]:
    texts = {template.title, template.about, *(plan.title for plan in template.sets)}
    for question in (*template.questions, *template.closing):
        texts |= {question.text, question.least_text, question.most_text}
        texts |= {choice.text for choice in question.choices}
    return texts


def test_the_songwriters_questionnaire_asks_what_the_study_asked() -> None:
    template = template_from(_values(), "songwriter.toml")
    assert [(plan.takes, plan.others, plan.real) for plan in template.sets] == [(8, 0, 2), (6, 2, 2)]
    assert [question.measures for question in template.questions] == [
        "verdict",
        "confidence",
        "ease",
        "quality",
        "inspiring",
        "comment",
    ]
    quality, ease = template.question("quality"), template.question("ease")
    assert quality is not None and (quality.least, quality.most) == (0, 10)
    assert ease is not None and ease.is_asked({"verdict": "fake"}) and not ease.is_asked({"verdict": "real"})
    assert len(template.closing) == 3


def test_texts_are_shown_in_the_language_in_use() -> None:
    template = template_from(_values(), "songwriter.toml")
    use("de")
    try:
        assert template.shown("fake") == "erzeugt"
        assert template.shown("a user's own") == "a user's own"
    finally:
        use("en")
    assert template.shown("fake") == "fake"


@pytest.mark.parametrize(
    ("value", "fits"), [("0", True), ("10", True), ("11", False), ("-1", False), ("five", False), ("1e9", False)]
)
def test_a_scale_takes_its_numbers_only(value: str, fits: bool) -> None:
    assert (Question("q", "?", "scale").problem_of(value) == "") is fits


def test_a_choice_takes_its_values_and_a_text_of_ones_own_where_that_is_wanted() -> None:
    ease = template_from(_values(), "").question("ease")
    assert ease is not None
    assert not ease.problem_of("easy") and not ease.problem_of("other: the cymbals")
    assert ease.problem_of("simple") and ease.problem_of("")
    verdict = template_from(_values(), "").question("verdict")
    assert verdict is not None and verdict.problem_of("other: both")


def _spoilt(*path: Any, value: Any) -> dict[str, Any]:
    values = _values()
    inside: Any = values
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "no table"),
        ({}, "format"),
        (_spoilt("format", value=2), "format"),
        (_spoilt("colour", value="red"), "“colour”"),
        (_spoilt("title", value=3), "“title”"),
        (_spoilt("name", value="My study!"), "no name"),
        (_spoilt("trial", value="triple"), "“triple”"),
        (_spoilt("sets", value=[]), "a set and a question"),
        (_spoilt("sets", value={"a": 1}), "no list"),
        (_spoilt("sets", 0, "takes", value=-1), "“new_material” is out of range"),
        (_spoilt("sets", 0, "takes", value=True), "“takes”"),
        (_spoilt("sets", 1, "name", value="new_material"), "twice"),
        (_spoilt("questions", 0, "choices", value=[]), "two different answers"),
        (_spoilt("questions", 0, "choices", 0, "value", value="genuine"), "real, fake"),
        (_spoilt("questions", 2, "when", value="quality"), "does not come before"),
        (_spoilt("questions", 3, "most", value=0), "no room"),
        (_spoilt("questions", 3, "kind", value="text"), "must be a scale"),
        (_spoilt("questions", 3, "kind", value="video"), "unknown kind"),
        (_spoilt("rules", "orders", value="random"), "“random”"),
        (_spoilt("rules", "band_limit", value="wide"), "“wide”"),
        (_spoilt("rules", "longest_s", value=float("nan")), "“longest_s”"),
        (_spoilt("translations", value={"de": 3}), "no table"),
    ],
)
def test_what_is_wrong_is_said(values: Any, said: str) -> None:
    with pytest.raises(StudyError) as caught:
        template_from(values, "mine.toml")
    assert said in caught.value.message and "mine.toml" in caught.value.message
    assert caught.value.hint


_SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_nothing_in_a_file_is_worse_than_a_sentence(data: st.DataObject) -> None:
    values = _values()
    inside: Any = values
    while isinstance(inside, dict | list) and inside:
        steps = sorted(inside, key=str) if isinstance(inside, dict) else list(range(len(inside)))
        step = data.draw(st.sampled_from(steps))
        if not isinstance(inside[step], dict | list) or data.draw(st.booleans()):
            inside[step] = data.draw(_SCRAPS)
            break
        inside = inside[step]
    try:
        template = template_from(values, "mine.toml")
    except StudyError:
        return
    assert template_from(values_of(template), "mine.toml") == template


@pytest.mark.parametrize("number", [10**400, -(10**400), float("nan"), float("inf"), 2e6])
def test_numbers_without_measure_are_refused(number: float) -> None:
    values = _values()
    values["rules"]["longest_s"] = number
    with pytest.raises(StudyError, match="“longest_s” is too large"):
        template_from(values, "mine.toml")
