"""Comparing and rating takes as tasks: figures are kept, failures are told, orders are proposed."""

from __future__ import annotations

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.engine.events import Listed, TakeCompared, Warned
from musemate.errors import ProjectError, SettingsError
from musemate.tasks.compare import compare
from musemate.tasks.rate import rate

RATE_HZ = 8000
REQUEST = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 1}


@pytest.fixture
def takes(store):
    """Return a project with three takes: hiss, half of the fragment, and the fragment itself."""
    from musemate.audio.files import read_clip

    run = store.add_run(
        "f1", engine="frames", preset="sketch", device="cpu", seed=1, start_s=0.0, length_s=4.0, state="finished"
    )
    whole = read_clip(store.audio_path(store.fragment("f1").audio))
    hiss = np.diff(np.random.default_rng(9).normal(0, 0.1, (1, 3 * RATE_HZ + 1))).astype(np.float32)
    hiss[:, ::2] *= np.linspace(0, 1, hiss[:, ::2].shape[1], dtype=np.float32)
    for clip in (AudioClip(hiss, RATE_HZ), AudioClip(whole.samples[:, : 2 * RATE_HZ], RATE_HZ), whole):
        store.add_take(run.id, store.store_clip(clip), REQUEST, seconds=clip.duration_s)
    return store


def listed(events):
    return next(event.rows for event in events if isinstance(event, Listed))


def test_figures_are_reckoned_once_and_kept(takes, folder, perform):
    events = perform(compare, folder)
    assert [event.take for event in events if isinstance(event, TakeCompared)] == ["t1", "t2", "t3"]
    whole = takes.take("t3").figures
    assert (whole.similarity, whole.tempo) == (1.0, None)
    assert whole.novelty < 0.01
    again = perform(compare, folder)
    assert not any(isinstance(event, TakeCompared) for event in again)
    assert [row["similarity"] for row in listed(again)] == [
        takes.take(take).figures.similarity for take in ("t1", "t2", "t3")
    ]
    some = perform(compare, folder, takes=["t2"], again=True)
    assert [event.take for event in some if isinstance(event, TakeCompared)] == ["t2"]
    assert [row["id"] for row in listed(some)] == ["t2"]


def test_takes_are_listed_in_the_proposed_order(takes, folder, perform):
    assert [row["id"] for row in listed(perform(compare, folder, order="closest"))] == ["t3", "t2", "t1"]
    assert [row["id"] for row in listed(perform(compare, folder, order="strangest"))] == ["t1", "t2", "t3"]
    with pytest.raises(SettingsError, match='no order "best"'):
        perform(compare, folder, order="best")
    with pytest.raises(ProjectError, match='no take "t9"'):
        perform(compare, folder, takes=["t9"])


def test_a_missing_file_is_told_and_stops_no_other(takes, folder, perform):
    takes.audio_path(takes.take("t2").audio).unlink()
    events = perform(compare, folder, order="closest")
    warned = [event.message for event in events if isinstance(event, Warned)]
    assert len(warned) == 1
    assert warned[0].startswith("Take 2 cannot be compared: ")
    assert [bool(event.error) for event in events if isinstance(event, TakeCompared)] == [False, True, False]
    assert [row["id"] for row in listed(events)] == ["t3", "t1", "t2"]


def test_a_missing_fragment_leaves_its_takes_without_figures(takes, folder, perform):
    takes.audio_path(takes.fragment("f1").audio).unlink()
    events = perform(compare, folder)
    assert [bool(event.error) for event in events if isinstance(event, TakeCompared)] == [True] * 3
    assert [take.figures for take in takes.takes()] == [None] * 3


def test_cancelled_it_keeps_what_is_reckoned(takes, folder, perform):
    asked = iter([False, True, True, True])
    events = perform(compare, folder, cancelled=lambda: next(asked))
    assert [event.take for event in events if isinstance(event, TakeCompared)] == ["t1"]
    assert [take.figures is not None for take in takes.takes()] == [True, False, False]


def test_takes_are_rated_together(takes, folder, perform):
    rows = listed(perform(rate, folder, ["t1", "t3"], stars=4, tags="dark, slow", rejected=True))
    assert [(row["id"], row["stars"], row["tags"], row["rejected"]) for row in rows] == [
        ("t1", 4, ["dark", "slow"], True),
        ("t3", 4, ["dark", "slow"], True),
    ]
    perform(rate, folder, ["t3"], tags="", note="The one.", name="Bridge", rejected=False)
    take = takes.take("t3")
    assert (take.stars, take.tags, take.note, take.name, take.rejected) == (4, (), "The one.", "Bridge", False)
    with pytest.raises(SettingsError, match="Nothing to change"):
        perform(rate, folder, ["t3"])
