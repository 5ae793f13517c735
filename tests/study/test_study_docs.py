"""What docs/studies.md says of studies is so: every field, rule and column is there, and its example can be used."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from musemate.study.records import Row
from musemate.study.template import Choice, Question, Rules, SetPlan, Template, template_from

TEXT = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")


def names_in(title):
    """Return all names in the first cells of the table with that head."""
    table = TEXT.partition(f"| {title} |")[2].partition("\n\n")[0]
    return [name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])]


def test_every_column_is_explained_in_order():
    assert names_in("column") == list(Row.columns())


@pytest.mark.parametrize(
    ("title", "record"),
    [("in the file", Template), ("of a set", SetPlan), ("of a question", Question), ("rule", Rules)],
)
def test_every_field_of_a_questionnaire_is_explained(title, record):
    known = {field.name.rstrip("_") for field in fields(record)}
    assert set(names_in(title)) == known | ({"format"} if record is Template else set())


def test_the_fields_of_a_choice_are_named():
    row = next(line for line in TEXT.splitlines() if line.startswith("| `choices`"))
    assert all(f"`{field.name}`" in row for field in fields(Choice))


def test_the_example_is_a_questionnaire():
    example = TEXT.partition("```toml\n")[2].partition("```")[0]
    template = template_from(tomllib.loads(example), "the example")
    assert (template.name, len(template.questions)) == ("short", 2)
