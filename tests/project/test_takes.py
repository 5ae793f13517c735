"""What the songwriter says of takes, and their figures: kept whole, checked, and changed together or not at all."""

from __future__ import annotations

import gc
import weakref

import pytest

from musemate.analysis.figures import DEFINITION, Figures
from musemate.errors import ProjectError, SettingsError
from musemate.project.store import Project

REQUEST = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 1}


@pytest.fixture
def takes(project, add_run):
    """Return the ids of three takes."""
    run = add_run()
    return [project.add_take(run.id, "x.wav", REQUEST).id for _ in range(3)]


def test_what_did_not_change_is_not_made_anew_and_goes_with_its_project(project, takes):
    with Project.open(project.folder) as again:
        first = again.take(takes[0])
        assert first is again.takes()[0]
        again.change_takes({takes[0]: {"stars": 3}})
        assert again.take(takes[0]).stars == 3
        held = weakref.ref(first)
    del again, first
    gc.collect()
    assert held() is None


def test_tags_are_kept_in_their_order_without_doubles(project, takes):
    project.change_takes({"t1": {"tags": ["  dark ", "Chorus", "dark", "", "chorus", "two   words"]}})
    assert project.take("t1").tags == ("dark", "Chorus", "two words")


def test_a_name_may_be_changed_and_taken_back(project, takes):
    project.change_takes({"t2": {"name": "  The bridge "}})
    assert project.take("t2").name == "The bridge"
    project.change_takes({"t2": {"name": " "}})
    assert project.take("t2").name == "take 2"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stars": 6}, "6 stars are not possible."),
        ({"name": "x" * 81}, "A name of 81 characters is too long."),
        ({"note": "x" * 2001}, "A note of 2001 characters is too long."),
        ({"tags": ["x" * 41]}, "A tag of 41 characters is too long."),
    ],
)
def test_what_is_not_possible_changes_nothing(project, takes, values, message):
    before = project.takes()
    with pytest.raises(SettingsError) as caught:
        project.change_takes({"t1": {"stars": 3}, "t2": values})
    assert caught.value.message == message
    assert project.takes() == before


def test_several_takes_are_changed_together_or_not_at_all(project, takes):
    with pytest.raises(ProjectError, match="no take"):
        project.change_takes({"t1": {"stars": 3}, "t99": {"stars": 3}})
    assert [take.stars for take in project.takes()] == [0, 0, 0]
    project.change_takes({take: {"stars": 2, "rejected": True} for take in takes})
    assert [(take.stars, take.rejected) for take in project.takes()] == [(2, True)] * 3
    project.change_takes({"t1": {"removed": True}, "t3": {"removed": True}})
    assert [take.id for take in project.takes()] == ["t2"]
    project.change_takes({"t1": {"removed": False}})
    assert [take.id for take in project.takes()] == ["t1", "t2"]


def test_how_a_take_was_made_cannot_be_changed(project, takes):
    with pytest.raises(TypeError, match="seed"):
        project.change_takes({"t1": {"seed": 3}})


def test_figures_of_another_definition_are_no_longer_believed(project, takes):
    project.set_figures("t1", Figures(0.9, 0.25, 1.0, None, (0.5,)))
    project.set_figures("t2", Figures(0.9, 0.25, 1.0, None, (0.5,), definition=DEFINITION + 1))
    assert project.take("t1").figures == Figures(0.9, 0.25, 1.0, None, (0.5,))
    assert project.take("t2").figures is None
