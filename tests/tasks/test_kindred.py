"""More like these: takes near others, of their run and kind, told apart by a tag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from musemate.errors import ProjectError, SettingsError
from musemate.tasks.generate import generate
from musemate.tasks.instant import instant
from musemate.tasks.kindred import JITTER, near


@pytest.fixture
def spliced(perform, store, folder):
    """A project with a take of new material and a variation, made at once."""
    perform(instant, folder, "f1", count=1, seed=3, closeness=0.3, seconds=8.0)
    perform(instant, folder, "f1", count=1, seed=5, closeness=0.2, mode="variation", metre=False, seconds=8.0)
    return folder


def test_new_takes_are_near_each_in_its_turn_and_say_so(perform, spliced, store):
    perform(generate, spliced, count=3, like=["t1", "t2"], seed=70)
    made = store.takes()[2:]
    assert sorted(take.tags for take in made) == [("like take 1",), ("like take 1",), ("like take 2",)]
    like_1 = [take for take in made if take.tags == ("like take 1",)]
    like_2 = next(take for take in made if take.tags == ("like take 2",))
    assert [(take.mode, take.seconds, take.seed, take.run) for take in like_1] == [
        ("new", 8.0, 70, "r1"),
        ("new", 8.0, 72, "r1"),
    ]
    assert (like_2.mode, like_2.seconds, like_2.seed) == ("variation", 8.0, 71)
    assert like_2.request["metre"] is False
    assert like_2.request["lineage"] == [{"seed": 5, "closeness": 0.2, "distance": 0.2}]
    assert all(0 < abs(take.closeness - 0.3) <= JITTER for take in like_1)
    assert 0 < abs(like_2.closeness - 0.2) <= JITTER
    assert len({take.audio for take in [store.take("t1"), *like_1]}) == 3


def test_no_distance_makes_the_very_takes(perform, spliced, store):
    perform(generate, spliced, count=2, like=["t1", "t2"], distance=0)
    one, two, *others = store.takes()
    assert [take.audio for take in others] == [one.audio, two.audio]


def test_a_take_near_a_take_near_a_take_is_made_again_bit_for_bit(perform, spliced, store):
    perform(generate, spliced, count=1, like=["t1"], distance=0.5)
    perform(generate, spliced, count=1, like=["t3"], seconds=2.5)
    take = store.take("t4")
    assert [ancestor["seed"] for ancestor in take.request["lineage"]] == [3, store.take("t3").seed]
    assert (take.seconds, take.tags) == (2.5, ("like take 3",))
    perform(generate, spliced, run=take.run, count=1, **take.request)
    assert store.take("t5").audio == take.audio
    assert store.take("t5").request == take.request


def test_takes_of_two_runs_are_made_with_their_own(perform, spliced, store):
    perform(instant, spliced, "f1", start_s=1.0, length_s=2.5, count=1)
    perform(generate, spliced, count=4, like=["t3", "t1"])
    assert sorted((take.tags, take.run) for take in store.takes()[3:]) == [
        (("like take 1",), "r1"),
        (("like take 1",), "r1"),
        (("like take 3",), "r2"),
        (("like take 3",), "r2"),
    ]


@pytest.mark.parametrize("closeness", [0.0, 1.0])
def test_closeness_stays_between_its_ends(spliced, store, closeness):
    take = replace(store.take("t1"), closeness=closeness)
    found = {near(take, seed, 0.4).closeness for seed in range(20)}
    assert min(found) >= 0
    assert max(found) <= 1
    assert {closeness} < found
    assert near(take, 1, 0.4) == near(take, 1, 0.4)


def test_a_removed_take_can_still_be_liked(perform, spliced, store):
    store.remove_take("t1")
    perform(generate, spliced, count=1, like=["t1"])
    assert store.takes()[-1].tags == ("like take 1",)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"like": ["t1"], "distance": 1.2}, "A distance of 1.2 is not possible"),
        ({"like": ["t1"], "run": "r1"}, "made with the run of those"),
        ({"distance": 0.2}, "none are named"),
        ({"like": ["t1"], "seconds": 0.1}, "A take of 0.1 s is not possible"),
        ({"like": ["t1"] * 2, "count": 0}, "0 takes at once are not possible"),
    ],
)
def test_impossible_wishes_are_refused_before_anything_is_made(perform, spliced, store, options, said):
    with pytest.raises(SettingsError, match=said):
        perform(generate, spliced, **options)
    assert len(store.takes()) == 2


def test_an_unknown_take_and_a_reconstruction_are_refused(perform, spliced, store):
    with pytest.raises(ProjectError, match="t9"):
        perform(generate, spliced, like=["t1", "t9"])
    request = {"seconds": 2.0, "mode": "reconstruction", "closeness": 0.5, "seed": 1}
    take = store.add_take("r1", store.take("t1").audio, request)
    with pytest.raises(SettingsError, match=r"^Instant take 3 is a reconstruction: it is the same each time\."):
        perform(generate, spliced, like=[take.id])


def test_a_request_that_was_tampered_with_is_refused(perform, spliced, store):
    take = store.add_take(
        "r1", store.take("t1").audio, {"seconds": 2.0, "mode": "new", "closeness": 0.5, "seed": 1, "lineage": "x"}
    )
    with pytest.raises(SettingsError, match="What this take descends from cannot be read"):
        near(take, 2, 0.3)
