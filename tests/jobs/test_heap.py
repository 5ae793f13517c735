"""A worker gives back what it does not need, at rest only."""

from __future__ import annotations

import sys
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
            if name == "second":
                send(here, {"quit": True})
            yield from ()

        return task  # type: ignore[return-value]

    monkeypatch.setattr(worker, "give_back", lambda: done.append("given back"))
    for number, name in enumerate(("first", "second")):
        send(here, {"job": number, "task": name, "args": {}})
    worker.Worker(there, find).serve()
    assert done == ["first", "second", "given back"]
    assert [receive(here)["job"] for _ in range(2)] == [0, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_the_c_library_is_asked() -> None:
    assert heap._trim() is not None
    heap.give_back()


def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_trim", lambda: None)
    heap.give_back()
