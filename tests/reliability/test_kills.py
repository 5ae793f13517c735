"""Kill -9 of window and workers at random moments; see `kills`. A campaign does hundreds."""

from __future__ import annotations

import json
import sys

import pytest

from musemate.project.store import Project
from tests.reliability import kills
from tests.reliability.kills import ALL, WINDOW, WORKER, Campaign, lost
from tests.reliability.operations import song
from tests.reliability.starting import ColdStarter, WarmStarter

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="finds the workers of a window in /proc")


@pytest.fixture
def cold(tmp_path):
    return ColdStarter(tmp_path / "home")


@linux_only
def test_a_killed_window_loses_nothing(tmp_path, cold, monkeypatch):
    monkeypatch.setattr(kills, "MOST_WORDS", 4)  # it imports, or begins to train: more takes too long here
    campaign = Campaign(tmp_path / "projects", cold, seed=3)
    campaign.session(n_workers=0)
    campaign.session(n_workers=0)
    tally = campaign.tally
    assert tally.problems == []
    assert tally.kills[WINDOW] + tally.kills[ALL] == tally.said["ready"] == 2


@linux_only
@pytest.mark.campaign
@pytest.mark.parametrize("start", [ColdStarter, WarmStarter])
def test_many_kills_lose_nothing(tmp_path, start):
    starter = start(tmp_path / "home")
    campaign = Campaign(tmp_path / "projects", starter, seed=1)
    while campaign.tally.n_kills < 30:
        campaign.session()
    starter.close()
    assert campaign.tally.problems == []
    assert all(campaign.tally.kills[what] for what in (WINDOW, WORKER, ALL))
    assert campaign.tally.said["take"] > 0


# The harness itself


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "project") as store:
        fragment = store.add_fragment(song(tmp_path / "song.wav"))
        region = {"start_s": 0.0, "length_s": 2.0}
        run = store.add_run(fragment.id, engine="frames", preset="sketch", device="cpu", seed=1, **region, n_finished=2)
        audio = fragment.audio
        take = store.add_take(run.id, audio, {"seconds": 1.0, "mode": "new", "closeness": 0.5, "seed": 1})
        store.change_takes({take.id: {"stars": 3, "tags": ["dark"]}})
        yield store.folder


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([["fragment", "f1"], ["take", "t1"], ["part", "r1", 2], ["rated", "t1", 3], ["tagged", "t1", "dark"]], []),
        ([["take", "t2"]], ["take t2 is lost"]),
        ([["fragment", "f2"]], ["fragment f2 is lost"]),
        ([["part", "r1", 3]], ["part 3 of run r1 is lost"]),
        ([["part", "r2", 1]], ["part 1 of run r2 is lost"]),
        ([["rated", "t1", 4]], ["the stars of t1 are lost"]),
        ([["rated", "t1", 4], ["rates", "t1", 3]], []),
        ([["rated", "t1", 4], ["rates", "t1", 2]], ["the stars of t1 are lost"]),
        ([["exported", "nowhere.wav"]], ["export nowhere.wav: "]),
    ],
)
def test_what_was_announced_and_is_not_there_is_found(project, said, found):
    problems = list(lost(project, json.loads(json.dumps(said))))
    assert len(problems) == len(found)
    assert all(text.startswith(words) for text, words in zip(problems, found, strict=True))


@linux_only
def test_a_window_that_does_not_open_is_a_problem(tmp_path):
    broken = ColdStarter(tmp_path / "home", "raise SystemExit('no window today')")
    campaign = Campaign(tmp_path / "projects", broken, seed=1)
    campaign.session()
    assert campaign.tally.n_kills == 0
    assert "no window today" in campaign.tally.problems[0]
