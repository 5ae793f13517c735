"""Instant takes as a task: ordinary takes of an ordinary run, that never stand in the way of trained ones."""

from __future__ import annotations

import pytest

from musemate.analysis.peaks import Peaks
from musemate.audio.files import probe
from musemate.engine.events import Exported, Listed, TakeMade, Working
from musemate.errors import ProjectError, SettingsError, TooShortError
from musemate.tasks.export_takes import export_takes
from musemate.tasks.generate import generate
from musemate.tasks.instant import instant
from musemate.tasks.registry import get_task
from musemate.tasks.show import list_project
from musemate.tasks.train import train


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def add_trained_run(store):
    return store.add_run(
        "f1", engine="frames", preset="sketch", device="cpu", seed=1, start_s=0.0, length_s=3.0, n_finished=1
    )


def test_three_takes_of_the_region_are_made_without_a_word_about_training(perform, store, folder):
    store.set_region("f1", 0.5, 3.0)
    events = perform(get_task("instant"), folder, "f1")
    assert {type(event) for event in events} == {Working, TakeMade}
    made = of(events, TakeMade)
    assert [(event.take, event.seconds) for event in made] == [("t1", 3.0), ("t2", 3.0), ("t3", 3.0)]
    assert len({event.seed for event in made}) == 3
    assert (probe(made[0].file).n_channels, probe(made[0].file).rate_hz) == (2, 8000)
    take = store.take("t1")
    assert (take.engine, take.is_instant, take.mode, take.closeness, take.request["metre"]) == (
        "instant", True, "new", 0.5, True
    )  # fmt: skip
    assert store.takes() == [store.take(event.take) for event in made]
    run = store.run("r1")
    assert (run.is_instant, run.state, run.start_s, run.length_s) == (True, "finished", 0.5, 3.0)


def test_a_region_is_analysed_once(perform, store, folder):
    perform(instant, folder, "f1", count=1)
    perform(instant, folder, "f1", count=2, mode="variation", closeness=0.2, metre=False, seed=7, seconds=2.0)
    assert [run.id for run in store.runs()] == ["r1"]
    assert [(t.mode, t.seed, t.seconds, t.request["metre"]) for t in store.takes()[1:]] == [
        ("variation", 7, 2.0, False),
        ("variation", 8, 2.0, False),
    ]
    perform(instant, folder, "f1", start_s=1.0, length_s=2.5, count=1)
    assert [(run.id, run.start_s, run.length_s) for run in store.runs()] == [("r1", 0.0, 4.0), ("r2", 1.0, 2.5)]


def test_the_same_request_gives_the_same_file(perform, store, folder):
    perform(instant, folder, "f1", count=1, seed=3)
    perform(instant, folder, "f1", count=1, seed=3)
    first, second = store.takes()
    assert first.audio == second.audio


def test_trained_runs_come_first(perform, toy, store, folder):
    perform(instant, folder, "f1", count=1)
    with pytest.raises(ProjectError, match="Nothing is trained yet") as raised:
        perform(generate, folder)
    assert "the run r1 for more instant takes" in raised.value.hint
    perform(generate, folder, run="r1", count=1)
    assert [take.is_instant for take in store.takes()] == [True, True]
    perform(train, folder, "f1", preset="sketch", device="cpu")
    perform(instant, folder, "f1", start_s=1.0, count=1)
    perform(generate, folder, count=1)
    assert [take.run for take in store.takes()] == ["r1", "r1", "r3", "r2"]


def test_lists_and_exports_tell_them_apart(perform, store, folder, tmp_path):
    store.add_take(add_trained_run(store).id, store.fragment("f1").audio, {
        "seconds": 4.0, "mode": "new", "closeness": 0.5, "seed": 1
    })  # fmt: skip
    perform(instant, folder, "f1", count=1)
    (listed,) = of(perform(list_project, folder), Listed)
    assert [(row["id"], row["engine"]) for row in listed.rows[1:]] == [
        ("r1", "frames"),
        ("r2", "instant"),
        ("t1", "frames"),
        ("t2", "instant"),
    ]
    assert [row["preset"] for row in listed.rows if row["kind"] == "run"] == ["sketch", ""]
    files = [e.file for e in of(perform(export_takes, folder, ["t1", "t2"], str(tmp_path / "out")), Exported)]
    assert [file.rpartition("song_")[2] for file in files] == ["take-01.wav", "instant-take-02.wav"]


def test_what_is_not_possible_is_refused_before_anything_is_stored(perform, store, folder):
    with pytest.raises(TooShortError):
        perform(instant, folder, "f1", length_s=1.0)
    with pytest.raises(SettingsError):
        perform(instant, folder, "f1", start_s=9.0)
    assert store.runs() == []


def test_cancelling_leaves_nothing_that_could_be_mistaken(perform, store, folder):
    perform(instant, folder, "f1", cancelled=lambda: True)
    assert [run.is_usable for run in store.runs()] == [False]
    perform(instant, folder, "f1", cancelled=lambda: len(store.takes()) == 2)
    assert [run.is_usable for run in store.runs()] == [False, True]
    assert len(store.takes()) == 2


def test_the_waveform_of_each_take_is_there_when_the_take_is(store, folder):
    drawn = [
        Peaks.load(store.cache_path(store.take(event.take).audio) / "peaks.npy").duration_s
        for event in instant(folder, "f1", count=2, cancelled=lambda: False)
        if isinstance(event, TakeMade)
    ]
    assert drawn == [4.0, 4.0]


def test_takes_are_made_where_no_picture_can_be_kept(perform, store, folder, monkeypatch):
    def refuse(peaks, path):
        raise ProjectError("The disk is full.")

    monkeypatch.setattr(Peaks, "save", refuse)
    perform(instant, folder, "f1", count=2)
    assert [take.id for take in store.takes()] == ["t1", "t2"]
    assert list((store.folder / "cache").rglob("*.npy")) == []
