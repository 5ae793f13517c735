"""The waiting trainings from the command line's side: listed, forgotten, trained."""

from __future__ import annotations

import pytest

from musemate.engine.events import Listed, RunFinished, ScaleFinished, Warned
from musemate.errors import TrainingError
from musemate.project.queue import FAILED, QueuedTraining, QueueFile, queued
from musemate.tasks.queue import clear_queue, list_queue, train_queue


def training(seed, **options):
    return QueuedTraining("f1", 0.5, 2.5, "frames", "sketch", "cpu", seed, options or None)


@pytest.fixture
def left(store):
    """Return a function that leaves trainings behind, as a closed window does."""

    def leave(*trainings):
        queue = QueueFile(store.folder)
        queue.write(trainings)
        queue.close()

    return leave


def rows(events):
    return [row for event in events if isinstance(event, Listed) for row in event.rows]


def test_what_waits_is_listed_and_forgotten(perform, toy, store, folder, left):
    assert rows(perform(list_queue, folder)) == []
    left(training(1))
    window = QueueFile(store.folder)
    window.write([training(2)])
    listed = rows(perform(list_queue, folder))
    assert [(row["seed"], row["open"], row["state"]) for row in listed] == [(1, False, "waiting"), (2, True, "waiting")]
    assert listed[0]["name"] == store.fragment("f1").name
    assert [row["seed"] for row in rows(perform(clear_queue, folder))] == [1]
    assert [row["seed"] for row in rows(perform(list_queue, folder))] == [2]
    window.close()


def test_what_waits_is_trained_and_one_that_fails_stops_no_other(perform, toy, store, folder, left):
    left(training(1, fail_at=1), training(2))
    seen = []
    with pytest.raises(TrainingError, match="1 of the waiting"):
        seen.extend(train_queue(folder, cancelled=lambda: False))
    assert [run.state for run in store.runs()] == ["stopped", "finished"]
    assert any(isinstance(event, Warned) and "no longer a number" in event.message for event in seen)
    ((failed, is_kept),) = queued(store.folder)
    assert (failed.state, failed.run, is_kept) == (FAILED, "r1", False)
    # the next time it goes on where it failed
    with pytest.raises(TrainingError):
        perform(train_queue, folder)
    assert len(store.runs()) == 2


def test_an_interrupted_queue_keeps_the_rest(perform, toy, store, folder, left):
    left(training(1), training(2))
    events = []
    done = []
    for event in train_queue(folder, cancelled=lambda: bool(done)):
        events.append(event)
        if isinstance(event, ScaleFinished) and event.scale == 1:
            done.append(True)
    assert [event.complete for event in events if isinstance(event, RunFinished)] == [False]
    kept = [entry for entry, _ in queued(store.folder)]
    assert [(entry.seed, entry.run) for entry in kept] == [(1, "r1"), (2, "")]
    perform(train_queue, folder)
    assert queued(store.folder) == []
    assert [run.state for run in store.runs()] == ["finished", "finished"]
