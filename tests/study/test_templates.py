"""Questionnaires are found by name, the songwriter's own first; a bad file costs only itself."""

from __future__ import annotations

import json
import logging

import pytest

from musemate.errors import StudyError
from musemate.study.template import values_of
from musemate.study.templates import all_templates, bundled, chosen, load_template, look

OWN = """
format = 1
name = "{name}"
title = "Mine"
[[sets]]
name = "one"
[[questions]]
name = "rating"
text = "How good?"
kind = "scale"
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path))
    (tmp_path / "studies").mkdir()
    return tmp_path / "studies"


def test_three_come_with_the_program(own):
    assert list(bundled()) == ["engines", "songwriter", "which_is_real"]
    assert all_templates() == bundled()
    plans = [(plan.takes, plan.others, plan.real) for plan in bundled()["songwriter"].sets]
    assert plans == [(8, 0, 2), (6, 2, 2)]


def test_one_of_ones_own_is_added_or_wins(own):
    (own / "a.toml").write_text(OWN.format(name="mine"))
    (own / "b.TOML").write_text(OWN.format(name="engines"))
    found = all_templates()
    assert found.keys() == {*bundled(), "mine"}
    assert found["engines"].title == "Mine" != bundled()["engines"].title


def test_a_bad_file_is_skipped_and_named(own, caplog):
    (own / "bad.toml").write_text("format = ")
    (own / "good.toml").write_text(OWN.format(name="mine"))
    (own / "notes.txt").write_text("not looked at")
    found, problems = look()
    assert "mine" in found
    assert [problem.message.partition(":")[0] for problem in problems] == ["The questionnaire bad.toml cannot be read"]
    with caplog.at_level(logging.WARNING):
        assert "mine" in all_templates()
    assert "bad.toml" in caplog.text


def test_json_and_toml_say_the_same(own, tmp_path):
    template = bundled()["songwriter"]
    file = tmp_path / "x.json"
    file.write_text(json.dumps(values_of(template)))
    assert load_template(file) == template


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe", b"[" * 3000, b"x = " + b"[" * 3000, b"format = 2", b"#" * (1 << 21)]
)
@pytest.mark.parametrize("name", ["x.toml", "x.json"])
def test_whatever_is_in_a_file_is_one_sentence(tmp_path, text, name):
    (tmp_path / name).write_bytes(text)
    with pytest.raises(StudyError, match=f"The questionnaire {name} cannot be (read|used)") as caught:
        load_template(tmp_path / name)
    assert caught.value.hint


def test_a_questionnaire_is_chosen_by_name_or_file(own, tmp_path):
    (tmp_path / "mine.toml").write_text(OWN.format(name="mine"))
    assert chosen("engines") == bundled()["engines"]
    assert chosen(str(tmp_path / "mine.toml")).name == "mine"
    with pytest.raises(StudyError, match="no questionnaire “mine”") as caught:
        chosen("mine")
    assert "engines, songwriter, which_is_real" in caught.value.hint
    with pytest.raises(StudyError, match="cannot be opened"):
        chosen("nothing.toml")
