"""A worker gives back what it does not need, at rest only."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator
from multiprocessing import Pipe

import pytest

from musemate.jobs import heap, worker
from musemate.jobs.messages import receive, send
from musemate.tasks.registry import Task


def test_a_worker_gives_back_after_the_last_job_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = Pipe()
    done: list[str] = []

    def find(name: str) -> Task:
        def task(cancelled: Callable[[], bool]) -> Iterator[object]:
            done.append(name)
            cancelled()  # looks into the pipe: the worker knows then what waits
            yield from ()

        return task  # type: ignore[return-value]

    def give_back() -> None:
        done.append("given back")
        send(here, {"quit": True})

    monkeypatch.setattr(worker, "REST_S", 0.0)
    monkeypatch.setattr(worker, "give_back", give_back)
    for number, name in enumerate(("first", "second")):
        send(here, {"job": number, "task": name, "args": {}})
    worker.Worker(there, find).serve()
    assert done == ["first", "second", "given back"]
    assert [receive(here)["job"] for _ in range(2)] == [0, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_the_c_library_is_asked() -> None:
    assert heap._trim() is not None
    heap.give_back()


def test_garbage_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ring:
        def __init__(self) -> None:
            self.own = self

    monkeypatch.setattr(heap, "_trim", lambda: None)  # as on another system
    gone = weakref.ref(Ring())
    heap.give_back()
    assert gone() is None
