"""What studies say of takes reaches lists: all studies together, and none that is damaged stops the others."""

from __future__ import annotations

import pytest
from inspiring_study import make_inspiring_study

from musemate.analysis.marks import Marks
from musemate.engine.events import Listed, Warned
from musemate.tasks.compare import compare
from musemate.tasks.instant import instant
from musemate.tasks.rate import rate
from musemate.tasks.registry import get_task
from musemate.tasks.show import list_project


@pytest.fixture
def listened(perform, store, folder):
    """Return a project of three takes, the first two of which somebody listened to."""
    perform(instant, folder, "f1", seconds=2.0)
    make_inspiring_study(store.folder, {"t1": "yes", "t2": "maybe no no no"})
    return folder


def marks(perform, folder):
    *said, listed = perform(get_task("study_marks"), folder)
    assert isinstance(listed, Listed)
    return {row.pop("take"): row for row in listed.rows}, said


def test_answers_are_counted_by_take_over_all_studies(perform, listened, store):
    make_inspiring_study(store.folder, {"t1": "yes no"}, "again", seed=1)
    found, said = marks(perform, listened)
    zero = {"kind": "mark", "quality_mean": None}
    assert found == {
        "t1": zero | {"n_yes": 2, "n_maybe": 0, "n_no": 1, "n_fooled": 1, "n_verdicts": 3},
        "t2": zero | {"n_yes": 0, "n_maybe": 1, "n_no": 3, "n_fooled": 3, "n_verdicts": 4},
    }
    assert said == []


def test_a_damaged_study_is_said_and_stops_no_other(perform, listened, store):
    broken = make_inspiring_study(store.folder, {"t3": "yes"}, "broken", seed=2)
    (broken / "study.json").write_text("{", encoding="utf-8")
    found, said = marks(perform, listened)
    assert found.keys() == {"t1", "t2"}
    assert [type(event) for event in said] == [Warned]


def test_lists_show_whether_takes_inspire(perform, listened, store):
    rows = {row["id"]: row for row in perform(list_project, listened)[-1].rows if row["kind"] == "take"}
    assert [rows[take]["inspires"] for take in ("t1", "t2", "t3")] == ["yes", "no", ""]
    assert rows["t1"]["answers"]["n_yes"] == 1
    assert rows["t3"]["answers"] is None
    assert [row["inspires"] for row in perform(rate, listened, ["t2", "t1"], stars=3)[-1].rows] == ["no", "yes"]
    assert [row["inspires"] for row in perform(compare, listened)[-1].rows] == ["yes", "no", ""]


@pytest.mark.parametrize(
    ("said", "inspires"),
    [
        ((0, 0, 0), ""),
        ((1, 0, 0), "yes"),
        ((0, 1, 0), "maybe"),
        ((0, 0, 1), "no"),
        ((1, 0, 1), "maybe"),
        ((1, 1, 0), "yes"),
        ((1, 0, 2), "maybe"),
        ((0, 1, 2), "no"),
    ],
)
def test_answers_are_taken_together(said, inspires):
    assert Marks(*said).inspires == inspires
